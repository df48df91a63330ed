"""Convolutions that see only what comes before: each names the window of offsets it reads, and so can be evaluated over a
whole image at once or at single positions.

A window of rows (-3, 0) and columns (-3, 3) reads input (y + dy, x + dx) for its output at (y, x), -3 <= dy <= 0 and
-3 <= dx <= 3, zero outside of the image. Stacks "without blind spot" are windows above and windows to the left; the masks A
and B of the PixelCNN take away from a window's last row.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Span = tuple[int, int]
Taps = tuple[tuple[int, int], ...]


class CausalConv(nn.Module):
    """N×I×H×W to N×O×H'×W' with H' = ceil(H / stride).

    ``mask`` (O×I×kh×kw of 0 and 1) zeroes weights for good; ``norm`` parametrises them by length and direction (Salimans &
    Kingma 2016), started from data to outputs of deviation ``start`` (see :func:`starting_from_data`).
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        rows: Span,
        columns: Span,
        *,
        stride: int = 1,
        mask: Tensor | None = None,
        norm: bool = False,
        bias: bool = True,
        start: float = 1.0,
    ) -> None:
        super().__init__()
        self.start = start
        self.rows, self.columns, self.stride = rows, columns, stride
        size = (rows[1] - rows[0] + 1, columns[1] - columns[0] + 1)
        self.weight = nn.Parameter(torch.empty(outputs, inputs, *size))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None
        self.length = nn.Parameter(torch.ones(outputs)) if norm else None
        self.mask: Tensor | None
        self.register_buffer("mask", mask)
        if norm:
            nn.init.normal_(self.weight, std=0.05)
        else:
            fan_in = inputs * math.prod(size) if mask is None or mask.is_meta else float(mask.sum()) / outputs
            nn.init.uniform_(self.weight, -1, 1)
            with torch.no_grad():
                self.weight.mul_(max(fan_in, 1.0) ** -0.5)
        self.ready: Tensor | None = None
        self.starting = False

    def effective_weight(self) -> Tensor:
        """The weight that is convolved with: masked or normed."""
        if self.ready is not None:
            return self.ready
        weight = self.weight if self.mask is None else self.weight * self.mask
        if self.length is not None:
            weight = weight * (self.length / weight.flatten(1).norm(dim=1).clamp_min(1e-12))[:, None, None, None]
        return weight

    def forward(self, x: Tensor) -> Tensor:
        (top, bottom), (left, right) = self.rows, self.columns
        x = F.pad(x, (-left, right, -top, bottom))
        if self.starting:
            return start_from_data(self, F.conv2d(x, self.effective_weight(), None, self.stride))
        return F.conv2d(x, self.effective_weight(), self.bias, self.stride)

    @property
    def taps(self) -> Taps:
        """The offsets that are read: those of the window where the mask leaves anything."""
        window = [
            (y, x) for y in range(self.rows[0], self.rows[1] + 1) for x in range(self.columns[0], self.columns[1] + 1)
        ]
        if self.mask is None:
            return tuple(window)
        alive = self.mask.amax((0, 1)).flatten().tolist()
        return tuple(tap for tap, any_left in zip(window, alive, strict=True) if any_left)

    def matrix(self, taps: Taps | None = None, inputs: slice = slice(None), outputs: slice = slice(None)) -> Tensor:
        """The weight as a matrix (taps * I)×O, for rows that hold the inputs at each of ``taps``, one after the other."""
        weight = self.effective_weight().detach()[outputs, inputs]
        parts = [weight[:, :, y - self.rows[0], x - self.columns[0]].t() for y, x in taps or self.taps]
        return torch.cat(parts).contiguous()


class CausalUpConv(nn.Module):
    """The transposed convolution that doubles a map, cropped so that (y, x) reads nothing after it: kernels 2×3 (the window
    above) or 2×2 (above and to the left), normed (Salimans et al. 2017). ``size`` is the map's height and width."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: tuple[int, int],
        size: tuple[int, int],
        *,
        norm: bool = True,
        factor: int = 2,
    ) -> None:
        super().__init__()
        self.start = 1.0
        self.kernel, self.size, self.factor = kernel, size, factor
        self.weight = nn.Parameter(torch.empty(inputs, outputs, *kernel))
        nn.init.normal_(self.weight, std=0.05 if norm else inputs**-0.5)
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.length = nn.Parameter(torch.ones(outputs)) if norm else None
        self.ready: Tensor | None = None
        self.starting = False
        # An odd kernel reaches half its width to both sides, an even one only backwards.
        self.crop = (kernel[1] - 1) // 2 if kernel[1] % 2 else 0

    def effective_weight(self) -> Tensor:
        if self.ready is not None:
            return self.ready
        if self.length is None:
            return self.weight
        direction = self.weight.transpose(0, 1).flatten(1).norm(dim=1).clamp_min(1e-12)
        return self.weight * (self.length / direction)[None, :, None, None]

    def forward(self, x: Tensor) -> Tensor:
        bias = None if self.starting else self.bias
        x = F.conv_transpose2d(x, self.effective_weight(), bias, self.factor)
        x = x[:, :, : self.size[0], self.crop : self.crop + self.size[1]]
        missing = (self.size[0] - x.shape[2], self.size[1] - x.shape[3])
        if any(missing):
            raise ValueError(f"a map of {self.size} can't come from one so small: {missing} are missing")
        return start_from_data(self, x) if self.starting else x

    @property
    def taps(self) -> Taps:
        """Offsets before the division by ``factor``: output y reads input (y + dy) / factor where that is whole."""
        return tuple((-y, self.crop - x) for y in range(self.kernel[0]) for x in range(self.kernel[1]))

    def matrix(self) -> Tensor:
        """Matrix of the weights, as :meth:`CausalConv.matrix`."""
        weight = self.effective_weight().detach()
        return torch.cat(
            [weight[:, :, y, x] for y in range(self.kernel[0]) for x in range(self.kernel[1])]
        ).contiguous()


# --- masks ---------------------------------------------------------------------------------------------------------


def colour_slices(features: int, colours: int) -> list[slice]:
    """Features in ``colours`` contiguous groups of nearly equal size: what belongs to R, G and B."""
    edges = [features * c // colours for c in range(colours + 1)]
    return [slice(a, b) for a, b in itertools.pairwise(edges)]


def causal_mask(
    kind: Literal["A", "B"], inputs: list[slice], outputs: list[slice], rows: Span, columns: Span
) -> Tensor:
    """The masks of van den Oord et al. 2016a, section 3.4: before the centre everything, behind it nothing, at the centre
    the colours before (A) or up to (B) the output's own. ``inputs`` and ``outputs`` are the colours' features."""
    mask = torch.zeros(outputs[-1].stop, inputs[-1].stop, rows[1] - rows[0] + 1, columns[1] - columns[0] + 1)
    for y in range(rows[0], min(rows[1], 0) + 1):
        for x in range(columns[0], columns[1] + 1):
            if (y, x) < (0, 0):
                mask[:, :, y - rows[0], x - columns[0]] = 1
    if rows[0] <= 0 <= rows[1] and columns[0] <= 0 <= columns[1]:
        for own, out in enumerate(outputs):
            for other, into in enumerate(inputs):
                if other < own or (other == own and kind == "B"):
                    mask[out, into, -rows[0], -columns[0]] = 1
    return mask


# --- evaluation and the start --------------------------------------------------------------------------------------


@contextmanager
def weights_ready(model: nn.Module) -> Iterator[None]:
    """Masks and norms applied once, and weights laid out for speed, for many forward passes of a model that doesn't learn
    meanwhile."""
    layers: list[Any] = [m for m in model.modules() if hasattr(m, "effective_weight")]
    try:
        for layer in layers:
            weight = layer.effective_weight().detach()
            # Convolutions on a CPU are fastest with channels last, weights and images alike.
            layout = torch.channels_last if weight.ndim == 4 else torch.contiguous_format
            layer.ready = weight.contiguous(memory_format=layout)
        yield
    finally:
        for layer in layers:
            layer.ready = None


@contextmanager
def starting_from_data(model: nn.Module) -> Iterator[None]:
    """Context in which a forward pass sets length and bias of every normed layer so that its outputs have mean 0 and
    deviation ``start`` over the batch (Salimans & Kingma 2016, section 3)."""
    layers = [m for m in model.modules() if isinstance(m, CausalConv | CausalUpConv) and m.length is not None]
    try:
        for layer in layers:
            layer.starting = True
        yield
    finally:
        for layer in layers:
            layer.starting = False


@torch.no_grad()
def start_from_data(layer: CausalConv | CausalUpConv, outputs: Tensor) -> Tensor:
    """Set ``layer``'s length and bias from its outputs so far, N×O×H×W without bias; gives the normalised outputs."""
    assert layer.length is not None
    assert layer.bias is not None
    mean = outputs.mean((0, 2, 3))
    factor = layer.start / outputs.std((0, 2, 3), correction=0).clamp_min(1e-4)
    layer.length.mul_(factor)
    layer.bias.copy_(-mean * factor)
    return (outputs - mean[:, None, None]) * factor[:, None, None]
