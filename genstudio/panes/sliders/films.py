"""Films and sheets of sliders: one slider from end to end and back, or a path through the pad.

save_animation("smile.gif", slider_sweep(look, state, "smile"), total=120, fps=25)
save_pane("smile.png", look, sweep_sheet(state, "smile"))
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message
from genstudio.export.films.films import FRAME, captioned
from genstudio.export.films.paths import lissajous
from genstudio.export.images.sheets import enlarge
from genstudio.viewing.pixels import as_rgb

if TYPE_CHECKING:
    from genstudio.panes.sliders.content import Scene
    from genstudio.panes.sliders.state import SlidersState
    from genstudio.viewing.context import ViewContext

SHEET_CELLS = 9  # pictures of a slider's sheet
AT_ONCE = 16  # images decoded together


def slider_sweep(
    context: ViewContext, state: SlidersState, name: str, *, frames: int = 120, size: int = FRAME
) -> Iterator[np.ndarray]:
    """The slider ``name`` from one end of the range to the other and back, all else as in ``state``: uint8 H×W×3
    frames with its value under them. ``size`` is about the height in pixels. Raises :class:`UsageError` for an
    unknown slider."""
    scene = _scene(context, state, (name,))
    # Slow at both ends, where it turns: a hand would do so.
    places = [-state.reach * math.cos(2 * math.pi * k / frames) for k in range(frames)]
    yield from _frames(scene, [{name: place} for place in places], size)


def pad_walk(
    context: ViewContext, state: SlidersState, *, frames: int = 240, size: int = FRAME
) -> Iterator[np.ndarray]:
    """Film along a closed curve through the pad, all else as in ``state``: uint8 H×W×3 frames, both values under
    them."""
    scene = _scene(context, state, ())
    across, up = scene.set.pair(state)
    if not across:
        raise UsageError(N_("This model has no directions yet."), N_("Train it further, or choose another."))
    places = (2 * lissajous(frames) - 1) * state.reach
    yield from _frames(scene, [{across: float(u), up: float(v)} for u, v in places], size)


def sweep_sheet(state: SlidersState, name: str) -> SlidersState:
    """State of a sheet of the slider ``name``: a row from one end of the range to the other."""
    return replace(state, show="row", across=name, cells=SHEET_CELLS)


def pad_sheet(state: SlidersState) -> SlidersState:
    """State of a sheet of the pad."""
    return replace(state, show="figure")


def _scene(context: ViewContext, state: SlidersState, names: tuple[str, ...]) -> Scene:
    import torch

    from genstudio.panes.sliders.content import scene_of

    with torch.inference_mode():
        scene = scene_of(context, state)
    for name in names:
        if name not in scene.set:
            raise UsageError(
                N_("There is no slider '{name}' here.", name=name),
                N_("There are: {names}.", names=", ".join(scene.set.names[:20]) or "-"),
            )
    return scene


def _frames(scene: Scene, places: list[dict[str, float]], size: int) -> Iterator[np.ndarray]:
    import torch

    from genstudio.panes.sliders.content import code_at
    from genstudio.viewing.conditioning import chosen_condition
    from genstudio.viewing.decode import decoded, to_pixels

    if not places:
        raise UsageError(N_("A film of {n} frames is empty.", n=0), N_("Choose at least one frame."))
    scale = max(1, size // max(scene.context.spec.cell))
    for start in range(0, len(places), AT_ONCE):
        some = places[start : start + AT_ONCE]
        # Grad mode belongs to the thread: it must not stay switched across a yield.
        with torch.inference_mode():
            z = torch.from_numpy(np.stack([code_at(scene, place) for place in some]))
            condition = chosen_condition(scene.context, scene.state, len(some))
            pixels = to_pixels(decoded(scene.context, z, condition))
        for image, place in zip(pixels, some, strict=True):
            yield captioned(as_rgb(enlarge(image, scale)), _caption(place))


def _caption(place: dict[str, float]) -> Message | str:
    from genstudio.panes.sliders.sliders import row_title

    caption = ", ".join(f"{row_title(name)} {value:+.1f} σ" for name, value in place.items())
    return caption.replace("-", "\N{MINUS SIGN}")
