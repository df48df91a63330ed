"""The audit of the pane Nearest neighbours: do samples lie nearer to the training images than held-out images do?"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from genstudio.core.messages import N_, Message
from genstudio.core.seeding import generator
from genstudio.explore.base import Look

if TYPE_CHECKING:
    from genstudio.evaluate.copying import Audit, Nearness
    from genstudio.evaluate.nearest import Searched, Space

LITTLE = 250_000  # sub-pixels drawn between two looks at whether a newer state has come
NUMBERS = ("samples", "held_out", "copies", "p_copies", "near_1", "near_5", "z", "z_relative")


@dataclass(frozen=True, eq=False)
class Checked:
    """What was found, and how near the samples and the held-out images lie to the training images."""

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


def check(look: Look, n: int, seed: int, among: Searched, space: Space) -> Iterator[Message | Checked]:
    """Words on what is being done, again and again, then the answer. ``n`` samples are drawn anew, and kept for the look.

    Raises :class:`DataError` where there are no held-out images.
    """
    import torch

    from genstudio.evaluate.copying import audit, verdict
    from genstudio.evaluate.memorisation import as_data, nearness

    held: Nearness | None = None
    for held in _held_out(look, among, space):
        if held is None:
            yield N_("Looking how near held-out images lie to the training images …")
    assert held is not None
    kept: dict[Any, Nearness] = look.once("audits", dict)
    key = (n, seed, space.name)
    if key not in kept:
        model: Any = look.model
        noise, parts = generator(seed, "audit"), []
        size = max(8, LITTLE // look.spec.values)
        doing = N_("Looking how near {n} samples lie to the training images …", n=n)
        for start in range(0, n, size):
            parts.append(as_data(model.sample(min(size, n - start), generator=noise), look.spec, noise))
            yield doing
        for near in nearness(torch.cat(parts), among, space):
            if near is None:
                yield doing
            else:
                kept[key] = near
    found = audit(kept[key], held)
    yield Checked(found, verdict(found), kept[key], held)


# What depends on the data alone, for as long as they are open: a look ends with its snapshot.
_kept: weakref.WeakKeyDictionary[Any, dict[str, Nearness]] = weakref.WeakKeyDictionary()


def _held_out(look: Look, among: Searched, space: Space) -> Iterator[Nearness | None]:
    """How near held-out images lie to the training images: found once for a data set and a space."""
    from genstudio.evaluate.memorisation import held_out, nearness

    data: Any = look.data
    kept = _kept.setdefault(data, {})
    if space.name in kept:
        yield kept[space.name]
        return
    split = next((part for part in map(data.split, ("validation", "test")) if len(part)), data.split("validation"))
    images, _ = held_out(split, among)
    for found in nearness(images, among, space):
        if found is not None:
            kept[space.name] = found
        yield found
