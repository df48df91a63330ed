"""The sheet that is painted on: sample positions, colours, and soft edges. Batched, n portraits at a time.

Two kinds of tensors meet everywhere in this package: *maps*, n×h×w (one number per sample), and *traits*, n×1×1 (one
number per portrait). Colours are n×3×h×w or n×3×1×1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass
class Canvas:
    """Colours n×3×h×w and where each sample lies: ``x`` to the right (1×1×w), ``y`` up (1×h×1).

    The head's unit: without zoom the picture's shorter side spans -1 to 1. ``sample`` is the distance of two samples.
    """

    colour: Tensor
    x: Tensor
    y: Tensor
    sample: float

    def rows(self, top: float, bottom: float) -> slice:
        """The rows of samples between two heights."""
        inside = ((self.y.flatten() <= top) & (self.y.flatten() >= bottom)).nonzero().flatten()
        return slice(int(inside[0]), int(inside[-1]) + 1) if len(inside) else slice(0, 0)

    def cut(self, rows: slice) -> Canvas:
        """A part of the canvas. It shares memory: what is painted there is painted here."""
        return Canvas(self.colour[:, :, rows], self.x, self.y[:, rows], self.sample)

    def paint(self, cover: Tensor, colour: Tensor) -> None:
        """Lay ``colour`` over the canvas where ``cover`` (a map in [0, 1]) says so."""
        self.colour.lerp_(colour, cover.unsqueeze(1))


def blank(n: int, height: int, width: int, zoom: float, centre: float) -> Canvas:
    """An empty canvas of ``height`` × ``width`` samples that shows ``1 / zoom`` around (0, ``centre``)."""
    import torch

    sample = 2.0 / (min(height, width) * zoom)
    x = (torch.arange(width) - (width - 1) / 2) * sample
    y = ((height - 1) / 2 - torch.arange(height)) * sample + centre
    return Canvas(torch.empty(n, 3, height, width), x[None, None, :], y[None, :, None], sample)


def soft(distance: Tensor, width: float) -> Tensor:
    """A shape's cover from the signed distance to its edge (positive inside): a linear ramp ``width`` wide."""
    return (distance / width + 0.5).clamp_(0, 1)


def smooth(value: Tensor, low: float, high: float) -> Tensor:
    """0 below ``low``, 1 above ``high``, 3t² - 2t³ between."""
    t = ((value - low) / (high - low)).clamp_(0, 1)
    return t * t * (3 - 2 * t)


def spot(x: Tensor, y: Tensor, width: float, height: float) -> Tensor:
    """A round, soft spot of light or shade: 1 in the middle, 0 from ``width``, ``height`` on: (1 - r²)²."""
    fade = (1 - (x / width).square() - (y / height).square()).clamp_(min=0)
    return fade.square_()


def broad(trait: Tensor) -> Tensor:
    """A trait (n×1×1) in the shape that colours have (n×1×1×1)."""
    return trait.unsqueeze(1)
