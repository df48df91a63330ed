"""The least that a new autoregressive model needs: one file, a distribution and a forward pass, no graph and no cuts."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genstudio.core.conditions.base import NO_CONDITION, Condition
from genstudio.core.knobs import Knobs
from genstudio.core.messages import N_, Message
from genstudio.core.spec import ImageSpec
from genstudio.models.autoregressive.base import Autoregressive
from genstudio.nets.distributions.levels import LevelDistribution, LogisticMixture, Softmax


class TwoNeighbours(Autoregressive):
    """Each pixel from the one to its left and the one above."""

    title = N_("Two neighbours")
    help = N_("For tests.")
    Knobs = Knobs

    def __init__(self, spec: ImageSpec, knobs: Any) -> None:
        super().__init__(spec, knobs)
        self.distribution = self.ending()
        self.hidden = nn.Conv2d(2 * spec.channels, 8, 1)
        self.last = nn.Conv2d(8, self.distribution.size, 1)

    def ending(self) -> LevelDistribution:
        return Softmax(self.spec.channels, self.spec.levels or 256)

    def forward(self, x: Tensor, condition: Condition = NO_CONDITION) -> Tensor:
        left, above = F.pad(x, (1, 0))[..., :-1], F.pad(x, (0, 0, 1, 0))[:, :, :-1]
        result: Tensor = self.last(torch.tanh(self.hidden(torch.cat([left, above], 1))))
        return result

    def summary(self) -> Message:
        return N_("two neighbours")


class TwoNeighboursMixture(TwoNeighbours):
    """With one distribution for all channels of a pixel."""

    def ending(self) -> LevelDistribution:
        return LogisticMixture(self.spec.channels, self.spec.levels or 256, 3)
