"""The audit of the pane Nearest neighbours: do samples lie nearer to the training images than held-out images do?"""

from __future__ import annotations

import weakref
from collections.abc import Generator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from genstudio.core.messages import Message
from genstudio.core.offload import aside
from genstudio.core.seeding import generator
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import chunks, drawn

if TYPE_CHECKING:
    from torch import Tensor

    from genstudio.evaluate.copying.audit import Audit, Nearness
    from genstudio.evaluate.copying.nearest import Searched, Space

NUMBERS = ("samples", "held_out", "copies", "p_copies", "near_1", "near_5", "z", "z_relative")
HELD_OUT, DRAWN = 0.15, 0.85  # of the whole work are done once held-out images are compared, and samples drawn


@dataclass(frozen=True, eq=False)
class Checked:
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


def check(context: ViewContext, n: int, seed: int, among: Searched, space: Space) -> Generator[float, None, Checked]:
    """Audit ``n`` samples, drawn from ``seed``; what is found is cached in the view context. Yields the share done every few
    milliseconds.

    Raises :class:`DataError` where there are no held-out images.
    """
    from genstudio.evaluate.copying.audit import audit, verdict

    held = yield from _shares(_held_out(context, among, space), 0.0, HELD_OUT)
    kept: dict[Any, Nearness] = context.once("audits", dict)
    key = (n, seed, space.name)
    if key not in kept:
        kept[key] = yield from _drawn(context, n, seed, among, space)
    found = audit(kept[key], held)
    return Checked(found, verdict(found), kept[key], held)


def searched(context: ViewContext) -> Generator[float, None, Searched]:
    """The training images of the data set, exact copies once; found once for each view context."""
    if not context.has("searched"):
        from genstudio.evaluate.copying.nearest import Searched

        assert context.data is not None
        made = yield from aside(partial(Searched, context.data))
        context.once("searched", lambda: made)
    kept: Any = context.once("searched", lambda: None)
    return kept


def _drawn(context: ViewContext, n: int, seed: int, among: Searched, space: Space) -> Generator[float, None, Nearness]:
    """Distances of ``n`` samples to the training images."""
    import torch

    from genstudio.evaluate.measures.memorisation import as_data, nearness

    noise = generator(seed, "audit")
    images = yield from _shares(drawn(context, n, noise), HELD_OUT, DRAWN)
    parts: list[Tensor] = []
    for part in chunks(n, context):
        parts.append(as_data(images[part], context.spec, noise))
        yield DRAWN
    return (yield from _shares(nearness(torch.cat(parts), among, space), DRAWN, 1.0))


def _shares(work: Generator[float, None, Any], start: float, end: float) -> Generator[float, None, Any]:
    """``work``, whose shares are those from ``start`` to ``end`` of the whole."""
    try:
        while True:
            yield start + (end - start) * next(work)
    except StopIteration as done:
        return done.value
    finally:
        work.close()


# What depends on the data alone, for as long as they are open: a look ends with its snapshot.
_kept: weakref.WeakKeyDictionary[Any, dict[str, Nearness]] = weakref.WeakKeyDictionary()


def _held_out(context: ViewContext, among: Searched, space: Space) -> Generator[float, None, Nearness]:
    """Distances of held-out images to the training images, computed once per data set and space."""
    from genstudio.evaluate.measures.memorisation import held_out, nearness

    data: Any = context.data
    kept = _kept.setdefault(data, {})
    if space.name not in kept:
        split = next((part for part in map(data.split, ("validation", "test")) if len(part)), data.split("validation"))
        images, _ = yield from aside(partial(held_out, split, among))
        kept[space.name] = yield from nearness(images, among, space)
    return kept[space.name]
