"""Given images for drawing: one of the test split or the user's own, with the mask of kept pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from genstudio.core.conditions.base import NO_CONDITION, Choices, Condition, condition_kinds
from genstudio.core.conditions.classes import of_class
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message
from genstudio.core.seeding import generator
from genstudio.viewing.blobs import Blob
from genstudio.viewing.context import ViewContext
from genstudio.viewing.pane_state import PaneState

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

KeptHalf = Literal["top", "bottom", "left", "right"]


@dataclass(frozen=True, eq=False)
class GivenImage:
    """``image``: float32 C×H×W in [0, 1], as the model sees images. ``known``: bool H×W. ``condition``: of one image, what
    is known of it. ``what``: which image it is, in words."""

    image: Tensor
    known: Tensor
    condition: Condition
    what: Message


def given(context: ViewContext, source: str, index: int, own: Blob | None, mask: Blob | None) -> GivenImage | None:
    """Image named by ``source`` ("data" or "own"), or ``None`` where nothing is given, no data set is open or no image was
    chosen yet. ``index`` wraps round. Without a ``mask`` the upper half is kept. Raises :class:`UsageError` for images
    that don't fit the model."""
    if source == "data" and context.data is not None:
        image, condition, number = split_image(context, index)
        return GivenImage(image, _known(context, mask), condition, N_("test image {k}", k=f"{number:,}"))
    if source == "own" and own is not None:
        return GivenImage(own_image(context, own), _known(context, mask), NO_CONDITION, N_("your image"))
    return None


def split_image(context: ViewContext, index: int) -> tuple[Tensor, Condition, int]:
    """Image number ``index`` of the test split (of another, where that one is empty), what is known of it that the model
    takes (of one image), and its number in the split. Bits that training draws each time are drawn from the number alone."""
    import torch

    check_data(context)
    split = _viewed_split(context)
    number = index % len(split)
    batch = split.batch(torch.tensor([number]), generator=generator(0, "given", number))
    return batch.images[0], taken(context, batch.condition), number


def images_to_choose(context: ViewContext) -> int:
    """Number of images among which :func:`split_image` counts."""
    return len(_viewed_split(context))


def _viewed_split(context: ViewContext) -> Any:
    data: Any = context.data
    return next(part for part in map(data.split, ("test", "validation", "train")) if len(part))


def own_image(context: ViewContext, own: Blob) -> Tensor:
    """The person's image as one of the model's: float32 C×H×W."""
    from genstudio.viewing.own_image import to_spec

    return to_spec(context.blobs.get_array(own), context.spec)


def classes_of(context: ViewContext) -> int:
    """Number of classes that the model is conditioned on; 0 without."""
    return int(getattr(context.model, "classes", 0))


def chosen_class(context: ViewContext, label: int) -> int | None:
    """The class ``label`` that a state asks for; ``None`` where the model knows of no such class: the state was made for
    another one, or asks for none (-1)."""
    return label if 0 <= label < classes_of(context) else None


def classes_in_turn(context: ViewContext, n: int, label: int) -> Condition | None:
    """The condition of ``n`` images: the one that is asked for, or each in turn; ``None`` for a model without."""
    import torch

    if not classes_of(context):
        return None
    chosen = chosen_class(context, label)
    return of_class(torch.arange(n) % classes_of(context) if chosen is None else torch.full((n,), chosen))


def taken(context: ViewContext, condition: Condition) -> Condition:
    """The kinds of ``condition`` that the model takes."""
    takes = getattr(context.model, "takes", ())
    return Condition({kind: value for kind, value in condition.items() if kind in takes})


def drawn_condition(context: ViewContext, n: int, seed: int, *parts: int) -> Condition:
    """A random condition of ``n`` images, of the kinds that the model takes: each from the seed alone."""
    drawn = {}
    for kind in getattr(context.model, "takes", ()):
        stream = generator(seed, "classes" if kind == "class" else kind, *parts)
        drawn[kind] = condition_kinds[kind].drawn(n, context.spec, stream)
    return Condition(drawn)


def chosen_condition(
    context: ViewContext, state: PaneState, n: int, otherwise: Condition | None = None
) -> Condition | None:
    """The condition of ``n`` images that ``state`` chooses, of the kinds that the model takes: its fields that are
    declared with ``knob(condition=...)``. ``None`` where everything is left to the model.

    ``otherwise``: the condition of what the state leaves open; without one, that is left to the model, and classes take
    turns.
    """
    takes, values = getattr(context.model, "takes", ()), dict(otherwise or {})
    for info in state.controls():
        if info.condition not in takes:
            continue
        value = getattr(state, info.name)
        if info.condition == "class" and otherwise is not None and chosen_class(context, value) is None:
            continue
        given = context.blobs.get_array(value) if isinstance(value, Blob) else value
        chosen = condition_kinds[info.condition].chosen(given, n, context.spec)
        if chosen is not None:
            values[info.condition] = chosen
    return Condition(values) if values else None


def choices_of(context: ViewContext) -> dict[str, Choices]:
    """Options of the form field of each kind of condition that the model takes."""
    data = context.data

    def make() -> dict[str, Choices]:
        known: dict[str, np.ndarray | None] = {}
        if data is not None and data.spec.attribute_names == context.spec.attribute_names:
            known = {"class": data.labels, "attributes": data.attributes}
        return {
            name: condition_kinds[name].choices(context.spec, known.get(name))
            for name in getattr(context.model, "takes", ())
        }

    return context.latest("choices of conditions", data, make)


def check_label(context: ViewContext, label: int) -> None:
    """Raises :class:`UsageError` for a class that the model does not know."""
    classes = classes_of(context)
    if not 0 <= label < classes:
        raise UsageError(
            N_("There is no class {label}.", label=label),
            N_("There are 0 to {last}: {names}.", last=classes - 1, names=", ".join(context.spec.class_names)),
        )


def check_data(context: ViewContext) -> None:
    """Raises :class:`UsageError` when the open data set has other images than the model."""
    data, mine = context.data, context.spec
    if data is None or (data.spec.shape, data.spec.levels) == (mine.shape, mine.levels):
        return
    raise UsageError(
        N_(
            "The open images are {theirs} with {their_levels} levels, but the model's are {mine} with {my_levels}.",
            theirs=str(data.spec),
            their_levels=data.spec.levels or N_("real values"),
            mine=str(mine),
            my_levels=mine.levels or N_("real values"),
        ),
        N_("Open the data set that the model was trained on, or choose an image of your own."),
    )


def kept_part(shape: tuple[int, int], keep: KeptHalf) -> np.ndarray:
    """bool H×W: the half that is kept; of an odd number the smaller."""
    import numpy as np

    height, width = shape
    made = np.zeros(shape, bool)
    parts: dict[str, Any] = {
        "top": np.s_[: height // 2],
        "bottom": np.s_[(height + 1) // 2 :],
        "left": np.s_[:, : width // 2],
        "right": np.s_[:, (width + 1) // 2 :],
    }
    made[parts[keep]] = True
    return made


def fitted_mask(mask: np.ndarray, height: int, width: int) -> np.ndarray:
    """A mask of any size as bool height×width: each pixel takes what lies under its middle."""
    import numpy as np

    rows = ((np.arange(height) + 0.5) * mask.shape[0] / height).astype(np.intp)
    columns = ((np.arange(width) + 0.5) * mask.shape[1] / width).astype(np.intp)
    made: np.ndarray = mask.astype(bool)[rows][:, columns]
    return made


def _known(context: ViewContext, mask: Blob | None) -> Tensor:
    import torch

    shape = (context.spec.height, context.spec.width)
    if mask is None:
        return torch.from_numpy(kept_part(shape, "top"))
    painted = context.blobs.get_array(mask)
    if painted.ndim != 2 or not painted.size:
        raise UsageError(
            N_("A mask needs height and width, but this one is {shape}.", shape="×".join(map(str, painted.shape))),
            N_("Paint it again."),
        )
    return torch.from_numpy(fitted_mask(painted, *shape))
