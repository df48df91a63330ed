"""The nets of BEGAN: the generator is the same as the upper half of the discriminator, so that they are equally strong.

``UpNet`` and ``DownNet`` are the paper's (Berthelot et al. 2017, figure 1): convolutions of 3×3 with ELU, features that grow
by equal steps on the way down, nearest neighbours on the way up. ``StridedUp`` and ``StridedDown`` have ELU too, but change
the size by the 4×4 convolutions of DCGAN (Radford et al. 2016). Those do little at full size, which is where the paper's
nets spend their time: on one core they see three times as many images, and rebuild them better for it.
"""

from __future__ import annotations

import itertools
import math

from torch import Tensor, nn

from genstudio.nets.gan.dcgan import halvings, widths


class UpNet(nn.Module):
    """Codes N×inputs to N×C×H×W, without bounds: ``depth`` convolutions of ``width`` features at each size."""

    def __init__(self, inputs: int, width: int, depth: int, shape: tuple[int, int, int]) -> None:
        super().__init__()
        channels, height, w = shape
        n = halvings(height, w)
        start = (width, height >> n, w >> n)
        parts: list[nn.Module] = [nn.Linear(inputs, width * start[1] * start[2]), nn.Unflatten(1, start)]
        for scale in range(n + 1):
            if scale:
                parts.append(nn.Upsample(scale_factor=2.0, mode="nearest"))
            parts += _elus(width, width, depth)
        self.net = nn.Sequential(*parts, nn.Conv2d(width, channels, 3, padding=1))

    def forward(self, codes: Tensor) -> Tensor:
        out: Tensor = self.net(codes)
        return out


class DownNet(nn.Module):
    """Images N×C×H×W in [-1, 1] to codes N×outputs; each halving, by a stride of 2, adds ``width`` features."""

    def __init__(self, outputs: int, width: int, depth: int, shape: tuple[int, int, int]) -> None:
        super().__init__()
        channels, height, w = shape
        n = halvings(height, w)
        parts: list[nn.Module] = [nn.Conv2d(channels, width, 3, padding=1), nn.ELU(inplace=True)]
        for scale in range(1, n + 1):
            parts += _elus(scale * width, scale * width, depth - 1)
            parts += [nn.Conv2d(scale * width, (scale + 1) * width, 3, 2, 1), nn.ELU(inplace=True)]
        parts += _elus((n + 1) * width, (n + 1) * width, depth - 1)
        self.net = nn.Sequential(*parts, nn.Flatten(), nn.Linear((n + 1) * width * (height >> n) * (w >> n), outputs))

    def forward(self, images: Tensor) -> Tensor:
        out: Tensor = self.net(images)
        return out


class StridedUp(nn.Module):
    """Codes N×inputs to N×C×H×W, without bounds: at each size ``depth - 1`` convolutions and one that doubles it.

    ``width`` is that of the largest maps; they double at each halving, up to eight times.
    """

    def __init__(self, inputs: int, width: int, depth: int, shape: tuple[int, int, int]) -> None:
        super().__init__()
        channels, height, w = shape
        n = halvings(height, w)
        maps = widths(width, n)[::-1]
        start = (maps[0], height >> n, w >> n)
        parts: list[nn.Module] = [nn.Linear(inputs, math.prod(start)), nn.Unflatten(1, start)]
        for before, after in itertools.pairwise([*maps, channels]):
            parts += [
                nn.ELU(inplace=True),
                *_elus(before, before, depth - 1),
                nn.ConvTranspose2d(before, after, 4, 2, 1),
            ]
        self.net = nn.Sequential(*parts)

    def forward(self, codes: Tensor) -> Tensor:
        out: Tensor = self.net(codes)
        return out


class StridedDown(nn.Module):
    """Images N×C×H×W in [-1, 1] to codes N×outputs: the maps of :class:`StridedUp` the other way."""

    def __init__(self, outputs: int, width: int, depth: int, shape: tuple[int, int, int]) -> None:
        super().__init__()
        channels, height, w = shape
        n = halvings(height, w)
        maps = widths(width, n)
        parts: list[nn.Module] = []
        for before, after in itertools.pairwise([channels, *maps]):
            parts += [nn.Conv2d(before, after, 4, 2, 1), nn.ELU(inplace=True), *_elus(after, after, depth - 1)]
        self.net = nn.Sequential(*parts, nn.Flatten(), nn.Linear(maps[-1] * (height >> n) * (w >> n), outputs))

    def forward(self, images: Tensor) -> Tensor:
        out: Tensor = self.net(images)
        return out


def _elus(before: int, after: int, count: int) -> list[nn.Module]:
    parts: list[nn.Module] = []
    for _ in range(count):
        parts += [nn.Conv2d(before, after, 3, padding=1), nn.ELU(inplace=True)]
        before = after
    return parts
