"""Thinning of a curve to as many points as a screen can show. Few large operations on arrays: they run beside
training. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from genstudio.viewing.charts.chart import Extent, Points


def thin(x: np.ndarray, y: np.ndarray, points: int) -> Points:
    """A smooth line (n) with at most about ``points`` points: every nth and the last.

    n is a power of two, so that a growing curve keeps the points that it has and does not flicker.
    """
    if len(x) <= points:
        return x, y
    import numpy as np

    stride = _stride(len(x), points)
    places = np.append(np.arange(0, len(x) - 1, stride), len(x) - 1)
    return x[places], y[places]


def peaks(x: np.ndarray, y: np.ndarray, points: int) -> Points:
    """A rough line (n) with at most about ``points`` points: the lowest and the highest of every few neighbours, so that no
    peak is lost. NaN only where all of them are."""
    if len(x) <= points:
        return x, y
    import numpy as np

    stride = _stride(len(x), points // 2)
    starts = np.arange(0, len(x), stride)
    low, high = np.fmin.reduceat(y, starts), np.fmax.reduceat(y, starts)
    return np.repeat(x[starts], 2), np.stack([low, high], 1).reshape(-1)


def drawable(y: np.ndarray, *, log: bool) -> np.ndarray:
    """The values (n) on their axis (``log``: decades); NaN where one has no place there, which is a gap."""
    import numpy as np

    with np.errstate(invalid="ignore", divide="ignore"):
        placed = np.log10(np.where(y > 0, y, np.nan)) if log else y
        return np.where(np.isfinite(placed), placed, np.nan)


def _stride(count: int, points: int) -> int:
    return 1 << (-(-count // max(1, points)) - 1).bit_length()


def part_of(x: np.ndarray, y: np.ndarray, within: Extent | None) -> Points:
    """The points (n, x rising) that lie within a range of x, and one beyond it on either side; all without a range."""
    if within is None or not len(x):
        return x, y
    import numpy as np

    first, last = int(np.searchsorted(x, within[0])), int(np.searchsorted(x, within[1], side="right"))
    shown = slice(max(0, first - 1), last + 1)
    return x[shown], y[shown]
