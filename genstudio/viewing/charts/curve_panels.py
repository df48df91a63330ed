"""Choice of panels: which curves of a run share a scale, and which scales are logarithmic."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genstudio.core.metrics import Metric
from genstudio.viewing.charts.chart import Behind, Extent, Points

if TYPE_CHECKING:
    import numpy as np

DECADES_FOR_LOG = 0.5  # a log scale over less looks like a linear one and has no round ticks
MOST_OF_ALL = 4  # panels of several players together
MOST = 3  # panels in one card
LEAST_SHARE = 0.125  # of a panel's height that a curve must fill to be read in it
ENOUGH = 8  # points before a scale is judged
OUTLIERS = 1.0  # per cent at either end that say nothing of a curve's scale: its first steps
NEAR_ZERO = 0.02  # of its largest values: what lies below is as good as 0


@dataclass(frozen=True, eq=False)
class Curve:
    """One name, and what is known of it: while training, on held-out images, in other runs."""

    name: str
    style: int
    train: Points
    held_out: Points
    metric: Metric
    behind: tuple[Behind, ...] = ()
    section: str = ""
    """Player it belongs to, of several: it shares no panel with curves of another section."""

    @property
    def is_output(self) -> bool:
        """True for the outputs of a discriminator."""
        return any(role in self.metric.roles for role in ("real_output", "fake_output"))


def into_panels(all_curves: Sequence[Curve], *, log: bool) -> tuple[list[list[str]], tuple[bool, ...]]:
    """The names of each panel, and whether its scale is logarithmic: where that was chosen and shows something."""
    sections: dict[str, list[Curve]] = {}
    for curve in all_curves:
        sections.setdefault(curve.section, []).append(curve)
    room = MOST if len(sections) == 1 else max(len(sections), MOST_OF_ALL)
    groups: list[list[str]] = []
    logs: list[bool] = []
    for left, curves in zip(range(len(sections) - 1, -1, -1), sections.values(), strict=True):
        found = _within_section(curves, log, room - len(groups) - left)
        groups += found[0]
        logs += found[1]
    return groups or [[]], tuple(logs) or (False,)


def _within_section(curves: Sequence[Curve], log: bool, most: int) -> tuple[list[list[str]], list[bool]]:
    """Group the curves of one section into at most about ``most`` panels."""
    names = [curve.name for curve in curves]
    values = {curve.name: curve.train[1] for curve in curves}
    in_a_game = bool(curves[0].section)
    positive = {
        curve.name: is_positive(curve.train[1]) and not (in_a_game and is_linear(curve, curve.train[1]))
        for curve in curves
    }
    log_of_all = log and (not in_a_game or all(positive.values()))
    extents = {name: extent(its, log=log_of_all and positive[name]) for name, its in values.items()}
    # What has no logarithm shares no axis with what has one; among one player's terms, all have one or none.
    kinds = [[n for n in names if positive[n] or not log_of_all]]
    kinds.append([n for n in names if n not in kinds[0]])
    groups = [group for kind in kinds for group in joined_panels(kind, extents, most)] or [[]]
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


def joined_panels(names: Sequence[str], extents: Mapping[str, Extent | None], most: int = MOST) -> list[list[str]]:
    """``names`` grouped so that each fills enough of its panel; at most ``most`` groups, in the names' order.

    Begins with a panel for each name and joins the two that suit each other best for as long as they do.
    """
    known = [name for name in names if extents.get(name) is not None]
    groups = [[name] for name in known]
    while len(groups) > 1:
        preferred_for, one, other = max(
            ((_least_share(a + b, extents), i, j) for (i, a), (j, b) in itertools.combinations(enumerate(groups), 2)),
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


def _least_share(names: Sequence[str], extents: Mapping[str, Extent | None]) -> float:
    """Share of the panel's height that the smallest of these curves would fill."""
    held = [found for name in names if (found := extents.get(name)) is not None]
    span = max(high for _, high in held) - min(low for low, _ in held)
    return min(high - low for low, high in held) / span if span else 1.0
