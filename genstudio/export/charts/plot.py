"""Drawing of curves by matplotlib, imported only for an export."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from genstudio.core.messages import N_, translate
from genstudio.core.metrics import Metric, title_of
from genstudio.core.paths import resources
from genstudio.viewing.charts.curve_groups import distinct_titles, into_groups
from genstudio.viewing.charts.smoothing import smooth

if TYPE_CHECKING:
    from genstudio.export.provenance import Provenance
    from genstudio.viewing.charts.rows import Annotation, CurveRow
    from genstudio.viewing.content import Series

# A weight that a fallback font lacks is nothing a person needs to read about.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
LOCK = threading.Lock()  # matplotlib's settings belong to the whole process
_RAW_POINTS = 2000
ANNOTATIONS_SHOWN = 12  # lines of words under a picture


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


def draw_curves(
    path: Path,
    rows: Sequence[CurveRow],
    keys: Sequence[str],
    metrics: Mapping[str, Metric],
    *,
    log: bool,
    smoothing: float,
    x: str,
    theme: str,
    title: str,
    annotations: Sequence[Annotation] = (),
    parts: Mapping[str, str] | None = None,
    provenance: Provenance | None = None,
) -> None:
    """Draw ``keys`` of ``rows`` to ``path`` (PNG or SVG): axes for each unit or player, one above the other, on one
    clock."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    colours = COLOURS[theme]
    groups = _panels(keys, metrics, parts or {})
    with LOCK, matplotlib.rc_context({**settings(colours), "font.family": fonts()}):
        figure = Figure(figsize=(8, 1.0 + 2.9 * len(groups)), dpi=160, layout="constrained", facecolor=colours.card)
        FigureCanvasAgg(figure)
        panels = figure.subplots(len(groups), 1, sharex=True, squeeze=False)[:, 0]
        clock, clock_name = _clock(rows, x)
        styles = _styles(keys, colours)
        for axes, (title_of, members) in zip(panels, groups, strict=True):
            for key in members:
                _draw_one(axes, *_points(rows, clock, key), _name(key, metrics), styles[key], smoothing)
            _style(axes, title_of, log, len(members), colours)
        panels[-1].set_xlabel(clock_name)
        _annotate(figure, list(panels), rows, clock, annotations, colours)
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight=600, color=colours.text)
        figure.savefig(path, facecolor=colours.card, metadata=metadata(path, provenance))


def draw_histograms(
    path: Path, series: Sequence[Series], *, title: str, axis: str, theme: str, provenance: Provenance | None
) -> None:
    """Draw histograms over the same bins to ``path`` (PNG or SVG) as steps; the last one is filled."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    colours = COLOURS[theme]
    with LOCK, matplotlib.rc_context({**settings(colours), "font.family": fonts()}):
        figure = Figure(figsize=(8, 3.4), dpi=160, layout="constrained", facecolor=colours.card)
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        half = (series[0].x[1] - series[0].x[0]) / 2
        edges = np.concatenate([series[0].x - half, series[0].x[-1:] + half])
        for k, one in enumerate(series):
            tint, dash = colours.series[k % len(colours.series)], DASHES[k % len(DASHES)]
            line: dict[str, Any] = {"color": tint, "linestyle": (0, dash) if dash else "solid", "linewidth": 1.8}
            if one is series[-1]:
                axes.stairs(one.y, edges, fill=True, color=tint, alpha=0.15)
            axes.stairs(one.y, edges, label=translate(one.name), **line)
        _style(axes, translate(one.unit), False, len(series), colours)
        axes.set_ylim(bottom=0)
        axes.set_xlabel(axis)
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight=600, color=colours.text)
        figure.savefig(path, facecolor=colours.card, metadata=metadata(path, provenance))


def thin(x: np.ndarray, y: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """At most about ``most`` of n points: in each of equal stretches the lowest and the highest, so that peaks stay."""
    if len(y) <= most:
        return x, y
    edges = np.linspace(0, len(y), most // 2 + 1).astype(int)
    kept = {0, len(y) - 1}
    for start, end in itertools.pairwise(edges):
        part = y[start:end]
        if np.isfinite(part).any():
            kept |= {start + int(np.nanargmin(part)), start + int(np.nanargmax(part))}
    order = np.array(sorted(kept))
    return x[order], y[order]


def _draw_one(
    axes: Any, at: np.ndarray, values: np.ndarray, title: str, style: dict[str, Any], smoothing: float
) -> None:
    finite = values[np.isfinite(values)]
    label = f"{title}  {finite[-1]:.4g}" if len(finite) else title
    if (
        "marker" in style or smoothing == 0 or len(values) < 3
    ):  # measured now and then: there is no noise to see through
        axes.plot(*thin(at, values, _RAW_POINTS), label=label, linewidth=1.8, **style)
        return
    axes.plot(*thin(at, values, _RAW_POINTS), color=style["color"], linewidth=0.7, alpha=0.35, zorder=1)
    axes.plot(*thin(at, smooth(values, smoothing), _RAW_POINTS), label=label, linewidth=1.8, zorder=2, **style)


def _annotate(
    figure: Any,
    panels: Sequence[Any],
    rows: Sequence[CurveRow],
    clock: np.ndarray,
    annotations: Sequence[Annotation],
    colours: PlotColours,
) -> None:
    """Numbered vertical lines through all axes at marks; their texts below."""
    by_step: dict[int, list[str]] = {}
    for annotation in annotations:
        by_step.setdefault(annotation.step, []).append(translate(annotation.message))
    steps = np.array([row.step for row in rows], np.float64)
    text = []
    for number, (step, texts) in enumerate(sorted(by_step.items()), 1):
        at = float(np.interp(step, steps, clock))
        for axes in panels:
            axes.axvline(at, color=colours.muted, linewidth=0.9, dashes=(3, 2), zorder=0.5)
        panels[0].annotate(
            str(number), (at, 1), xycoords=("data", "axes fraction"), xytext=(3, -9), textcoords="offset points",
            fontsize=7.5, color=colours.muted,
        )  # fmt: skip
        text.append(f"{number}  {translate(N_('step {n}', n=f'{step:,}'))}: {'; '.join(texts)}")
    if text:
        shown = text if len(text) <= ANNOTATIONS_SHOWN else [*text[: ANNOTATIONS_SHOWN - 1], f"… {len(text)}"]
        figure.supxlabel("\n".join(shown), x=0.01, ha="left", fontsize=7.5, color=colours.muted)


def _panels(
    keys: Sequence[str], metrics: Mapping[str, Metric], parts: Mapping[str, str]
) -> list[tuple[str, list[str]]]:
    """Title and metric keys of each pair of axes, all splits of one name side by side."""
    by_name: dict[str, list[str]] = {}
    for key in keys:
        by_name.setdefault(_split_and_name(key)[1], []).append(key)
    trained = {name for name, its in by_name.items() if any(_split_and_name(key)[0] == "train" for key in its)}
    groups = into_groups(list(by_name), metrics, parts, trained.__contains__)
    panels = [
        (translate(section.title) or (group.key.removeprefix("unit:")), section.names)
        for group in groups
        for section in group.sections
    ]
    titles = distinct_titles([title for title, _ in panels], [names for _, names in panels], metrics)
    return [
        (title, [key for name in names for key in by_name[name]])
        for title, (_, names) in zip(titles, panels, strict=True)
    ]


def _style(axes: Any, unit: str, log: bool, curves: int, colours: PlotColours) -> None:
    values = np.concatenate([np.empty(0), *(np.asarray(line.get_ydata(), float) for line in axes.lines)])
    values = values[np.isfinite(values)]
    if log and len(values) and values.min() > 0:
        axes.set_yscale("log")
    axes.xaxis.set_major_formatter("{x:,.10g}")
    style_axes(axes, unit, colours, ncols=min(3, curves), columnspacing=1.4)


def style_axes(axes: Any, unit: str, colours: PlotColours, **legend: Any) -> None:
    """Grid, unit and a legend above the axes; ``legend`` has further options of matplotlib's legend."""
    axes.set_ylabel(unit)
    axes.grid(True, color=colours.grid, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    place = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0.2}
    axes.legend(**place, frameon=False, handlelength=2.4, fontsize=8.5, **legend)


def _points(rows: Sequence[CurveRow], clock: np.ndarray, key: str) -> tuple[np.ndarray, np.ndarray]:
    where = np.array([key in row.values for row in rows])
    return clock[where], np.array([row.values[key] for row in rows if key in row.values], np.float64)


def _clock(rows: Sequence[CurveRow], x: str) -> tuple[np.ndarray, str]:
    if x == "step":
        return np.array([row.step for row in rows], np.float64), translate(N_("step"))
    seconds = np.array([row.seconds for row in rows], np.float64)
    longest = seconds.max(initial=0)
    size, unit = (1, "s") if longest < 180 else (60, "min") if longest < 10_800 else (3600, "h")
    return seconds / size, translate(N_("training time ({unit})", unit=unit))


def _styles(keys: Sequence[str], colours: PlotColours) -> dict[str, dict[str, Any]]:
    """Style by name: a different colour and dash for each, the same in every split; other splits than training have
    dots.

    After six names the dashes shift, so that no pair repeats.
    """
    names = list(dict.fromkeys(_split_and_name(key)[1] for key in keys))
    styles: dict[str, dict[str, Any]] = {}
    for key in keys:
        split, name = _split_and_name(key)
        i = names.index(name)
        dash = DASHES[(i + i // len(colours.series)) % len(DASHES)]
        dots = {} if split == "train" else {"marker": "o", "markersize": 4, "markeredgecolor": colours.card}
        styles[key] = {
            "color": colours.series[i % len(colours.series)], "linestyle": (0, dash) if dash else "solid", **dots
        }  # fmt: skip
    return styles


def _split_and_name(key: str) -> tuple[str, str]:
    split, slash, name = key.partition("/")
    return (split, name) if slash else ("train", key)


def _name(key: str, metrics: Mapping[str, Metric]) -> str:
    split, name = _split_and_name(key)
    text = title_of(name, metrics)
    return text if split == "train" else f"{text} ({split})"


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
