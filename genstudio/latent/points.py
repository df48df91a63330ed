"""Places in latent space that a person names: a drawn code, an encoded image, what is typical of a class, a z that was sent.

A frame is a value: it means the same place for the same weights and data, and its counterpart for others.
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


def code_of(context: ViewContext, frame: LatentPoint) -> Tensor:
    """The code of ``frame``, float32 D, cached in the view context.

    Raises :class:`UsageError` where there is none: an image to be encoded by a model that encodes none, a z of another
    space, a class that nothing tells, or codes that are no finite numbers.
    """
    import torch

    z = run(seek(context, frame))
    if not bool(torch.isfinite(z).all()):
        raise UsageError(
            N_("The model's codes are not finite: its training diverged."),
            N_("Go back to an earlier checkpoint."),
        )
    return z


def image_of(context: ViewContext, frame: LatentPoint) -> Tensor:
    """The picture that ``frame`` is of, float32 C×H×W: the image itself where it was one, else what its code decodes to."""
    import torch

    def make() -> Tensor:
        if frame.kind == "image":
            return validation_image(context, frame.number)[0]
        if frame.kind == "own" and frame.blob is not None:
            return own_image(context, frame.blob)
        shares = labels_of(context, (frame,))
        condition = None if shares is None else of_class(torch.from_numpy(shares).float())
        return decoded(context, code_of(context, frame)[None], condition)[0]

    image: Tensor = context.once(("frame's image", frame), make)
    return image


def words_of(context: ViewContext, frame: LatentPoint) -> Message:
    """Title of a frame."""
    return words_for(frame, tuple(context.spec.class_names or ()), classes_of(context))


def words_for(frame: LatentPoint, names: tuple[str, ...], classes: int = 0) -> Message:
    """Title of a frame without a model. ``names``: of the classes; ``classes``: number of classes that the model is
    conditioned on."""

    def named(number: int) -> str:
        return names[number % len(names)] if names else str(number)

    if frame.kind == "class":
        return N_("a typical {name}", name=named(frame.number))
    if frame.kind == "seed":
        words = N_("seed {n}", n=frame.number)
    elif frame.kind == "image":
        words = N_("validation image {n}", n=f"{frame.number:,}")
    else:
        words = N_("your image") if frame.kind == "own" else N_("a z that was sent")
    return N_("{frame} as {name}", frame=words, name=named(frame.label)) if classes else words


def seek(context: ViewContext, frame: LatentPoint) -> Resumable[Tensor]:
    """:func:`code_of` in steps, where the code has to be searched for: it may hold numbers that are not finite."""
    key = _key(frame)
    if frame.kind != "class" or classes_of(context):
        return context.once(key, lambda: _made(context, frame))
    try:
        return (yield from context.resume(key, lambda: _typical(context, frame.number)))
    except UsageError:
        context.discard(key)  # a judge that is made later may know
        raise


def labels_of(context: ViewContext, frames: tuple[LatentPoint, ...]) -> np.ndarray | None:
    """Class shares that condition the model at each of the frames: float64 m×K, one of them 1;
    ``None`` for other models."""
    classes = classes_of(context)
    if not classes:
        return None
    shares = np.zeros((len(frames), classes))
    for row, frame in zip(shares, frames, strict=True):
        # Of a conditional model, the typical image of a class is the one drawn under that class.
        row[(frame.number if frame.kind == "class" else frame.label) % classes] = 1
    return shares


def _key(frame: LatentPoint) -> tuple[object, ...]:
    """Cache key of the code, which does not depend on the class that is decoded there."""
    return ("frame", frame.kind, frame.number, frame.blob)


def _class_name(context: ViewContext, number: int) -> str:
    names = context.spec.class_names
    return names[number % len(names)] if names else str(number)


def _made(context: ViewContext, frame: LatentPoint) -> Tensor:
    import torch

    if frame.kind == "seed" or (frame.kind == "class" and classes_of(context)):
        seed = frame.number if frame.kind == "seed" else 0
        drawn: Tensor = context.require(Decodes).prior(1, generator=generator(seed, "frame"))
        return drawn[0]
    if frame.kind == "z":
        return _sent(context, frame)
    if not has(context.model, Encodes):
        raise UsageError(N_("This model has no encoder: an image has no code here."), N_("Use drawn codes instead."))
    if frame.kind == "own":
        if frame.blob is None:
            raise UsageError(N_("You have not opened an image of your own."), N_("Open one, or drop it here."))
        image = own_image(context, frame.blob)
    else:
        image = validation_image(context, frame.number)[0]
    z: Tensor = context.require(Encodes).encode(image[None])
    return torch.flatten(z.float())


def _sent(context: ViewContext, frame: LatentPoint) -> Tensor:
    import torch

    dim = context.require(Decodes).latent_dim
    if frame.blob is None:
        raise UsageError(N_("No code z was sent here."), N_("Send one from another pane."))
    z = torch.from_numpy(context.blobs.get_array(frame.blob).astype("float32")).flatten()
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
