"""The exponential moving average of one player's weights (Polyak & Juditsky 1992), with which samples look better.

It takes in the buffers too: averaged weights with another net's BatchNorm statistics give ugly samples. Floating-point
buffers are averaged, integers copied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from genstudio.models.base import Model


class Average:
    """average <- d average + (1 - d) weight after each update, where d grows to ``decay`` as (1 + n) / (10 + n), so that the
    first weights, which mean nothing, are soon forgotten."""

    def __init__(self, model: Model, parameters: list[nn.Parameter], decay: float) -> None:
        self.decay = decay
        self.updates = 0
        mine = {id(p) for p in parameters}
        named = {name: p for name, p in model.named_parameters() if id(p) in mine}
        self._buffers = [
            (name, module, attribute)
            for prefix, module in model.named_modules()
            for attribute in module._buffers
            if module._buffers[attribute] is not None
            and _belongs(name := f"{prefix}.{attribute}" if prefix else attribute, model, mine)
        ]
        self.weights: dict[str, Tensor] = {name: p.detach().clone() for name, p in named.items()}
        self.weights |= {name: getattr(module, attribute).clone() for name, module, attribute in self._buffers}
        self._averages = [self.weights[name] for name in named]
        self._live = [p.detach() for p in named.values()]

    @torch.no_grad()
    def update(self) -> None:
        """Take in the weights as they are now."""
        self.updates += 1
        share = 1 - min(self.decay, (1 + self.updates) / (10 + self.updates))
        torch._foreach_lerp_(self._averages, self._live, share)
        for name, module, attribute in self._buffers:
            now = getattr(module, attribute)
            if now.is_floating_point():
                self.weights[name].lerp_(now, share)
            else:
                self.weights[name].copy_(now)

    @torch.no_grad()
    def restore(self, weights: dict[str, Tensor]) -> None:
        """Put back averages by state-dict name."""
        for name, mine in self.weights.items():
            mine.copy_(weights[name])


def _belongs(buffer: str, model: Model, mine: set[int]) -> bool:
    """True if a buffer is this player's: the innermost module with parameters around it has only this player's."""
    prefix = buffer
    while prefix:
        prefix = prefix.rpartition(".")[0]
        around = [id(p) in mine for _, p in model.get_submodule(prefix).named_parameters()]
        if around:
            return all(around)
    return False
