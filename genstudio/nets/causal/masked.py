"""Masked convolutions as nodes of a causal graph: one node a colour, since R of a pixel is known before its G.

Buffers of colour c are named ``NAME:c``; a layer's features fall into the colours' groups (see ``colour_slices``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from genstudio.nets.causal.conv import CausalConv, Taps
from genstudio.nets.causal.graph import Node, Read

Slices = list[slice]


def width_of(part: slice) -> int:
    return int(part.stop - part.start)


def reads_of(conv: CausalConv, source: str, inputs: Slices, out: slice, spread: int = 1) -> list[tuple[Read, Tensor]]:
    """Taps of the output features ``out`` of ``conv`` on each colour of ``source``, with their weight matrix.
    ``spread``: the source's positions are so many times as dense as the convolution's (an image for a coarser scale)."""
    found = []
    for colour, part in enumerate(inputs):
        taps = alive(conv, part, out)
        if taps:
            spaced = tuple((spread * y, spread * x) for y, x in taps)
            read = Read(f"{source}:{colour}", spaced, spread * conv.stride)
            found.append((read, conv.matrix(taps, part, out)))
    return found


def alive(conv: CausalConv, inputs: slice, outputs: slice) -> Taps:
    """The taps at which the mask leaves something between these features."""
    if conv.mask is None:
        return conv.taps
    left = conv.mask[outputs, inputs].amax((0, 1))
    return tuple(t for t in conv.taps if left[t[0] - conv.rows[0], t[1] - conv.columns[0]] > 0)


def masked_nodes(
    conv: CausalConv,
    source: str,
    target: str,
    inputs: Slices,
    outputs: Slices,
    grid: tuple[int, int],
    *,
    add: str | None = None,
    relu: bool = False,
    raw: bool = True,
    spread: int = 1,
) -> list[Node]:
    """``target`` = conv(``source``) (+ ``add``) by colour. ``raw`` keeps it as it is, ``relu`` also keeps ``target+``, its
    positive part."""
    nodes = []
    for colour, out in enumerate(outputs):
        parts = reads_of(conv, source, inputs, out, spread)
        reads = [read for read, _ in parts] + ([Read(f"{add}:{colour}")] if add else [])
        names = [(f"{target}:{colour}", width_of(out))] * raw + [(f"{target}+:{colour}", width_of(out))] * relu
        bias = conv.bias.detach()[out] if conv.bias is not None else torch.zeros(())
        compute = _affine([matrix for _, matrix in parts], bias, add is not None, raw, relu)
        nodes.append(Node(f"{target}:{colour}", tuple(reads), tuple(names), compute, grid))
    return nodes


def _affine(
    matrices: list[Tensor], bias: Tensor, add: bool, raw: bool, relu: bool
) -> Callable[[list[Tensor]], Sequence[Tensor]]:
    def compute(inputs: list[Tensor]) -> Sequence[Tensor]:
        total = affine(inputs, matrices, bias)
        if add:
            total.add_(inputs[-1])
        if not relu:
            return (total,)
        return (total, total.relu()) if raw else (total.relu_(),)

    return compute


def affine(inputs: Sequence[Tensor], matrices: Sequence[Tensor], bias: Tensor) -> Tensor:
    """bias + the sum of inputs times matrices: a tensor of its own."""
    total = torch.addmm(bias, inputs[0], matrices[0])
    for one, matrix in zip(inputs[1:], matrices[1:], strict=False):
        total.addmm_(one, matrix)
    return total
