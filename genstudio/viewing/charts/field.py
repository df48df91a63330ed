"""Field and points of the plane as a chart: what the window shows by pyqtgraph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from genstudio.viewing.charts.chart import Points

HEAD = 0.34  # of an arrow


@dataclass(frozen=True, eq=False)
class FieldChart:
    """Places are x to the right and y upwards.

    colours: uint8 G×G×3 of the field, row 0 is the top, over ``extent`` (left, right, bottom, top). zero: line where the
    field is 0. data, samples: n×2. arrows: lines with gaps.
    """

    extent: tuple[float, float, float, float]
    colours: np.ndarray | None = None
    zero: Points | None = None
    data: np.ndarray | None = None
    samples: np.ndarray | None = None
    arrows: Points | None = None


def zero_line(values: np.ndarray, extent: tuple[float, float, float, float]) -> Points:
    """Line where values G×G (in the middles of as many squares of ``extent``, row 0 is the top) change their sign, with gaps
    between its parts."""
    import numpy as np
    from contourpy import contour_generator

    n = len(values)
    left, right, bottom, top = extent
    shares = np.concatenate([[0.0], (np.arange(n) + 0.5) / n, [1.0]])
    x, y = left + shares * (right - left), top - shares * (top - bottom)
    to_the_rim = np.pad(values, 1, mode="edge")
    return joined([np.asarray(line) for line in contour_generator(x, y, to_the_rim).lines(0.0)])


def arrow_lines(start: np.ndarray, along: np.ndarray) -> Points:
    """Arrows from ``start`` (n×2) by ``along`` (n×2): a stroke and two barbs each."""
    import numpy as np

    tip = start + along
    barbs = [tip - HEAD * (along * c + along[:, ::-1] * np.array([-s, s])) for c, s in ((0.87, 0.5), (0.87, -0.5))]
    parts = np.stack([start, tip, barbs[0], np.full_like(tip, np.nan), tip, barbs[1], np.full_like(tip, np.nan)], 1)
    flat = parts.reshape(-1, 2).astype(np.float64)
    return flat[:, 0], flat[:, 1]


def joined(lines: list[np.ndarray]) -> Points:
    """Several lines n×2 as one with gaps."""
    import numpy as np

    gap = np.full((1, 2), np.nan)
    parts = [part for line in lines for part in (line, gap)] or [np.empty((0, 2))]
    flat = np.concatenate(parts)
    return flat[:, 0], flat[:, 1]
