"""Interface through which samplers see an autoregressive model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch
from torch import Tensor

from genstudio.core.conditions.base import NO_CONDITION, Condition
from genstudio.models.autoregressive.sampling.request import Method, Order
from genstudio.models.base import Model

if TYPE_CHECKING:
    from genstudio.core.resumable import Pausing
    from genstudio.nets.causal.checkpointed import Layers
    from genstudio.nets.causal.machine import Pending
    from genstudio.nets.distributions.levels import LevelDistribution


class Machine(Protocol):
    """Draws tick by tick; ticks may be gone back to. See :class:`genstudio.nets.causal.machine.GraphMachine`."""

    @property
    def ticks(self) -> int: ...
    def give(self, images: Tensor) -> None: ...
    def past(self, ticks: int) -> Iterator[Pending | None]: ...
    def advance(self, tick: int, keep: bool = True) -> Iterator[Pending | None]: ...
    def write(self, pending: Pending, values: Tensor) -> None: ...


class SampledModel(Model):
    """Model that draws sub-pixel after sub-pixel; :class:`genstudio.models.autoregressive.base.Autoregressive` is one."""

    distribution: LevelDistribution
    full_forwards: int

    @classmethod
    def methods(cls) -> tuple[Method, ...]:
        """Sampling methods, the default first."""
        raise NotImplementedError

    @property
    def device(self) -> torch.device:
        """Device of the weights."""
        raise NotImplementedError

    @property
    def dtype(self) -> torch.dtype:
        """Type of the weights."""
        raise NotImplementedError

    def pixel_units(self) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """(y, x, channels) in the order of the product rule."""
        raise NotImplementedError

    def to_net(self, levels: Tensor) -> Tensor:
        """Levels (int64) as the net's input, in [-1, 1]."""
        raise NotImplementedError

    def by_layers(self, x: Tensor, condition: Condition = NO_CONDITION) -> Layers[Tensor]:
        """Forward pass with cuts between its layers."""
        raise NotImplementedError

    def output(self, x: Tensor, condition: Condition = NO_CONDITION) -> Tensor:
        """Outputs for whole images N×C×H×W in [-1, 1]: one forward pass."""
        raise NotImplementedError

    def machine(self, x: Tensor, known: np.ndarray, condition: Condition, order: Order) -> Machine:
        """Incremental sampler. ``x``: N×C×H×W in [-1, 1]; ``known``: bool H×W."""
        raise NotImplementedError

    def resumable_machine(self, x: Tensor, known: np.ndarray, condition: Condition, order: Order) -> Pausing[Machine]:
        """:meth:`machine`, made in parts."""
        raise NotImplementedError
