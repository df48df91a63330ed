"""Long short-term memory over the rows or the diagonals of an image (van den Oord et al. 2016a, sections 3.1 and 3.2).

    [o, f, i] = sigmoid(K_ss * h_before + K_is * x),  g = tanh(the same),  c = f c_before + i g,  h = o tanh(c)      (eq. 3)

The *row* form goes down the rows: a state at (y, x) follows those at (y-1, x-1..x+1). The *diagonal* form goes along both
diagonals: one direction's state follows those at (y, x-1) and (y-1, x), the other's those at (y, x+1) and (y-1, x), and is
shifted down by a row before the two are added, so that it can't look ahead. Each is trained in parallel (whole rows, whole
skewed columns at once) and sampled as causal nodes.

Gates of one colour's features stand together: o, f, i, g of R, then of G, then of B.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genstudio.nets.causal_conv import CausalConv, causal_mask
from genstudio.nets.causal_graph import HERE, Compute, Node, Read, Taps
from genstudio.nets.masked import reads_of, width_of

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
        gates = self.into(x) if self.extra is None else self.into(x) + self.extra(extra)
        order = by_gate(self.colours).to(x.device)
        gates, weight = gates[:, order], self.state.weight[order, :, 0]
        h = c = gates.new_zeros(len(x), self.colours[-1].stop, x.shape[3])
        rows: list[Tensor] = []
        for row in gates.unbind(2):
            h, c = cell(row + F.conv1d(h, weight, padding=1) if rows else row, c)
            rows.append(h)
        return torch.stack(rows, 2)

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
        width = self.colours[-1].stop
        gates = torch.stack([self.into(x), self.into_back(x)])
        if self.extra is not None:
            gates = gates + torch.stack(self.extra(extra).chunk(2, 1))
        order = by_gate(self.colours).to(x.device)
        gates, state = gates[:, :, order], self.state[:, :, order]
        # The other direction is the same thing in a mirror.
        columns = skew(torch.stack([gates[0], gates[1].flip(-1)]))  # steps × 2 × N × H × 4F
        y = torch.arange(height, device=x.device)
        h = c = gates.new_zeros(2, n, height, width)
        steps: list[Tensor] = []
        for s, column in enumerate(columns.unbind(0)):
            both = torch.cat([h, F.pad(h, (0, 0, 1, -1))], -1).view(2, n * height, 2 * width)
            now = torch.baddbmm(column.reshape(2, n * height, 4 * width), both, state)
            h, c = cell(now, c.view(2, n * height, width), 2)
            # Outside of the image there is no state: the next row would take one from before its beginning.
            inside = ((s - y >= 0) & (s - y < w)).to(h.dtype)[:, None]
            h, c = h.view(2, n, height, width) * inside, c.view(2, n, height, width) * inside
            steps.append(h)
        states = unskew(torch.stack(steps), w)
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


def skew(x: Tensor) -> Tensor:
    """D×N×F×H×W, each row moved right by its number: columns (W + H - 1)×D×N×H×F."""
    height, width = x.shape[-2:]
    x = F.pad(x, (0, height))  # W + H, so that reading on by one less moves every row by one
    x = x.flatten(-2)[..., : height * (width + height - 1)].unflatten(-1, (height, width + height - 1))
    return x.permute(4, 0, 1, 3, 2)


def unskew(columns: Tensor, width: int) -> Tensor:
    """(W + H - 1)×D×N×H×F back to D×N×F×H×W."""
    x = columns.permute(1, 2, 4, 3, 0)
    return torch.stack([x[..., y, y : y + width] for y in range(x.shape[-2])], -2)


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
    return Node(f"{name}:{colour}", reads, outputs, compute, grid, loop=name)


def _step(matrices: list[Tensor], bias: Tensor) -> Compute:
    def compute(inputs: list[Tensor]) -> tuple[Tensor, Tensor]:
        gates = torch.addmm(bias, inputs[0], matrices[0])
        for one, matrix in zip(inputs[1:-1], matrices[1:], strict=True):
            gates.addmm_(one, matrix)
        return cell(gates, inputs[-1])

    return compute
