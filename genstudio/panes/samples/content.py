"""The samples pane: what the model draws from one fixed noise, at any step of its training."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from genstudio.core.capabilities import Decodes, Discriminates, Samples, SamplesPixels, has
from genstudio.core.conditions.base import Condition
from genstudio.core.knobs import knob
from genstudio.core.messages import N_, Message
from genstudio.core.seeding import derive, generator
from genstudio.core.sheet import columns_for
from genstudio.panes.groups import LOOK
from genstudio.viewing.blobs import Blob
from genstudio.viewing.conditioning import chosen_class, chosen_condition, classes_of
from genstudio.viewing.content import Content, Picture
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import chunks, decoded, drawn, sheet, to_pixels
from genstudio.viewing.pane import pane
from genstudio.viewing.pane_state import PaneState, state

if TYPE_CHECKING:
    from torch import Tensor


PAGE = N_(
    "<p>Images drawn from p(x). The noise comes from the seed alone: while the model trains, and at every "
    "checkpoint, each cell keeps its z, so that the same draw can be followed through training. <i>Resample</i> "
    "(R) takes another seed.</p><p>For a model with a latent space, z ~ p(z) = N(0, I) comes "
    "first.</p><ul><li><b>Mean</b> shows the mean of p(x|z), the smooth image that is usually "
    "printed.</li><li><b>Draw</b> shows a draw from the model, x ~ p(x|z), the likelihood's own noise "
    "included.</li></ul><p>A GAN's generator has no p(x|z): the pane shows G(z). A class-conditional model draws "
    "the classes in turn, one per column, or the chosen one.</p><p><b>Temperature</b> τ draws z ~ N(0, τ² I); a "
    "model that draws pixel by pixel divides its logits by τ. Below 1 the images are more typical and less "
    "varied.</p><p>When a z was sent here, the cells are its neighbours z + s·ε with ε ~ N(0, I) and the spread "
    "s; the first is z itself.</p>"
)


@state
class SamplesState(PaneState):
    """``around`` holds a z (float32 latent_dim) that was sent here; the samples are then its neighbours."""

    OF_RUN = ("around",)
    OF_IMAGES = ("label", "attributes")

    n: int = knob(64, help=N_("Number of images."), label=N_("images"), ge=1, le=400)
    columns: int = knob(
        0,
        help=N_("Images in one row; 0 chooses."),
        label=N_("columns"),
        ge=0,
        le=40,
        advanced=True,
        titles={0: N_("automatic")},
    )
    seed: int = knob(
        0,
        help=N_("The seed of the noise: the same seed gives the same z at every step."),
        label=N_("seed"),
        ge=0,
        le=2**31 - 1,
    )
    shown: Literal["mean", "draw"] = knob(
        "mean",
        help=N_("The mean of p(x|z), or a draw from it."),
        label=N_("show"),
        titles={"mean": N_("mean"), "draw": N_("draw")},
    )
    temperature: float = knob(
        1.0,
        help=N_("Standard deviation of the noise: below 1 gives more typical images."),
        label=N_("temperature"),
        ge=0.0,
        le=2.0,
    )
    label: int = knob(
        -1,
        help=N_("The class to draw, for class-conditional models; -1 draws each in turn."),
        label=N_("class"),
        ge=-1,
        condition="class",
        titles={-1: N_("each in turn")},
    )
    attributes: tuple[tuple[str, float], ...] = knob(
        (),
        help=N_("Attributes to draw, for models conditioned on attributes; the others are left open."),
        label=N_("attributes"),
        condition="attributes",
    )
    around: Blob | None = knob(None, help=N_("A z whose neighbours are drawn."))
    spread: float = knob(
        0.3,
        help=N_("Distance of the neighbours from a z that was sent here."),
        label=N_("spread"),
        unit="σ",
        ge=0.0,
        le=3.0,
    )

    def resampled(self) -> SamplesState:
        """Another seed, which follows from this one, so that a redo draws what was drawn."""
        return replace(self, seed=derive(self.seed, "resample") % 2**31)

    def with_z(self, z: Blob) -> SamplesState:
        return replace(self, around=z)


@pane(
    "samples",
    title=N_("Samples"),
    group=LOOK,
    needs=(Samples,),
    state=SamplesState,
    help=N_("Images drawn from the model, from the same noise at every step."),
    page=PAGE,
)
def samples(context: ViewContext, state: SamplesState) -> Iterator[Content | float | None]:
    """A sheet of n samples; for models that decode, ``values["z"]`` holds the code of each cell."""
    import numpy as np

    columns = min(state.n, state.columns or _columns(context, state))
    rows = math.ceil(state.n / columns)
    values: dict[str, Any] = {}
    if not has(context.model, Decodes):
        noise = generator(state.seed, "samples")
        images = yield from drawn(context, state.n, noise, **_options(context, state))
        yield _content(context, state, sheet(to_pixels(images), rows, columns), values)
        return
    z = _codes(context, state)
    padded = np.zeros((rows * columns, z.shape[1]), np.float32)
    padded[: state.n] = z.numpy()
    values["z"] = padded.reshape(rows, columns, -1)
    parts = []
    for part in chunks(state.n, context):
        parts.append(to_pixels(_shown(context, state, z[part], part.start)))
        if part.stop < state.n:
            so_far = _content(context, state, sheet(np.concatenate(parts), rows, columns), values)
            yield replace(so_far, share=part.stop / state.n)
    yield _content(context, state, sheet(np.concatenate(parts), rows, columns), values)


def _columns(context: ViewContext, state: SamplesState) -> int:
    """Each column holds one class where they come in turn; a near square otherwise."""
    classes = classes_of(context) if chosen_class(context, state.label) is None else 0
    return columns_for(state.n, classes)


def _options(context: ViewContext, state: SamplesState) -> dict[str, Any]:
    """Arguments for sampling a model without a code: its condition, and for one that draws pixel by pixel a temperature,
    which has to be more than 0."""
    condition = chosen_condition(context, state, state.n)
    options: dict[str, Any] = {} if condition is None else {"condition": condition}
    return options | ({"temperature": max(state.temperature, 0.01)} if has(context.model, SamplesPixels) else {})


def can_draw(context: ViewContext) -> bool:
    """True if x ~ p(x|z) can be drawn: the model says how, or the images are binarised, where the mean suffices. Of a
    generator that knows no p(x|z), G(z) is all there is."""
    return hasattr(context.model, "draw") or (context.spec.levels == 2 and not has(context.model, Discriminates))


def _codes(context: ViewContext, state: SamplesState) -> Tensor:
    import torch

    noise: Tensor = (
        context.require(Decodes).prior(state.n, generator=generator(state.seed, "samples")) * state.temperature
    )
    if state.around is None:
        return noise
    centre = torch.from_numpy(context.blobs.get_array(state.around).astype("float32")).reshape(1, -1)
    if centre.shape[1] != noise.shape[1]:
        return noise  # a z of another model: nothing of this one is near it
    away = noise * state.spread
    away[0] = 0
    return centre + away


def _shown(context: ViewContext, state: SamplesState, z: Tensor, start: int) -> Tensor:
    import torch

    condition = chosen_condition(context, state, state.n)
    condition = None if condition is None else condition.rows(slice(start, start + len(z)))
    if state.shown == "mean" or not can_draw(context):
        return decoded(context, z, condition)
    noise = generator(state.seed, "draw", start)
    if hasattr(context.model, "draw"):
        return context.model.draw(z, generator=noise)  # type: ignore[operator]
    return torch.bernoulli(decoded(context, z, condition), generator=noise)


def _content(context: ViewContext, state: SamplesState, pixels: Any, values: dict[str, Any]) -> Content:
    caption = _caption(context, state)
    picture = Picture(pixels, label=caption, cell=context.spec.cell, values=values, count=state.n)
    fields: dict[str, Any] = {
        "seed": state.seed,
        "pixelwise": has(context.model, SamplesPixels),
        "has_mean": not has(context.model, Discriminates),
    }
    if classes_of(context):
        fields["class_names"] = context.spec.class_names
    return Content(caption, pictures=(picture,), values=fields)


def _which(context: ViewContext, state: SamplesState) -> Message | str:
    """The chosen condition in words, after "64 samples"; nothing of classes that are drawn in turn."""
    chosen = chosen_class(context, state.label)
    which = N_(" of {name}", name=context.spec.class_names[chosen]) if chosen is not None else ""
    others = {k: v for k, v in (chosen_condition(context, state, 1) or {}).items() if k != "class"}
    if not others:
        return which
    return N_("{which} with {condition}", which=which, condition=Condition(others).describe(context.spec))


def _caption(context: ViewContext, state: SamplesState) -> Message:
    fields: dict[str, Any] = {
        "n": state.n,
        "seed": state.seed,
        "step": f"{context.snapshot.step:,}",
        "s": f"{state.spread:g}",
    }
    fields["which"] = _which(context, state)
    if not has(context.model, Decodes):
        return N_("{n} samples{which}, seed {seed}, from step {step}", **fields)
    fields["what"] = N_("means of p(x|z)")
    if state.shown == "draw" and can_draw(context):
        fields["what"] = N_("draws x ~ p(x|z)")
    elif has(context.model, Discriminates):
        fields["what"] = N_("samples G(z)")
    if state.around is not None:
        return N_("{n} {what}{which} about the z sent here, within {s} σ, seed {seed}, from step {step}", **fields)
    return N_("{n} {what}{which}, seed {seed}, from step {step}", **fields)
