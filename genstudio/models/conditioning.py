"""Conditions of a model's calls: checked, completed and moved to its device, for models of every family.

A model says in ``takes`` which kinds it is conditioned on. What is given is checked by its kind
(:mod:`genstudio.core.conditions`); what it takes and was not given is drawn, or has the kind's default.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from genstudio.core.conditions.base import Condition, condition_kinds
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message

if TYPE_CHECKING:
    import torch

    from genstudio.core.batch import Batch
    from genstudio.core.spec import ImageSpec
    from genstudio.models.base import Model


def check_kinds(spec: ImageSpec, kinds: Iterable[str], remedy: Message) -> None:
    """Raises :class:`UsageError` when the images do not have these kinds of condition; ``remedy`` says what works."""
    for kind in kinds:
        condition_kinds[kind].check(spec, remedy)


def complete_condition(
    model: Model,
    condition: Condition | None,
    n: int,
    device: Any,
    *,
    generator: torch.Generator | None = None,
    mixed: bool = False,
) -> Condition:
    """``condition`` of n images with every kind that the model takes, on ``device``; empty for a model that takes none.

    What is not given is drawn from ``generator``, or has its kind's default without one. ``mixed`` allows values between
    two others, such as shares of classes. Raises :class:`UsageError` for a kind that the model does not take, and for
    values that do not fit.
    """
    given = condition or Condition({})
    for name in given:
        if name not in model.takes:
            raise UsageError(*condition_kinds[name].not_taken)
    values = {}
    for name in model.takes:
        kind = condition_kinds[name]
        if name in given:
            values[name] = kind.parsed(given[name], n, model.spec, device, mixed=mixed)
        elif generator is not None:
            values[name] = kind.drawn(n, model.spec, generator).to(device)
        else:
            values[name] = kind.default(n, model.spec).to(device)
    return Condition(values)


def condition_of(model: Model, batch: Batch) -> Condition:
    """The batch's condition, of the kinds that the model takes. Raises :class:`UsageError` where it has them not."""
    known = batch.condition
    for name in model.takes:
        if name not in known:
            raise UsageError(
                condition_kinds[name].missing_in_batch, N_("Use images of the data set that it was trained on.")
            )
    return Condition({name: known[name] for name in model.takes})
