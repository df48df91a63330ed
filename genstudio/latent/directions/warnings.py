"""Warnings about a set of directions: attributes that are missing or read poorly, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from genstudio.core.capabilities import Encodes, has
from genstudio.core.messages import N_, Message
from genstudio.evaluate.judge.readings import targets_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genstudio.latent.directions.direction import Directions
    from genstudio.viewing.context import ViewContext

NO_IMAGES = N_(
    "The images of this run are not open, and without them no direction has a name. Open its data set again; "
    "principal components work without images."
)
NO_JUDGE_AT_ALL = N_(
    "This model has no encoder, and there is no judge yet that could classify its samples, so no direction has a "
    "name. Train one with: genstudio evaluate RUN --measure fid."
)
NO_JUDGE = N_(
    "The effects are not measured: there is no judge of these images yet. Train one with: genstudio evaluate RUN "
    "--measure fid."
)
NOTHING_KNOWN = N_("These images have no attributes or classes: name the principal components yourself.")


def remarks_on(context: ViewContext, found: Directions, names: Sequence[str] = ()) -> tuple[Message, ...]:
    """Why some attributes (of ``names``, or all) have no direction in ``found``, and why nothing is measured."""
    named = {one.name for one in found if one.heldout is not None}
    if context.data is None:
        return () if named else (NO_IMAGES,)
    judge = context.judge()
    if judge is None and not has(context.model, Encodes):
        return () if named else (NO_JUDGE_AT_ALL,)
    values = targets_of(context.data, np.arange(len(context.data)))
    reasons = {name: _why_not(name, values) for name in names or values if name not in found}
    said = [reason for reason in reasons.values() if reason is not None]
    left = ", ".join(name for name, reason in reasons.items() if reason is None)
    if left and has(context.model, Encodes):
        said.append(N_("These directions don't include: {names}. Find them again.", names=left))
    elif left:
        said.append(N_("The judge sees only one kind among images that this model draws: {names}.", names=left))
    if not values:
        said.append(NOTHING_KNOWN)
    elif judge is None and not any(one.effect for one in found):
        said.append(NO_JUDGE)
    return tuple(said)


def _why_not(name: str, values: dict[str, np.ndarray]) -> Message | None:
    """Objection of the data to an attribute; ``None`` without one."""
    if name not in values:
        return N_("There is no attribute '{name}' here; there are: {names}.", name=name, names=", ".join(values) or "-")
    known = values[name][np.isfinite(values[name])]
    if not len(known):
        return N_("{name} is not known for any image.", name=name)
    if known.min() == known.max():
        return N_(
            "{name} is {value} in all {n} images, so no direction can be found.",
            name=name, value=f"{known[0]:g}", n=f"{len(known):,}",
        )  # fmt: skip
    return None
