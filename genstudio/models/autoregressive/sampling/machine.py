"""Machine for a net without a causal graph.

Machines draw tick by tick, each tick one sub-pixel or several that are independent. A net with a graph is run by
:class:`genstudio.nets.causal.machine.GraphMachine`, which computes each feature once; any other by :class:`ForwardMachine`,
with one forward pass of whole images a tick.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from genstudio.core.conditions.base import Condition
from genstudio.core.resumable import Pausing
from genstudio.nets.causal.checkpointed import pausing
from genstudio.nets.causal.conv import weights_ready
from genstudio.nets.causal.machine import Pending

if TYPE_CHECKING:
    import numpy as np

    from genstudio.models.autoregressive.sampling.model import SampledModel


class ForwardMachine:
    """Machine of a net that has no causal graph: a forward pass of the images so far in every tick.

    ``images``: N×C×H×W in [-1, 1] with the given pixels in place; ``known``: bool H×W, which are passed over.
    """

    def __init__(self, model: SampledModel, images: Tensor, known: np.ndarray, condition: Condition) -> None:
        self.model, self.condition = model, condition
        self.units = [(y, x, channels) for y, x, channels in model.pixel_units() if not known[y, x]]
        self.buffers = {"images": images.clone()}

    @property
    def ticks(self) -> int:
        return len(self.units)

    def give(self, images: Tensor) -> None:
        """Put these pixels in place: N×C×H×W in [-1, 1]."""
        self.buffers["images"].copy_(images)

    def advance(self, tick: int, keep: bool = True) -> Iterator[Pending | None]:
        """Compute the output for the unit of ``tick``; :meth:`write` its levels before the next tick."""
        y, x, channels = self.units[tick]
        output = yield from self._outputs()
        yield self._pending(output, [y * self.model.spec.width + x], channels)

    def past(self, ticks: int) -> Iterator[Pending | None]:
        """Outputs for the units of the first ``ticks`` ticks, now that they are given: one forward pass."""
        output = yield from self._outputs()
        for group in dict.fromkeys(channels for _, _, channels in self.units[:ticks]):
            pixels = [y * self.model.spec.width + x for y, x, channels in self.units[:ticks] if channels == group]
            yield self._pending(output, pixels, group)

    def write(self, pending: Pending, values: Tensor) -> None:
        """Put what was drawn, P×N×channels in [-1, 1], into the images."""
        flat = self.buffers["images"].flatten(2)
        for k, channel in enumerate(pending.channels):
            flat[:, channel, pending.pixels] = values[..., k].t()

    def _outputs(self) -> Pausing[Tensor]:
        """Outputs of one forward pass, positions × N × size."""
        self.model.full_forwards += 1
        into = self.buffers["images"].contiguous(memory_format=torch.channels_last)
        with weights_ready(self.model):
            output = yield from pausing(self.model.by_layers(into, self.condition))
        return output.flatten(2).permute(2, 0, 1)

    def _pending(self, output: Tensor, pixels: list[int], channels: tuple[int, ...]) -> Pending:
        """A joint distribution takes all outputs of a pixel, another those of its one channel."""
        places, distribution = torch.tensor(pixels, device=output.device), self.model.distribution
        rows = output[places]
        if not distribution.joint:
            (channel,) = channels
            rows = distribution.part(rows.flatten(0, 1), channel).view(*rows.shape[:2], -1)
        return Pending(places, channels, rows)
