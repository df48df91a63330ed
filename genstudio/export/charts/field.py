"""Field and points of the plane in files: PNG and SVG with axes, CSV with every point."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, translate
from genstudio.export.charts.paper import COLOURS, DPI, LOCK, fonts, metadata, settings
from genstudio.export.files import atomic_file, chart_suffix

if TYPE_CHECKING:
    import numpy as np

    from genstudio.export.provenance import Provenance
    from genstudio.viewing.charts.field import FieldChart
    from genstudio.viewing.content import Content

INCHES = 6.4
MARKS, NAMES = {"data": "o", "samples": "D"}, {"data": N_("data"), "samples": N_("samples")}
Colour = tuple[int, int, int]


def save_field(
    path: str | os.PathLike[str],
    content: Content,
    data: Colour,
    samples: Colour,
    *,
    theme: Literal["light", "dark"] = "light",
    provenance: Provenance | None = None,
) -> Path:
    """Write the field chart of ``content`` as PNG, SVG or CSV, by the suffix; returns the path written.

    data, samples: colours of the points. CSV holds one row a point: what it is, x and y. Raises :class:`UsageError` for
    another suffix, or without a field chart.
    """
    target = Path(path)
    suffix = chart_suffix(target)
    chart = content.field_chart
    if chart is None:
        raise UsageError(N_("There is no plot to save yet."), N_("Wait until it is shown."))
    with atomic_file(target) as temporary:
        if suffix == ".csv":
            _write_csv(temporary, chart)
        else:
            _draw(temporary, chart, {"data": data, "samples": samples}, theme, translate(content.caption), provenance)
    return target


def _points(chart: FieldChart) -> dict[str, np.ndarray]:
    """Places by what they are."""
    named = {"data": chart.data, "samples": chart.samples}
    return {kind: places for kind, places in named.items() if places is not None}


def _write_csv(path: Path, chart: FieldChart) -> None:
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["kind", "x", "y"])
        for kind, places in _points(chart).items():
            writer.writerows([kind, repr(float(x)), repr(float(y))] for x, y in places.tolist())


def _draw(
    path: Path,
    chart: FieldChart,
    tints: dict[str, Colour],
    theme: str,
    caption: str,
    provenance: Provenance | None,
) -> None:
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    colours = COLOURS[theme]
    with LOCK, matplotlib.rc_context({**settings(colours), "font.family": fonts()}):
        figure = Figure(figsize=(INCHES, INCHES), dpi=DPI, layout="constrained", facecolor=colours.card)
        FigureCanvasAgg(figure)
        axes: Any = figure.subplots()
        left, right, bottom, top = chart.extent
        if chart.colours is not None:
            axes.imshow(chart.colours, extent=chart.extent, interpolation="bilinear", aspect="equal", zorder=0)
        if chart.zero is not None:
            axes.plot(*chart.zero, color="#5c5c5c", linewidth=1.2, zorder=1)
        for kind, places in _points(chart).items():
            shade = tuple(part / 255 for part in tints[kind])
            style: dict[str, Any] = {
                "marker": MARKS[kind],
                "color": [shade],
                "edgecolors": "#ffffff",
                "linewidths": 0.4,
            }
            axes.scatter(places[:, 0], places[:, 1], s=11, label=translate(NAMES[kind]), **style)
        if chart.arrows is not None:
            axes.plot(*chart.arrows, color="#1e1e1e", linewidth=0.9, zorder=3)
        axes.set_xlim(left, right)
        axes.set_ylim(bottom, top)
        axes.set_aspect("equal")
        axes.set_title(caption, loc="left", fontsize=8, color=colours.muted, wrap=True)
        if _points(chart):
            axes.legend(loc="lower left", bbox_to_anchor=(0, -0.16), ncols=2, frameon=False, fontsize=8.5)
        figure.savefig(path, facecolor=colours.card, metadata=metadata(path, provenance))
