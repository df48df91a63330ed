"""Exports of the pane Sliders: films and sheets of one slider, and of the pad."""

from __future__ import annotations

from pathlib import Path

from genstudio.core.messages import N_
from genstudio.export.pane_exports import FRAMES_OF_WALK, save_film, save_sheet
from genstudio.panes.sliders.state import SlidersState
from genstudio.viewing.context import ViewContext
from genstudio.viewing.exports import ANIMATION, PICTURE, Cancelled, Export, ExportRequest, Progress, register_exports

FRAMES_OF_SWEEP = 120


def save_sweep(request: ExportRequest, progress: Progress, cancelled: Cancelled) -> Path:
    """Write a film of one slider (the option ``slider``) from end to end and back."""
    from genstudio.panes.sliders.films import slider_sweep, sweep_sheet

    context, state = _context_and_state(request)
    name = request.option("slider")
    frames = slider_sweep(context, state, name, frames=FRAMES_OF_SWEEP)
    shown = sweep_sheet(state, name)  # names the slider
    return save_film(request, progress, cancelled, frames=frames, total=FRAMES_OF_SWEEP, state=shown)


def save_pad_walk(request: ExportRequest, progress: Progress, cancelled: Cancelled) -> Path:
    """Write a film of a walk through the pad."""
    from genstudio.panes.sliders.films import pad_sheet, pad_walk

    context, state = _context_and_state(request)
    frames = pad_walk(context, state, frames=FRAMES_OF_WALK)
    return save_film(request, progress, cancelled, frames=frames, total=FRAMES_OF_WALK, state=pad_sheet(state))


def save_sweep_sheet(request: ExportRequest, progress: Progress, cancelled: Cancelled) -> Path:
    """Write a row of pictures along one slider (the option ``slider``)."""
    from genstudio.panes.sliders.films import sweep_sheet

    assert isinstance(request.state, SlidersState)
    return save_sheet(request, progress, cancelled, state=sweep_sheet(request.state, request.option("slider")))


def save_pad_sheet(request: ExportRequest, progress: Progress, cancelled: Cancelled) -> Path:
    """Write the grid of pictures over the pad."""
    from genstudio.panes.sliders.films import pad_sheet

    assert isinstance(request.state, SlidersState)
    return save_sheet(request, progress, cancelled, state=pad_sheet(request.state))


def _context_and_state(request: ExportRequest) -> tuple[ViewContext, SlidersState]:
    context = request.context()
    state = request.state.decided(context)
    assert isinstance(state, SlidersState)
    return context, state


register_exports(
    "sliders",
    Export("sweep", N_("Animation: this slider back and forth…"), "{pane}-{step}.gif", ANIMATION, save_sweep),
    Export("padwalk", N_("Animation: a path through the pad…"), "{pane}-pad-{step}.gif", ANIMATION, save_pad_walk),
    Export("sweepsheet", N_("Sheet: this slider from end to end…"), "{pane}-row-{step}.png", PICTURE, save_sweep_sheet),
    Export("padsheet", N_("Sheet: the pad's figure…"), "{pane}-figure-{step}.png", PICTURE, save_pad_sheet),
)
