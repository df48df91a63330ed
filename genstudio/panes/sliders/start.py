"""Start of the sliders: the code of an image, a drawn one, or one that was sent; and the image that it is of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from genstudio.core.capabilities import Decodes, Encodes, has
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message
from genstudio.core.seeding import generator
from genstudio.latent.points import validation_image
from genstudio.panes.sliders.state import SlidersState
from genstudio.viewing.conditioning import chosen_condition, own_image
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import decoded, to_pixels

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class StartCode:
    """``z``: float64 D. ``image``: the image that was encoded, uint8 h×w×C, where there is one. ``decoded``: what the model
    makes of z. ``what``: which it is, in words. ``note``: why it is not the one that was asked for."""

    z: np.ndarray
    image: np.ndarray | None
    decoded: np.ndarray
    what: Message
    note: Message | None = None


def start_code(context: ViewContext, state: SlidersState) -> StartCode:
    """The start of ``state``, kept while it stays the same: a drag decodes nothing twice.

    Raises :class:`UsageError` for images that don't fit the model, and for a model whose pictures are not finite.
    """
    key = (state.start, state.index, state.seed, state.own, state.z, state.label, state.attributes)
    return context.latest("sliders: start", key, lambda: _made(context, state))


def _made(context: ViewContext, state: SlidersState) -> StartCode:
    import torch

    z, image, what, note = _code(context, state)
    made = decoded(context, z[None], chosen_condition(context, state, 1))
    if not (torch.isfinite(z).all() and torch.isfinite(made).all()):
        raise UsageError(
            N_("The model's pictures contain values that are not finite: its training diverged."),
            N_("Go back to an earlier checkpoint."),
        )
    shown = None if image is None else to_pixels(image[None])[0]
    return StartCode(z.double().numpy(), shown, to_pixels(made)[0], what, note)


def _code(context: ViewContext, state: SlidersState) -> tuple[Tensor, Tensor | None, Message, Message | None]:
    """(z, the image that it is of, what it is, why it is another than was asked for)."""
    import torch

    encodes = has(context.model, Encodes)
    start, note = state.start_of(encodes, context.data is not None), None
    if start in ("data", "own"):
        if not encodes:
            note = N_("this model has no encoder: a drawn code is used")
        elif start == "data" and context.data is not None:
            image, number = validation_image(context, state.index)
            return _encoded(context, image), image, N_("validation image {k}", k=f"{number:,}"), None
        elif start == "own" and state.own is not None:
            image = own_image(context, state.own)
            return _encoded(context, image), image, N_("your image"), None
        else:
            note = N_("no images are open: a drawn code is used")
            if start == "own":
                note = N_("open your own image, or drop it here: a drawn code is used")
    if start == "sent":
        if state.z is None:
            note = N_("no z was sent here yet: a drawn code is used")
        else:
            z = torch.from_numpy(context.blobs.get_array(state.z).astype("float32")).flatten()
            if len(z) == context.require(Decodes).latent_dim:
                return z, None, N_("the z sent here"), None
            note = N_("the z that was sent belongs to another latent space: a drawn code is used")
    drawn: Tensor = context.require(Decodes).prior(1, generator=generator(state.seed, "sliders"))
    return drawn[0], None, N_("the code of seed {seed}", seed=state.seed), note


def _encoded(context: ViewContext, image: Tensor) -> Tensor:
    z: Tensor = context.require(Encodes).encode(image[None])[0]
    return z.float()
