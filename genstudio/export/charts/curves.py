"""Curves in files: PNG and SVG for papers and slides, CSV with every raw point."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, translate
from genstudio.export.files import atomic_file, chart_suffix
from genstudio.viewing.charts.rows import Annotation, CurveRow

if TYPE_CHECKING:
    from genstudio.core.metrics import Metric
    from genstudio.export.provenance import Provenance
    from genstudio.training.run.run import Run


def save_curves(
    path: str | os.PathLike[str],
    rows: Sequence[CurveRow],
    *,
    keys: Sequence[str] | None = None,
    metrics: Mapping[str, Metric] | None = None,
    log: bool = False,
    smoothing: float = 0.9,
    x: Literal["step", "time"] = "step",
    theme: Literal["light", "dark"] = "light",
    title: str = "",
    annotations: Sequence[Annotation] = (),
    parts: Mapping[str, str] | None = None,
    provenance: Provenance | None = None,
) -> Path:
    """Write the curves of a run as PNG, SVG or CSV, by the suffix; returns the path written.

    ``rows`` are what was measured (:class:`CurveRow`); ``keys`` choose among their values (default: all, in order
    of appearance). In pictures each unit (``metrics``: by name without the split) has axes of its own, or
    each player (``parts``: term -> player, see :func:`genstudio.viewing.charts.curve_groups.into_groups`); raw points
    stand faintly behind their debiased moving average of weight ``smoothing``, and curves differ by colour and
    by dash. ``log`` applies to axes whose values are all above zero. ``annotations`` are upright lines with a number,
    and their words below. CSV holds all raw points: columns step, seconds, then one per key, empty where a row
    has no such value, and one for the marks' words where there are any. Raises :class:`UsageError` for another
    suffix, an unknown key or no rows.
    """
    target = Path(path)
    suffix = chart_suffix(target)
    chosen = _choose(rows, keys)
    with atomic_file(target) as temporary:
        if suffix == ".csv":
            _write_csv(temporary, rows, chosen, annotations)
        else:
            from genstudio.export.charts.paper import draw_chart
            from genstudio.export.charts.run_chart import run_chart

            chart = run_chart(
                rows, chosen, metrics or {}, parts=parts, log=log, smoothing=smoothing, x=x, annotations=annotations
            )
            draw_chart(chart, theme=theme, title=title, path=temporary, provenance=provenance)
    return target


def save_run_curves(path: str | os.PathLike[str], run: Run, **options: object) -> Path:
    """:func:`save_curves` of all that ``run`` has measured so far, with its metrics and players, its name as the title,
    and marks where its settings changed."""
    from genstudio.training.curve_annotations import annotations_of, owners_of
    from genstudio.training.metrics import metrics_of

    rows, run_events = read_rows(run), run.run_events()
    known = {
        "metrics": metrics_of(run.recipe.model),
        "title": run.path.name,
        "annotations": annotations_of(run_events),
        "parts": owners_of(run_events),
    }
    options = {**known, **options}
    return save_curves(path, rows, **options)  # type: ignore[arg-type]


def read_rows(run: Run) -> list[CurveRow]:
    """All rows of a run's ``metrics.jsonl``, oldest first."""
    rows, _ = run.metrics_since(0)
    return list(rows)


def keys_of(rows: Sequence[CurveRow]) -> list[str]:
    """The names of all values, in order of appearance."""
    return list(dict.fromkeys(key for row in rows for key in row.values))


def _choose(rows: Sequence[CurveRow], keys: Sequence[str] | None) -> list[str]:
    there = keys_of(rows)
    if not there:
        raise UsageError(N_("Nothing has been measured yet."), N_("Train for some steps first."))
    for key in keys or ():
        if key not in there:
            raise UsageError(
                N_("There is no curve named '{name}'.", name=key),
                N_("There are: {names}.", names=", ".join(there)),
            )
    return list(keys) if keys else there


def _write_csv(path: Path, rows: Sequence[CurveRow], keys: Sequence[str], annotations: Sequence[Annotation]) -> None:
    waiting = sorted(annotations, key=lambda annotation: annotation.step)
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["step", "seconds", *keys, *(["change"] if annotations else [])])

        def write_annotations(before: float) -> None:
            """Separate lines for the marks before this step."""
            while waiting and waiting[0].step < before:
                annotation = waiting.pop(0)
                writer.writerow([annotation.step, "", *[""] * len(keys), translate(annotation.message)])

        for row in rows:
            # repr keeps every digit: what is read back is what was measured.
            cells = [repr(float(row.values[key])) if key in row.values else "" for key in keys]
            if any(cells):
                write_annotations(row.step)
                writer.writerow([row.step, repr(float(row.seconds)), *cells, *([""] if annotations else [])])
        write_annotations(float("inf"))
