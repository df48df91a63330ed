"""Exports of the pane Pixel by pixel: films of the drawing, enlarged by different factors."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from genstudio.core.messages import N_
from genstudio.export.pane_exports import CURVES, frames_per_second, save_film
from genstudio.panes.pixels.state import PixelsState
from genstudio.viewing.exports import ANIMATION, Cancelled, Export, ExportRequest, Progress, register_exports

SCALES = (1, 2, 4, 8, 16)
DURATION = 8.0  # seconds of a film whose speed is "as fast as it goes"


def save_drawing(request: ExportRequest, progress: Progress, cancelled: Cancelled) -> Path:
    """Write a film of the drawing: ``speed`` pixels a second (inf: all in ``DURATION``), enlarged ``scale`` times."""
    from genstudio.panes.pixels.film import drawing_film, frames_of_drawing

    context, state = request.context(), request.state
    assert isinstance(state, PixelsState)
    speed = float(request.options.get("speed", math.inf))
    if math.isinf(speed):
        speed = context.spec.height * context.spec.width / DURATION
    how: dict[str, Any] = {"speed": speed, "fps": frames_per_second(request.path)}
    return save_film(
        request,
        progress,
        cancelled,
        frames=drawing_film(context, state, scale=request.options["scale"], **how),
        total=frames_of_drawing(context, state, **how),
        state=state,
    )


register_exports(
    "pixels",
    CURVES,
    *(
        Export(
            f"drawing-{scale}",
            N_("enlarged {scale} times…", scale=scale) if scale > 1 else N_("original size…"),
            "{pane}-drawing-{step}.gif",
            ANIMATION,
            save_drawing,
            N_("Animation: the drawing, as fast as it plays"),
            {"scale": scale},
        )
        for scale in SCALES
    ),
)
