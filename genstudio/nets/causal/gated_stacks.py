"""The two stacks of the gated PixelCNN (van den Oord et al. 2016b, section 2.2), as modules and as nodes of a causal graph.

The vertical stack sees all rows above, the horizontal one what is left of the pixel in its own row, and what the vertical
one feeds it through a *link*. Each layer ends in a gate, which may have a class embedding.

As nodes they are written for few and large steps, since at a single pixel it is the number of operations that costs. What
is linear is folded into one matrix when the graph is made. All layers of the horizontal stack are one node, for they
follow each other at the same pixel; those of the vertical one are nodes of their own, for each waits for its neighbour to
the right.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genstudio.nets.causal.conv import CausalConv, causal_mask
from genstudio.nets.causal.gated import doubled, gate, gate_by_colour
from genstudio.nets.causal.graph import HERE, Compute, Node, Read
from genstudio.nets.causal.masked import affine, reads_of, width_of

LEFT = ((0, -1),)


class GatedLayer(nn.Module):
    """One layer of both stacks. ``first`` reads the image: rows above, and pixels to the left with mask A."""

    def __init__(self, inputs: list[slice], colours: list[slice], reach: int, *, first: bool, classes: int) -> None:
        super().__init__()
        width, wide = colours[-1].stop, doubled(colours)
        self.inputs, self.colours, self.wide, self.first = inputs, colours, wide, first
        self.vertical = CausalConv(inputs[-1].stop, 2 * width, (-reach, -1 if first else 0), (-reach, reach))
        columns = (-reach, 0)
        mask = causal_mask("A" if first else "B", inputs, wide, (0, 0), columns)
        self.horizontal = CausalConv(inputs[-1].stop, 2 * width, (0, 0), columns, mask=mask)
        self.link = CausalConv(2 * width, 2 * width, (0, 0), (0, 0), bias=False)
        self.out = CausalConv(width, width, (0, 0), (0, 0), mask=causal_mask("B", colours, colours, (0, 0), (0, 0)))
        # For rows above and for the row itself: what a class adds before the gates (eq. 4).
        self.class_bias = nn.Parameter(torch.zeros(2, classes, 2 * width)) if classes else None

    def forward(self, above: Tensor, left: Tensor, labels: Tensor | None) -> tuple[Tensor, Tensor]:
        """Both stacks N×width×H×W, the image twice for the first layer."""
        vertical, horizontal = self.vertical(above), self.horizontal(left)
        if self.class_bias is not None:
            vertical = vertical + class_bias_of(self.class_bias[0], labels)[:, :, None, None]
            horizontal = horizontal + class_bias_of(self.class_bias[1], labels)[:, :, None, None]
        row = self.out(gate_by_colour(horizontal + self.link(vertical), self.wide))
        return gate(vertical), row if self.first else left + row


def class_bias_of(table: Tensor, labels: Tensor | None) -> Tensor:
    """The rows of ``table`` (classes × features) for int64 ``labels``: N×features."""
    assert labels is not None, "a conditional model needs classes"
    return F.embedding(labels, table)


class StackNodes:
    """The ``layers`` as nodes, from images ``image:c``.

    ``v1`` and so on are the vertical stack's layers; beside its features each gives ``link0:c``: all that the gates of the
    horizontal layer 0 get from above, biases and class included. ``row:c`` is the horizontal stack: it gives ``h:c``, the
    sums after each of the L layers one after the other (L * features of colour c), of which the last ones are the stack's
    output; and for the colours that follow ``g:c``, the gates likewise.
    """

    def __init__(self, layers: Sequence[GatedLayer], grid: tuple[int, int], labels: Tensor | None) -> None:
        self.layers, self.grid, self.labels = layers, grid, labels
        self.colours, self.wide = layers[0].colours, layers[0].wide
        biases = torch.stack([bias_of(layer.out) for layer in layers])
        self.sums = [biases[:, own].cumsum(0) for own in self.colours]
        """Sum of the biases of ``out`` after each layer, L×features by colour."""

    def nodes(self) -> list[Node]:
        rows = [self._row(c) for c in range(len(self.colours))]
        return [*(self._vertical(i) for i in range(len(self.layers))), *rows]

    # --- rows above --------------------------------------------------------------------------------------------------

    def _vertical(self, i: int) -> Node:
        layer, conv = self.layers[i], self.layers[i].vertical
        if layer.first:
            above = [(Read(f"image:{c}", conv.taps), conv.matrix(None, part)) for c, part in enumerate(layer.inputs)]
        else:
            above = [(Read(f"v{i}", conv.taps), conv.matrix())]
        # Beside the gates' inputs stand the links: linear in them, so one product gives both. The last layer's gates
        # are not read.
        link, wide = layer.link.matrix(), self.wide[-1].stop
        last = i + 1 == len(self.layers)
        both = link if last else torch.cat([torch.eye(wide).to(link), link], 1)
        bias, added = folded(bias_of(conv), both), None
        bias[-wide:] += bias_of(layer.horizontal) + self._constant(i)
        if layer.class_bias is not None:
            above_, beside = (class_bias_of(table, self.labels) for table in layer.class_bias.detach())
            added = folded(above_, both)
            added[:, -wide:] += beside
        features = [(f"v{i + 1}", wide // 2)] * (not last)
        links = [(f"link{i}:{c}", width_of(part)) for c, part in enumerate(self.wide)]
        compute = self._gate_and_link([folded(matrix, both) for _, matrix in above], bias, added, last)
        return Node(f"v{i + 1}", tuple(read for read, _ in above), (*features, *links), compute, self.grid, True)

    def _constant(self, i: int) -> Tensor:
        """Constant part of the sums that ``row`` leaves out, as input of layer ``i``'s gates."""
        if not i:
            return torch.zeros(())
        here = [self._between(i, c, c, HERE) for c in range(len(self.colours))]
        return torch.cat([sums[i - 1] @ matrix for sums, matrix in zip(self.sums, here, strict=True)])

    def _gate_and_link(self, matrices: list[Tensor], bias: Tensor, added: Tensor | None, last: bool) -> Compute:
        wide, parts = self.wide[-1].stop, [width_of(part) for part in self.wide]
        sizes = parts if last else [wide // 2, wide // 2, *parts]

        def compute(inputs: list[Tensor]) -> list[Tensor]:
            found = list(torch.split_with_sizes(plus(affine(inputs, matrices, bias), added), sizes, 1))
            if last:
                return found
            a, b, *links = found
            return [a.tanh_() * b.sigmoid_(), *links]

        return compute

    # --- the row itself ----------------------------------------------------------------------------------------------

    def _row(self, c: int) -> Node:
        """One colour through all layers. It reads its links, the image, the row's sums one to the left, and what the colours
        before it have here."""
        first, count = self.layers[0], len(self.layers)
        image = reads_of(first.horizontal, "image", first.inputs, self.wide[c])
        reads = [Read(f"link{i}:{c}") for i in range(count)] + [read for read, _ in image]
        later = range(1, count)
        sources = [(b, LEFT) for b in range(len(self.colours))] + [(b, HERE) for b in range(c)]
        reads += [Read(f"h:{b}", taps) for b, taps in sources] + [Read(f"g:{b}") for b in range(c)]
        compute = _Row(
            image=[matrix for _, matrix in image],
            sums=[torch.stack([self._between(i, b, c, taps) for i in later]) for b, taps in sources] if later else [],
            gates=[torch.stack([self._out(i, b, c) for i in range(count)]) for b in range(c)],
            here=[self._between(i, c, c, HERE) for i in later],
            out=[self._out(i, c, c) for i in range(count)],
            bias=self.sums[c].flatten(),
            linked=c + 1 < len(self.colours),
        )
        features = count * width_of(self.colours[c])
        outputs = [(f"h:{c}", features), (f"g:{c}", features)][: 1 + compute.linked]
        return Node(f"row:{c}", tuple(reads), tuple(outputs), compute, self.grid, loop="row")

    def _between(self, i: int, source: int, target: int, taps: tuple[tuple[int, int], ...]) -> Tensor:
        """Matrix from the sums before layer ``i`` to its gates, by colour."""
        return self.layers[i].horizontal.matrix(taps, self.colours[source], self.wide[target])

    def _out(self, i: int, source: int, target: int) -> Tensor:
        """Matrix from the gates of layer ``i`` to the sums, by colour."""
        return self.layers[i].out.matrix(HERE, self.colours[source], self.colours[target])


class _Row:
    """Computes one colour of ``row``, L layers of F features.

    ``image``: matrices for what is read of the image. ``sums``: for each reading of sums, (L-1)×F'×2F, what they give to the
    gates of the layers but the first. ``gates``: for each colour before, L×F'×F, what its gates give to the sums. ``here``:
    F×2F for each layer but the first, from the sums to the gates. ``out``: F×F, back again. ``bias``: L*F.
    ``linked``: whether a colour follows that asks for the gates.
    """

    def __init__(
        self,
        image: list[Tensor],
        sums: list[Tensor],
        gates: list[Tensor],
        here: list[Tensor],
        out: list[Tensor],
        bias: Tensor,
        linked: bool,
    ) -> None:
        self.image, self.sums, self.gates, self.here, self.out = image, sums, gates, here, out
        self.bias, self.linked = bias, linked

    def __call__(self, inputs: list[Tensor]) -> list[Tensor]:
        count, rest = len(self.out), iter(inputs[len(self.out) :])
        before = torch.stack(inputs[:count])  # L×rows×2F: what comes to the gates
        for matrix in self.image:
            before[0].addmm_(next(rest), matrix)
        for matrices in self.sums:
            before[1:].baddbmm_(by_layer(next(rest), count)[:-1], matrices)
        given = [torch.bmm(by_layer(next(rest), count), matrices) for matrices in self.gates]
        h: Tensor | None = None
        sums: list[Tensor] = []
        gates: list[Tensor] = []
        a, b = (half.unbind() for half in before.chunk(2, 2))
        for i, (x, out) in enumerate(zip(before.unbind(), self.out, strict=True)):
            if h is not None:
                x.addmm_(h, self.here[i - 1])
            g = a[i].tanh_().mul_(b[i].sigmoid_())
            h = torch.mm(g, out) if h is None else torch.addmm(h, g, out)
            for one in given:
                h += one[i]
            gates.append(g)
            sums.append(h)
        made = torch.cat(sums, 1).add_(self.bias)
        return [made, torch.cat(gates, 1)] if self.linked else [made]


def by_layer(x: Tensor, count: int) -> Tensor:
    """rows×(L*F) as L×rows×F."""
    return x.unflatten(1, (count, -1)).transpose(0, 1)


def folded(x: Tensor, matrix: Tensor) -> Tensor:
    """The product of two weights, rounded once."""
    return (x.double() @ matrix.double()).to(x.dtype)


def bias_of(conv: CausalConv) -> Tensor:
    assert conv.bias is not None
    return conv.bias.detach()


def plus(x: Tensor, per_image: Tensor | None) -> Tensor:
    """(positions * N)×F rows plus N×F, in place."""
    if per_image is not None:
        x.view(-1, *per_image.shape).add_(per_image)
    return x
