"""Film of a whole path through latent space, at the pane's speed.

save_animation("path.mp4", path_film(look, state, fps=30), total=frames_of_path(look, state, fps=30), fps=30)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from genstudio.export.films.films import FRAME
from genstudio.export.images.sheets import enlarge
from genstudio.viewing.pixels import as_rgb

if TYPE_CHECKING:
    from genstudio.panes.interpolate.content import InterpolateState
    from genstudio.viewing.context import ViewContext

AT_ONCE = 16  # images decoded together


def path_film(
    context: ViewContext, state: InterpolateState, *, fps: float = 30.0, size: int = FRAME
) -> Iterator[np.ndarray]:
    """The path of ``state`` from its first key frame to its end, ``state.seconds`` from each key frame to the next:
    uint8 H×W×3 frames, ``fps`` a second. A closed path ends one frame before its beginning, so that it loops without a
    pause.

    Key frames that have no code are left out. ``size`` is about the height in pixels: images are enlarged by the largest
    whole factor that fits. Raises :class:`UsageError` when no key frame has a code, or the model is broken.
    """
    import torch

    from genstudio.panes.interpolate.content import path_codes, pictures_of, route_of

    with torch.inference_mode():
        route = route_of(context, state)
    places = film_places(route.state, fps)
    scale = max(1, size // max(context.spec.cell))
    for start in range(0, len(places), AT_ONCE):
        # Grad mode belongs to the thread: it must not stay switched across a yield.
        with torch.inference_mode():
            z, condition = path_codes(context, route.state, places[start : start + AT_ONCE])
            pixels = pictures_of(context, z, condition)
        for image in pixels:
            yield as_rgb(enlarge(image, scale))


def frames_of_path(context: ViewContext, state: InterpolateState, *, fps: float = 30.0) -> int:
    """Number of frames of :func:`path_film`, for progress."""
    import torch

    from genstudio.panes.interpolate.content import route_of

    with torch.inference_mode():
        return len(film_places(route_of(context, state).state, fps))


def film_places(state: InterpolateState, fps: float) -> np.ndarray:
    """Positions on the path of the frames, float n in [0, 1]."""
    n = max(1, round(state.length * fps))
    return np.arange(n) / n if state.closed else np.linspace(0, 1, n)


def as_strip(state: InterpolateState) -> InterpolateState:
    """State of the whole path as a strip, as saved in one picture or at every checkpoint of a run."""
    return replace(state, show="strip")
