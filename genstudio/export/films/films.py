"""Films: frames for :func:`genstudio.export.films.animations.save_animation`, made one by one from snapshots and pane
states.

    save_animation("walk.mp4", latent_walk(context, seed=1, frames=300), total=300, fps=30)
    save_animation("training.gif", through_training(run, SamplesState(n=16)), fps=8)

Each is a generator: images are decoded when their frame is requested. They use torch under ``inference_mode``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from genstudio.core.capabilities import Decodes
from genstudio.core.errors import RunError, UsageError
from genstudio.core.messages import N_, Message, translate
from genstudio.core.paths import resources
from genstudio.export.images.contents import compose
from genstudio.export.images.sheets import enlarge
from genstudio.latent.interpolation import closed_curve
from genstudio.viewing.layout import GREY, Layout
from genstudio.viewing.pixels import as_rgb

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.training.run.run import Run
    from genstudio.training.snapshot import Snapshot
    from genstudio.viewing.content import Content
    from genstudio.viewing.context import ViewContext
    from genstudio.viewing.pane_state import PaneState

FRAME = 480
"""Pixels along the longer side of a frame, about: images are enlarged by the largest whole factor that fits."""


def latent_walk(
    context: ViewContext,
    *,
    seed: int = 0,
    stops: int | np.ndarray = 8,
    frames: int = 240,
    how: Literal["spherical", "linear"] = "spherical",
    size: int = FRAME,
) -> Iterator[np.ndarray]:
    """A closed curve through ``stops`` codes (a number: drawn from the prior by ``seed``; or given, float m×latent_dim),
    decoded: uint8 H×W×3 frames. For models of any latent size."""
    import torch

    from genstudio.core.seeding import generator

    check_frames(frames)
    if isinstance(stops, int):
        with torch.inference_mode():
            stops = context.require(Decodes).prior(stops, generator=generator(seed, "walk")).numpy()
    z = closed_curve(np.asarray(stops), frames, how).astype(np.float32)
    scale = enlargement(context, size)
    for image in decoded_images(context, z):
        yield as_rgb(enlarge(image, scale))


def through_training(
    run: Run,
    state: PaneState,
    *,
    data: DataSet | None = None,
    blobs: Any = None,
    steps: Sequence[int] | None = None,
    layout: Layout | None = None,
    caption: bool = True,
    hold: int = 6,
) -> Iterator[np.ndarray]:
    """Frames of a pane's content at each checkpoint of ``run``, first to last: uint8 H×W×3.

    The noise follows from the state's seed, so each cell keeps its z through training. ``steps`` choose among the
    checkpoints; the last frame stays for ``hold`` frames; ``caption`` writes the step under each. Raises
    :class:`RunError` when the run has no checkpoint, :class:`UsageError` when the model can't serve the pane.
    """
    from genstudio.training.snapshot import load_model
    from genstudio.viewing.blobs import Blobs
    from genstudio.viewing.context import ViewContext
    from genstudio.viewing.pane import final

    chosen = list(steps) if steps is not None else run.checkpoints()
    if not chosen:
        raise RunError(
            N_("The run {name} has no checkpoint yet.", name=run.name), N_("Train it until the first one is saved.")
        )
    for step in chosen:
        snapshot: Snapshot = run.snapshot(step)
        context = ViewContext(load_model(snapshot), snapshot.spec, snapshot, data, blobs or Blobs())
        content = final(context, replace(state, at=step))
        used = layout or _layout_for(content)
        frame = as_rgb(compose(content, used))
        if caption:
            frame = captioned(frame, N_("step {step}", step=f"{step:,}"))
        yield frame
    for _ in range(hold):
        yield frame


def frames_through_training(run: Run, hold: int = 6) -> int:
    """Number of frames of :func:`through_training`, for progress."""
    return len(run.checkpoints()) + hold


def captioned(frame: np.ndarray, text: Message | str, height: int = 28) -> np.ndarray:
    """``frame`` (uint8 H×W×3) with a line of words under it, on the neutral grey."""
    from PIL import Image, ImageDraw, ImageFont

    made = np.full((frame.shape[0] + height, *frame.shape[1:]), GREY[0], np.uint8)
    made[: frame.shape[0]] = frame
    image = Image.fromarray(made)
    face = resources() / "fonts" / "Inter-Medium.ttf"
    font: Any = ImageFont.truetype(str(face), 15) if face.is_file() else ImageFont.load_default(15)
    middle = (frame.shape[1] / 2, frame.shape[0] + height / 2)
    ImageDraw.Draw(image).text(middle, translate(text), font=font, fill=(255, 255, 255), anchor="mm")
    return np.array(image)


def decoded_images(
    context: ViewContext, z: np.ndarray, state: PaneState | None = None, at_once: int = 32
) -> Iterator[np.ndarray]:
    """Images of the codes z (float32 n×latent_dim), uint8 h×w×C each, a few at a time, under the condition that ``state``
    chooses (without one, the model's default)."""
    import torch

    from genstudio.viewing.conditioning import chosen_condition
    from genstudio.viewing.decode import decoded, to_pixels

    for start in range(0, len(z), at_once):
        # Grad mode belongs to the thread: it must not stay switched across a yield.
        with torch.inference_mode():
            part = torch.from_numpy(z[start : start + at_once])
            condition = None if state is None else chosen_condition(context, state, len(part))
            pixels = to_pixels(decoded(context, part, condition))
        yield from pixels


def check_frames(frames: int) -> None:
    if frames < 1:
        raise UsageError(N_("A film of {n} frames is empty.", n=frames), N_("Choose at least one frame."))


def enlargement(context: ViewContext, size: int) -> int:
    return max(1, size // max(context.spec.cell))


def _layout_for(content: Content) -> Layout:
    if not content.pictures:  # curves, which are drawn in one size
        return Layout()
    return Layout(gutter=2, scale=max(1, FRAME // max(content.pictures[0].pixels.shape[:2])))


def beside(left: np.ndarray, right: np.ndarray, gap: int = 8) -> np.ndarray:
    height = max(left.shape[0], right.shape[0]) + 2 * gap
    made = np.full((height, left.shape[1] + right.shape[1] + 3 * gap, 3), GREY[0], np.uint8)
    x = gap
    for part in (left, right):
        y = (height - part.shape[0]) // 2
        made[y : y + part.shape[0], x : x + part.shape[1]] = part
        x += part.shape[1] + gap
    return made
