"""Points of the plane as pictures, for displays of images that are points (``ImageSpec.is_point``).

x grows to the right and y upwards, both from 0 to 1, as on paper. Everything is drawn white on near black, like the images
beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np

Mark = Literal["disc", "diamond"]
TILE = 24
"""Pixels along each side of the small picture that stands for one point."""
PAPER, INK = 24, 255


def tiles(points: np.ndarray) -> np.ndarray:
    """One small picture for each of the points (float N×2): a dot at its position, uint8 N×TILE×TILE×1."""
    import numpy as np

    columns, rows = (_places(points, TILE, TILE) - 0.5).T
    along = np.arange(TILE)
    away = np.hypot(along[None, None, :] - columns[:, None, None], along[None, :, None] - rows[:, None, None])
    return _inked(np.clip(TILE / 10 + 0.5 - away, 0, 1))[..., None]


def scatter(points: np.ndarray, side: int) -> np.ndarray:
    """All points (float N×2) on one picture, uint8 side×side×1: denser points are brighter."""
    import numpy as np

    radius = max(1.0, side / 320)
    coverage = 1 - np.exp(-stamped(_places(points, side, side), side, side, radius, dense=True))
    return _inked(coverage)[..., None]


def stamped(
    places: np.ndarray, height: int, width: int, radius: float, mark: Mark = "disc", *, dense: bool = False
) -> np.ndarray:
    """Coverage of each pixel by marks at ``places`` (float N×2: column, row; pixel k reaches from k to k + 1).

    float32 height×width: 0 to 1, or with ``dense`` the sum over all marks. Marks are cut at the border.
    """
    import numpy as np

    reach = int(np.ceil(radius + 1))
    around = np.arange(-reach, reach + 1)
    first = np.floor(places).astype(np.intp)
    columns, rows = (first[:, k, None] + around for k in (0, 1))
    dx, dy = columns + 0.5 - places[:, :1], rows + 0.5 - places[:, 1:]
    if mark == "disc":
        away = np.sqrt(np.square(dy)[:, :, None] + np.square(dx)[:, None, :])
    else:
        away = (np.abs(dy)[:, :, None] + np.abs(dx)[:, None, :]) / 2**0.5
    covered = np.clip(radius + 0.5 - away, 0, 1).astype(np.float32)
    inside = ((rows >= 0) & (rows < height))[:, :, None] & ((columns >= 0) & (columns < width))[:, None, :]
    kept = (covered > 0) & inside
    pixels = (rows[:, :, None] * width + columns[:, None, :])[kept]
    made = np.zeros(height * width, np.float32)
    (np.add if dense else np.maximum).at(made, pixels, covered[kept])
    return made.reshape(height, width)


def _places(points: np.ndarray, height: int, width: int) -> np.ndarray:
    """From points (float N×2, in [0, 1]) to pixels: float64 N×2, column and row."""
    import numpy as np

    return np.stack([points[:, 0] * width, (1 - points[:, 1]) * height], 1).astype(np.float64)


def _inked(share: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.rint(PAPER + (INK - PAPER) * share).astype(np.uint8)
