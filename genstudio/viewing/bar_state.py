"""State of a pane that shows the images of one bar of a histogram."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from genstudio.core.knobs import knob
from genstudio.core.messages import N_
from genstudio.viewing.pane_state import PaneState, state

if TYPE_CHECKING:
    import numpy as np


@state
class BarState(PaneState):
    """``low`` to ``high``: the number of the images that are shown; of all where low is not below high."""

    OF_RUN: ClassVar[tuple[str, ...]] = ("low", "high")

    low: float = knob(0.0, help=N_("The lowest number of the images that are shown."), control=False)
    high: float = knob(0.0, help=N_("The number below which they lie; at the lowest or below: all."), control=False)

    @property
    def needs_images(self) -> bool:
        return True

    @property
    def is_part(self) -> bool:
        """True if only the images of one bar are shown."""
        return self.low < self.high

    def inside(self, numbers: np.ndarray) -> np.ndarray:
        """Which of some images (``numbers`` N) are among those that are shown: bool N."""
        import numpy as np

        made: np.ndarray = (
            (numbers >= self.low) & (numbers < self.high) if self.is_part else np.ones(len(numbers), bool)
        )
        return made
