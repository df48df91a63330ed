"""The two nets of DCGAN (Radford et al. 2016): convolutions of stride 2 down to a small map, and fractionally strided ones
up from it."""

from __future__ import annotations

import itertools
from typing import Literal

from torch import Tensor, nn

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.nets.channels_last import ChannelsLast
from genstudio.nets.gan.spectral import maybe_spectral_norm

Norm = Literal["batch", "none"]
SMALLEST = 4  # pixels a side of the map that all begins with, and at most one less than twice that
WIDEST = 8  # times the width of the outermost layer


def halvings(height: int, width: int) -> int:
    """Number of halvings of both sides until the shorter one is 4 to 7 pixels: 2 for 28×28, 3 for 32×32.

    Raises :class:`UsageError` for sides that can't be halved so often, naming the nearest that can.
    """
    n = max(0, (min(height, width) // SMALLEST).bit_length() - 1)
    if n < 1 or height % 2**n or width % 2**n:
        near = ", ".join(str(side) for side in _near(min(height, width)))
        raise UsageError(
            N_(
                "Images of {w}×{h} pixels can't be halved repeatedly down to a map of 4 to 7 pixels.",
                w=width,
                h=height,
            ),
            N_(
                "The nearest sizes that work: {near}. Set data.size to one of them, or choose the model 'gan'.",
                near=near,
            ),
        )
    return n


def _near(side: int) -> list[int]:
    """Sides around ``side`` that can be halved down: one below and one above where there are both."""
    works = [base * 2**n for n in range(1, 9) for base in range(SMALLEST, 2 * SMALLEST)]
    below, above = [s for s in works if s <= side], [s for s in works if s > side]
    return [*([max(below)] if below else []), *([min(above)] if above else [])]


def widths(width: int, scales: int) -> list[int]:
    """Features of the maps from the largest to the smallest: doubled at each halving, up to eight times."""
    return [width * min(2**i, WIDEST) for i in range(scales)]


class FractionalGenerator(nn.Module):
    """N×inputs to N×C×H×W in [0, 1]: a linear layer to the smallest map, then transposed 4×4 convolutions of stride 2.

    BatchNorm and ReLU everywhere but at the end, where a tanh is (section 3 of the paper), brought to [0, 1].
    """

    def __init__(self, inputs: int, width: int, shape: tuple[int, int, int]) -> None:
        super().__init__()
        channels, height, w = shape
        n = halvings(height, w)
        maps = widths(width, n)[::-1]
        self.start = (maps[0], height >> n, w >> n)
        parts: list[nn.Module] = [
            nn.Linear(inputs, maps[0] * self.start[1] * self.start[2], bias=False),
            nn.Unflatten(1, self.start),
            ChannelsLast(),
        ]
        for before, after in itertools.pairwise(maps):
            parts += [*_normed(before), nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False)]
        parts += [*_normed(maps[-1]), nn.ConvTranspose2d(maps[-1], channels, 4, 2, 1), nn.Tanh()]
        self.net = nn.Sequential(*parts)
        self.apply(start_small)

    def forward(self, z: Tensor) -> Tensor:
        out: Tensor = self.net(z)
        return 0.5 * out + 0.5


class StridedDiscriminator(nn.Module):
    """N×C×H×W in [0, 1] to N×features: 4×4 convolutions of stride 2 and LeakyReLU(0.2); BatchNorm but in the first."""

    def __init__(self, shape: tuple[int, int, int], width: int, norm: Norm, *, spectral: bool) -> None:
        super().__init__()
        channels, height, w = shape
        n = halvings(height, w)
        parts: list[nn.Module] = []
        for i, (before, after) in enumerate(itertools.pairwise([channels, *widths(width, n)])):
            batch_norm = norm == "batch" and i > 0
            conv = nn.Conv2d(before, after, 4, 2, 1, bias=not batch_norm)
            parts.append(maybe_spectral_norm(conv, spectral))
            if batch_norm:
                parts.append(nn.BatchNorm2d(after))
            parts += [nn.LeakyReLU(0.2, inplace=True), ChannelsLast()][: 2 if i == 0 else 1]
        self.net = nn.Sequential(*parts, nn.Flatten())
        self.features = widths(width, n)[-1] * (height >> n) * (w >> n)
        if not spectral:
            self.apply(start_small)

    def forward(self, images: Tensor) -> Tensor:
        out: Tensor = self.net(2.0 * images - 1.0)
        return out


def _normed(features: int) -> list[nn.Module]:
    return [nn.BatchNorm2d(features), nn.ReLU(inplace=True)]


def start_small(module: nn.Module) -> None:
    """Weights from N(0, 0.02), BatchNorm's scales from N(1, 0.02), biases 0 (section 4 of the paper)."""
    if any(parameter.is_meta for parameter in module.parameters(recurse=False)):
        return  # nothing to fill, and torch takes seconds to find that out
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
    else:
        return
    if module.bias is not None:
        nn.init.zeros_(module.bias)
