"""Series of a content as a chart: one panel a group, dots where something stands now, and a ring at their mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genstudio.core.messages import translate
from genstudio.viewing.charts.chart import Chart, Line, Panel

if TYPE_CHECKING:
    from genstudio.viewing.content import Content, Series

ROOM = 0.06  # of a range, above and below


def series_chart(content: Content) -> Chart:
    """Chart of the series of ``content``, which has at least one: each group on axes of its own over one x."""
    groups: dict[str, list[tuple[int, Series]]] = {}
    for number, series in enumerate(content.series):
        groups.setdefault(translate(series.group), []).append((number, series))
    extent = min(float(s.x[0]) for s in content.series), max(float(s.x[-1]) for s in content.series)
    panels = []
    for title, its in groups.items():
        low, high = min(float(s.y.min()) for _n, s in its), max(float(s.y.max()) for _n, s in its)
        pad = ROOM * (high - low) or 1.0
        lines = tuple(_line(series, number) for number, series in its)
        panels.append(Panel(lines, (low - pad, high + pad), title, its[0][1].unit))
    return Chart(tuple(panels), extent, across_title=content.across)


def _line(series: Series, number: int) -> Line:
    """One series; its marks stand on it, those beyond its ends at them."""
    import numpy as np

    # Two curves of one name may stand in two groups.
    name = f"{number} {translate(series.name)}"
    if series.marks is None or not len(series.marks):
        return Line(name, series.name, (series.x, series.y), number)
    x = np.clip(series.marks, series.x[0], series.x[-1])
    mean = float(x.mean())
    return Line(
        name, series.name, (series.x, series.y), number,
        marks=(x, series.at(x)), mean=(mean, float(series.at(np.array(mean)))),
    )  # fmt: skip
