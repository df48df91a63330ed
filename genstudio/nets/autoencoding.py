"""The nets of BEGAN (Berthelot et al. 2017, figure 1): convolutions of 3×3 with ELU, features that grow by equal steps on
the way down, nearest neighbours on the way up. Half of a generator is half of the discriminator, so they are equally strong.
"""

from __future__ import annotations

from torch import Tensor, nn

from genstudio.nets.fractional import halvings


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


def _elus(before: int, after: int, count: int) -> list[nn.Module]:
    parts: list[nn.Module] = []
    for _ in range(count):
        parts += [nn.Conv2d(before, after, 3, padding=1), nn.ELU(inplace=True)]
        before = after
    return parts
