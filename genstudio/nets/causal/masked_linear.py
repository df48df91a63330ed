"""Fully connected layers masked by degrees, and their evaluation one input at a time (Germain et al. 2015, section 3).

Input j has degree j + 1; a unit of degree m sees inputs and units of degree at most m; the output for value d sees those of
degree at most d, which are the values before it. Degrees ascend with the units' numbers, so that what has become known is
always a prefix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genstudio.nets.causal.machine import Pending


class MaskedLinear(nn.Module):
    """N×I to N×O; output o sees input i if ``seen[i] <= sees[o]``."""

    seen: Tensor
    sees: Tensor

    def __init__(self, seen: Tensor, sees: Tensor) -> None:
        super().__init__()
        self.register_buffer("seen", seen)
        self.register_buffer("sees", sees)
        self.weight = nn.Parameter(torch.empty(len(sees), len(seen)).uniform_(-1, 1) * len(seen) ** -0.5)
        self.bias = nn.Parameter(torch.zeros(len(sees)))
        self.ready: Tensor | None = None

    def effective_weight(self) -> Tensor:
        """O×I, zero where nothing is seen."""
        if self.ready is not None:
            return self.ready
        return self.weight * (self.seen[None, :] <= self.sees[:, None]).to(self.weight.dtype)

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.effective_weight(), self.bias)


def unit_degrees(units: int, values: int) -> Tensor:
    """Degrees 1 .. values - 1 in equal shares, ascending: int64 units."""
    return 1 + torch.arange(units) * max(values - 1, 1) // units


class DenseMachine:
    """Keeps the units that are known; a value that is drawn adds those that it was the last to be missing for.

    ``layers``: masked linear layers, the last of which gives ``group`` outputs a value. ``images``: N×C×H×W in [-1, 1] with
    the given pixels in place. Values go pixel by pixel, within a pixel by channel. Ticks may be gone back to.
    """

    def __init__(
        self,
        layers: list[MaskedLinear],
        activation: Callable[[Tensor], Tensor],
        group: int,
        images: Tensor,
        known: np.ndarray,
    ) -> None:
        n, self.channels = images.shape[:2]
        self.activation, self.group = activation, group
        self.give(images)
        self.weights = [layer.effective_weight().detach().t().contiguous() for layer in layers]
        self.biases = [layer.bias.detach() for layer in layers]
        self.units = [images.new_zeros(n, len(layer.sees)) for layer in layers[:-1]]
        # ends[l][m]: how many units of layer l have degree at most m.
        every = torch.arange(self.values.shape[1] + 1, device=images.device)
        self.ends = [torch.searchsorted(layer.sees, every, right=True).tolist() for layer in layers[:-1]]
        self.pending = [
            pixel * self.channels + c for pixel in np.flatnonzero(~known.ravel()).tolist() for c in range(self.channels)
        ]
        self.pixels = torch.arange(known.size, device=images.device)

    @property
    def ticks(self) -> int:
        return len(self.pending)

    def give(self, images: Tensor) -> None:
        self.values = images.movedim(1, -1).reshape(len(images), -1).contiguous()

    def past(self, ticks: int) -> Iterator[Pending]:
        """Play the first ticks at once, on a machine without given pixels."""
        self._learn(0, ticks - 1)
        source, end = (self.units[-1], self.ends[-1][ticks - 1]) if self.units else (self.values, ticks)
        # The masks are zeros in the weights: values see nothing that comes after them.
        last, outputs = self.weights[-1], slice(0, ticks * self.group)
        output = torch.addmm(self.biases[-1][outputs], source[:, :end], last[:end, outputs])
        output = output.unflatten(1, (ticks, self.group)).transpose(0, 1)
        for channel in range(min(self.channels, ticks)):
            found = output[channel :: self.channels]
            yield Pending(self.pixels[: len(found)], (channel,), found)

    def advance(self, tick: int, keep: bool = True) -> Iterator[Pending]:
        value = self.pending[tick]
        if keep:
            self._learn(self.pending[tick - 1] if tick else 0, value)
        last, bias, outputs = self.weights[-1], self.biases[-1], slice(value * self.group, (value + 1) * self.group)
        source, end = (self.units[-1], self.ends[-1][value]) if self.units else (self.values, value)
        output = torch.addmm(bias[outputs], source[:, :end], last[:end, outputs])
        pixel, channel = divmod(value, self.channels)
        yield Pending(self.pixels[pixel : pixel + 1], (channel,), output[None])

    def write(self, pending: Pending, values: Tensor) -> None:
        self.values[:, int(pending.pixels) * self.channels + pending.channels[0]] = values[0, :, 0]

    def _learn(self, before: int, value: int) -> None:
        """All values before ``value`` are known: compute the units that see no more than these, beyond those that ``before``
        gave already."""
        source, seen = self.values, value
        for units, weight, bias, ends in zip(self.units, self.weights, self.biases, self.ends, strict=False):
            new = slice(ends[before], ends[value])
            if new.stop > new.start:
                units[:, new] = self.activation(torch.addmm(bias[new], source[:, :seen], weight[:seen, new]))
            source, seen = units, ends[value]
