"""Images compared by what a judge sees in them, where pixels see only whether the same places are dark."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from genstudio.core.messages import N_
from genstudio.core.resumable import Cache
from genstudio.evaluate.copying.nearest import ComparisonSpace

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.evaluate.copying.nearest import Searched
    from genstudio.evaluate.judge.judge import Judge

AT_ONCE = 32
"""Images that the judge looks at between two pauses: some 8 ms of one core."""


@dataclass(frozen=True, eq=False)
class JudgeSpace(ComparisonSpace):
    """Places of training images are remembered, float32 R×D: to look at an image takes a hundred times as long as to compare
    it. They are worked out in whole blocks of ``at_once``, so that they are the same to the bit whatever is asked for."""

    placed: dict[int, Tensor] = field(default_factory=dict)

    def training(self, among: Searched, rows: slice | np.ndarray) -> Tensor:
        rows_needed = np.arange(len(among))[rows]
        for block in np.unique(rows_needed // self.at_once).tolist():
            if block not in self.placed:
                start = block * self.at_once
                images = among.images(slice(start, min(start + self.at_once, len(among))))
                self.placed[block] = self.place(images).float()
        return torch.stack([self.placed[row // self.at_once][row % self.at_once] for row in rows_needed.tolist()])


# By data set, which stays open longer than a view context lasts.
_spaces: weakref.WeakKeyDictionary[Any, Cache] = weakref.WeakKeyDictionary()


def space_of_judge(data: DataSet, judge: Judge) -> JudgeSpace:
    """The space of the features of ``judge``, with their values for the training images of ``data`` once computed."""

    def make() -> JudgeSpace:
        return JudgeSpace(f"features of {judge.hash}", judge.features, 1.0, N_("standard deviations"), AT_ONCE)

    return _spaces.setdefault(data, Cache()).latest("space", judge.hash, make)
