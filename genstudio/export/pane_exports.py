"""Exports that every pane has, writers that several panes share, and the one function that runs a writer."""

from __future__ import annotations

import csv
import threading
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.core.threads import compute_on_one_core
from genstudio.viewing.exports import (
    ANIMATION,
    PICTURE,
    Cancelled,
    Export,
    ExportRequest,
    Progress,
    exports_registered_for,
)
from genstudio.viewing.pane import Pane, final
from genstudio.viewing.tables import arrays_of, table_of

if TYPE_CHECKING:
    import numpy as np

    from genstudio.viewing.layout import Layout
    from genstudio.viewing.pane_state import PaneState

SHEET_SIDE = 1024  # pixels: pictures are enlarged by the largest whole factor that stays under this
FRAMES_OF_WALK = 240
_prepared = threading.local()


def exports_of(pane: Pane) -> tuple[Export, ...]:
    """All exports of a pane, in the order of its menu."""
    return (SHEET, THROUGH_TRAINING, *exports_registered_for(pane.name), NUMBERS)


def find_export(pane: Pane, name: str) -> Export:
    """The export of ``pane`` with that name. Raises :class:`UsageError` with the names that there are."""
    found = {export.name: export for export in exports_of(pane)}
    if name not in found:
        raise UsageError(
            N_("The pane '{pane}' has no export named '{name}'.", pane=pane.name, name=name),
            N_("There are: {names}.", names=", ".join(found)),
        )
    return found[name]


def write(request: ExportRequest, progress: Progress, cancelled: Cancelled) -> Path:
    """Write ``request`` on the calling thread and return the path. Raises :class:`GenstudioError` and
    :class:`Cancelled`; then nothing is left at the path."""
    if not getattr(_prepared, "done", False):
        compute_on_one_core()  # exports promise the same bits as the screen, which one core computed
        _prepared.done = True
    if not request.final:
        request = replace(request, content=final(request.context(), request.state, cancelled), final=True)
    return request.export.write(request, progress, cancelled)


def save_sheet(
    request: ExportRequest, progress: Progress, cancelled: Cancelled, *, state: PaneState | None = None
) -> Path:
    """Write the content as one picture; with ``state``, the content of that state."""
    from genstudio.export.images.contents import save_pane
    from genstudio.viewing.layout import Layout

    context = request.context()
    content = request.content if state is None else final(context, state, cancelled)
    height, width = content.pictures[0].pixels.shape[:2] if content.pictures else (1, 1)
    layout = Layout(scale=max(1, SHEET_SIDE // max(height, width)))
    return save_pane(request.path, context, state or request.state, run=request.run, content=content, layout=layout)


def save_film(
    request: ExportRequest,
    progress: Progress,
    cancelled: Cancelled,
    *,
    frames: Iterable[np.ndarray],
    total: int,
    state: PaneState,
    fps: float = 0.0,
    loop: bool = True,
) -> Path:
    """Write ``frames`` (uint8 H×W×C, ``total`` of them) as an animation whose provenance names ``state``.

    ``fps`` 0 takes :func:`frames_per_second`.
    """
    from genstudio.export.films.animations import save_animation
    from genstudio.export.provenance import provenance_of

    return save_animation(
        request.path,
        frames,
        fps=fps or frames_per_second(request.path),
        loop=loop,
        total=total,
        progress=progress,
        cancelled=cancelled,
        provenance=provenance_of(request.snapshot, state, run=request.run),
    )


def frames_per_second(path: Path) -> float:
    """Frame rate of a film by its format. A GIF counts in 1/100 s: 25 frames a second is the nearest it can keep."""
    return 25.0 if path.suffix.lower() == ".gif" else 30.0


def save_through_training(
    request: ExportRequest,
    progress: Progress,
    cancelled: Cancelled,
    *,
    state: PaneState | None = None,
    layout: Layout | None = None,
) -> Path:
    """Write a film of the pane at each checkpoint of the run. Raises :class:`UsageError` without a run."""
    from genstudio.export.films.films import frames_through_training, through_training

    if request.run is None:
        raise UsageError(N_("There is no run to make a film of."), N_("Open one, or press Start."))
    # Resolved once: what a state leaves to the weights would be chosen again at each checkpoint.
    state = (state or request.state).decided(request.context())
    return save_film(
        request,
        progress,
        cancelled,
        frames=through_training(request.run, state, data=request.data, blobs=request.blobs, layout=layout),
        total=frames_through_training(request.run),
        state=state,
        fps=6.0,
    )


def save_latent_walk(request: ExportRequest, progress: Progress, cancelled: Cancelled) -> Path:
    """Write a film of a closed curve through codes of the prior, drawn by the state's seed where it has one."""
    from genstudio.export.films.films import latent_walk

    context = request.context()
    state = request.state.decided(context)
    frames = latent_walk(context, seed=getattr(state, "seed", 0), frames=FRAMES_OF_WALK)
    return save_film(request, progress, cancelled, frames=frames, total=FRAMES_OF_WALK, state=state)


def save_histogram(request: ExportRequest, progress: Progress, cancelled: Cancelled) -> Path:
    """Write the series as a histogram, labelled by ``values["axis"]``."""
    from genstudio.export.charts.histograms import save_histograms
    from genstudio.export.provenance import provenance_of

    return save_histograms(
        request.path,
        request.content.series,
        title=str(request.content.caption),
        axis=str(request.content.values.get("axis", "")),
        provenance=provenance_of(request.snapshot, request.state, run=request.run),
    )


def save_curves(request: ExportRequest, progress: Progress, cancelled: Cancelled) -> Path:
    """Write the series as curves: a picture as PNG or SVG, all their points as CSV."""
    from genstudio.export.charts.series import save_series
    from genstudio.export.provenance import provenance_of

    provenance = provenance_of(request.snapshot, request.state, run=request.run)
    return save_series(request.path, request.content, provenance=provenance)


def save_numbers(request: ExportRequest, progress: Progress, cancelled: Cancelled) -> Path:
    """Write the numbers of the content: a table as CSV, all arrays as npz."""
    import numpy as np

    from genstudio.export.files import atomic_file

    suffix = request.path.suffix.lower()
    if suffix not in NUMBERS.suffixes:
        raise UsageError(
            N_("Numbers can't be written as '{suffix}'.", suffix=suffix or request.path.name),
            N_("Choose a name that ends in .csv or .npz."),
        )
    with atomic_file(request.path) as temporary:
        if suffix == ".npz":
            with open(temporary, "wb") as binary:
                arrays: Any = arrays_of(request.content)
                np.savez_compressed(binary, **arrays)
        else:
            header, rows = table_of(request.content)
            with open(temporary, "w", newline="", encoding="utf-8") as text:
                writer = csv.writer(text)
                writer.writerow(header)
                writer.writerows(rows)
    return request.path


SHEET = Export("picture", N_("Picture…"), "{pane}-{step}.png", PICTURE, save_sheet)
THROUGH_TRAINING = Export(
    "training", N_("Animation: through training…"), "{pane}-training.gif", ANIMATION, save_through_training
)
NUMBERS = Export("numbers", N_("Data…"), "{pane}-{step}.csv", (".csv", ".npz"), save_numbers)
LATENT_WALK = Export("walk", N_("Animation: a path through z…"), "{pane}-walk-{step}.gif", ANIMATION, save_latent_walk)
HISTOGRAM = Export(
    "histogram", N_("Histogram…"), "{pane}-histogram-{step}.svg", (".svg", ".png", ".csv"), save_histogram
)
CURVES = Export("curves", N_("Curves…"), "{pane}-curves-{step}.svg", (".svg", ".png", ".csv"), save_curves)
