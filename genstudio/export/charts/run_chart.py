"""All curves of a run as one chart: groups below each other, each arranged as the window shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from genstudio.core.messages import N_, Message, translate
from genstudio.core.metrics import Metric, title_of
from genstudio.viewing.charts.chart import AnnotationAt, Chart, Panel, Points
from genstudio.viewing.charts.curve_data import ASIDE
from genstudio.viewing.charts.curve_groups import distinct_titles, into_groups
from genstudio.viewing.charts.curve_panels import Curve
from genstudio.viewing.charts.curves import CurvesRequest, arrange
from genstudio.viewing.charts.rows import Annotation, CurveRow

COLUMNS = 1000  # pixels across that the lines are reduced to
NOTHING: Points = (np.empty(0), np.empty(0))


def run_chart(
    rows: Sequence[CurveRow],
    keys: Sequence[str],
    metrics: Mapping[str, Metric],
    *,
    parts: Mapping[str, str] | None = None,
    log: bool = False,
    smoothing: float = 0.9,
    x: Literal["step", "time"] = "step",
    annotations: Sequence[Annotation] = (),
) -> Chart:
    """Chart of ``keys`` of ``rows``: panels of one unit (``metrics``: by name without the split) or of one player
    (``parts``: term to player). Values of training are smoothed, those of validation are rings; another split of a name
    that has both is a curve of its own."""
    curves = _curves(rows, keys, metrics, x)
    known = {name: curve.metric for name, curve in curves.items()}
    trained = {name for name, curve in curves.items() if len(curve.train[0])}
    groups = into_groups(list(curves), known, parts or {}, trained.__contains__)
    steps = np.array([row.step for row in rows], np.float64)
    clock = steps if x == "step" else np.array([row.seconds for row in rows], np.float64)
    marks = tuple(AnnotationAt(float(np.interp(one.step, steps, clock)), one.message, one.step) for one in annotations)
    panels: list[Panel] = []
    charts: list[Chart] = []
    for group in groups:
        for section in group.sections:
            its = tuple(replace(curves[name], section=translate(section.title)) for name in section.names)
            made = arrange(CurvesRequest(its, COLUMNS, x, log, smoothing)).chart
            title = translate(section.title) or group.key.removeprefix("unit:")
            panels += [replace(panel, title=title) for panel in made.panels]
            charts.append(made)
    panels = _told_apart(panels, known)
    extent = min(chart.extent[0] for chart in charts), max(chart.extent[1] for chart in charts)
    breaks = tuple(sorted({x for chart in charts for x in chart.breaks}))
    return Chart(tuple(panels), extent, x, annotations=marks, breaks=breaks)


def _curves(rows: Sequence[CurveRow], keys: Sequence[str], metrics: Mapping[str, Metric], x: str) -> dict[str, Curve]:
    """Curves by name, in the order of their keys; "KL (test)" where one name has more splits than rings can show."""
    splits: dict[str, list[str]] = {}
    for key in keys:
        split, name = split_and_name(key)
        splits.setdefault(name, []).append(split)
    found: dict[str, Curve] = {}
    for name, its in splits.items():
        aside = next((split for split in ASIDE if split in its), None)
        metric = metrics.get(name) or Metric(title_of(name, {}))
        train = _points(rows, name, "train", x) if "train" in its else NOTHING
        held_out = _points(rows, name, aside, x) if aside else NOTHING
        found[name] = Curve(name, len(found), train, held_out, metric)
        for split in (split for split in its if split not in ("train", aside)):
            title: Message = N_("{name} ({split})", name=metric.title, split=split)
            held_out = _points(rows, name, split, x)
            key = f"{name} ({split})"
            found[key] = Curve(key, len(found), NOTHING, held_out, replace(metric, title=title))
    return found


def _points(rows: Sequence[CurveRow], name: str, split: str, x: str) -> Points:
    keys = {f"{split}/{name}"} | ({name} if split == "train" else set())
    found = [
        (row.step if x == "step" else row.seconds, row.values[key]) for row in rows for key in keys & set(row.values)
    ]
    both = np.array(found, np.float64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _told_apart(panels: Sequence[Panel], metrics: Mapping[str, Metric]) -> list[Panel]:
    """Panels of equal title also name their curves."""
    names = [[line.name for line in panel.lines] for panel in panels]
    titles = distinct_titles([translate(panel.title) for panel in panels], names, metrics)
    return [replace(panel, title=title) for panel, title in zip(panels, titles, strict=True)]


def split_and_name(key: str) -> tuple[str, str]:
    """Parts of a key: of "validation/kl" the split and "kl"; without a split it is training's."""
    split, slash, name = key.partition("/")
    return (split, name) if slash else ("train", key)
