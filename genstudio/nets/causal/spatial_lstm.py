"""Long short-term memory over the rows or the diagonals of an image (van den Oord et al. 2016a, sections 3.1 and 3.2).

    [o, f, i] = sigmoid(K_ss * h_before + K_is * x),  g = tanh(the same),  c = f c_before + i g,  h = o tanh(c)      (eq. 3)

The *row* form goes down the rows: a state at (y, x) follows those at (y-1, x-1..x+1). The *diagonal* form goes along both
diagonals: one direction's state follows those at (y, x-1) and (y-1, x), the other's those at (y, x+1) and (y-1, x), and is
shifted down by a row before the two are added, so that it can't look ahead. Each is trained in parallel (whole rows, whole
skewed columns at once) and sampled as causal nodes.

Gates of one colour's features are adjacent: o, f, i, g of R, then of G, then of B.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genstudio.nets.causal.conv import CausalConv, causal_mask
from genstudio.nets.causal.graph import HERE, Compute, Node, Read, Taps
from genstudio.nets.causal.lstm_scan import lstm_scan
from genstudio.nets.causal.masked import reads_of, width_of

Slices = list[slice]


def quadrupled(colours: Slices) -> Slices:
    """The groups of the four gates, given those of the features."""
    return [slice(4 * part.start, 4 * part.stop) for part in colours]


def by_gate(colours: Slices) -> Tensor:
    """The order that brings gates by colour into gates by kind: all o, all f, all i, all g. int64 4F."""
    order = [
        torch.arange(4 * part.start + k * width_of(part), 4 * part.start + (k + 1) * width_of(part))
        for k in range(4)
        for part in colours
    ]
    return torch.cat(order)


def cell(gates: Tensor, before: Tensor, dim: int = 1) -> tuple[Tensor, Tensor]:
    """h and c from gates in the order o, f, i, g and the cell before."""
    o, f, i, g = gates.chunk(4, dim)
    c = torch.sigmoid(f) * before + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


class RowLstm(nn.Module):
    """N×inputs×H×W to states N×width×H×W. ``extra`` features (N×extra×H×W) are known everywhere beforehand."""

    def __init__(self, inputs: Slices, colours: Slices, extra: int = 0) -> None:
        super().__init__()
        width, gates = colours[-1].stop, quadrupled(colours)
        self.inputs, self.colours = inputs, colours
        mask = causal_mask("B", inputs, gates, (0, 0), (-1, 0))
        self.into = CausalConv(inputs[-1].stop, 4 * width, (0, 0), (-1, 0), mask=mask)
        self.state = CausalConv(width, 4 * width, (-1, -1), (-1, 1), bias=False)
        self.extra = CausalConv(extra, 4 * width, (0, 0), (0, 0), bias=False) if extra else None

    def forward(self, x: Tensor, extra: Tensor | None = None) -> Tensor:
        n, _, height, w = x.shape
        order = by_gate(self.colours).to(x.device)
        weights, bias = self.into.effective_weight()[order, :, 0].permute(2, 1, 0), bias_of(self.into)[order]
        # Rows of pixels, the pixels outermost: what lies one to the left is n rows before. H×((1 + W) n)×inputs
        rows = F.pad(x.permute(2, 3, 0, 1), (0, 0, 0, 0, 1, 0)).flatten(1, 2)
        gates = bias + rows[:, n:] @ weights[1] + rows[:, :-n] @ weights[0]
        if self.extra is not None and extra is not None:
            gates = gates + self.extra(extra)[:, order].permute(2, 3, 0, 1).flatten(1, 2)
        weights = self.state.weight[order, :, 0].permute(2, 1, 0)
        states = lstm_scan(gates[None], weights[None], (-1, 0, 1), [(0, w)] * height, n)
        return states[0].unflatten(1, (w, n)).permute(2, 3, 0, 1)

    def nodes(self, name: str, source: str, grid: tuple[int, int], extra: str | None = None) -> list[Node]:
        """States ``name:c`` from ``source:c``."""
        nodes = []
        for c, (part, own) in enumerate(zip(quadrupled(self.colours), self.colours, strict=True)):
            found = reads_of(self.into, source, self.inputs, part)
            states = [(Read(f"{name}:{b}", self.state.taps), self.state.matrix(None, other, part))
                      for b, other in enumerate(self.colours)]  # fmt: skip
            nodes.append(_node(self, name, c, own, part, found + states, self.into.bias, ((-1, 0),), grid, extra))
        return nodes


class DiagonalBiLstm(nn.Module):
    """N×inputs×H×W to the sum of both directions' states, N×width×H×W."""

    def __init__(self, inputs: Slices, colours: Slices, extra: int = 0) -> None:
        super().__init__()
        width, gates = colours[-1].stop, quadrupled(colours)
        self.inputs, self.colours = inputs, colours
        mask = causal_mask("B", inputs, gates, (0, 0), (0, 0))
        self.into = CausalConv(inputs[-1].stop, 4 * width, (0, 0), (0, 0), mask=mask)
        # The other direction is seen from the next row only: nothing in it needs hiding.
        self.into_back = CausalConv(inputs[-1].stop, 4 * width, (0, 0), (0, 0))
        # From beside and from above, for both directions: (2, 2F, 4F), gates by colour.
        self.state = nn.Parameter(torch.empty(2, 2 * width, 4 * width).uniform_(-1, 1) * (2 * width) ** -0.5)
        self.extra = CausalConv(extra, 8 * width, (0, 0), (0, 0), bias=False) if extra else None

    def forward(self, x: Tensor, extra: Tensor | None = None) -> Tensor:
        n, _, height, w = x.shape
        order = by_gate(self.colours).to(x.device)
        # The other direction is the same thing in a mirror.
        columns = skew(torch.stack([x, x.flip(-1)])).flatten(1, 2)
        weights = torch.stack([conv.effective_weight()[order, :, 0, 0].t() for conv in (self.into, self.into_back)])
        bias = torch.stack([bias_of(self.into)[order], bias_of(self.into_back)[order]])
        gates = torch.baddbmm(bias[:, None], columns, weights).unflatten(1, (w + height - 1, height * n))
        if self.extra is not None and extra is not None:
            ahead, back = self.extra(extra).chunk(2, 1)
            gates = gates + skew(torch.stack([ahead[:, order], back[:, order].flip(-1)]))
        # A skewed column holds row y at x = s - y: outside of the image there is no state.
        inside = [(max(0, s - w + 1), min(height, s + 1)) for s in range(w + height - 1)]
        weights = self.state[:, :, order].unflatten(1, (2, -1))
        states = unskew(lstm_scan(gates, weights, (0, -1), inside, n), n, w)
        return states[0] + F.pad(states[1].flip(-1), (0, 0, 1, -1))

    def nodes(self, name: str, source: str, grid: tuple[int, int], extra: str | None = None) -> list[Node]:
        """States ``name:c`` from ``source:c``."""
        nodes = []
        for c, (part, own) in enumerate(zip(quadrupled(self.colours), self.colours, strict=True)):
            found = reads_of(self.into, source, self.inputs, part)
            found += self._state_reads(f"{name}.ahead", 0, ((0, -1), (-1, 0)), part)
            nodes.append(_node(self, f"{name}.ahead", c, own, part, found, self.into.bias, ((0, -1),), grid, extra))
        back = []
        for c, (part, own) in enumerate(zip(quadrupled(self.colours), self.colours, strict=True)):
            found = reads_of(self.into_back, source, self.inputs, part)
            found += self._state_reads(f"{name}.back", 1, ((0, 1), (-1, 0)), part)
            shifted = slice(part.start + 4 * self.colours[-1].stop, part.stop + 4 * self.colours[-1].stop)
            node = _node(
                self, f"{name}.back", c, own, part, found, self.into_back.bias, ((0, 1),), grid, extra, shifted
            )
            back.append(node)
        sums = [
            Node(f"{name}:{c}", (Read(f"{name}.ahead:{c}"), Read(f"{name}.back:{c}", ((-1, 0),))),
                 ((f"{name}:{c}", width_of(own)),), _sum, grid)
            for c, own in enumerate(self.colours)
        ]  # fmt: skip
        return nodes + back + sums

    def _state_reads(self, name: str, direction: int, taps: Taps, part: slice) -> list[tuple[Read, Tensor]]:
        width, weight = self.colours[-1].stop, self.state.detach()[direction]
        return [
            (Read(f"{name}:{b}", taps), torch.cat([weight[other, part], weight[width:][other, part]]))
            for b, other in enumerate(self.colours)
        ]


def bias_of(conv: CausalConv) -> Tensor:
    assert conv.bias is not None
    return conv.bias


def skew(x: Tensor) -> Tensor:
    """D×N×F×H×W, each row moved right by its number: columns D×(W + H - 1)×(H*N)×F."""
    height, width = x.shape[-2:]
    x = F.pad(x.permute(0, 3, 4, 1, 2), (0, 0, 0, 0, 0, height))  # D×H×(W + H)×N×F
    # Reading on by one less than was written moves every row by one.
    x = x.flatten(1, 2)[:, : height * (width + height - 1)].unflatten(1, (height, width + height - 1))
    return x.transpose(1, 2).flatten(2, 3)


def unskew(columns: Tensor, n: int, width: int) -> Tensor:
    """D×(W + H - 1)×(H*N)×F back to D×N×F×H×W."""
    height = columns.shape[1] - width + 1
    x = columns.unflatten(2, (height, n)).transpose(1, 2).flatten(1, 2)
    x = F.pad(x, (0, 0, 0, 0, 0, height)).unflatten(1, (height, width + height))
    return x[:, :, :width].permute(0, 3, 4, 1, 2)


def _sum(inputs: list[Tensor]) -> list[Tensor]:
    return [inputs[0] + inputs[1]]


def _node(
    lstm: RowLstm | DiagonalBiLstm,
    name: str,
    colour: int,
    own: slice,
    gates: slice,
    found: list[tuple[Read, Tensor]],
    bias: Tensor | None,
    before: Taps,
    grid: tuple[int, int],
    extra: str | None,
    extra_gates: slice | None = None,
) -> Node:
    """One colour's states: what was ``found`` to add up to its gates, and its cell at ``before``."""
    assert bias is not None
    found = list(found)
    if extra is not None:
        assert lstm.extra is not None
        found.append((Read(extra, HERE), lstm.extra.matrix(None, slice(None), extra_gates or gates)))
    features = width_of(own)
    reads = (*(read for read, _ in found), Read(f"{name}.cell:{colour}", before))
    outputs = ((f"{name}:{colour}", features), (f"{name}.cell:{colour}", features))
    compute = _step([matrix for _, matrix in found], bias.detach()[gates])
    return Node(f"{name}:{colour}", reads, outputs, compute, grid, eager=True, loop=name)


def _step(matrices: list[Tensor], bias: Tensor) -> Compute:
    def compute(inputs: list[Tensor]) -> tuple[Tensor, Tensor]:
        gates = torch.addmm(bias, inputs[0], matrices[0])
        for one, matrix in zip(inputs[1:-1], matrices[1:], strict=True):
            gates.addmm_(one, matrix)
        return cell(gates, inputs[-1])

    return compute
