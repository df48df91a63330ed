"""Known modes of a data set: the centres and the spread about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False)
class Modes:
    """A mixture of equal round normals: ``centres`` float64 K×D (D = C·H·W, in [0, 1]), ``sigma`` their deviation."""

    centres: np.ndarray
    sigma: float

    def __len__(self) -> int:
        return len(self.centres)
