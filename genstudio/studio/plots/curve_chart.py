"""Chart of curves as a value: from numbers to lines, strips, ranges and ticks. No Qt.

    Request -> arrange(request, before) -> Chart -> curve_painting.paint(chart) -> picture

A request holds views of arrays that are only ever added to, so it may be worked on off the GUI thread while training goes
on. ``before`` is the last chart: axes that fit stay where they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from genstudio.core.metrics import Metric
from genstudio.viewing.charts.curve_groups import distinct_titles
from genstudio.viewing.charts.smoothing import smooth
from genstudio.viewing.charts.curve_data import Axis, Points
from genstudio.viewing.charts.strips import MOST, Extent, extent, held_range, into_strips
from genstudio.viewing.charts.thinning import drawable, peaks, thin
from genstudio.studio.plots.ticks import Tick, across, upward

if TYPE_CHECKING:
    import numpy as np

    from genstudio.studio.theme import Palette, Series

SMOOTH_POINTS = 160  # of the wide line: a point every other pixel. Wide pens are dear
OVERLAY_POINTS = 400
RINGS = 64  # of held-out values: more would hide one another
NOT_FINITE_SHOWN = 24
DECADES_FOR_LOG = 0.5  # a log scale over less looks like a linear one and has no round ticks
VISIBLE = 0.98  # of the values of a curve that stands alone: its first steps would flatten all that follows
SHARES = (-0.12, 1.12)  # the range of probabilities: 0 and 1 with room for their texts
ROUNDING = 1e-6  # by which a mean of probabilities may pass 1
MOST_OF_ALL = 4  # strips of several players together
NEAR_ZERO = 0.02  # of its largest values: what lies below is as good as 0
FROM_ZERO = 0.1  # of the way across: what begins before that is shown from 0 on
PADDING = 0.03  # of a range, at either end
LEFT, WIDE_LEFT, BELOW = 46.0, 62.0, 22.0  # pixels for the ticks' texts; the wide one for such as −14,000
ABOVE, RIGHT, BETWEEN = 4.0, 6.0, 6.0


@dataclass(frozen=True, eq=False)
class Curve:
    """One name, and what is known of it: while training, on held-out images, in other runs."""

    name: str
    style: Series
    train: Points
    held_out: Points
    metric: Metric
    others: tuple[Points, ...] = ()
    section: str = ""
    """Player it belongs to, of several: it shares no strip with curves of another section."""

    @property
    def is_output(self) -> bool:
        """True for the outputs of a discriminator."""
        return any(role in self.metric.roles for role in ("real_output", "fake_output"))


@dataclass(frozen=True)
class AnnotationAt:
    """Something that happened at ``x``, in words."""

    x: float
    text: str


@dataclass(frozen=True, eq=False)
class ChartRequest:
    """Everything that a chart depends on. ``of`` is whose curves they are: of another, nothing is kept."""

    curves: tuple[Curve, ...]
    palette: Palette
    width: float  # logical pixels, as ``height``
    height: float
    ratio: float = 1.0  # device pixels to one of these
    axis: Axis = "step"
    log: bool = False
    smoothing: float = 0.9
    annotations: tuple[AnnotationAt, ...] = ()
    of: Any = None

    @cached_property
    def newest(self) -> float:
        """The largest x that is there."""
        return max((float(curve.train[0][-1]) for curve in self.curves if len(curve.train[0])), default=0.0)


@dataclass(frozen=True, eq=False)
class Line:
    """One name as it is drawn: x, and values on their axis (decades where that is logarithmic), NaN in the gaps."""

    name: str
    style: Series
    raw: Points
    smooth: Points
    held_out: Points
    others: tuple[Points, ...]
    is_output: bool = False


@dataclass(frozen=True, eq=False)
class Strip:
    """Lines over one scale, from ``top`` to ``bottom`` (logical pixels)."""

    top: float
    bottom: float
    log: bool
    held: Extent  # the range that is kept; what is shown is a little more
    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]
    title: str = ""

    def pixel(self, values: Any) -> Any:
        """Values on the axis, as logical pixels from the top of the chart."""
        low, high = padded(self.held)
        return self.bottom - (values - low) * ((self.bottom - self.top) / (high - low))


@dataclass(frozen=True, eq=False)
class Chart:
    """A request, arranged. ``groups`` are the names of each strip."""

    request: ChartRequest
    strips: tuple[Strip, ...]
    left: float
    held: Extent
    ticks: tuple[Tick, ...]
    breaks: tuple[float, ...]  # x of the values that are not finite
    arranged_for: int  # points there were when the strips were chosen
    log_of: tuple[bool, ...]

    @property
    def right(self) -> float:
        return self.request.width - RIGHT

    @cached_property
    def groups(self) -> list[list[str]]:
        return [[line.name for line in strip.lines] for strip in self.strips]

    @cached_property
    def lines(self) -> dict[str, Line]:
        return {line.name: line for strip in self.strips for line in strip.lines}

    def pixel(self, x: Any) -> Any:
        """x as logical pixels from the left of the chart."""
        low, high = padded(self.held)
        return self.left + (x - low) * ((self.right - self.left) / (high - low))

    def x_at(self, pixel: float) -> float:
        """Value at a pixel: the inverse of :meth:`pixel`."""
        low, high = padded(self.held)
        return low + (pixel - self.left) * (high - low) / max(1.0, self.right - self.left)


def arrange(request: ChartRequest, before: Chart | None = None) -> Chart:
    """The chart of ``request``; groups and ranges of ``before`` are kept while they fit."""
    if before is not None and not _comparable(before.request, request):
        before = None
    longest = max((len(curve.train[0]) for curve in request.curves), default=0)
    if before is not None and longest >= 1.5 * before.arranged_for + 1:
        before_groups = None
    else:
        before_groups = before and (before.groups, before.log_of, before.arranged_for)
    groups, logs, arranged_for = before_groups or (*_grouped(request), longest)
    by_name = {curve.name: curve for curve in request.curves}
    lines = [
        tuple(_line(by_name[name], request, log=log) for name in group) for group, log in zip(groups, logs, strict=True)
    ]
    kept = before is not None and before_groups is not None
    helds = []
    for place, its in enumerate(lines):
        last = before.strips[place].held if kept and before is not None else None
        helds.append(_height(its, last, alone=len(lines) > 1, shares=not logs[place]))
    same_axis = before is not None and before.request.axis == request.axis
    held = _width(lines, before.held if before is not None and same_axis else None)
    return _laid_out(request, lines, tuple(logs), helds, held, arranged_for)


def padded(held: Extent) -> Extent:
    """Range of an axis with padding."""
    room = PADDING * (held[1] - held[0])
    return held[0] - room, held[1] + room


def _comparable(one: ChartRequest, other: ChartRequest) -> bool:
    names = [[(curve.name, curve.section) for curve in request.curves] for request in (one, other)]
    return one.of is other.of and one.log == other.log and names[0] == names[1]


# -- which strips ------------------------------------------------------------------------------------------------------


def _grouped(request: ChartRequest) -> tuple[list[list[str]], tuple[bool, ...]]:
    """The names of each strip, and whether its scale is logarithmic: where that was chosen and shows something."""
    sections: dict[str, list[Curve]] = {}
    for curve in request.curves:
        sections.setdefault(curve.section, []).append(curve)
    room = MOST if len(sections) == 1 else max(len(sections), MOST_OF_ALL)
    groups: list[list[str]] = []
    logs: list[bool] = []
    for left, curves in zip(range(len(sections) - 1, -1, -1), sections.values(), strict=True):
        found = _grouped_within(curves, request, room - len(groups) - left)
        groups += found[0]
        logs += found[1]
    return groups or [[]], tuple(logs) or (False,)


def _grouped_within(curves: Sequence[Curve], request: ChartRequest, most: int) -> tuple[list[list[str]], list[bool]]:
    """Group the curves of one section into at most about ``most`` strips."""
    names = [curve.name for curve in curves]
    values = {curve.name: curve.train[1] for curve in curves}
    in_a_game = bool(curves[0].section)
    positive = {
        curve.name: is_positive(curve.train[1]) and not (in_a_game and is_linear(curve, curve.train[1]))
        for curve in curves
    }
    log_of_all = request.log and (not in_a_game or all(positive.values()))
    extents = {name: extent(its, log=log_of_all and positive[name]) for name, its in values.items()}
    # What has no logarithm shares no axis with what has one; among one player's terms, all have one or none.
    kinds = [[n for n in names if positive[n] or not log_of_all]]
    kinds.append([n for n in names if n not in kinds[0]])
    groups = [group for kind in kinds for group in into_strips(kind, extents, most)] or [[]]
    groups.sort(key=lambda group: names.index(group[0]) if group else 0)
    logs = []
    for group in groups:
        found = [held for name in group if (held := extents.get(name)) is not None]
        wide = not found or max(h for _, h in found) - min(low for low, _ in found) >= DECADES_FOR_LOG
        logs.append(log_of_all and all(positive[name] for name in group) and wide)
    return groups, logs


def is_positive(values: np.ndarray) -> bool:
    """True if a logarithmic axis can show all but a few of these values (n)."""
    import numpy as np

    known = values[np.isfinite(values)]
    return not len(known) or 2 * int(np.count_nonzero(known > 0)) > len(known)


def is_linear(curve: Curve, values: np.ndarray) -> bool:
    """True if a GAN's curve is read on a linear axis alone: discriminator outputs, and a loss that comes so near
    to 0 that a logarithm would stretch what hardly differs from it over most of its height."""
    import numpy as np

    known = values[np.isfinite(values)]
    if curve.is_output or "gradient" in curve.metric.roles or len(known) < 2:
        return curve.is_output
    low, high = np.percentile(known, (1, 99))
    return bool(low < NEAR_ZERO * high)


# -- lines -------------------------------------------------------------------------------------------------------------


def _line(curve: Curve, request: ChartRequest, *, log: bool) -> Line:
    import numpy as np

    x, y = curve.train
    columns = max(32, int(request.width))
    placed = drawable(y, log=log)
    raw = peaks(x, placed, 2 * columns)
    if request.smoothing > 0:
        wide = thin(x, drawable(smooth(y, request.smoothing), log=log), SMOOTH_POINTS)
    else:
        wide = peaks(x, placed, 4 * SMOOTH_POINTS)
    hx, hy = thin(*curve.held_out, RINGS)
    rings = drawable(hy, log=log)
    shown = np.isfinite(rings)
    others = tuple(
        thin(ox, drawable(smooth(oy, request.smoothing), log=log), OVERLAY_POINTS) for ox, oy in curve.others
    )
    return Line(curve.name, curve.style, raw, wide, (hx[shown], rings[shown]), others, curve.is_output)


def _not_finite(request: ChartRequest) -> tuple[float, ...]:
    """Places where a value was NaN or infinite: that is never smoothed over."""
    import numpy as np

    places: set[float] = set()
    for curve in request.curves:
        x, y = curve.train
        places |= set(x[~np.isfinite(y)][-NOT_FINITE_SHOWN:].tolist())
    return tuple(sorted(places)[-NOT_FINITE_SHOWN:])


# -- ranges ------------------------------------------------------------------------------------------------------------


def _height(lines: Sequence[Line], held: Extent | None, *, alone: bool, shares: bool) -> Extent:
    """The range upwards that holds all of these lines, which are ``alone`` in their strip where there are others. What the
    discriminator says has the whole of 0 to 1 for as long as those are ``shares``: probabilities."""
    import numpy as np

    found = [y for line in lines for _x, y in _points(line)]
    values = np.concatenate(found) if found else np.empty(0)
    values = values[np.isfinite(values)]
    if not len(values):
        return held or (0.0, 1.0)
    among_shares = values.min() >= -ROUNDING and values.max() <= 1 + ROUNDING
    if shares and among_shares and all(line.is_output for line in lines):
        return SHARES
    # The first steps of a curve that stands alone would flatten all that follows.
    edges = (50 * (1 - VISIBLE), 50 * (1 + VISIBLE)) if alone and len(values) > 50 else (0, 100)
    low, high = np.percentile(values, edges)
    return held_range(float(low), float(high), held)


def _width(strips: Iterable[Sequence[Line]], held: Extent | None) -> Extent:
    """The range across, which all strips share."""
    found = [x for lines in strips for line in lines for x, _y in _points(line) if len(x)]
    if not found:
        return held or (0.0, 1.0)
    first, last = float(min(x[0] for x in found)), float(max(x[-1] for x in found))
    if 0 <= first <= FROM_ZERO * last:
        first = 0.0
    return held_range(first, last, held, room_below=False)


def _points(line: Line) -> list[Points]:
    return [line.raw, line.smooth, line.held_out, *line.others]


# -- places ------------------------------------------------------------------------------------------------------------


def _laid_out(
    request: ChartRequest,
    lines: Sequence[tuple[Line, ...]],
    logs: tuple[bool, ...],
    helds: Sequence[Extent],
    held: Extent,
    arranged_for: int,
) -> Chart:
    """Strips of one height from the top down, and their ticks."""
    tall = max(1.0, (request.height - ABOVE - BELOW - BETWEEN * (len(lines) - 1)) / len(lines))
    sections = {curve.name: curve.section for curve in request.curves}
    strips = []
    titles = distinct_titles(
        [sections.get(its[0].name, "") if its else "" for its in lines],
        [[line.name for line in its] for its in lines],
        {curve.name: curve.metric for curve in request.curves},
    )
    for place, (its, log, its_held) in enumerate(zip(lines, logs, helds, strict=True)):
        top = ABOVE + place * (tall + BETWEEN)
        ticks = upward(*padded(its_held), tall, log=log)
        strips.append(Strip(top, top + tall, log, its_held, its, ticks, titles[place]))
    wide = max((len(tick.text) for strip in strips for tick in strip.ticks), default=0) > 5
    left = WIDE_LEFT if wide else LEFT
    ticks = across(*padded(held), request.width - RIGHT - left, seconds=request.axis == "time")
    return Chart(request, tuple(strips), left, held, ticks, _not_finite(request), arranged_for, logs)
