"""Distribution of one sub-pixel as a chart: bars of a few levels, else a curve, on a scale that goes in steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

SCALES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
MOST_BARS = 64


@dataclass(frozen=True, eq=False)
class Distribution:
    """``probabilities``: float32 L, sums to 1. ``level``: the one that was drawn. ``channel``: 0 to 2, of ``channels``."""

    probabilities: np.ndarray
    level: int
    channel: int = 0
    channels: int = 1
    curve: bool = False

    @property
    def levels(self) -> int:
        return len(self.probabilities)

    @property
    def as_curve(self) -> bool:
        """True if it is shown as a curve."""
        return self.curve or self.levels > MOST_BARS

    @property
    def scale(self) -> float:
        """Upper end of the axis: one of a few, so that it stays still while one pixel follows the other."""
        top = float(self.probabilities.max())
        return next((scale for scale in SCALES if top <= scale), 1.0)

    def colours(self) -> np.ndarray:
        """Colours of the levels, uint8 L×1×3: greys, or those of one channel."""
        import numpy as np

        values = np.rint(255 * np.arange(self.levels) / max(self.levels - 1, 1)).astype(np.uint8)
        made = np.zeros((self.levels, 1, 3), np.uint8)
        if self.channels == 1:
            made[:] = values[:, None, None]
        else:
            made[:, 0, self.channel] = values
        return made
