"""The samples pane: what the model draws from one fixed noise, at any step of its training."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from genstudio.core.abilities import Decodes, Discriminates, Samples, SamplesPixels, has
from genstudio.core.messages import N_, Message
from genstudio.core.seeding import derive, generator
from genstudio.core.sheet import columns_for
from genstudio.explore.base import Blob, Content, Look, PaneState, Picture, knob, pane, state
from genstudio.explore.given import chosen_class, classes_in_turn, classes_of
from genstudio.explore.latents import chunks, decoded, drawn, sheet, to_pixels

if TYPE_CHECKING:
    from torch import Tensor


PAGE = N_(
    "<p>Images drawn from p(x). The noise comes from the seed alone: while the model trains, and at every checkpoint, "
    "each cell keeps its z, so that one watches the same draw become an image. <i>Resample</i> (R) takes another "
    "seed.</p><p>For a model with a latent space, z ~ p(z) = N(0, I) comes first.</p><ul><li><b>Mean</b> shows the "
    "mean of p(x|z), the smooth image that is usually printed.</li><li><b>Draw</b> shows a draw from the model, x ~ "
    "p(x|z), the likelihood's own noise included.</li></ul><p>A generator that plays against a discriminator has no "
    "p(x|z): what is shown is G(z). A model that knows classes draws each in turn, a column each, or the one that is "
    "chosen.</p><p><b>Temperature</b> τ draws z ~ N(0, τ² I); a model that draws pixel by pixel divides its logits by τ. "
    "Below 1 the images are more typical and less varied.</p><p>When a z was sent here, the cells are its neighbours z + "
    "s·ε with ε ~ N(0, I) and the spread s; the first is z itself.</p>"
)


@state
class SamplesState(PaneState):
    """``around`` holds a z (float32 latent_dim) that was sent here; the samples are then its neighbours."""

    OF_RUN = ("around",)
    OF_IMAGES = ("label",)

    n: int = knob(64, help=N_("How many images are drawn."), label=N_("images"), ge=1, le=400)
    columns: int = knob(0, help=N_("Images in one row; 0 chooses."), label=N_("columns"), ge=0, le=40, advanced=True)
    seed: int = knob(
        0,
        help=N_("The seed of the noise: the same seed gives the same z at every step."),
        label=N_("seed"),
        ge=0,
        le=2**31 - 1,
    )
    shown: Literal["mean", "draw"] = knob("mean", help=N_("The mean of p(x|z), or a draw from it."), label=N_("show"))
    temperature: float = knob(
        1.0,
        help=N_("Standard deviation of the noise: under 1 gives more typical images."),
        label=N_("temperature"),
        ge=0.0,
        le=2.0,
    )
    label: int = knob(
        -1, help=N_("The class to draw, for models that know classes; -1 draws each in turn."), label=N_("class"), ge=-1
    )
    around: Blob | None = knob(None, help=N_("A z whose neighbours are drawn."))
    spread: float = knob(
        0.3,
        help=N_("How far the neighbours of a z that was sent here lie from it."),
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
    group="look",
    needs=(Samples,),
    state=SamplesState,
    help=N_("Images drawn from the model, from the same noise at every step."),
    page=PAGE,
)
def samples(look: Look, state: SamplesState) -> Iterator[Content | float]:
    """A sheet of n samples; for models that decode, ``values["z"]`` holds the code of each cell."""
    import numpy as np

    columns = min(state.n, state.columns or _columns(look, state))
    rows = math.ceil(state.n / columns)
    values: dict[str, Any] = {}
    if not has(look.model, Decodes):
        noise = generator(state.seed, "samples")
        images = yield from drawn(look, state.n, noise, **_asked(look, state))
        yield _content(look, state, sheet(to_pixels(images), rows, columns), values)
        return
    z = _codes(look, state)
    padded = np.zeros((rows * columns, z.shape[1]), np.float32)
    padded[: state.n] = z.numpy()
    values["z"] = padded.reshape(rows, columns, -1)
    parts = []
    for part in chunks(state.n, look):
        parts.append(to_pixels(_shown(look, state, z[part], part.start)))
        if part.stop < state.n:
            so_far = _content(look, state, sheet(np.concatenate(parts), rows, columns), values)
            yield replace(so_far, share=part.stop / state.n)
    yield _content(look, state, sheet(np.concatenate(parts), rows, columns), values)


def _columns(look: Look, state: SamplesState) -> int:
    """Each column holds one class where they come in turn; a near square otherwise."""
    classes = classes_of(look) if chosen_class(look, state.label) is None else 0
    return columns_for(state.n, classes)


def _asked(look: Look, state: SamplesState) -> dict[str, Any]:
    """Arguments for sampling a model without a code: classes, and for one that draws pixel by pixel a temperature, which has
    to be more than 0."""
    labels = classes_in_turn(look, state.n, state.label)
    asked: dict[str, Any] = {} if labels is None else {"label": labels}
    return asked | ({"temperature": max(state.temperature, 0.01)} if has(look.model, SamplesPixels) else {})


def can_draw(look: Look) -> bool:
    """True where x ~ p(x|z) can be drawn: the model says how, or the images are binarised, where the mean suffices. Of a
    generator that knows no p(x|z), G(z) is all there is."""
    return hasattr(look.model, "draw") or (look.spec.levels == 2 and not has(look.model, Discriminates))


def _codes(look: Look, state: SamplesState) -> Tensor:
    import torch

    noise: Tensor = look.model.prior(state.n, generator=generator(state.seed, "samples")) * state.temperature  # type: ignore[operator]
    if state.around is None:
        return noise
    centre = torch.from_numpy(look.blobs.get_array(state.around).astype("float32")).reshape(1, -1)
    if centre.shape[1] != noise.shape[1]:
        return noise  # a z of another model: nothing of this one is near it
    away = noise * state.spread
    away[0] = 0
    return centre + away


def _shown(look: Look, state: SamplesState, z: Tensor, start: int) -> Tensor:
    import torch

    labels = classes_in_turn(look, state.n, state.label)
    labels = None if labels is None else labels[start : start + len(z)]
    if state.shown == "mean" or not can_draw(look):
        return decoded(look, z, labels)
    noise = generator(state.seed, "draw", start)
    if hasattr(look.model, "draw"):
        return look.model.draw(z, generator=noise)  # type: ignore[operator]
    return torch.bernoulli(decoded(look, z, labels), generator=noise)


def _content(look: Look, state: SamplesState, pixels: Any, values: dict[str, Any]) -> Content:
    words = _words(look, state)
    picture = Picture(pixels, label=words, cell=look.spec.cell, values=values, count=state.n)
    told: dict[str, Any] = {
        "seed": state.seed,
        "pixelwise": has(look.model, SamplesPixels),
        "has_mean": not has(look.model, Discriminates),
    }
    if classes_of(look):
        told["class_names"] = look.spec.class_names
    return Content(words, pictures=(picture,), values=told)


def _words(look: Look, state: SamplesState) -> Message:
    told: dict[str, Any] = {
        "n": state.n,
        "seed": state.seed,
        "step": f"{look.snapshot.step:,}",
        "s": f"{state.spread:g}",
    }
    chosen = chosen_class(look, state.label)
    told["which"] = N_(" of {name}", name=look.spec.class_names[chosen]) if chosen is not None else ""
    if not has(look.model, Decodes):
        return N_("{n} samples{which}, seed {seed}, from step {step}", **told)
    told["what"] = N_("means of p(x|z)")
    if state.shown == "draw" and can_draw(look):
        told["what"] = N_("draws x ~ p(x|z)")
    elif has(look.model, Discriminates):
        told["what"] = N_("samples G(z)")
    if state.around is not None:
        return N_("{n} {what}{which} about the z sent here, within {s} σ, seed {seed}, from step {step}", **told)
    return N_("{n} {what}{which}, seed {seed}, from step {step}", **told)
