"""Film of a drawing: images appear pixel by pixel, at a chosen speed.

save_animation("digits.mp4", drawing_film(look, state, speed=200, fps=25), fps=25)
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.export.films.films import FRAME, beside
from genstudio.export.images.contents import compose
from genstudio.viewing.layout import Layout
from genstudio.viewing.pixels import as_rgb

if TYPE_CHECKING:
    from genstudio.panes.pixels.state import PixelsState
    from genstudio.viewing.content import Content
    from genstudio.viewing.context import ViewContext

HOLD = 1.5
"""Seconds for which the finished images stay."""


def drawing_film(
    context: ViewContext,
    state: PixelsState,
    *,
    speed: float = 100.0,
    fps: float = 25.0,
    show: Literal["both", "large", "sheet"] = "both",
    size: int = FRAME,
    scale: int = 0,
    hold: float = HOLD,
) -> Iterator[np.ndarray]:
    """The drawing of ``state`` from its start (with a completion: from the first pixel that is not given) to its end at
    ``speed`` pixels a second: uint8 H×W×3 frames, ``fps`` a second, the last one for ``hold`` seconds.

    ``both`` shows the large image, under its overlay if ``state`` has one, and beside it all of them. The large image is
    enlarged ``scale`` times; 0 takes the largest whole factor that fits ``size`` pixels. Raises :class:`UsageError` for a
    speed that shows nothing, and for what can't be drawn.
    """
    frame: Any = None
    for place in places(context, state, speed=speed, fps=fps):
        frame = _frame(context, _at(context, state, place), state, show, size, scale)
        yield frame
    for _ in range(round(hold * fps)):
        yield frame


def frames_of_drawing(
    context: ViewContext, state: PixelsState, *, speed: float = 100.0, fps: float = 25.0, hold: float = HOLD, **_: Any
) -> int:
    """Number of frames of :func:`drawing_film`, for progress."""
    return len(places(context, state, speed=speed, fps=fps)) + round(hold * fps)


def places(context: ViewContext, state: PixelsState, *, speed: float, fps: float) -> list[int]:
    """The position that each frame shows, in sub-pixels, from where the drawing begins to its end."""
    from genstudio.panes.pixels.drawing import drawing_of
    from genstudio.viewing.pane import pane_of

    refusal = pane_of(state).why_not(context.model)
    if refusal is not None:
        raise UsageError(refusal)
    if not (0 < speed <= 1e6 and fps > 0):
        raise UsageError(
            N_(
                "A drawing can't be filmed at {speed} pixels per second, {fps} frames per second.", speed=speed, fps=fps
            ),
            N_("Choose a speed of more than 0."),
        )
    drawing = drawing_of(context, state)
    first, end, step = drawing.first, drawing.end, speed * context.spec.channels / fps
    frames = math.ceil((end - first) / step)
    return [first + math.floor(k * step) for k in range(frames)] + [end]


def _at(context: ViewContext, state: PixelsState, place: int) -> Content:
    from genstudio.viewing.pane import final

    return final(context, replace(state, position=place))


def _frame(context: ViewContext, content: Content, state: PixelsState, show: str, size: int, scale: int) -> np.ndarray:
    height, width = context.spec.height, context.spec.width
    scale = scale or max(1, size // max(height, width))
    large = compose(content, Layout(gutter=0, scale=scale, picture=2))
    if show == "large" or (show == "both" and state.n == 1):
        return as_rgb(large)
    rows, columns = content.pictures[0].rows, content.pictures[0].columns
    if show == "sheet":
        return as_rgb(compose(content, Layout(gutter=2, scale=scale)))
    small = max(1, (height * scale) // (max(rows, columns) * max(height, width)))
    sheet = compose(content, Layout(gutter=2 if small > 1 else 1, scale=small))
    return beside(as_rgb(large), as_rgb(sheet))
