"""Exports of the pane Interpolate: the whole path as a strip, as a film, and at every checkpoint."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from genstudio.core.messages import N_
from genstudio.export.pane_exports import SHEET_SIDE, frames_per_second, save_film, save_sheet, save_through_training
from genstudio.panes.interpolate.content import InterpolateState
from genstudio.viewing.exports import ANIMATION, PICTURE, Cancelled, Export, ExportRequest, Progress, register_exports

if TYPE_CHECKING:
    from genstudio.viewing.layout import Layout


def save_path(request: ExportRequest, progress: Progress, cancelled: Cancelled) -> Path:
    """Write a film along the path, at the speed at which it plays."""
    from genstudio.panes.interpolate.film import frames_of_path, path_film

    context, state = request.context(), _state(request)
    fps = frames_per_second(request.path)
    return save_film(
        request,
        progress,
        cancelled,
        frames=path_film(context, state, fps=fps),
        total=frames_of_path(context, state, fps=fps),
        state=state,
        loop=state.loop,
    )


def save_strip(request: ExportRequest, progress: Progress, cancelled: Cancelled) -> Path:
    """Write the whole path as a strip of pictures."""
    from genstudio.panes.interpolate.film import as_strip

    return save_sheet(request, progress, cancelled, state=as_strip(_state(request)))


def save_strip_through_training(request: ExportRequest, progress: Progress, cancelled: Cancelled) -> Path:
    """Write a film of the whole path as a strip, at each checkpoint of the run."""
    from genstudio.panes.interpolate.film import as_strip

    return save_through_training(
        request, progress, cancelled, state=as_strip(_state(request)), layout=_layout_of_strip(request)
    )


def _state(request: ExportRequest) -> InterpolateState:
    assert isinstance(request.state, InterpolateState)
    return request.state


def _layout_of_strip(request: ExportRequest) -> Layout:
    """Layout as large as a sheet: a strip has many pictures, and each should be visible."""
    from genstudio.panes.interpolate.content import strip_places
    from genstudio.viewing.layout import Layout

    state = _state(request)
    (height, width), columns = request.snapshot.spec.cell, state.between + 1
    rows = math.ceil(len(strip_places(state)) / columns)
    return Layout(scale=max(1, SHEET_SIDE // max(rows * height, columns * width)))


register_exports(
    "interpolate",
    Export("strip", N_("Strip of the whole path…"), "{pane}-strip-{step}.png", PICTURE, save_strip),
    Export("path", N_("Animation: along the path, as it plays…"), "{pane}-path-{step}.gif", ANIMATION, save_path),
    Export(
        "training-path",
        N_("Animation: the whole path, at every checkpoint…"),
        "{pane}-path-training.gif",
        ANIMATION,
        save_strip_through_training,
    ),
)
