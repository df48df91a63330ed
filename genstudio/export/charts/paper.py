"""Charts on paper: matplotlib draws the value that the window shows by pyqtgraph. Imported only for an export."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from genstudio.core.messages import N_, translate
from genstudio.core.paths import resources
from genstudio.viewing.charts.chart import Chart, Line, Panel

if TYPE_CHECKING:
    from genstudio.export.provenance import Provenance
    from genstudio.viewing.charts.chart import AnnotationAt, Points

# A weight that a fallback font lacks is nothing a person needs to read about.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
LOCK = threading.Lock()  # matplotlib's settings belong to the whole process
ANNOTATIONS_SHOWN = 12  # lines of words under a picture
WIDTH, PANEL, AROUND, DPI = 8.0, 2.4, 1.0, 160  # inches: a picture, a panel's height, what is around all; dots per inch


@dataclass(frozen=True)
class PlotColours:
    """Colours and dashes of the window, so that curves look the same on paper."""

    card: str
    text: str
    muted: str
    grid: str
    series: tuple[str, ...]


COLOURS = {
    "light": PlotColours("#ffffff", "#15171c", "#5c616b", "#e9ebef",
                  ("#0072b2", "#c25400", "#008a64", "#a8467f", "#4d4d4d", "#7a6a00")),
    "dark": PlotColours("#25272b", "#edeef0", "#a3a8b0", "#33363b",
                 ("#56b4e9", "#e69f00", "#1fb98c", "#d991ba", "#d5d5d5", "#f0e442")),
}  # fmt: skip
"""Subsets of the Okabe-Ito palette with at least 3:1 on their background; a test holds them to the window's."""
DASHES: tuple[tuple[float, ...], ...] = ((), (5, 2.5), (1.5, 2), (8, 2.5, 1.5, 2.5), (3, 1.5), (10, 4))


def draw_chart(
    chart: Chart,
    *,
    theme: str = "light",
    title: str = "",
    size: tuple[float, float] | None = None,
    dpi: int = DPI,
    path: Path | None = None,
    provenance: Provenance | None = None,
) -> np.ndarray | None:
    """Draw ``chart`` to ``path`` (PNG or SVG), or return it as uint8 H×W×3 without one. size: in inches."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    colours = COLOURS[theme]
    with LOCK, matplotlib.rc_context({**settings(colours), "font.family": fonts()}):
        size = size or (WIDTH, AROUND + PANEL * len(chart.panels))
        figure = Figure(figsize=size, dpi=dpi, layout="constrained", facecolor=colours.card)
        canvas = FigureCanvasAgg(figure)
        drawn = figure.subplots(len(chart.panels), 1, sharex=True, squeeze=False)[:, 0]
        scale, clock_name = _clock(chart)
        for axes, panel in zip(drawn, chart.panels, strict=True):
            _draw_panel(axes, panel, chart, scale, colours)
        drawn[-1].set_xlabel(clock_name or translate(chart.across_title))
        drawn[-1].set_xlim(*(end / scale for end in chart.extent))
        _annotate(figure, list(drawn), chart.annotations, scale, colours)
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight=600, color=colours.text)
        if path is not None:
            figure.savefig(path, facecolor=colours.card, metadata=metadata(path, provenance))
            return None
        canvas.draw()
        made: np.ndarray = np.asarray(canvas.buffer_rgba())[..., :3].copy()
    return made


def line_style(place: int, colours: PlotColours) -> tuple[str, tuple[float, ...]]:
    """Colour and dash of the line at ``place``, as in the window: after all colours the dashes shift, so that no pair
    repeats."""
    n = len(colours.series)
    return colours.series[place % n], DASHES[(place + place // n) % len(DASHES)]


def _draw_panel(axes: Any, panel: Panel, chart: Chart, scale: float, colours: PlotColours) -> None:
    for line in panel.lines:
        _draw_line(axes, line, scale, colours, log=panel.log)
    if panel.log:
        axes.set_yscale("log")
    axes.set_ylim(*(10**end if panel.log else end for end in panel.extent))
    axes.xaxis.set_major_formatter("{x:,.10g}")
    for x in chart.breaks:
        axes.axvline(x / scale, color=colours.muted, linewidth=0.6, dashes=(1, 2), zorder=0.4)
    if chart.boundary is not None:
        axes.axvline(chart.boundary.x / scale, color=colours.muted, linewidth=0.9, dashes=(3, 2), zorder=0.5)
        axes.annotate(
            translate(chart.boundary.text), (chart.boundary.x / scale, 1), xycoords=("data", "axes fraction"),
            xytext=(4, -10), textcoords="offset points", fontsize=8, color=colours.muted,
        )  # fmt: skip
    title, unit = translate(panel.title), translate(panel.unit)
    if title and unit:
        axes.set_title(title, loc="left", fontsize=10, fontweight=600, pad=24)
    columns = 2 if title and unit else min(3, max(1, len(panel.lines)))
    style_axes(axes, unit or title, colours, ncols=columns, columnspacing=1.4)


def _draw_line(axes: Any, line: Line, scale: float, colours: PlotColours, *, log: bool) -> None:
    """One line with all that belongs to it."""
    tint, dash = line_style(line.style, colours)

    def values(points: Points) -> Points:
        return points[0] / scale, 10 ** points[1] if log else points[1]

    style: dict[str, Any] = {"color": tint, "linestyle": (0, dash) if dash else "solid"}
    if line.raw is not None:
        axes.plot(*values(line.raw), color=tint, linewidth=0.7, alpha=0.35, zorder=1)
    for one in line.behind:
        dashes = (2 + 2 * one.place, 3)
        axes.plot(*values(one.points), color=tint, linewidth=0.8, alpha=0.6, dashes=dashes, zorder=1.5, label=one.run)
    x, y = values(line.points)
    axes.plot(x, y, label=_label(line, log=log), linewidth=1.8, zorder=2, **style)
    if line.filled:
        axes.fill(x, y, color=tint, alpha=0.15, linewidth=0)
    if line.rings is not None and len(line.rings[0]):
        axes.plot(
            *values(line.rings), "o", color=tint, markersize=4.5, markerfacecolor=colours.card, markeredgewidth=1.2,
            zorder=3, label=translate(N_("{name}, held out", name=line.title)) if line.raw is not None else None,
        )  # fmt: skip
    if line.best is not None:
        best = (np.array([line.best[0]]), np.array([line.best[1]]))
        axes.plot(*values(best), "*", color=tint, markersize=9, markeredgecolor=colours.card, zorder=4)
    if line.marks is not None and line.mean is not None:
        axes.plot(*line.marks, "o", color=tint, markersize=4, alpha=0.55, markeredgewidth=0)
        ring = {"markerfacecolor": colours.card, "markeredgecolor": tint, "markeredgewidth": 1.6}
        axes.plot(*line.mean, "o", markersize=8, **ring)


def _label(line: Line, *, log: bool) -> str:
    """Title of a line; of one that is measured again and again with its last value."""
    title = translate(line.title)
    measured = line.raw if line.raw is not None else line.rings
    if measured is None:
        return title
    known = measured[1][np.isfinite(measured[1])]
    return f"{title}  {10 ** known[-1] if log else known[-1]:.4g}" if len(known) else title


def _annotate(
    figure: Any, panels: Sequence[Any], annotations: Sequence[AnnotationAt], scale: float, colours: PlotColours
) -> None:
    """Numbered vertical lines through all axes at annotations; their texts below."""
    by_step: dict[tuple[float, int], list[str]] = {}
    for annotation in annotations:
        by_step.setdefault((annotation.x, annotation.step), []).append(translate(annotation.text))
    text = []
    for number, ((x, step), texts) in enumerate(sorted(by_step.items()), 1):
        for axes in panels:
            axes.axvline(x / scale, color=colours.muted, linewidth=0.9, dashes=(3, 2), zorder=0.5)
        panels[0].annotate(
            str(number), (x / scale, 1), xycoords=("data", "axes fraction"), xytext=(3, -9),
            textcoords="offset points", fontsize=7.5, color=colours.muted,
        )  # fmt: skip
        text.append(f"{number}  {translate(N_('step {n}', n=f'{step:,}'))}: {'; '.join(texts)}")
    if text:
        shown = text if len(text) <= ANNOTATIONS_SHOWN else [*text[: ANNOTATIONS_SHOWN - 1], f"… {len(text)}"]
        figure.supxlabel("\n".join(shown), x=0.01, ha="left", fontsize=7.5, color=colours.muted)


def _clock(chart: Chart) -> tuple[float, str]:
    """Divisor of x and the name of its axis; no name where the chart has one."""
    if chart.across == "step":
        return 1.0, translate(N_("step"))
    if chart.across == "value":
        return 1.0, ""
    longest = chart.extent[1]
    size, unit = (1.0, "s") if longest < 180 else (60.0, "min") if longest < 10_800 else (3600.0, "h")
    return size, translate(N_("training time ({unit})", unit=unit))


def style_axes(axes: Any, unit: str, colours: PlotColours, **legend: Any) -> None:
    """Grid, unit and a legend above the axes; ``legend`` has further options of matplotlib's legend."""
    axes.set_ylabel(unit)
    axes.grid(True, color=colours.grid, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    place = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0.2}
    axes.legend(**place, frameon=False, handlelength=2.4, fontsize=8.5, **legend)


def settings(colours: PlotColours) -> dict[str, Any]:
    return {
        "font.size": 9,
        "text.color": colours.text,
        "axes.facecolor": colours.card,
        "axes.edgecolor": colours.muted,
        "axes.labelcolor": colours.muted,
        "xtick.color": colours.muted,
        "ytick.color": colours.muted,
        "axes.labelsize": 9,
        "axes.linewidth": 0.8,
        # Letters as outlines: the file looks the same where the font is missing.
        "svg.fonttype": "path",
        "svg.hashsalt": "genstudio",
    }


def fonts() -> list[str]:
    from matplotlib import font_manager

    known = {font.name for font in font_manager.fontManager.ttflist}
    if "Inter" not in known:
        for file in sorted((resources() / "fonts").glob("Inter-*.ttf")):
            font_manager.fontManager.addfont(str(file))
    return ["Inter", "DejaVu Sans"] if any((resources() / "fonts").glob("Inter-*.ttf")) else ["DejaVu Sans"]


def metadata(path: Path, provenance: Provenance | None) -> dict[str, Any]:
    """Metadata of a PNG or SVG (by the suffix of ``path``): the program and the provenance."""
    text = provenance.text() if provenance else None
    if path.suffix.lower() == ".svg":
        return {"Date": None, "Creator": "genstudio", **({"Description": text} if text else {})}
    return {"Software": "genstudio", **({"genstudio": text} if text else {})}
