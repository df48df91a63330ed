"""Grouping of curves into strips: a term that would be a flat line beside another gets its own."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from genstudio.viewing.charts.chart import Extent

MOST = 3  # strips in one card
LEAST_SHARE = 0.125  # of a strip's height that a curve must fill to be read in it
ENOUGH = 8  # points before a scale is judged
OUTLIERS = 1.0  # per cent at either end that say nothing of a curve's scale: its first steps


def extent(values: np.ndarray, *, log: bool) -> Extent | None:
    """Lowest and highest of the values (n) on their axis (log: decades), outliers left out. ``None``: too few to tell."""
    import numpy as np

    shown = values[np.isfinite(values)]
    if log:
        shown = np.log10(shown[shown > 0])
    if len(shown) < ENOUGH:
        return None
    low, high = np.percentile(shown, (OUTLIERS, 100 - OUTLIERS))
    # A constant is a line wherever it stands: give it a little of its own size, so that it may share.
    least = 0.05 if log else 0.05 * max(abs(low), abs(high))
    middle = (low + high) / 2
    half = max(high - low, least) / 2
    return float(middle - half), float(middle + half)


def into_strips(names: Sequence[str], extents: Mapping[str, Extent | None], most: int = MOST) -> list[list[str]]:
    """``names`` grouped so that each fills enough of its strip; at most ``most`` groups, in the names' order.

    Begins with a strip for each name and joins the two that suit each other best for as long as they do.
    """
    known = [name for name in names if extents.get(name) is not None]
    groups = [[name] for name in known]
    while len(groups) > 1:
        preferred_for, one, other = max(
            ((_share(a + b, extents), i, j) for (i, a), (j, b) in itertools.combinations(enumerate(groups), 2)),
            key=lambda found: found[0],
        )
        if preferred_for < LEAST_SHARE and len(groups) <= max(1, most):
            break
        groups[one] += groups.pop(other)
    rest = [name for name in names if name not in known]
    if not groups:
        return [rest] if rest else []
    groups[0] += rest
    return [sorted(group, key=list(names).index) for group in groups]


def _share(names: Sequence[str], extents: Mapping[str, Extent | None]) -> float:
    """Share of the strip's height that the smallest of these curves would fill."""
    held = [found for name in names if (found := extents.get(name)) is not None]
    span = max(high for _, high in held) - min(low for low, _ in held)
    return min(high - low for low, high in held) / span if span else 1.0


ROOM = 0.15  # beyond the newest value, so that a growing curve does not move its axis at every point
LEAST_FILLED = 0.6  # of a kept range: below it the axis follows


def held_range(low: float, high: float, held: Extent | None, *, room_below: bool = True) -> Extent:
    """The range of an axis that shows ``low`` to ``high``: the one it had while that fits, else one with room to grow.

    Axes are dear to draw (their ticks and texts take four times as long as the curves), and a scale that never stands still
    can't be read.
    """
    if held is not None and held[0] <= low and high <= held[1] and high - low >= LEAST_FILLED * (held[1] - held[0]):
        return held
    room = ROOM * ((high - low) or abs(high) or 1.0)
    return (low - room if room_below else low), high + room
