"""Codes with attributes of their images: a data set's for encoded images, a judge's for drawn ones.

Directions are found on training images and scored on held-out images (validation and test), seven to three. For a
model without encoder, 10,000 codes are drawn from the prior, and the data set's judge predicts the attributes of their
images; 70 % of them are for finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from genstudio.core.capabilities import Decodes, Encodes, has
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.core.resumable import Resumable
from genstudio.core.seeding import generator
from genstudio.evaluate.judge.readings import readings, switches, targets_of
from genstudio.viewing.conditioning import classes_in_turn
from genstudio.viewing.decode import chunks, decoded

if TYPE_CHECKING:
    from torch import Tensor

    from genstudio.data.dataset import DataSet
    from genstudio.evaluate.judge.judge import Judge
    from genstudio.viewing.context import ViewContext

DRAWN = 10_000
MOST_FOUND, MOST_HELD = 14_000, 6_000
HELD_SHARE = 0.3


@dataclass(frozen=True, eq=False)
class KnownCodes:
    """``z``: float32 N×D. ``values``: by name, float64 N, NaN where unknown. The first ``split`` are for finding,
    the rest are held out. ``by``: "data" or "judge", the source of the values. ``judge_hash``: which. ``indices``:
    which images of the data set the codes are of, int64 N, where they are of any."""

    z: np.ndarray
    values: dict[str, np.ndarray]
    split: int
    by: str
    judge_hash: str = ""
    indices: np.ndarray | None = None

    def found(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        return self.z[: self.split], self.values[name][: self.split]

    def held(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        return self.z[self.split :], self.values[name][self.split :]


def known_codes(context: ViewContext, *, drawn: int = DRAWN) -> Resumable[KnownCodes]:
    """Codes of ``context``'s model with the attributes of their images.

    Raises :class:`UsageError` without attributes: a run whose data are missing, or without a judge.
    """
    if context.data is None:
        raise UsageError(
            N_("The images of this run are not open, and without them directions have no names."),
            N_("Open its data set again; principal components work without images."),
        )
    if has(context.model, Encodes):
        return (yield from _encoded(context, context.data))
    judge = context.judge()
    if judge is None:
        raise UsageError(
            N_("This model has no encoder, and there is no judge yet that could classify its samples."),
            N_("Train one with: genstudio evaluate RUN --measure fid."),
        )
    return (yield from _read_by_judge(context, judge, drawn))


def _encoded(context: ViewContext, data: DataSet) -> Resumable[KnownCodes]:
    import torch

    held_splits: list[Any] = [data.split("validation"), data.split("test")]
    have = sum(len(split) for split in held_splits)
    if have < 10:  # a handful of pictures: all are training images, and the later ones are held out
        train = data.split("train")
        n = min(len(train), MOST_FOUND)
        cut = max(1, int(n * (1 - HELD_SHARE)))
        parts = [(train, _some(len(train), n))]
    else:
        n_held = min(have, MOST_HELD)
        n_found = min(len(data.split("train")), MOST_FOUND, round(n_held * (1 - HELD_SHARE) / HELD_SHARE))
        cut = n_found
        shares = [round(n_held * len(split) / have) for split in held_splits]
        parts = [(data.split("train"), _some(len(data.split("train")), n_found))]
        parts += [(split, _some(len(split), min(k, len(split)))) for split, k in zip(held_splits, shares, strict=True)]
    total, z, indices = sum(len(chosen) for _, chosen in parts), [], []
    for split, chosen in parts:
        for part in chunks(len(chosen), context):
            batch = split.batch(torch.from_numpy(chosen[part]), generator=generator(0, "known codes"))
            z.append(context.require(Encodes).encode(batch.images).float().numpy())
            indices.append(batch.indices.numpy())
            yield sum(map(len, z)) / total
    codes = np.concatenate(z) if z else np.zeros((0, context.require(Encodes).latent_dim), np.float32)
    every = np.concatenate(indices)
    return KnownCodes(codes, targets_of(data, every), cut, "data", indices=every)


def _some(n: int, k: int) -> np.ndarray:
    """k of n positions, always the same ones, in order of place."""
    import torch

    return torch.randperm(n, generator=generator(0, "known codes", n))[:k].sort().values.numpy()


def _read_by_judge(context: ViewContext, judge: Judge, n: int) -> Resumable[KnownCodes]:
    z: Tensor = context.require(Decodes).prior(n, generator=generator(0, "known codes"))
    condition, parts = classes_in_turn(context, n, -1), []
    for part in chunks(n, context):
        parts.append(readings(judge, decoded(context, z[part], None if condition is None else condition.rows(part))))
        yield part.stop / n
    values = {name: np.concatenate([one[name] for one in parts]) for name in parts[0]}
    if context.data is not None:
        for name in switches(context.data) & set(values):
            values[name] = (values[name] > 0.5).astype(np.float64)
    return KnownCodes(z.numpy(), values, int(n * (1 - HELD_SHARE)), "judge", judge.hash)
