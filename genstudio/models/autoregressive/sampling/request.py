"""Request to a sampler, and the values it reports while drawing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor

from genstudio.core.conditions.base import NO_CONDITION, Condition
from genstudio.core.spec import ImageSpec

if TYPE_CHECKING:
    from genstudio.nets.distributions.levels import LevelDistribution

Method = Literal["naive", "cached", "jacobi", "auto"]
Order = Literal["raster", "wavefront"]


@dataclass(frozen=True)
class SampleRequest:
    """noise: N×C×H×W, one uniform number in [0, 1) per sub-pixel. given: levels, int64 N×C×H×W. known: bool N×H×W, where
    ``given`` stays as it is. condition: of the N images."""

    noise: Tensor
    given: Tensor
    known: Tensor
    condition: Condition = NO_CONDITION
    temperature: float = 1.0

    def __len__(self) -> int:
        return len(self.noise)

    def part(self, chosen: Tensor) -> SampleRequest:
        """The request for some of the images (indices or bools)."""
        condition = self.condition.rows(chosen)
        return SampleRequest(self.noise[chosen], self.given[chosen], self.known[chosen], condition, self.temperature)


@dataclass(frozen=True)
class Sample:
    """One sub-pixel of every image was drawn: ``y``, ``x``, ``channel``; its ``levels`` (int64 N); what it was drawn from,
    ``output`` N×Q with the channels before it, ``earlier`` N×channel; and the images so far, levels int64 N×C×H×W, in
    which what is not drawn yet is 0 (a view: it changes as drawing goes on)."""

    y: int
    x: int
    channel: int
    levels: Tensor
    output: Tensor = field(repr=False)
    earlier: Tensor = field(repr=False)
    images: Tensor = field(repr=False)


@dataclass(frozen=True)
class Pixel:
    """One sub-pixel, just drawn in all n images: ``y``, ``x``, ``channel``, its ``levels`` (int64 n) and noise ``u``."""

    y: int
    x: int
    channel: int
    levels: Tensor
    u: Tensor
    drawn: Sample
    distribution: LevelDistribution
    temperature: float

    def probabilities(self) -> Tensor:
        """Probabilities that the levels were drawn from: n×L, rows sum to 1."""
        return self.distribution.probabilities(self.drawn.output, self.drawn.earlier, self.channel, self.temperature)

    def entropy(self) -> Tensor:
        """Entropy of :meth:`probabilities`, in nats: n."""
        p = self.probabilities()
        return -torch.xlogy(p, p).sum(1)

    def images(self) -> Tensor:
        """The images so far, float32 n×C×H×W in [0, 1]; what is not drawn yet is 0."""
        return self.drawn.images.float() / (self.distribution.levels - 1)


def uniform(n: int, spec: ImageSpec, generator: torch.Generator) -> Tensor:
    """The noise of ``n`` images: float64 N×C×H×W in [0, 1), from ``generator`` on its own device."""
    return torch.rand((n, *spec.shape), generator=generator, dtype=torch.float64, device=generator.device)
