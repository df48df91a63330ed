"""A small convolutional net from images of any size to a few features of mean 0 and variance 1."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from genstudio.nets.convolutional import pyramid

BATCH_NORM_MEMORY = (
    0.05  # short trainings, so a rather long memory: the running statistics must have settled at the end
)


def resize(images: Tensor, height: int, width: int) -> Tensor:
    """N×C×H×W to N×C×height×width, [0, 1]: bicubic, with a support that grows as the image shrinks (antialiased)."""
    if images.shape[-2:] == (height, width):
        return images
    made = functional.interpolate(images, (height, width), mode="bicubic", align_corners=False, antialias=True)
    return made.clamp(0, 1)


class Trunk(nn.Module):
    """N×C×H×W to N×features, each feature standardised over the images that it learned from.

    Convolutions that halve the image and double the width, with batch normalisation; what is left, at most 4 pixels on its
    shorter side, goes through one linear layer, so that a feature can say where something is. Images whose shorter side is
    longer than ``size`` are brought to it first.
    """

    def __init__(self, shape: tuple[int, int, int], width: int, size: int, features: int) -> None:
        super().__init__()
        channels, height, w = shape
        scale = min(1.0, size / min(height, w))
        self.input_size = (max(1, round(height * scale)), max(1, round(w * scale)))
        sizes = pyramid(*self.input_size, scales=8)
        parts: list[nn.Module] = []
        for scale_index in range(max(1, len(sizes) - 1)):
            after = width * min(2**scale_index, 4)
            stride = 2 if len(sizes) > 1 else 1
            parts += [*_layer(channels, after, stride), *(_layer(after, after, 1) if scale_index else ())]
            channels = after
        h, w = sizes[-1]
        self.convolutions = nn.Sequential(*parts)
        self.features = nn.Sequential(
            nn.Flatten(),
            nn.Linear(channels * h * w, features, bias=False),
            nn.BatchNorm1d(features, momentum=BATCH_NORM_MEMORY, affine=False),
        )

    def forward(self, images: Tensor) -> Tensor:
        return self.features(self.convolutions(2.0 * resize(images, *self.input_size) - 1.0))


def _layer(before: int, after: int, stride: int) -> tuple[nn.Module, ...]:
    # Padding of one rounds an odd side up when it is halved, as the pyramid does.
    return (
        nn.Conv2d(before, after, 3, stride, padding=1, bias=False),
        nn.BatchNorm2d(after, momentum=BATCH_NORM_MEMORY),
        nn.ReLU(),
    )
