"""Candidates for exemplars: encoded images with their attributes, or drawn ones with a judge's readings; and filters
such as "smiling, no glasses, feminine".

Each candidate is a :class:`~genstudio.latent.points.LatentPoint`: a validation image by its number, a drawn
one by its seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from genstudio.core.capabilities import Decodes, Encodes, has
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message, translate
from genstudio.core.resumable import Resumable
from genstudio.core.seeding import generator
from genstudio.data.base import data_sets
from genstudio.evaluate.equations import HIGH, Sides, matching
from genstudio.evaluate.judge.readings import readings, switches, targets_of
from genstudio.latent.points import LatentPoint
from genstudio.viewing.conditioning import check_data, classes_in_turn
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import chunks, decoded

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet

MOST = 2_000
Source = Literal["auto", "images", "samples"]
Filter = tuple[tuple[str, str], ...]
"""(attribute, "high" or "low") of each that is asked for."""


@dataclass(frozen=True, eq=False)
class Pool:
    """``z``: float32 N×D. ``values``: by name, float64 N (none where nothing is known). ``kind``: of its frames."""

    z: np.ndarray
    values: dict[str, np.ndarray]
    sides: dict[str, Sides]
    kind: Literal["image", "seed"]
    labels: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.z)

    def frame(self, position: int) -> LatentPoint:
        """The frame of a candidate; of a model that knows classes, of the class that it was judged as."""
        label = 0 if self.labels is None else int(self.labels[position])
        return LatentPoint(self.kind, position, label=label)

    def matching(self, required: Filter) -> np.ndarray:
        """Positions of candidates with the ``required`` sides, int64. Raises :class:`UsageError` for an unknown name."""
        for name, _ in required:
            if name not in self.values:
                raise UsageError(
                    N_("There is no attribute or class '{name}' here.", name=name),
                    N_("There are: {names}.", names=", ".join(self.values) or "-"),
                )
        return matching(self.values, self.sides, dict(required)) if required else np.arange(len(self))


def source_of(context: ViewContext, source: Source) -> Literal["images", "samples"]:
    """Source of candidates: images if the model has an encoder, unless samples are requested."""
    can_encode = has(context.model, Encodes) and context.data is not None
    return "images" if can_encode and source != "samples" else "samples"


def pool_of(context: ViewContext, source: Source = "auto") -> Resumable[Pool]:
    """The candidates of ``context``, kept in it: yields the share done.

    Raises :class:`UsageError` for images that don't fit the model.
    """
    chosen = source_of(context, source)
    judge = context.judge()
    make = (lambda: _of_images(context)) if chosen == "images" else (lambda: _of_samples(context))
    return context.resume(("pool", chosen, judge and judge.hash), make)


def _of_images(context: ViewContext) -> Resumable[Pool]:
    import torch

    assert context.data is not None
    check_data(context)
    data: Any = context.data
    split = next(part for part in map(data.split, ("validation", "test", "train")) if len(part))
    n, z = min(MOST, len(split)), []
    for part in chunks(n, context):
        batch = split.batch(torch.arange(part.start, part.stop), generator=generator(0, "pool"))
        z.append(context.require(Encodes).encode(batch.images).float().numpy())
        yield part.stop / n
    values = targets_of(data, split.indices[:n])
    return Pool(np.concatenate(z), values, {name: Sides.of(one) for name, one in values.items()}, "image")


def _of_samples(context: ViewContext) -> Resumable[Pool]:
    import torch

    judge, draw = context.judge(), context.require(Decodes).prior
    z = torch.cat([draw(1, generator=generator(seed, "frame")) for seed in range(MOST)])
    condition = classes_in_turn(context, MOST, -1)
    parts: list[dict[str, np.ndarray]] = []
    for part in chunks(MOST, context) if judge is not None else ():
        assert judge is not None
        parts.append(readings(judge, decoded(context, z[part], None if condition is None else condition.rows(part))))
        yield part.stop / MOST
    values = {name: np.concatenate([one[name] for one in parts]) for name in parts[0]} if parts else {}
    sides = predicted_sides(context.data, values)
    return Pool(z.numpy(), values, sides, "seed", None if condition is None else condition["class"].numpy())


def predicted_sides(data: DataSet | None, values: dict[str, np.ndarray]) -> dict[str, Sides]:
    """Thresholds of high and low in a judge's readings: one half for yes or no, else quantiles of these readings."""
    yes_or_no = switches(data) if data is not None else set()
    return {name: Sides(0.5, 0.5, 0.5) if name in yes_or_no else Sides.of(one) for name, one in values.items()}


def side_title(data: DataSet | None, name: str, side: str) -> Message | str:
    """Words for an image whose ``name`` is high or low: "smiling", "no glasses", "much of it"."""
    known = data_sets[data.name].attribute_sides if data is not None else {}
    if name in known:
        return known[name][1 if side == HIGH else 0]
    shown = name.replace("_", " ")
    if data is not None and name in switches(data):
        return shown if side == HIGH else N_("not {name}", name=shown)
    return N_("high {name}", name=shown) if side == HIGH else N_("low {name}", name=shown)


def filter_text(data: DataSet | None, required: Sequence[tuple[str, str]]) -> Message:
    """ "smiling, no glasses, feminine"."""
    if not required:
        return N_("all")
    return N_("{text}", text=", ".join(translate(side_title(data, name, side)) for name, side in required))
