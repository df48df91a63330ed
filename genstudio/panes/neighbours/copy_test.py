"""The audit of the pane Nearest neighbours: do samples lie nearer to the training images than held-out images do?"""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from genstudio.core.messages import Message
from genstudio.core.offload import offloaded
from genstudio.core.resumable import Resumable, rescaled
from genstudio.core.seeding import generator
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import chunks, drawn

if TYPE_CHECKING:
    from torch import Tensor

    from genstudio.evaluate.copying.audit import Audit, Nearness
    from genstudio.evaluate.copying.nearest import ComparisonSpace, Searched

NUMBERS = ("samples", "held_out", "copies", "p_copies", "near_1", "near_5", "z", "z_relative")
HELD_OUT = 0.15  # share of all the work that is done after the held-out images are compared
DRAWN = 0.82  # share of the rest that is done after the samples are drawn


@dataclass(frozen=True, eq=False)
class AuditResult:
    """Result of an audit, with the distances of samples and held-out images to the training images."""

    audit: Audit
    verdict: Message
    samples: Nearness
    held_out: Nearness

    def numbers(self) -> dict[str, Any]:
        """For the inspector, and for files."""
        found: dict[str, Any] = {name: getattr(self.audit, name) for name in NUMBERS}
        for name, near in (("samples", self.samples), ("held_out", self.held_out)):
            found |= {f"distances_{name}": near.nearest, f"relative_{name}": near.relative}
        return found | {"verdict": self.verdict}


def check(context: ViewContext, n: int, seed: int, among: Searched, space: ComparisonSpace) -> Resumable[AuditResult]:
    """Audit of ``n`` samples, drawn from ``seed``; cached in the view context.

    Raises :class:`DataError` where there are no held-out images.
    """
    from genstudio.evaluate.copying.audit import audit, verdict

    held = yield from rescaled(_held_out(context, among, space), 0.0, HELD_OUT)
    drawing = context.resume(("audit", n, seed, space.name), lambda: _drawn(context, n, seed, among, space))
    samples = yield from rescaled(drawing, HELD_OUT, 1.0)
    found = audit(samples, held)
    return AuditResult(found, verdict(found), samples, held)


def searched(context: ViewContext) -> Resumable[Searched]:
    """The training images of the data set, exact copies once; cached in the view context."""
    from genstudio.evaluate.copying.nearest import Searched

    data: Any = context.data
    return context.resume("searched", lambda: offloaded(partial(Searched, data)))


def _drawn(context: ViewContext, n: int, seed: int, among: Searched, space: ComparisonSpace) -> Resumable[Nearness]:
    """Distances of ``n`` samples to the training images."""
    import torch

    from genstudio.evaluate.measures.memorisation import as_data, nearness

    noise = generator(seed, "audit")
    images = yield from rescaled(drawn(context, n, noise), 0.0, DRAWN)
    parts: list[Tensor] = []
    for part in chunks(n, context):
        parts.append(as_data(images[part], context.spec, noise))
        yield DRAWN
    return (yield from rescaled(nearness(torch.cat(parts), among, space), DRAWN, 1.0))


# By data set, which stays open longer than a view context lasts. Finished results only: two threads come here.
_held_out_distances: weakref.WeakKeyDictionary[Any, dict[str, Nearness]] = weakref.WeakKeyDictionary()


def _held_out(context: ViewContext, among: Searched, space: ComparisonSpace) -> Resumable[Nearness]:
    """Distances of held-out images to the training images, computed once per data set and space."""
    from genstudio.evaluate.measures.memorisation import held_out, nearness

    data: Any = context.data
    known = _held_out_distances.setdefault(data, {})
    if space.name not in known:
        split = next((part for part in map(data.split, ("validation", "test")) if len(part)), data.split("validation"))
        images, _ = yield from offloaded(partial(held_out, split, among))
        known[space.name] = yield from nearness(images, among, space)
    return known[space.name]
