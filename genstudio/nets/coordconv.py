"""Pixel coordinates as features beside the image (Liu et al. 2018, "An intriguing failing of convolutional neural networks
and the CoordConv solution").

A convolution can't know it, and what it sees is finite: far from its last stroke, a net without it begins another digit.
"""

from __future__ import annotations

import torch
from torch import Tensor

SIZE = 3


def place(height: int, width: int) -> Tensor:
    """3×H×W: 1 (which tells the image from the zeros around it), and how far down and across the pixel lies, in [-1, 1].
    float64: rounded once, wherever it is used."""
    down, across = (torch.linspace(-1, 1, size, dtype=torch.float64) if size > 1 else torch.zeros(1, dtype=torch.float64)
                    for size in (height, width))  # fmt: skip
    y, x = torch.meshgrid(down, across, indexing="ij")
    return torch.stack([torch.ones_like(y), y, x])


def with_place(x: Tensor) -> Tensor:
    """N×C×H×W to N×(4C)×H×W: each channel followed by :func:`place`, so that each colour has it among its own."""
    n, _, height, width = x.shape
    beside = place(height, width).to(x).expand(n, -1, -1, -1)
    return torch.cat([part for c in range(x.shape[1]) for part in (x[:, c : c + 1], beside)], 1)
