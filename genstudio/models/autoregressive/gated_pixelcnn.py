"""The gated PixelCNN (van den Oord et al., "Conditional image generation with PixelCNN decoders", NIPS 2016).

Two stacks see everything before a pixel, without the blind spot of masked convolutions: the vertical one all rows above, the
horizontal one what is left of the pixel in its own row, and what the vertical one tells it. Each layer ends in a gate, into
which a class may speak.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genstudio.core.knobs import Knobs, knob
from genstudio.core.messages import N_, Message
from genstudio.core.spec import ImageSpec
from genstudio.models.autoregressive.base import Autoregressive
from genstudio.models.autoregressive.pixelcnn import PLACE_HELP, check_width, colour_graph
from genstudio.models.base import models
from genstudio.nets.causal_conv import CausalConv, causal_mask, colour_slices
from genstudio.nets.causal_graph import CausalGraph, Compute, Node, Read
from genstudio.nets.gated import doubled, gate, gate_by_colour
from genstudio.nets.level_distributions import Softmax
from genstudio.nets.masked import affine, masked_nodes, reads_of, width_of
from genstudio.nets.place import SIZE, with_place


class GatedPixelCnnKnobs(Knobs):
    width: int = knob(
        32, help=N_("Features of each stack; with colour they are shared out among R, G and B."), ge=2, le=1024
    )
    layers: int = knob(7, help=N_("Gated layers; each widens what a pixel sees by one pixel a side."), ge=1, le=64)
    kernel: int = knob(
        7, help=N_("Side of the first layer's window; the others' is 3."), unit="px", ge=3, le=15, advanced=True
    )
    place: bool = knob(False, help=PLACE_HELP)
    conditional: bool = knob(
        False, help=N_("Whether the model is told the class of an image, and can draw one class alone.")
    )


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
            vertical = vertical + spoken(self.class_bias[0], labels)[:, :, None, None]
            horizontal = horizontal + spoken(self.class_bias[1], labels)[:, :, None, None]
        row = self.out(gate_by_colour(horizontal + self.link(vertical), self.wide))
        return gate(vertical), row if self.first else left + row

    def nodes(self, i: int, grid: tuple[int, int], labels: Tensor | None) -> list[Node]:
        """Layer ``i``, from buffers ``v{i}`` and ``h{i}:c`` (or the image) to the next ones."""
        biases = [None, None] if self.class_bias is None else [spoken(t, labels) for t in self.class_bias.detach()]
        vertical = self.vertical
        if self.first:
            above = [(Read(f"image:{c}", vertical.taps), vertical.matrix(None, p)) for c, p in enumerate(self.inputs)]
        else:
            above = [(Read(f"v{i}", vertical.taps), vertical.matrix())]
        links = tuple((f"link{i}:{c}", width_of(part)) for c, part in enumerate(self.wide))
        compute = self._vertical([matrix for _, matrix in above], biases[0])
        width = self.colours[-1].stop
        nodes = [
            Node(f"v{i + 1}", tuple(read for read, _ in above), ((f"v{i + 1}", width), *links), compute, grid, True)
        ]
        source = "image" if self.first else f"h{i}"
        for c, (part, own) in enumerate(zip(self.wide, self.colours, strict=True)):
            parts = reads_of(self.horizontal, source, self.inputs, part)
            reads = (Read(f"link{i}:{c}"), *(read for read, _ in parts))
            bias = None if biases[1] is None else biases[1][:, part].contiguous()
            compute = self._horizontal([matrix for _, matrix in parts], self._bias(self.horizontal, part), bias)
            nodes.append(Node(f"g{i}:{c}", reads, ((f"g{i}:{c}", width_of(own)),), compute, grid))
        add = None if self.first else source
        return nodes + masked_nodes(self.out, f"g{i}", f"h{i + 1}", self.colours, self.colours, grid, add=add)

    @staticmethod
    def _bias(conv: CausalConv, part: slice) -> Tensor:
        assert conv.bias is not None
        return conv.bias.detach()[part]

    def _vertical(self, matrices: list[Tensor], added: Tensor | None) -> Compute:
        bias, link = self._bias(self.vertical, slice(None)), self.link.matrix()
        slices = self.wide

        def compute(inputs: list[Tensor]) -> list[Tensor]:
            x = plus(affine(inputs, matrices, bias), added)
            linked = x @ link
            return [gate(x), *([linked] if len(slices) == 1 else [linked[:, part] for part in slices])]

        return compute

    @staticmethod
    def _horizontal(matrices: list[Tensor], bias: Tensor, added: Tensor | None) -> Compute:
        def compute(inputs: list[Tensor]) -> list[Tensor]:
            x = inputs[0] + bias
            for one, matrix in zip(inputs[1:], matrices, strict=True):
                x.addmm_(one, matrix)
            return [gate(plus(x, added))]

        return compute


def spoken(table: Tensor, labels: Tensor | None) -> Tensor:
    """The rows of ``table`` (classes × features) for int64 ``labels``: N×features."""
    assert labels is not None, "a conditional model is asked with classes"
    return F.embedding(labels, table)


def plus(x: Tensor, per_image: Tensor | None) -> Tensor:
    """(positions * N)×F rows plus N×F, in place."""
    if per_image is not None:
        x.view(-1, *per_image.shape).add_(per_image)
    return x


@models.register("gated-pixelcnn")
class GatedPixelCNN(Autoregressive):
    """Gated layers of a vertical and a horizontal stack, two 1×1 layers, a softmax over the levels."""

    title = N_("Gated PixelCNN")
    help = N_(
        "Sees everything above and to the left of a pixel through two stacks of gated convolutions, and can be told which "
        "class to draw. Learns better than a plain PixelCNN of the same size."
    )
    paper = "van den Oord et al. 2016, arXiv:1606.05328"
    Knobs = GatedPixelCnnKnobs

    def __init__(self, spec: ImageSpec, knobs: Any) -> None:
        super().__init__(spec, knobs)
        self.distribution = Softmax(spec.channels, spec.levels or 256)
        self.classes = len(spec.class_names) if knobs.conditional else 0
        c = spec.channels
        colours = self.colours = colour_slices(knobs.width, c)
        self.logits = colour_slices(self.distribution.size, c)
        image = colour_slices(c * (1 + SIZE), c) if knobs.place else colour_slices(c, c)
        self.layers = nn.ModuleList(
            GatedLayer(colours if i else image, colours, 1 if i else knobs.kernel // 2,
                       first=not i, classes=self.classes)
            for i in range(knobs.layers)
        )  # fmt: skip
        point = (0, 0)
        self.head = CausalConv(
            knobs.width, knobs.width, point, point, mask=causal_mask("B", colours, colours, point, point)
        )
        self.last = CausalConv(
            knobs.width, self.distribution.size, point, point, mask=causal_mask("B", colours, self.logits, point, point)
        )

    @classmethod
    def check(cls, spec: ImageSpec, knobs: Any) -> None:
        super().check(spec, knobs)
        check_width(spec, knobs.width)

    def forward(self, x: Tensor, labels: Tensor | None = None) -> Tensor:
        above = left = with_place(x) if self.knobs.place else x
        for layer in self.layers:
            above, left = layer(above, left, labels)
        out: Tensor = self.last(F.relu(self.head(F.relu(left))))
        return out

    def graph(self, labels: Tensor | None) -> CausalGraph:
        grid, colours = (self.spec.height, self.spec.width), self.colours
        nodes: list[Node] = []
        for i, layer in enumerate(self.layers):
            assert isinstance(layer, GatedLayer)
            nodes += layer.nodes(i, grid, labels)
        end = f"h{len(self.layers)}"
        nodes += [
            Node(f"{end}+:{c}", (Read(f"{end}:{c}"),), ((f"{end}+:{c}", width_of(part)),), _relu, grid)
            for c, part in enumerate(colours)
        ]
        nodes += masked_nodes(self.head, f"{end}+", "head", colours, colours, grid, relu=True, raw=False)
        nodes += masked_nodes(self.last, "head+", "logits", colours, self.logits, grid)
        return colour_graph(grid, self.spec.channels, nodes, place=self.knobs.place)

    def likelihood(self) -> Message:
        if not self.classes:
            return super().likelihood()
        return N_("softmax over {n} levels, given the class", n=self.distribution.levels)

    def summary(self) -> Message:
        return N_("{layers} layers · width {width}", layers=self.knobs.layers, width=self.knobs.width)


def _relu(inputs: list[Tensor]) -> list[Tensor]:
    return [inputs[0].relu()]
