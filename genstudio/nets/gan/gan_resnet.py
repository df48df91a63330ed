"""The two residual nets of the modern baseline (Gulrajani et al. 2017; Miyato et al. 2018, table 4): convolutions of 3×3 in
pairs, nearest neighbours on the way up, means of four pixels on the way down.

Narrower than the papers' 128 or 256 features everywhere: as in DCGAN, a map has the more features the smaller it is.
"""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate, relu

from genstudio.nets.gan.dcgan import halvings, widths
from genstudio.nets.gan.spectral import maybe_spectral_norm


class UpBlock(nn.Module):
    """N×before×H×W to N×after×2H×2W. The shortcut's 1×1 convolution comes before the enlargement: the same, at a quarter
    of the work."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.first, self.second = nn.BatchNorm2d(before), nn.BatchNorm2d(after)
        self.wide = nn.Conv2d(before, after, 3, padding=1, bias=False)
        self.fine = nn.Conv2d(after, after, 3, padding=1)
        self.shortcut = nn.Conv2d(before, after, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        out = self.wide(_enlarged(relu(self.first(x))))
        out = self.fine(relu(self.second(out)))
        return out + _enlarged(self.shortcut(x))


class DownBlock(nn.Module):
    """N×before×H×W to N×after×H/2×W/2. ``first``: of an image, which no rectifier may cut."""

    def __init__(self, before: int, after: int, *, spectral: bool, first: bool) -> None:
        super().__init__()
        hidden = after if first else before
        self.is_first = first
        self.one = maybe_spectral_norm(nn.Conv2d(before, hidden, 3, padding=1), spectral)
        self.two = maybe_spectral_norm(nn.Conv2d(hidden, after, 3, padding=1), spectral)
        self.shortcut = maybe_spectral_norm(nn.Conv2d(before, after, 1, bias=False), spectral)

    def forward(self, x: Tensor) -> Tensor:
        out = self.two(relu(self.one(x if self.is_first else relu(x))))
        # The shortcut is linear at each pixel, so that the mean may come first: a quarter of the work.
        return avg_pool2d(out, 2) + self.shortcut(avg_pool2d(x, 2))


class Block(nn.Module):
    """N×features×H×W to itself, changed."""

    def __init__(self, features: int, *, spectral: bool) -> None:
        super().__init__()
        self.one = maybe_spectral_norm(nn.Conv2d(features, features, 3, padding=1), spectral)
        self.two = maybe_spectral_norm(nn.Conv2d(features, features, 3, padding=1), spectral)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.two(relu(self.one(relu(x))))


class ResidualGenerator(nn.Module):
    """N×inputs to N×C×H×W in [0, 1]. ``width``: features of the largest map, doubled at each halving."""

    def __init__(self, inputs: int, width: int, shape: tuple[int, int, int]) -> None:
        super().__init__()
        channels, height, w = shape
        n = halvings(height, w)
        maps = widths(width, n + 1)[::-1]
        self.start = (maps[0], height >> n, w >> n)
        self.linear = nn.Linear(inputs, maps[0] * self.start[1] * self.start[2])
        self.blocks = nn.Sequential(*itertools.starmap(UpBlock, itertools.pairwise(maps)))
        self.norm = nn.BatchNorm2d(maps[-1])
        self.last = nn.Conv2d(maps[-1], channels, 3, padding=1)

    def forward(self, z: Tensor) -> Tensor:
        x = self.blocks(self.linear(z).unflatten(1, self.start))
        return 0.5 * torch.tanh(self.last(relu(self.norm(x)))) + 0.5


class ResidualDiscriminator(nn.Module):
    """N×C×H×W in [0, 1] to N×features: a block down for each halving, one at the smallest size, and the sum over its
    pixels."""

    def __init__(self, shape: tuple[int, int, int], width: int, *, spectral: bool) -> None:
        super().__init__()
        channels, height, w = shape
        maps = [channels, *widths(width, halvings(height, w))]
        downs = [
            DownBlock(before, after, spectral=spectral, first=not i)
            for i, (before, after) in enumerate(itertools.pairwise(maps))
        ]
        self.blocks = nn.Sequential(*downs, Block(maps[-1], spectral=spectral))
        self.features = maps[-1]

    def forward(self, images: Tensor) -> Tensor:
        out: Tensor = relu(self.blocks(2.0 * images - 1.0)).sum((2, 3))
        return out


def _enlarged(x: Tensor) -> Tensor:
    return interpolate(x, scale_factor=2.0, mode="nearest")
