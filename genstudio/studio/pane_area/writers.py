"""Writers of exports on a worker: no Qt, one core, whole files or none."""

from __future__ import annotations

import csv
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message
from genstudio.core.threads import compute_on_one_core
from genstudio.viewing.base import Content, PaneState, ViewContext, final
from genstudio.viewing.tables import arrays_of, table_of

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.export.images.contents import Layout
    from genstudio.training.run.run import Run
    from genstudio.training.snapshot import Snapshot
    from genstudio.viewing.blobs import Blobs

Progress = Callable[[float, Message], None]
SHEET_SIDE = 1024  # pixels: pictures are enlarged by the largest whole factor that stays under this
FPS_WALK, FRAMES_WALK, FRAMES_SWEEP = 30, 240, 120
SECONDS_OF_DRAWING = 8.0  # of a film whose speed is "as fast as it goes"
_prepared = threading.local()


@dataclass(frozen=True)
class Request:
    """Request for an export: the content on screen, and all it takes to make more of it. ``whole``: nothing better
    follows; else it is made first."""

    kind: str
    path: Path
    state: PaneState
    content: Content
    snapshot: Snapshot
    run: Run | None
    data: DataSet | None
    blobs: Blobs
    whole: bool = True
    options: dict[str, Any] = field(default_factory=dict)  # how fast and how large a film is to be


def write(request: Request, progress: Progress, cancelled: Callable[[], bool]) -> Path:
    """Write ``request`` and return the path. Raises :class:`GenstudioError` in plain words, :class:`Cancelled`."""
    if not getattr(_prepared, "done", False):
        compute_on_one_core()  # exports promise the same bits as the screen, which one core computed
        _prepared.done = True
    if not request.whole:
        request = replace(request, content=final(_context(request), request.state, cancelled), whole=True)
    writers = {
        "picture": _picture, "training": _training, "walk": _walk, "drawing": _drawing, "numbers": _numbers,
        "histogram": _histogram, "matrix": _matrix, "sweep": _sliders_film, "padwalk": _sliders_film,
        "sweepsheet": _sliders_sheet, "padsheet": _sliders_sheet, "path": _path, "strip": _strip,
    }  # fmt: skip
    return writers[request.kind.partition("-")[0]](request, progress, cancelled)


def _context(request: Request) -> ViewContext:
    from genstudio.training.snapshot import load_model

    return ViewContext(
        load_model(request.snapshot), request.snapshot.spec, request.snapshot, request.data, request.blobs
    )


def _picture(request: Request, progress: Progress, cancelled: Callable[[], bool]) -> Path:
    from genstudio.export.images.contents import Layout, save_pane

    height, width = request.content.pictures[0].pixels.shape[:2] if request.content.pictures else (1, 1)
    layout = Layout(scale=max(1, SHEET_SIDE // max(height, width)))
    return save_pane(
        request.path, _context(request), request.state, run=request.run, content=request.content, layout=layout
    )


def _training(request: Request, progress: Progress, cancelled: Callable[[], bool]) -> Path:
    from genstudio.export.films.animations import save_animation
    from genstudio.export.films.films import frames_through_training, through_training
    from genstudio.export.provenance import provenance_of

    run, state = request.run, request.state
    if run is None:
        raise UsageError(N_("There is no run to make a film of."), N_("Open one, or press Start."))
    # Settled once: what a state leaves to the weights would be chosen anew at each checkpoint.
    state, layout = state.decided(_context(request)), None
    if request.options.get("whole path"):
        state, layout = _whole_path(state), _layout_of_strip(request)
    return save_animation(
        request.path,
        through_training(run, state, data=request.data, blobs=request.blobs, layout=layout),
        fps=6.0,
        total=frames_through_training(run),
        progress=progress,
        cancelled=cancelled,
        provenance=provenance_of(request.snapshot, state, run=run),
    )


def _walk(request: Request, progress: Progress, cancelled: Callable[[], bool]) -> Path:
    from genstudio.export.films.animations import save_animation
    from genstudio.export.films.films import latent_walk, manifold_walk
    from genstudio.export.provenance import provenance_of
    from genstudio.panes.manifold.content import ManifoldState

    context = _context(request)
    state = request.state.decided(context)
    # A GIF's clock ticks in hundredths of a second: 25 frames a second is the nearest it can keep.
    fps = 25.0 if request.path.suffix.lower() == ".gif" else float(FPS_WALK)
    frames: Any = (
        manifold_walk(context, state, frames=FRAMES_WALK)
        if isinstance(state, ManifoldState)
        else latent_walk(context, seed=getattr(state, "seed", 0), frames=FRAMES_WALK)
    )
    return save_animation(
        request.path, frames, fps=fps, total=FRAMES_WALK, progress=progress, cancelled=cancelled,
        provenance=provenance_of(request.snapshot, state, run=request.run),
    )  # fmt: skip


def _sliders_film(request: Request, progress: Progress, cancelled: Callable[[], bool]) -> Path:
    from genstudio.export.films.animations import save_animation
    from genstudio.export.films.slider_films import pad_sheet, pad_walk, slider_sweep, sweep_sheet
    from genstudio.export.provenance import provenance_of
    from genstudio.panes.sliders.state import SlidersState

    context = _context(request)
    state = request.state.decided(context)
    assert isinstance(state, SlidersState)
    fps = 25.0 if request.path.suffix.lower() == ".gif" else float(FPS_WALK)
    if request.kind == "padwalk":
        total, told = FRAMES_WALK, pad_sheet(state)
        frames = pad_walk(context, state, frames=total)
    else:
        total, told = FRAMES_SWEEP, sweep_sheet(state, request.options["slider"])  # names the slider
        frames = slider_sweep(context, state, request.options["slider"], frames=total)
    return save_animation(
        request.path, frames, fps=fps, total=total, progress=progress, cancelled=cancelled,
        provenance=provenance_of(request.snapshot, told, run=request.run),
    )  # fmt: skip


def _sliders_sheet(request: Request, progress: Progress, cancelled: Callable[[], bool]) -> Path:
    from genstudio.export.films.slider_films import pad_sheet, sweep_sheet
    from genstudio.panes.sliders.state import SlidersState

    assert isinstance(request.state, SlidersState)
    made = pad_sheet(request.state)
    if request.kind == "sweepsheet":
        made = sweep_sheet(request.state, request.options["slider"])
    shown = final(_context(request), made, cancelled)
    return _picture(replace(request, state=made, content=shown), progress, cancelled)


def _path(request: Request, progress: Progress, cancelled: Callable[[], bool]) -> Path:
    from genstudio.export.films.animations import save_animation
    from genstudio.export.films.path_film import frames_of_path, path_film
    from genstudio.export.provenance import provenance_of
    from genstudio.panes.interpolate.content import InterpolateState

    context, state = _context(request), request.state
    assert isinstance(state, InterpolateState)
    fps = 25.0 if request.path.suffix.lower() == ".gif" else float(FPS_WALK)
    return save_animation(
        request.path, path_film(context, state, fps=fps), fps=fps, loop=state.loop,
        total=frames_of_path(context, state, fps=fps), progress=progress, cancelled=cancelled,
        provenance=provenance_of(request.snapshot, state, run=request.run),
    )  # fmt: skip


def _strip(request: Request, progress: Progress, cancelled: Callable[[], bool]) -> Path:
    state = _whole_path(request.state)
    content = final(_context(request), state, cancelled)
    return _picture(replace(request, state=state, content=content), progress, cancelled)


def _layout_of_strip(request: Request) -> Layout:
    """As large as a sheet: a strip has many pictures, and each is to be seen."""
    from genstudio.export.images.contents import Layout
    from genstudio.panes.interpolate.content import InterpolateState, strip_places

    assert isinstance(request.state, InterpolateState)
    (height, width), columns = request.snapshot.spec.cell, request.state.between + 1
    rows = math.ceil(len(strip_places(request.state)) / columns)
    return Layout(scale=max(1, SHEET_SIDE // max(rows * height, columns * width)))


def _whole_path(state: PaneState) -> PaneState:
    from genstudio.export.films.path_film import as_strip
    from genstudio.panes.interpolate.content import InterpolateState

    assert isinstance(state, InterpolateState)
    return as_strip(state)


def _drawing(request: Request, progress: Progress, cancelled: Callable[[], bool]) -> Path:
    from genstudio.export.films.animations import save_animation
    from genstudio.export.films.drawing_film import drawing_film, frames_of_drawing
    from genstudio.export.provenance import provenance_of
    from genstudio.panes.pixels.content import PixelsState

    context, state = _context(request), request.state
    assert isinstance(state, PixelsState)
    fps = 25.0 if request.path.suffix.lower() == ".gif" else float(FPS_WALK)
    speed = request.options["speed"]
    if math.isinf(speed):
        speed = context.spec.height * context.spec.width / SECONDS_OF_DRAWING
    how: dict[str, Any] = {"speed": speed, "fps": fps}
    return save_animation(
        request.path,
        drawing_film(context, state, scale=request.options["scale"], **how),
        fps=fps,
        total=frames_of_drawing(context, state, **how),
        progress=progress,
        cancelled=cancelled,
        provenance=provenance_of(request.snapshot, state, run=request.run),
    )


def _histogram(request: Request, progress: Progress, cancelled: Callable[[], bool]) -> Path:
    from genstudio.export.charts.histograms import save_histograms
    from genstudio.export.provenance import provenance_of

    return save_histograms(
        request.path, request.content.series, title=str(request.content.words),
        axis=str(request.content.values.get("axis", "")),
        provenance=provenance_of(request.snapshot, request.state, run=request.run),
    )  # fmt: skip


def _matrix(request: Request, progress: Progress, cancelled: Callable[[], bool]) -> Path:
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
        request.path, values["matrix"], values["row_names"], values["column_names"], top=top_of(values["shown"]),
        title=str(request.content.words), provenance=provenance_of(request.snapshot, request.state, run=request.run),
    )  # fmt: skip


def _numbers(request: Request, progress: Progress, cancelled: Callable[[], bool]) -> Path:
    import numpy as np

    from genstudio.export.files import whole_file

    suffix = request.path.suffix.lower()
    if suffix not in (".csv", ".npz"):
        raise UsageError(
            N_("Numbers can't be written as '{suffix}'.", suffix=suffix or request.path.name),
            N_("Choose a name that ends in .csv or .npz."),
        )
    with whole_file(request.path) as temporary:
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
