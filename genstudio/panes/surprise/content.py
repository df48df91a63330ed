"""The pane Surprise: where an image is unlikely to the model, in nats per pixel."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from genstudio.core.capabilities import SamplesPixels
from genstudio.core.conditions.base import NO_CONDITION, Condition, joined
from genstudio.core.knobs import knob
from genstudio.core.messages import N_, Message
from genstudio.core.resumable import Pausing, in_slices
from genstudio.core.seeding import generator
from genstudio.models.conditioning import complete_condition
from genstudio.panes.groups import PIXELS
from genstudio.panes.pixels.view import to_rgb
from genstudio.viewing.blobs import Blob
from genstudio.viewing.conditioning import (
    check_label,
    chosen_condition,
    classes_of,
    drawn_condition,
    images_to_choose,
    own_image,
    split_image,
)  # fmt: skip
from genstudio.viewing.content import Content, Legend, Picture
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import drawn, grid_of, sheet
from genstudio.viewing.heat import heat, scale
from genstudio.viewing.pane import pane
from genstudio.viewing.pane_state import PaneState, state

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

AT_ONCE = 2_000
"""Sub-pixels of images scored together: one layer of the net between two pauses."""

PAGE = N_(
    "<p>The model's probability of an image is a product over its sub-pixels in their order, so its negative "
    "logarithm is a sum: -log p(x) = ∑<sub>i</sub> -log p(x<sub>i</sub> | x<sub>1</sub>, …, x<sub>i-1</sub>). "
    "Each summand is the <i>surprise</i> at that sub-pixel; the map shows it for each pixel, its colours "
    "together.</p><p>Dark pixels were expected. Bright ones were not: edges where a stroke could have continued "
    "differently, noise, and anything unlike the training images. All images shown share one scale of "
    "brightness, which the caption states.</p><p>Each image has its nats, -log p(x), and the same in bits/dim: "
    "nats / (C·H·W · log 2).</p>"
)


@state
class SurpriseState(PaneState):
    """``own``: uint8 H×W×1 or H×W×3, a person's image."""

    OF_IMAGES = ("index", "label", "attributes")

    n: int = knob(12, help=N_("Number of images."), label=N_("images"), ge=1, le=64)
    source: Literal["data", "samples", "own"] = knob(
        "data",
        help=N_("Images of the test split, images drawn by the model, or your own image."),
        label=N_("score"),
        titles={"data": N_("test images"), "samples": N_("its own images"), "own": N_("my image")},
    )
    index: int = knob(0, help=N_("The first of the test images that are shown."), label=N_("first image"), ge=0)
    seed: int = knob(0, help=N_("The seed of the model's own images."), ge=0, le=2**31 - 1, advanced=True)
    own: Blob | None = knob(None, help=N_("Your own image."))
    label: int = knob(
        -1, help=N_("The class of your own image, for class-conditional models; -1 takes the most likely one."),
        label=N_("class"), ge=-1, condition="class", titles={-1: N_("most likely")},
    )  # fmt: skip
    attributes: tuple[tuple[str, float], ...] = knob(
        (),
        help=N_("Attributes of your own image, for models conditioned on attributes; the others are left open."),
        label=N_("attributes"),
        condition="attributes",
    )
    top: float = knob(
        0.0,
        help=N_("Nats per pixel at the bright end of the scale; 0 chooses."),
        label=N_("bright end"),
        unit="nats",
        shown_as="{value:.1f}",
        titles={0.0: N_("automatic")},
        ge=0.0,
        le=100.0,
        advanced=True,
    )


@dataclass(frozen=True, eq=False)
class Scored:
    """``levels``: int64 N×C×H×W; ``maps``: float32 N×H×W, nats; ``indices``: what the images are numbered by; ``what``: in
    words."""

    levels: Tensor
    maps: Tensor
    indices: list[int]
    what: Message


@pane(
    "surprise",
    title=N_("Surprise"),
    group=PIXELS,
    needs=(SamplesPixels,),
    state=SurpriseState,
    help=N_("Images beside maps of how unexpected each pixel is to the model."),
    page=PAGE,
)
def surprise(context: ViewContext, state: SurpriseState) -> Iterator[Content | float | None]:
    """A sheet of pairs, the image and its map; ``values["nats"]`` per image."""
    images, condition, indices, what = yield from _images(context, state)
    step = max(1, AT_ONCE // context.spec.values)
    maps: list[Any] = []
    for start in range(0, len(images), step):
        part = slice(start, start + step)
        maps.append((yield from in_slices(score(context, images[part], condition.rows(part)))))
        done = _scored(context, images, maps, indices, what)
        yield replace(_content(context, state, done), share=min(1.0, (start + step) / len(images)))


def score(context: ViewContext, images: Tensor, condition: Condition) -> Pausing[Tensor]:
    """Nats per pixel, float32 N×H×W, of images float32 N×C×H×W, with a pause after each layer. Raises :class:`UsageError`
    for images or a condition that the model does not know."""
    import torch

    from genstudio.core.batch import Batch

    model = context.require(SamplesPixels)
    batch = Batch.of(images, context.spec, torch.arange(len(images)), condition)
    made: Tensor = yield from model.resumable_surprise(batch)
    return made.float()


def one_class(label: int) -> Condition:
    """The condition of one image of this class."""
    import torch

    return Condition({"class": torch.tensor([label])})


def best_class(context: ViewContext, image: Tensor, condition: Condition = NO_CONDITION) -> Pausing[int]:
    """The class under which ``image`` (float32 C×H×W) is likeliest, its ``condition`` being that of one image."""
    nats = []
    for k in range(classes_of(context)):
        scored = yield from score(context, image[None], condition | one_class(k))
        nats.append(float(scored.double().sum()))
    return nats.index(min(nats))


def _images(
    context: ViewContext, state: SurpriseState
) -> Generator[float | None, None, tuple[Tensor, Condition, list[int], Message]]:
    """Images float32 N×C×H×W, their condition of the kinds that the model takes, their numbers, and what they are."""
    import torch

    if state.source == "own" and state.own is not None:
        return (yield from _own(context, state, own_image(context, state.own)))
    if state.source != "samples" and context.data is not None:
        found = [split_image(context, state.index + k) for k in range(min(state.n, images_to_choose(context)))]
        numbers = [number for _, _, number in found]
        what = N_("Test images {first} to {last}", first=f"{numbers[0]:,}", last=f"{numbers[-1]:,}")
        return torch.stack([image for image, _, _ in found]), joined([known for _, known, _ in found]), numbers, what
    condition = drawn_condition(context, state.n, state.seed)
    images = yield from drawn(context, state.n, generator(state.seed, "samples"), condition=condition)
    return images, condition, list(range(state.n)), N_("Images drawn by the model, seed {seed}", seed=state.seed)


def _own(
    context: ViewContext, state: SurpriseState, image: Tensor
) -> Generator[float | None, None, tuple[Tensor, Condition, list[int], Message]]:
    """The person's image, of the class that was chosen or else is likeliest; what else is left open has its default."""
    otherwise = complete_condition(context.model, None, 1, "cpu")
    condition = chosen_condition(context, state, 1, otherwise) or NO_CONDITION
    if not classes_of(context):
        return image[None], condition, [0], N_("Your image")
    label = state.label
    if label < 0:
        label = yield from in_slices(best_class(context, image, condition))
    check_label(context, label)
    return (
        image[None],
        condition | one_class(label),
        [0],
        N_("Your image as {name}", name=context.spec.class_names[label]),
    )


def _scored(context: ViewContext, images: Tensor, maps: list[Any], indices: list[int], what: Message) -> Scored:
    """The images scored so far; the rest is left out."""
    import torch

    scores = torch.cat(maps)
    levels = (images * ((context.spec.levels or 256) - 1)).round().long()
    return Scored(levels[: len(scores)], scores, indices[: len(scores)], what)


def _content(context: ViewContext, state: SurpriseState, scored: Scored) -> Content:
    import numpy as np

    maps = scored.maps.numpy()
    top = state.top or _top(maps)
    shown = to_rgb(scored.levels.permute(0, 2, 3, 1).numpy(), context.spec.levels or 256)
    pairs = np.stack([shown, heat(maps, top)], 1).reshape(-1, *shown.shape[1:])
    columns = 2 * math.ceil(math.sqrt(len(shown) / 2))
    rows = math.ceil(len(pairs) / columns)
    nats = scored.maps.double().flatten(1).sum(1).numpy()
    bits = np.array([context.spec.bits_per_dim(float(value)) for value in nats])
    per_cell = {
        "index": np.repeat(scored.indices, 2),
        "nats": np.repeat(nats, 2),
        "bits_per_dim": np.repeat(bits, 2),
        "map": np.tile([0, 1], len(shown)),
    }
    caption = _caption(context, scored, nats, bits, top)
    cell = (context.spec.height, context.spec.width)
    picture = Picture(
        sheet(pairs, rows, columns),
        caption,
        cell,
        {k: grid_of(v, rows, columns) for k, v in per_cell.items()},
        len(pairs),
    )
    legend = Legend(N_("nats per pixel"), scale("0", f"{top:.3g}"), continuous=True)
    values = {
        "nats": nats,
        "bits_per_dim": bits,
        "maps": maps,
        "top": top,
        "indices": np.array(scored.indices),
        "legend": legend,
        "class_names": context.spec.class_names if classes_of(context) else (),
    }
    return Content(caption, (picture,), values=values)


def _caption(context: ViewContext, scored: Scored, nats: np.ndarray, bits: np.ndarray, top: float) -> Message:
    fields = {
        "what": scored.what,
        "nats": f"{nats.mean():.2f}",
        "bits": f"{bits.mean():.3f}",
        "top": f"{top:.3g}",
        "step": f"{context.snapshot.step:,}",
    }
    if len(nats) == 1:
        return N_("{what}: {nats} nats, {bits} bits/dim; maps 0 to {top} nats per pixel, from step {step}", **fields)
    return N_(
        "{what}: mean {nats} nats, {bits} bits/dim; maps 0 to {top} nats per pixel, from step {step}",
        **fields,
    )


def _top(maps: np.ndarray) -> float:
    """A bright end of two figures that all but one pixel in two hundred lie under."""
    import numpy as np

    value = max(float(np.quantile(maps, 0.995)), 1e-3)
    tick = 10 ** (math.floor(math.log10(value)) - 1)
    return math.ceil(value / tick - 1e-9) * tick
