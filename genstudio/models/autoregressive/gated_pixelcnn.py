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

from genstudio.core.conditions.base import NO_CONDITION, Condition
from genstudio.core.knobs import Knobs, knob
from genstudio.core.messages import N_, Message
from genstudio.core.spec import ImageSpec
from genstudio.models.autoregressive.base import Autoregressive
from genstudio.models.autoregressive.pixelcnn import PLACE_HELP, check_width, colour_graph
from genstudio.models.base import models
from genstudio.nets.causal.checkpointed import Layers
from genstudio.nets.causal.conv import CausalConv, causal_mask, colour_slices
from genstudio.nets.causal.gated_stacks import GatedLayer, StackNodes, bias_of
from genstudio.nets.causal.graph import CausalGraph, Node, Read
from genstudio.nets.causal.masked import affine, width_of
from genstudio.nets.coordconv import SIZE, with_place
from genstudio.nets.distributions.levels import Softmax


class GatedPixelCnnKnobs(Knobs):
    width: int = knob(
        32, help=N_("Features of each stack; with colour they are divided among R, G and B."), ge=2, le=1024
    )
    layers: int = knob(7, help=N_("Gated layers; each extends the receptive field by one pixel a side."), ge=1, le=64)
    kernel: int = knob(
        7, help=N_("Side of the first layer's window; the others' is 3."), unit="px", ge=3, le=15, advanced=True
    )
    place: bool = knob(False, help=PLACE_HELP)
    conditional: bool = knob(
        False, help=N_("Conditions the model on an image's class, so that it can draw a chosen class.")
    )


@models.register("gated-pixelcnn")
class GatedPixelCNN(Autoregressive):
    """Gated layers of a vertical and a horizontal stack, two 1×1 layers, a softmax over the levels."""

    title = N_("Gated PixelCNN")
    help = N_(
        "Predicts each pixel from everything above and to the left of it by two stacks of gated convolutions; "
        "can be conditioned on the class. Learns better than a plain PixelCNN of the same size."
    )
    paper = "van den Oord et al. 2016, arXiv:1606.05328"
    Knobs = GatedPixelCnnKnobs

    def __init__(self, spec: ImageSpec, knobs: Any) -> None:
        super().__init__(spec, knobs)
        self.distribution = Softmax(spec.channels, spec.levels or 256)
        self.takes = ("class",) if knobs.conditional else ()
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

    def by_layers(self, x: Tensor, condition: Condition = NO_CONDITION) -> Layers[Tensor]:
        above = left = with_place(x) if self.knobs.place else x
        for layer in self.layers:
            above, left = yield [*layer(above, left, condition.get("class"))]
        out: Tensor = self.last(F.relu(self.head(F.relu(left))))
        return out

    def graph(self, condition: Condition) -> CausalGraph:
        grid = (self.spec.height, self.spec.width)
        layers = [layer for layer in self.layers if isinstance(layer, GatedLayer)]
        nodes = StackNodes(layers, grid, condition.get("class")).nodes()
        nodes += [self._logits(c) for c in range(self.spec.channels)]
        return colour_graph(grid, self.spec.channels, nodes, place=self.knobs.place)

    def _logits(self, c: int) -> Node:
        """Logits of colour ``c`` from the horizontal stack's sums, computed through all colours up to it."""
        known, own = self.colours[: c + 1], self.logits[c]
        up_to = slice(0, known[-1].stop)
        head = [self.head.matrix(None, part, up_to) for part in known]
        last = self.last.matrix(None, up_to, own)
        head_bias, last_bias = bias_of(self.head)[up_to], bias_of(self.last)[own]

        def compute(inputs: list[Tensor]) -> list[Tensor]:
            ends = [x[:, -len(matrix) :].relu() for x, matrix in zip(inputs, head, strict=True)]
            return [torch.addmm(last_bias, affine(ends, head, head_bias).relu_(), last)]

        reads, grid = tuple(Read(f"h:{b}") for b in range(c + 1)), (self.spec.height, self.spec.width)
        return Node(f"logits:{c}", reads, ((f"logits:{c}", width_of(own)),), compute, grid)

    def likelihood(self) -> Message:
        if not self.classes:
            return super().likelihood()
        return N_("softmax over {n} levels, given the class", n=self.distribution.levels)

    def summary(self) -> Message:
        return N_("{layers} layers · width {width}", layers=self.knobs.layers, width=self.knobs.width)
