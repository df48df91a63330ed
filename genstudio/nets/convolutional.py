"""Convolutional halves of an autoencoder for images of any size.

Each scale halves height and width, rounding up, until the shorter side is at most four pixels or ``scales`` is reached;
the decoder goes back through exactly the same sizes.
"""

from __future__ import annotations

import itertools

from torch import Tensor, nn


def pyramid(height: int, width: int, scales: int) -> list[tuple[int, int]]:
    """The sizes from the full image down: at most ``scales`` halvings, none below four pixels.

    >>> pyramid(28, 28, 3)
    [(28, 28), (14, 14), (7, 7), (4, 4)]
    """
    sizes = [(height, width)]
    while len(sizes) <= scales and min(sizes[-1]) > 4:
        h, w = sizes[-1]
        sizes.append(((h + 1) // 2, (w + 1) // 2))
    return sizes


def _widths(width: int, scales: int) -> list[int]:
    return [width * min(2**i, 4) for i in range(scales)]


class ConvEncoder(nn.Module):
    """Images N×C×H×W to N×outputs: 4×4 convolutions of stride 2 that double the width, then two linear layers."""

    def __init__(self, shape: tuple[int, int, int], width: int, scales: int, hidden: int, outputs: int) -> None:
        super().__init__()
        channels, height, w = shape
        sizes = pyramid(height, w, scales)
        widths = _widths(width, len(sizes) - 1)
        parts: list[nn.Module] = []
        for (h_before, w_before), after in zip(sizes, widths, strict=False):
            # An odd side is padded by one more pixel, so that it halves rounding up.
            parts += [
                nn.ZeroPad2d((1, 1 + w_before % 2, 1, 1 + h_before % 2)),
                nn.Conv2d(channels, after, 4, 2),
                nn.SiLU(),
            ]
            channels = after
        h, w = sizes[-1]
        self.features = nn.Sequential(*parts)
        self.head = nn.Sequential(
            nn.Flatten(), nn.Linear(channels * h * w, hidden), nn.SiLU(), nn.Linear(hidden, outputs)
        )

    def forward(self, images: Tensor) -> Tensor:
        """N×C×H×W to N×outputs. Centred on zero first: grey is no signal."""
        return self.head(self.features(2.0 * images - 1.0))


class ConvDecoder(nn.Module):
    """Codes N×latent_dim to N×C×H×W: the encoder's sizes backwards, by transposed 4×4 convolutions of stride 2."""

    def __init__(self, latent_dim: int, hidden: int, width: int, scales: int, shape: tuple[int, int, int]) -> None:
        super().__init__()
        channels, height, w = shape
        self.sizes = pyramid(height, w, scales)[::-1]
        widths = [*_widths(width, len(self.sizes) - 1)[::-1], channels]
        h, w = self.sizes[0]
        self.start = (widths[0], h, w)
        self.head = nn.Sequential(
            nn.Linear(latent_dim, hidden), nn.SiLU(), nn.Linear(hidden, widths[0] * h * w), nn.SiLU()
        )
        self.ups = nn.ModuleList(
            nn.ConvTranspose2d(before, after, 4, 2, 1) for before, after in itertools.pairwise(widths)
        )
        self.activation = nn.SiLU()
        # Images no larger than four pixels have no scale to go up: one convolution gives them their channels.
        self.last = nn.Conv2d(widths[0], channels, 3, padding=1) if len(widths) == 1 else nn.Identity()

    def forward(self, z: Tensor) -> Tensor:
        """N×latent_dim to N×C×H×W, unbounded."""
        x = self.head(z).unflatten(1, self.start)
        for i, up in enumerate(self.ups):
            h, w = self.sizes[i + 1]
            x = up(x)[..., :h, :w]
            if i + 1 < len(self.ups):
                x = self.activation(x)
        return self.last(x)
