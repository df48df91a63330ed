"""Drawing for the pane *Plane*: a field, its zero line, arrows and points, on one raster uint8 H×W×3.

Places are in pixels, columns to the right and rows downwards; the caller gives the places of x and y.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genstudio.core.scatter import Mark, stamped

if TYPE_CHECKING:
    import numpy as np

Colour = tuple[int, int, int]
#: From *taken for generated* over *can't tell* to *taken for real*: orange and blue, which all eyes tell apart.
FIELD: tuple[Colour, ...] = (
    (196, 104, 28), (222, 152, 88), (240, 202, 160), (245, 243, 239), (172, 203, 228), (110, 163, 208), (48, 116, 176),
)  # fmt: skip
MIDDLE = FIELD[len(FIELD) // 2]
LINE: Colour = (92, 92, 92)
RIM: Colour = (255, 255, 255)
STEPS = 255  # odd, so that the middle is one of them
HEAD = 0.34  # of an arrow


def field_colours(values: np.ndarray) -> np.ndarray:
    """uint8 ...×3 for values of any shape, -1 to 1; what lies outside takes the colour of the nearer end."""
    import numpy as np

    share = (np.clip(np.nan_to_num(values), -1, 1) + 1) * (0.5 * (STEPS - 1))
    made: np.ndarray = _table()[(share + 0.5).astype(np.uint8)]
    return made


@cache
def _table() -> np.ndarray:
    """The colours of the field, evenly between those that are given: uint8 255×3."""
    import numpy as np

    known = np.linspace(0, STEPS - 1, len(FIELD))
    channels = [np.interp(np.arange(STEPS), known, channel) for channel in zip(*FIELD, strict=True)]
    return np.rint(np.stack(channels, 1)).astype(np.uint8)


def enlarged(grid: np.ndarray, side: int) -> np.ndarray:
    """A field of G×G values in the middles of as many squares, at each of side×side pixels: bilinear, flat at the rim."""
    import numpy as np

    n = len(grid)
    place = np.clip((np.arange(side) + 0.5) * n / side - 0.5, 0, n - 1)
    first = np.minimum(place.astype(np.intp), max(n - 2, 0))
    mix = (place - first).astype(np.float32)
    after = np.minimum(first + 1, n - 1)
    rows = grid[first] * (1 - mix[:, None]) + grid[after] * mix[:, None]
    made: np.ndarray = rows[:, first] * (1 - mix) + rows[:, after] * mix
    return made


def draw_zero_line(canvas: np.ndarray, values: np.ndarray, width: float = 1.5) -> None:
    """Draw where ``values`` (H×W) change their sign: a line as wide everywhere, whatever the slope."""
    import numpy as np

    down, across = np.gradient(values)
    away = np.abs(values) / np.maximum(np.hypot(down, across), 1e-12)
    # Where all is flat, a value near 0 is no crossing.
    _blend(canvas, np.clip(width / 2 + 0.5 - away, 0, 1).astype(np.float32), LINE)


def draw_points(canvas: np.ndarray, places: np.ndarray, colour: Colour, radius: float, mark: Mark = "disc") -> None:
    """Marks at ``places`` (n×2), with a pale rim that keeps them apart from a field of their own colour."""
    height, width = canvas.shape[:2]
    for tint, reach, strength in ((RIM, radius + 1, 0.85), (colour, radius, 1.0)):
        _blend(canvas, strength * stamped(places, height, width, reach, mark), tint)


def draw_arrows(canvas: np.ndarray, start: np.ndarray, along: np.ndarray, colour: Colour, width: float) -> None:
    """Arrows from ``start`` (n×2) by ``along`` (n×2), a line and two barbs each."""
    import numpy as np

    tip = start + along
    barbs = [tip - HEAD * (along * c + along[:, ::-1] * np.array([-s, s])) for c, s in ((0.87, 0.5), (0.87, -0.5))]
    strokes = [(start, tip), *((tip, barb) for barb in barbs)]
    longest = max((float(np.abs(b - a).max(initial=0)) for a, b in strokes), default=0.0)
    steps = np.linspace(0, 1, 2 + int(1.5 * longest))
    dots = np.concatenate([a[:, None] + (b - a)[:, None] * steps[None, :, None] for a, b in strokes], 1).reshape(-1, 2)
    height, wide = canvas.shape[:2]
    for tint, reach, strength in ((RIM, width / 2 + 0.9, 0.8), (colour, width / 2, 1.0)):
        _blend(canvas, strength * stamped(dots, height, wide, reach), tint)


def _blend(canvas: np.ndarray, cover: np.ndarray, colour: Colour) -> None:
    """Lay ``colour`` over ``canvas`` as far as ``cover`` (H×W, 0 to 1) says."""
    import numpy as np

    where = np.flatnonzero(cover > 0)
    share = cover.ravel()[where, None]
    pixels = canvas.reshape(-1, 3)
    pixels[where] = np.rint(pixels[where] * (1 - share) + np.array(colour, np.float32) * share).astype(np.uint8)
