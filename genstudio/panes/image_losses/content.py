"""The pane Loss per image: a histogram of the loss of each image, and the images of one bar. Finds bad data."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from genstudio.core.capabilities import SamplesPixels, ScoresLikelihood, has
from genstudio.core.errors import DataError
from genstudio.core.knobs import knob
from genstudio.core.messages import N_, Message
from genstudio.core.resumable import Pausing, in_slices
from genstudio.core.seeding import generator
from genstudio.panes.groups import COMPARE
from genstudio.viewing.bar_state import BarState
from genstudio.viewing.charts.histograms import histogram, round_ends
from genstudio.viewing.conditioning import check_data
from genstudio.viewing.content import Content, Picture
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import grid_of, sheet, to_pixels
from genstudio.viewing.pane import pane
from genstudio.viewing.pane_state import state

if TYPE_CHECKING:
    import numpy as np

AT_ONCE, AT_ONCE_BY_PIXELS = 24_000, 2_000
"""Sub-pixels of images scored between two pauses; of a model that draws pixel by pixel, one layer of them."""
MOST_AT_ONCE = 32  # images
SPLITS: dict[str, Message] = {"held_out": N_("held-out images"), "train": N_("training images")}

PAGE = N_(
    "<p>Each image has a loss of its own, and the curves show its mean. Here is the whole distribution: -log p(x) in "
    "nats where the model computes it, else minus the evidence lower bound, with one draw of z for each "
    "image.</p><p><b>Click a bar</b> to see its images; a second click shows the highest losses again. At the right "
    "end stand the images that the model understands least: broken or mislabelled files, images of another kind, "
    "and rare ones, from which there is most to learn. At the left end stand the plainest, among them "
    "empty ones.</p><p>A second hump is often a second kind of image. Where training images have much lower "
    "losses than held-out ones, the model has memorised them.</p><p>A low loss does not make an image "
    "<i>typical</i>: smooth images have a high density under most models (Nalisnick et al. 2019).</p>"
)


@state
class ImageLossesState(BarState):
    split: Literal["held_out", "train"] = knob(
        "held_out",
        help=N_("Which images are scored."),
        label=N_("images"),
        titles=dict(SPLITS),
    )
    counted: int = knob(512, help=N_("Number of images that are scored."), label=N_("scored"), ge=16, le=8192, log=True)
    n: int = knob(48, help=N_("Number of images that are shown."), label=N_("shown"), ge=4, le=144)
    order: Literal["highest", "lowest"] = knob(
        "highest",
        help=N_("Which of them stand first."),
        titles={"highest": N_("highest first"), "lowest": N_("lowest first")},
    )


@dataclass(eq=False)
class Losses:
    """Losses found so far: nats, and the places of their images in the split."""

    nats: list[np.ndarray] = field(default_factory=list)
    places: int = 0


@pane(
    "image_losses",
    title=N_("Loss per image"),
    group=COMPARE,
    needs=(ScoresLikelihood,),
    state=ImageLossesState,
    help=N_("A histogram of the loss of each image, and the images of one bar: finds bad data."),
    page=PAGE,
    slow=True,
)
def image_losses(context: ViewContext, state: ImageLossesState) -> Iterator[Content | float | None]:
    """A sheet of images in the order of their losses, with the histogram; ``values["nats"]`` holds the loss of each scored
    image, ``values["index"]`` its number in the data set."""
    if context.data is None:
        yield _without_images(context, state)
        return
    split = _split(context, state)
    total = min(state.counted, len(split))
    losses = context.once(("image losses", state.split), Losses)
    at_once = AT_ONCE_BY_PIXELS if has(context.model, SamplesPixels) else AT_ONCE
    size = min(MOST_AT_ONCE, max(1, at_once // context.spec.values))
    while losses.places < total:
        first = losses.places
        found = yield from in_slices(_score(context, split, first, min(size, total - first)))
        if losses.places == first:  # another view of this pane may have come first
            losses.nats.append(found)
            losses.places += len(found)
        if losses.places < total:
            yield replace(_content(context, state, split, losses, total), share=losses.places / total)
    yield _content(context, state, split, losses, total)


def _split(context: ViewContext, state: ImageLossesState) -> Any:
    """The split whose images are scored. Raises :class:`DataError` where it is empty."""
    check_data(context)
    data: Any = context.data
    names = ("train",) if state.split == "train" else ("validation", "test")
    split = next((part for part in map(data.split, names) if len(part)), None)
    if split is None:
        raise DataError(
            N_("There are no {images}.", images=SPLITS[state.split]),
            N_("Choose a larger share for validation in the settings of the data, or look at training images."),
        )
    return split


def _score(context: ViewContext, split: Any, first: int, n: int) -> Pausing[np.ndarray]:
    """Losses of ``n`` images from place ``first`` on, float64 n, in nats."""
    import torch

    places = torch.arange(first, first + n)
    batch = split.batch(places, generator=generator(0, "image losses", split.name, first))
    nats: np.ndarray
    if has(context.model, SamplesPixels):
        # The same numbers, with a pause after each layer.
        maps = yield from context.require(SamplesPixels).resumable_surprise(batch)
        nats = maps.double().flatten(1).sum(1).numpy()
        return nats
    noise = generator(0, "posterior of image losses", split.name, first)
    nats = -context.require(ScoresLikelihood).log_prob(batch, k=1, generator=noise).double().numpy()
    yield
    return nats


def _content(context: ViewContext, state: ImageLossesState, split: Any, losses: Losses, total: int) -> Content:
    import numpy as np
    import torch

    nats = np.concatenate(losses.nats)[:total]
    inside = state.inside(nats)
    places = np.flatnonzero(inside)
    sign = -1 if state.order == "highest" else 1
    places = places[np.argsort(sign * nats[places], kind="stable")][: state.n]
    indices = split.indices.numpy() if hasattr(split.indices, "numpy") else np.asarray(split.indices)
    ends = round_ends(nats)
    series = histogram({SPLITS[state.split]: nats}, *ends)
    pictures: tuple[Picture, ...] = ()
    caption = _caption(context, state, nats, int(inside.sum()))
    if len(places):
        batch = split.batch(torch.from_numpy(places), generator=generator(0, "image losses"))
        columns = math.ceil(math.sqrt(len(places)))
        rows = math.ceil(len(places) / columns)
        cells = {"nats": nats[places], "index": indices[places]}
        values = {name: grid_of(value, rows, columns) for name, value in cells.items()}
        picture = sheet(to_pixels(batch.images), rows, columns)
        pictures = (Picture(picture, caption, context.spec.cell, values, len(places)),)
    fields: dict[str, Any] = {"nats": nats, "index": indices[: len(nats)], "ends": np.array(ends)}
    fields["axis"] = loss_name(context)
    return Content(caption, pictures, series, values=fields)


def _without_images(context: ViewContext, state: ImageLossesState) -> Content:
    caption = N_(
        "Open the data to see the loss of each of the {images} at step {step}.",
        images=SPLITS[state.split],
        step=f"{context.snapshot.step:,}",
    )
    return Content(caption, values={"ends": (0.0, 1.0), "axis": loss_name(context)})


def loss_name(context: ViewContext) -> Message:
    """Name of the loss, with its unit."""
    exact = context.require(ScoresLikelihood).is_exact()
    return N_("-log p(x) in nats") if exact else N_("-ELBO in nats")


def _caption(context: ViewContext, state: ImageLossesState, nats: np.ndarray, inside: int) -> Message:
    facts: dict[str, Any] = {
        "n": f"{len(nats):,}",
        "images": SPLITS[state.split],
        "mean": f"{nats.mean():,.1f}",
        "spread": f"{nats.std():,.1f}",
        "step": f"{context.snapshot.step:,}",
        "likelihood": context.require(ScoresLikelihood).likelihood(),
    }
    if state.is_part:
        facts |= {"inside": f"{inside:,}", "low": f"{state.low:,.1f}", "high": f"{state.high:,.1f}"}
        return N_(
            "{inside} of {n} {images} from {low} to {high} nats ({likelihood}), step {step}; click the bar again for all",
            **facts,
        )
    return N_("{n} {images}: {mean} ± {spread} nats ({likelihood}), from step {step}; click a bar", **facts)
