"""Baselines printed beside a measure, because a number alone proves nothing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.special import log_ndtr

from genstudio.nets.distributions.parametric import normal_log_prob

if TYPE_CHECKING:
    from genstudio.evaluate.images import Images


class IndependentPixels:
    """p(x) of independent sub-pixels, each fitted to the training images: it models where ink is, but no shapes.

    A Bernoulli with the sub-pixel's mean on two levels; on more a normal with the sub-pixel's mean and
    variance, integrated over each level's interval; on real values that normal's density. So its nats are on
    the same scale as any model's on the same images.
    """

    def __init__(self, images: Images) -> None:
        self.levels = images.spec.levels
        mean, variance, n = images.training_moments()
        # Laplace's rule: a sub-pixel that was never white among n images is white with probability 1 / (n +
        # 2).
        self.probability = ((mean * n + 1) / (n + 2)).float()
        # A sub-pixel that never changes still has the width of one level.
        width = 1.0 / ((self.levels or 256) - 1)
        self.mean, self.variance = mean.float(), variance.clamp_min(width**2).float()

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """``n`` images, float32 N×C×H×W on the CPU, of as many levels as the data has."""
        shape = (n, *self.mean.shape)
        if self.levels == 2:
            return (torch.rand(shape, generator=generator) < self.probability).float()
        drawn = (self.mean + self.variance.sqrt() * torch.randn(shape, generator=generator)).clamp(0, 1)
        return drawn if self.levels is None else (drawn * (self.levels - 1)).round() / (self.levels - 1)

    def log_prob(self, images: Tensor) -> Tensor:
        """Nats per image, shape N, on the CPU."""
        x = images.cpu()
        if self.levels == 2:
            p = self.probability
            return (x * p.log() + (1 - x) * (-p).log1p()).flatten(1).sum(1)
        if self.levels is None:
            return normal_log_prob(x, self.mean, self.variance.log())
        half = 0.5 / (self.levels - 1)
        std = self.variance.sqrt()
        above, below = (x + half - self.mean) / std, (x - half - self.mean) / std
        # Both ends are taken on the side of the mean where they are small, so that their difference keeps its
        # digits.
        flip = below > 0
        high, low = torch.where(flip, -below, above), torch.where(flip, -above, below)
        high = high.masked_fill(torch.where(flip, x < half, x > 1 - half), math.inf)
        low = low.masked_fill(torch.where(flip, x > 1 - half, x < half), -math.inf)
        upper, lower = log_ndtr(high), log_ndtr(low)
        return (upper + torch.log1p(-(lower - upper).exp())).flatten(1).sum(1)
