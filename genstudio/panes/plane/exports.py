"""Exports of the pane Plane: its plot as a PNG or SVG with axes, or all points as CSV."""

from __future__ import annotations

from pathlib import Path

from genstudio.core.messages import N_
from genstudio.viewing.exports import Cancelled, Export, ExportRequest, Progress, register_exports


def save_plot(request: ExportRequest, progress: Progress, cancelled: Cancelled) -> Path:
    """Write field and points with their axes."""
    from genstudio.export.charts.field import save_field
    from genstudio.export.provenance import provenance_of
    from genstudio.panes.plane.content import DATA, SAMPLES

    provenance = provenance_of(request.snapshot, request.state, run=request.run)
    return save_field(request.path, request.content, DATA, SAMPLES, provenance=provenance)


register_exports("plane", Export("plot", N_("Plot…"), "{pane}-plot-{step}.svg", (".svg", ".png", ".csv"), save_plot))
