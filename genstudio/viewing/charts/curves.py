"""Curves of a run as a chart: grouping into panels, smoothing, reduction to what a screen can show, and ranges.

    CurvesRequest -> arrange(request, before) -> Arranged.chart -> pyqtgraph or matplotlib

A request holds views of arrays that are only ever added to, so it may be arranged off the GUI thread while training goes
on. ``before`` is the last result: panels and ranges that fit stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from genstudio.core.metrics import title_of
from genstudio.viewing.charts.best import best_of
from genstudio.viewing.charts.chart import AnnotationAt, Chart, Extent, Line, Panel, Points
from genstudio.viewing.charts.curve_groups import distinct_titles
from genstudio.viewing.charts.curve_panels import Curve, into_panels
from genstudio.viewing.charts.smoothing import smooth
from genstudio.viewing.charts.thinning import drawable, part_of, peaks, thin

if TYPE_CHECKING:
    import numpy as np

    from genstudio.viewing.charts.curve_data import Axis

SMOOTH_POINTS = 160  # of a smoothed line, at least
SMOOTHEST = 4  # pixels from one of its points to the next
BEHIND_POINTS = 400  # of another run's line
RINGS = 64  # of held-out values: more would hide one another
NOT_FINITE_SHOWN = 24
VISIBLE = 0.98  # of the values of a curve that stands alone: its first steps would flatten all that follows
SHARES = (-0.12, 1.12)  # the range of probabilities: 0 and 1 with room for their texts
ROUNDING = 1e-6  # by which a mean of probabilities may pass 1
FROM_ZERO = 0.1  # of the way across: what begins before that is shown from 0 on
ROOM = 0.15  # beyond the newest value, so that a growing curve does not move its axis at every point
LEAST_FILLED = 0.6  # of a kept range: below it the axis follows
PADDING = 0.03  # of a range, at either end


@dataclass(frozen=True, eq=False)
class CurvesRequest:
    """Everything that the chart depends on.

    columns: pixels across. of: whose curves they are; of another, nothing is kept. within: the part of x that is looked
    at, if it is not all; there the lines have as many points as otherwise on the whole.
    """

    curves: tuple[Curve, ...]
    columns: int = 600
    axis: Axis = "step"
    log: bool = False
    smoothing: float = 0.9
    annotations: tuple[AnnotationAt, ...] = ()
    of: Any = None
    within: Extent | None = None

    @cached_property
    def newest(self) -> float:
        """The largest x that is there."""
        return max((float(curve.train[0][-1]) for curve in self.curves if len(curve.train[0])), default=0.0)


@dataclass(frozen=True, eq=False)
class Arranged:
    """A chart, and what the next one of the same curves keeps.

    heights: kept range of each panel, width: that of x (what is shown is a little more). arranged_for: points there were
    when the panels were chosen. smoothed: by name, the smoothed values.
    """

    chart: Chart
    request: CurvesRequest
    heights: tuple[Extent, ...]
    width: Extent
    arranged_for: int
    logs: tuple[bool, ...]
    smoothed: dict[str, np.ndarray] = field(default_factory=dict)

    @cached_property
    def groups(self) -> list[list[str]]:
        """The names of each panel."""
        return [[line.name for line in panel.lines] for panel in self.chart.panels]


def arrange(request: CurvesRequest, before: Arranged | None = None) -> Arranged:
    """Chart of ``request``; panels and ranges of ``before`` are kept while they fit."""
    if before is not None and not _comparable(before.request, request):
        before = None
    if before is None and request.within is not None:
        before = arrange(replace(request, within=None))  # panels and ranges are those of the whole
    longest = max((len(curve.train[0]) for curve in request.curves), default=0)
    outgrown = before is not None and request.within is None and longest >= 1.5 * before.arranged_for + 1
    kept = None if outgrown else before
    groups, logs = (kept.groups, kept.logs) if kept is not None else into_panels(request.curves, log=request.log)
    by_name = {curve.name: curve for curve in request.curves}
    smoothed = _smoothed(request, before)
    lines = [
        tuple(_line(by_name[name], request, smoothed, log=log) for name in group)
        for group, log in zip(groups, logs, strict=True)
    ]
    heights: tuple[Extent, ...]
    if request.within is not None and kept is not None:
        # A part says nothing of the whole, which has been measured.
        heights, width = kept.heights, kept.width
    else:
        outputs = {curve.name for curve in request.curves if curve.is_output}
        heights = tuple(
            _height(
                its,
                None if kept is None else kept.heights[place],
                outputs,
                alone=len(lines) > 1,
                shares=not logs[place],
            )
            for place, its in enumerate(lines)
        )
        same_axis = before is not None and before.request.axis == request.axis
        width = _width(lines, before.width if before is not None and same_axis else None)
    sections = {curve.name: curve.section for curve in request.curves}
    titles = distinct_titles(
        [sections.get(its[0].name, "") if its else "" for its in lines],
        [[line.name for line in its] for its in lines],
        {curve.name: curve.metric for curve in request.curves},
    )
    panels = tuple(
        Panel(its, padded(height), title, log=log)
        for its, height, title, log in zip(lines, heights, titles, logs, strict=True)
    )
    chart = Chart(panels, padded(width), request.axis, annotations=request.annotations, breaks=_not_finite(request))
    arranged_for = kept.arranged_for if kept is not None else longest
    return Arranged(chart, request, heights, width, arranged_for, logs, smoothed)


def padded(held: Extent) -> Extent:
    """Range of an axis with padding."""
    room = PADDING * (held[1] - held[0])
    return held[0] - room, held[1] + room


def _comparable(one: CurvesRequest, other: CurvesRequest) -> bool:
    names = [[(curve.name, curve.section) for curve in request.curves] for request in (one, other)]
    return one.of is other.of and one.log == other.log and names[0] == names[1]


# -- lines -------------------------------------------------------------------------------------------------------------


def _smoothed(request: CurvesRequest, before: Arranged | None) -> dict[str, np.ndarray]:
    """Smoothed values by name; those of ``before`` where nothing has come since, as while one looks at parts of a run."""
    made = {}
    for curve in request.curves if request.smoothing > 0 else ():
        known = before.smoothed.get(curve.name) if before is not None else None
        same = known is not None and before is not None and before.request.smoothing == request.smoothing
        if known is not None and same and len(known) == len(curve.train[1]):
            made[curve.name] = known
        else:
            made[curve.name] = smooth(curve.train[1], request.smoothing)
    return made


def _line(curve: Curve, request: CurvesRequest, smoothed: dict[str, np.ndarray], *, log: bool) -> Line:
    import numpy as np

    within, columns = request.within, max(32, request.columns)
    x, y = part_of(*curve.train, within)
    raw: Points | None = None
    if request.smoothing > 0:
        wide_x, wide_y = part_of(curve.train[0], smoothed[curve.name], within)
        points = thin(wide_x, drawable(wide_y, log=log), max(SMOOTH_POINTS, columns // SMOOTHEST))
        raw = peaks(x, drawable(y, log=log), columns)
    else:
        points = peaks(x, drawable(y, log=log), 2 * columns)
    hx, hy = thin(*part_of(*curve.held_out, within), RINGS)
    rings = drawable(hy, log=log)
    shown = np.isfinite(rings)
    # Values that were only measured now and then are joined: they are all there is.
    if not len(curve.train[0]):
        points = hx[shown], rings[shown]
    behind = tuple(
        replace(one, points=_behind(one.points, request, log=log)) for one in curve.behind if len(one.points[0])
    )
    best = best_of(curve.metric, curve.held_out) if len(curve.held_out[0]) > 1 else None
    if best is not None:
        best = best[0], float(drawable(np.array([best[1]]), log=log)[0])
    title = title_of(curve.name, {curve.name: curve.metric})
    return Line(curve.name, title, points, curve.style, raw, (hx[shown], rings[shown]), behind, best=best)


def _behind(points: Points, request: CurvesRequest, *, log: bool) -> Points:
    """Another run's curve, smoothed as this one's."""
    x, y = points
    x, y = part_of(x, smooth(y, request.smoothing), request.within)
    return thin(x, drawable(y, log=log), BEHIND_POINTS)


def _not_finite(request: CurvesRequest) -> tuple[float, ...]:
    """Places where a value was NaN or infinite: that is never smoothed over."""
    import numpy as np

    places: set[float] = set()
    for curve in request.curves:
        x, y = curve.train
        places |= set(x[~np.isfinite(y)][-NOT_FINITE_SHOWN:].tolist())
    return tuple(sorted(places)[-NOT_FINITE_SHOWN:])


# -- ranges ------------------------------------------------------------------------------------------------------------


def _height(lines: Sequence[Line], held: Extent | None, outputs: set[str], *, alone: bool, shares: bool) -> Extent:
    """The range upwards that holds all of these lines, which are ``alone`` in their panel where there are others. Outputs
    of the discriminator have the whole of 0 to 1 for as long as those are ``shares``: probabilities."""
    import numpy as np

    found = [y for line in lines for _x, y in line.parts()]
    values = np.concatenate(found) if found else np.empty(0)
    values = values[np.isfinite(values)]
    if not len(values):
        return held or (0.0, 1.0)
    among_shares = values.min() >= -ROUNDING and values.max() <= 1 + ROUNDING
    if shares and among_shares and all(line.name in outputs for line in lines):
        return SHARES
    # The first steps of a curve that stands alone would flatten all that follows.
    edges = (50 * (1 - VISIBLE), 50 * (1 + VISIBLE)) if alone and len(values) > 50 else (0, 100)
    low, high = np.percentile(values, edges)
    return held_range(float(low), float(high), held)


def _width(panels: Iterable[Sequence[Line]], held: Extent | None) -> Extent:
    """The range across, which all panels share."""
    found = [x for lines in panels for line in lines for x, _y in line.parts() if len(x)]
    if not found:
        return held or (0.0, 1.0)
    first, last = float(min(x[0] for x in found)), float(max(x[-1] for x in found))
    if 0 <= first <= FROM_ZERO * last:
        first = 0.0
    return held_range(first, last, held, room_below=False)


def held_range(low: float, high: float, held: Extent | None, *, room_below: bool = True) -> Extent:
    """The range of an axis that shows ``low`` to ``high``: the one it had while that fits, else one with room to grow.

    Axes are dear to draw (their ticks and texts take four times as long as the curves), and a scale that never stands still
    can't be read.
    """
    if held is not None and held[0] <= low and high <= held[1] and high - low >= LEAST_FILLED * (held[1] - held[0]):
        return held
    room = ROOM * ((high - low) or abs(high) or 1.0)
    return (low - room if room_below else low), high + room
