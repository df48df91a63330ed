"""Exports of the pane Manifold."""

from __future__ import annotations

from pathlib import Path

from genstudio.core.messages import N_
from genstudio.export.pane_exports import FRAMES_OF_WALK, save_film
from genstudio.panes.manifold.state import ManifoldState
from genstudio.viewing.exports import ANIMATION, Cancelled, Export, ExportRequest, Progress, register_exports


def save_walk(request: ExportRequest, progress: Progress, cancelled: Cancelled) -> Path:
    """Write a film of a walk over the plane that is shown."""
    from genstudio.panes.manifold.film import manifold_walk

    context = request.context()
    state = request.state.decided(context)
    assert isinstance(state, ManifoldState)
    frames = manifold_walk(context, state, frames=FRAMES_OF_WALK)
    return save_film(request, progress, cancelled, frames=frames, total=FRAMES_OF_WALK, state=state)


register_exports(
    "manifold",
    Export("walk", N_("Animation: a path across the manifold…"), "{pane}-walk-{step}.gif", ANIMATION, save_walk),
)
