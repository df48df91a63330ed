"""Picture of a content's series by matplotlib, imported only for an export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from genstudio.core.messages import translate
from genstudio.export.charts.plot import COLOURS, DASHES, LOCK, PlotColours, fonts, settings, style_axes

if TYPE_CHECKING:
    from genstudio.viewing.content import Content, Series

INCHES, DPI = (6.4, 6.4), 150


def draw_series(content: Content, theme: str = "light") -> np.ndarray:
    """uint8 H×W×3: one panel a group, each curve with its marks as dots and a ring at their mean, as in the window."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    colours = COLOURS[theme]
    groups: dict[str, list[tuple[int, Series]]] = {}
    for number, series in enumerate(content.series):
        groups.setdefault(translate(series.group), []).append((number, series))
    with LOCK, matplotlib.rc_context({**settings(colours), "font.family": fonts()}):
        figure = Figure(figsize=INCHES, dpi=DPI, layout="constrained", facecolor=colours.card)
        canvas = FigureCanvasAgg(figure)
        panels = figure.subplots(len(groups), 1, sharex=True, squeeze=False)[:, 0]
        for axes, (title, its) in zip(panels, groups.items(), strict=True):
            for number, series in its:
                _draw_one(
                    axes,
                    series,
                    colours.series[number % len(colours.series)],
                    DASHES[number % len(DASHES)],
                    colours.card,
                )
            _style(axes, title, its[0][1].unit, colours)
        panels[-1].set_xlabel(translate(content.across))
        canvas.draw()
        made: np.ndarray = np.asarray(canvas.buffer_rgba())[..., :3].copy()
    return made


def _draw_one(axes: Any, series: Series, colour: str, dash: tuple[float, ...], card: str) -> None:
    style: Any = (0, dash) if dash else "solid"
    axes.plot(series.x, series.y, color=colour, linestyle=style, linewidth=1.8, label=translate(series.name))
    if series.marks is None or not len(series.marks):
        return
    x = np.clip(series.marks, series.x[0], series.x[-1])
    axes.plot(x, series.at(x), "o", color=colour, markersize=4, alpha=0.55, markeredgewidth=0)
    mean = x.mean()
    axes.plot(
        mean, series.at(mean), "o", markersize=8, markerfacecolor=card, markeredgecolor=colour, markeredgewidth=1.6
    )


def _style(axes: Any, title: str, unit: str, colours: PlotColours) -> None:
    axes.set_title(title, loc="left", fontsize=10, fontweight=600, pad=24)
    style_axes(axes, unit, colours, ncols=2)
