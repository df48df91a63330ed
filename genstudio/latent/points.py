"""Places in latent space that a person names: a drawn code, an encoded image, what is typical of a class, a z that was sent.

A point is a value: it means the same place for the same weights and data, and its counterpart for others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import pydantic
import pydantic.dataclasses

from genstudio.core.capabilities import Decodes, Encodes, has
from genstudio.core.conditions.classes import of_class
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message
from genstudio.core.resumable import Resumable, run
from genstudio.core.seeding import generator
from genstudio.viewing.blobs import Blob
from genstudio.viewing.conditioning import check_data, classes_of, own_image
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import decoded, encoding

if TYPE_CHECKING:
    from torch import Tensor

TYPICAL = 2_000  # encoded images, or drawn ones, among which the most typical of a class is searched
DRAWN = 512
JUDGED = 32  # of these at once


@pydantic.dataclasses.dataclass(frozen=True, config=pydantic.ConfigDict(extra="forbid"))
class LatentPoint:
    """``number``: a seed, an image of the validation split, or a class, by ``kind``; ``blob``: a z float32 D, or a person's
    own image uint8 H×W×C. ``label``: the class of a conditional model there."""

    kind: Literal["seed", "image", "class", "z", "own"] = "seed"
    number: Annotated[int, pydantic.Field(ge=0, le=2**31 - 1)] = 0
    blob: Blob | None = None
    label: Annotated[int, pydantic.Field(ge=0)] = 0


def code_of(context: ViewContext, point: LatentPoint) -> Tensor:
    """The code of ``point``, float32 D, cached in the view context.

    Raises :class:`UsageError` where there is none: an image to be encoded by a model that encodes none, a z of another
    space, a class that nothing tells, or codes that are no finite numbers.
    """
    import torch

    z = run(seek(context, point))
    if not bool(torch.isfinite(z).all()):
        raise UsageError(
            N_("The model's codes are not finite: its training diverged."),
            N_("Go back to an earlier checkpoint."),
        )
    return z


def image_of(context: ViewContext, point: LatentPoint) -> Tensor:
    """The picture that ``point`` is of, float32 C×H×W: the image itself where it was one, else what its code decodes to."""
    import torch

    def make() -> Tensor:
        if point.kind == "image":
            return validation_image(context, point.number)[0]
        if point.kind == "own" and point.blob is not None:
            return own_image(context, point.blob)
        shares = labels_of(context, (point,))
        condition = None if shares is None else of_class(torch.from_numpy(shares).float())
        return decoded(context, code_of(context, point)[None], condition)[0]

    image: Tensor = context.once(("point's image", point), make)
    return image


def title_of_point(context: ViewContext, point: LatentPoint) -> Message:
    """Title of a point."""
    return title_for(point, tuple(context.spec.class_names or ()), classes_of(context))


def title_for(point: LatentPoint, names: tuple[str, ...], classes: int = 0) -> Message:
    """Title of a point without a model. ``names``: of the classes; ``classes``: number of classes that the model is
    conditioned on."""

    def named(number: int) -> str:
        return names[number % len(names)] if names else str(number)

    if point.kind == "class":
        return N_("a typical {name}", name=named(point.number))
    if point.kind == "seed":
        text = N_("seed {n}", n=point.number)
    elif point.kind == "image":
        text = N_("validation image {n}", n=f"{point.number:,}")
    else:
        text = N_("your image") if point.kind == "own" else N_("a z that was sent")
    return N_("{point} as {name}", point=text, name=named(point.label)) if classes else text


def seek(context: ViewContext, point: LatentPoint) -> Resumable[Tensor]:
    """:func:`code_of` in steps, where the code has to be searched for: it may hold numbers that are not finite."""
    key = _key(point)
    if point.kind != "class" or classes_of(context):
        return context.once(key, lambda: _made(context, point))
    try:
        return (yield from context.resume(key, lambda: _typical(context, point.number)))
    except UsageError:
        context.discard(key)  # a judge that is made later may know
        raise


def labels_of(context: ViewContext, points: tuple[LatentPoint, ...]) -> np.ndarray | None:
    """Class shares that condition the model at each of the points: float64 m×K, one of them 1;
    ``None`` for other models."""
    classes = classes_of(context)
    if not classes:
        return None
    shares = np.zeros((len(points), classes))
    for row, point in zip(shares, points, strict=True):
        # Of a conditional model, the typical image of a class is the one drawn under that class.
        row[(point.number if point.kind == "class" else point.label) % classes] = 1
    return shares


def _key(point: LatentPoint) -> tuple[object, ...]:
    """Cache key of the code, which does not depend on the class that is decoded there."""
    return ("point", point.kind, point.number, point.blob)


def _class_name(context: ViewContext, number: int) -> str:
    names = context.spec.class_names
    return names[number % len(names)] if names else str(number)


def _made(context: ViewContext, point: LatentPoint) -> Tensor:
    import torch

    if point.kind == "seed" or (point.kind == "class" and classes_of(context)):
        seed = point.number if point.kind == "seed" else 0
        drawn: Tensor = context.require(Decodes).prior(1, generator=generator(seed, "frame"))
        return drawn[0]
    if point.kind == "z":
        return _sent(context, point)
    if not has(context.model, Encodes):
        raise UsageError(N_("This model has no encoder: an image has no code here."), N_("Use drawn codes instead."))
    if point.kind == "own":
        if point.blob is None:
            raise UsageError(N_("You have not opened an image of your own."), N_("Open one, or drop it here."))
        image = own_image(context, point.blob)
    else:
        image = validation_image(context, point.number)[0]
    z: Tensor = context.require(Encodes).encode(image[None])
    return torch.flatten(z.float())


def _sent(context: ViewContext, point: LatentPoint) -> Tensor:
    import torch

    dim = context.require(Decodes).latent_dim
    if point.blob is None:
        raise UsageError(N_("No code z was sent here."), N_("Send one from another pane."))
    z = torch.from_numpy(context.blobs.get_array(point.blob).astype("float32")).flatten()
    if len(z) != dim:
        raise UsageError(
            N_("A z that was sent here has {n} numbers, but codes of this model have {dim}.", n=len(z), dim=dim),
            N_("Remove it, or send one from this model."),
        )
    return z


def validation_image(context: ViewContext, index: int) -> tuple[Tensor, int]:
    """Image number ``index`` of the validation split (of another, where that one is empty), which wraps round, and its
    number there: the same image, bits and all, for every pane.

    Raises :class:`UsageError` where there are no images, or others than the model's.
    """
    import torch

    if context.data is None:
        raise UsageError(N_("The images of this run are not open."), N_("Open its data set, or use drawn codes."))
    check_data(context)
    data: Any = context.data
    split = next(part for part in map(data.split, ("validation", "test", "train")) if len(part))
    number = index % len(split)
    batch = split.batch(torch.tensor([number]), generator=generator(0, "frame", number))
    return batch.images[0], number


def _typical(context: ViewContext, number: int) -> Resumable[Tensor]:
    """The code that is most typical of a class: of encoded images the one nearest to their mean code, of drawn ones the one
    that the judge is surest of. Yields the share done."""
    import torch

    names = context.spec.class_names
    if not names:
        raise UsageError(N_("These images have no classes."), N_("Use images or drawn codes instead."))
    found = (yield from encoding(context, TYPICAL)) if has(context.model, Encodes) else None
    if found is not None and found.labels is not None:
        mine = found.z[found.labels == number % len(names)]
        if len(mine):
            return torch.from_numpy(mine[np.square(mine - mine.mean(0)).sum(1).argmin()])
    judge = context.judge()
    if judge is None or judge.class_names != names:
        raise UsageError(
            N_(
                "Without a judge it is unknown which of this model's codes belong to the class {name}.",
                name=_class_name(context, number),
            ),
            N_("Make a judge once: genstudio evaluate RUN --measure class_coverage."),
        )
    z: Tensor = context.require(Decodes).prior(DRAWN, generator=generator(0, "typical"))
    sure = []
    for part in z.split(JUDGED):
        scores = judge.judge_output(decoded(context, part)).class_logits.log_softmax(1)
        sure.append(scores[:, number % len(names)])
        yield sum(map(len, sure)) / DRAWN
    return z[int(torch.cat(sure).argmax())]
