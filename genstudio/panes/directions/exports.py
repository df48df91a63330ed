"""Exports of the pane Directions."""

from __future__ import annotations

from pathlib import Path

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.export.pane_exports import LATENT_WALK
from genstudio.viewing.exports import Cancelled, Export, ExportRequest, Progress, register_exports


def save_shown_matrix(request: ExportRequest, progress: Progress, cancelled: Cancelled) -> Path:
    """Write the matrix on screen. Raises :class:`UsageError` where rows of pictures are shown."""
    from genstudio.export.images.matrices import save_matrix
    from genstudio.export.provenance import provenance_of
    from genstudio.panes.directions.sheets import top_of

    values = request.content.values
    if "matrix" not in values:
        raise UsageError(
            N_("The pane shows rows of pictures, not a matrix."),
            N_("Choose Show: cosines, or Show: effects, and save again."),
        )
    return save_matrix(
        request.path,
        values["matrix"],
        values["row_names"],
        values["column_names"],
        top=top_of(values["shown"]),
        title=str(request.content.caption),
        provenance=provenance_of(request.snapshot, request.state, run=request.run),
    )


register_exports(
    "directions",
    LATENT_WALK,
    Export("matrix", N_("Matrix with its names…"), "{pane}-matrix-{step}.svg", (".svg", ".png"), save_shown_matrix),
)
