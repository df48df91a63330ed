"""The gated residual block of PixelCNN++ (Salimans et al. 2017, section 2.5 and their published architecture).

x + a * sigmoid(b), where a and b are two convolutions deep; a second input (the other stream, a short-cut) joins by a 1×1
layer after the first. Non-linearities are concatenated: elu(x) and elu(-x) side by side.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genstudio.nets.causal.conv import CausalConv, Span
from genstudio.nets.causal.graph import HERE, Compute, Node, Read
from genstudio.nets.causal.masked import affine
from genstudio.nets.dropout import ChannelDropout

POINT: Span = (0, 0)


def concat_elu(x: Tensor, dim: int = 1) -> Tensor:
    """F features to 2F: elu(x), elu(-x)."""
    return F.elu(torch.cat([x, -x], dim))


class GatedResnet(nn.Module):
    """``extra``: how many further inputs of ``width`` features each join in."""

    def __init__(self, width: int, rows: Span, columns: Span, *, extra: int = 0, dropout: float = 0.0) -> None:
        super().__init__()
        self.width, self.extra = width, extra
        self.first = CausalConv(2 * width, width, rows, columns, norm=True)
        self.join = CausalConv(2 * width * extra, width, POINT, POINT, norm=True) if extra else None
        self.dropout = ChannelDropout(dropout)
        self.second = CausalConv(2 * width, 2 * width, rows, columns, norm=True, start=0.1)

    def forward(self, x: Tensor, *extra: Tensor) -> Tensor:
        y = self.first(concat_elu(x))
        if self.join is not None:
            y = y + self.join(torch.cat([concat_elu(one) for one in extra], 1))
        a, b = self.second(self.dropout(concat_elu(y))).chunk(2, 1)
        return x + a * torch.sigmoid(b)

    def nodes(self, name: str, source: str, extra: list[str], grid: tuple[int, int], eager: bool) -> list[Node]:
        """Nodes that compute ``name`` and ``name+`` from ``source`` (and ``source+``, its concatenated non-linearity)
        and the others."""
        reads = (Read(f"{source}+", self.first.taps), *(Read(f"{one}+", HERE) for one in extra))
        matrices = [self.first.matrix()]
        bias = bias_of(self.first)
        if self.join is not None:
            matrices += list(self.join.matrix().split(2 * self.width))
            bias = bias + bias_of(self.join)
        inner = Node(
            f"{name}.a", reads, ((f"{name}.a", 2 * self.width),), affine_elu(matrices, bias, raw=False), grid, eager
        )
        outer = Node(
            name,
            (Read(f"{name}.a", self.second.taps), Read(source)),
            ((name, self.width), (f"{name}+", 2 * self.width)),
            self._gate(),
            grid,
            eager,
        )
        return [inner, outer]

    def _gate(self) -> Compute:
        matrix, bias = self.second.matrix(), bias_of(self.second)

        def compute(inputs: list[Tensor]) -> list[Tensor]:
            a, b = torch.addmm(bias, inputs[0], matrix).chunk(2, 1)
            x = torch.addcmul(inputs[1], a, torch.sigmoid(b))
            return [x, concat_elu(x)]

        return compute


def affine_elu(matrices: list[Tensor], bias: Tensor, *, raw: bool = True) -> Compute:
    """A linear layer that gives its outputs (unless not ``raw``) and their concatenated non-linearity."""

    def compute(inputs: list[Tensor]) -> list[Tensor]:
        x = affine(inputs, matrices, bias)
        return [x, concat_elu(x)] if raw else [concat_elu(x)]

    return compute


def bias_of(layer: nn.Module) -> Tensor:
    assert isinstance(layer.bias, Tensor)
    return layer.bias.detach()
