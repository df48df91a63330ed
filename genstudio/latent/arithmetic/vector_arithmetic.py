"""Sum of codes: terms with a sign and exemplars, the result, and the same sum of their pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pydantic
import pydantic.dataclasses

from genstudio.core.conditions.classes import of_class
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.core.seeding import generator
from genstudio.latent.points import LatentPoint, code_of, image_of, labels_of
from genstudio.viewing.content import Picture
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import decoded, sheet, to_pixels

if TYPE_CHECKING:
    from torch import Tensor

SIDE = 3  # of the sheet of variations, the sum in its middle
MIDDLE = (SIDE * SIDE) // 2


@pydantic.dataclasses.dataclass(frozen=True, config=pydantic.ConfigDict(extra="forbid"))
class Term:
    """``sign``: +1 or -1. ``name``: what its exemplars are, in a person's words."""

    sign: Literal[1, -1] = 1
    exemplars: tuple[LatentPoint, ...] = ()
    name: Annotated[str, pydantic.Field(max_length=80)] = ""


@dataclass(frozen=True, eq=False)
class Added:
    """The pictures of a sum, the image in its middle (1×C×H×W), and the sum in pixels (1×C×H×W)."""

    sum: Picture
    means: Picture
    exemplars: Picture
    in_pixels: Picture
    middle: Tensor
    pixel_image: Tensor


def added(context: ViewContext, terms: tuple[Term, ...], noise: float, seed: int) -> Added:
    """The sum of ``terms``, each with an exemplar at least, and nine codes within ``noise`` of it; cached in the view
    context.

    Raises :class:`UsageError` for exemplars that have no code, and for a model whose pictures are not finite.
    """
    return context.latest("arithmetic: sum", (terms, noise, seed), lambda: _added(context, terms, noise, seed))


def _added(context: ViewContext, terms: tuple[Term, ...], spread: float, seed: int) -> Added:
    import numpy as np
    import torch

    codes = [torch.stack([code_of(context, one) for one in term.exemplars]) for term in terms]
    shares = [labels_of(context, term.exemplars) for term in terms]
    means = torch.stack([of_term.mean(0) for of_term in codes])
    signs = torch.tensor([float(term.sign) for term in terms])
    z = (signs[:, None] * means).sum(0)
    around = _around(z, spread, seed)
    labels = _summed_labels(shares, signs)
    made = decoded(context, around, of_class(None if labels is None else labels.expand(len(around), -1)))
    if not bool(torch.isfinite(made).all()):
        raise UsageError(
            N_("The model's pictures contain values that are not finite: its training diverged."),
            N_("Go back to an earlier checkpoint."),
        )
    cell, widest = context.spec.cell, max(len(term.exemplars) for term in terms)
    mean_labels = None if shares[0] is None else torch.from_numpy(np.stack([one.mean(0) for one in shares])).float()  # type: ignore[union-attr]
    shown = to_pixels(decoded(context, means, of_class(mean_labels)))
    images = [torch.stack([image_of(context, one) for one in term.exemplars]) for term in terms]
    rows = np.zeros((len(terms), widest, *shown.shape[1:]), np.uint8)
    row_codes = np.zeros((len(terms), widest, len(z)), np.float32)
    for k, (of_term, its_codes) in enumerate(zip(images, codes, strict=True)):
        rows[k, : len(of_term)] = to_pixels(of_term)
        row_codes[k, : len(of_term)] = its_codes.numpy()
    pixels = sum(sign * of_term.mean(0) for sign, of_term in zip(signs.tolist(), images, strict=True))
    pixel_image = torch.as_tensor(pixels).clamp(0, 1)[None]
    return Added(
        Picture(sheet(to_pixels(made), SIDE, SIDE), cell=cell, values={"z": around.numpy().reshape(SIDE, SIDE, -1)}),
        Picture(sheet(shown, 1, len(terms)), cell=cell, values={"z": means.numpy()[None]}),
        Picture(sheet(rows.reshape(-1, *rows.shape[2:]), len(terms), widest), cell=cell, values={"z": row_codes}),
        Picture(to_pixels(pixel_image)[0], N_("in pixels")),
        made[MIDDLE : MIDDLE + 1],
        pixel_image,
    )


def _around(z: Tensor, spread: float, seed: int) -> Tensor:
    """z and its eight variations z + s·ε around it, float32 9×D, row by row."""
    import torch

    noise = torch.randn(SIDE * SIDE, len(z), generator=generator(seed, "arithmetic")) * spread
    noise[MIDDLE] = 0
    return z + noise


def _summed_labels(shares: list[Any], signs: Tensor) -> Tensor | None:
    """Class shares of a sum: those of the terms, summed like their codes, none below 0."""
    import numpy as np
    import torch

    if shares[0] is None:
        return None
    means = torch.from_numpy(np.stack([one.mean(0) for one in shares]))
    total = (signs[:, None] * means).sum(0).clamp_min(0)
    shares_of_sum = total / total.sum() if float(total.sum()) > 0 else torch.full_like(total, 1 / len(total))
    return shares_of_sum.float()[None]
