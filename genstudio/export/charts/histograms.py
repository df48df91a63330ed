"""Histograms in files: PNG and SVG for papers and slides, CSV with every bin."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, translate
from genstudio.export.files import atomic_file, chart_suffix
from genstudio.viewing.charts.histograms import Histograms

if TYPE_CHECKING:
    from genstudio.export.provenance import Provenance
    from genstudio.viewing.content import Series

INCHES = (8.0, 3.4)


def save_histograms(
    path: str | os.PathLike[str],
    series: Sequence[Series],
    *,
    title: str = "",
    axis: str = "",
    theme: Literal["light", "dark"] = "light",
    provenance: Provenance | None = None,
) -> Path:
    """Write histograms over the same bins as PNG, SVG or CSV, by the suffix; returns the path written.

    CSV holds one row a bin: its middle, then the share of each series in per cent. Raises :class:`UsageError` for another
    suffix, or where nothing was counted.
    """
    target = Path(path)
    suffix = chart_suffix(target)
    if not series:
        raise UsageError(N_("Nothing has been counted yet."), N_("Wait until the histogram is shown."))
    with atomic_file(target) as temporary:
        if suffix == ".csv":
            _write_csv(temporary, series, axis)
        else:
            from genstudio.export.charts.paper import draw_chart

            half = float(series[0].x[1] - series[0].x[0]) / 2
            ends = float(series[0].x[0]) - half, float(series[0].x[-1]) + half
            chart = Histograms(tuple(series), ends, axis).chart()
            draw_chart(chart, theme=theme, title=title, size=INCHES, path=temporary, provenance=provenance)
    return target


def _write_csv(path: Path, series: Sequence[Series], axis: str) -> None:
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([axis or "x", *(f"{translate(one.name)} ({one.unit})" for one in series)])
        # repr keeps every digit: what is read back is what was counted.
        for k, middle in enumerate(series[0].x.tolist()):
            writer.writerow([repr(float(middle)), *(repr(float(one.y[k])) for one in series)])
