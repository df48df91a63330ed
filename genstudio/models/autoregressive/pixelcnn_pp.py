"""PixelCNN++ (Salimans, Karpathy, Chen & Kingma, "PixelCNN++: improving the PixelCNN with discretized logistic mixture
likelihood and other modifications", ICLR 2017).

Two streams, one that sees the rows above and one that sees also what is left of the pixel, go down through three resolutions
and up again, with short-cuts across. One output a pixel: a mixture of discretised logistics whose means are coupled across
R, G and B. Weights are normed, started from data, and averaged by the recipe.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from genstudio.core.batch import Batch
from genstudio.core.conditions.base import NO_CONDITION, Condition
from genstudio.core.knobs import Knobs, knob
from genstudio.core.messages import N_, Message
from genstudio.core.resumable import Pausing, run
from genstudio.core.spec import ImageSpec
from genstudio.models.autoregressive.base import Autoregressive
from genstudio.models.autoregressive.pixelcnn import PLACE_HELP
from genstudio.models.base import models
from genstudio.nets.causal.checkpointed import Layers
from genstudio.nets.causal.conv import CausalConv, CausalUpConv, Span, starting_from_data
from genstudio.nets.causal.gated_resnet import GatedResnet, affine_elu, bias_of, concat_elu
from genstudio.nets.causal.graph import CausalGraph, Compute, Draw, Node, Read
from genstudio.nets.coordconv import SIZE
from genstudio.nets.coordconv import place as place_of
from genstudio.nets.distributions.levels import LogisticMixture

ABOVE: tuple[Span, Span] = ((-1, 0), (-1, 1))  # rows and columns of a window
CORNER: tuple[Span, Span] = ((-1, 0), (-1, 0))
POINT: tuple[Span, Span] = ((0, 0), (0, 0))


class PixelCnnPpKnobs(Knobs):
    width: int = knob(32, help=N_("Features of each stream."), ge=1, le=1024)
    blocks: int = knob(2, help=N_("Residual blocks of each stream at each resolution, down and up."), ge=1, le=16)
    resolutions: int = knob(3, help=N_("How many sizes the streams go through, each half the one before."), ge=1, le=6)
    components: int = knob(10, help=N_("Logistics in the mixture of a pixel."), ge=1, le=100)
    dropout: float = knob(
        0.0,
        help=N_("Share of features that are dropped in each block in training; large networks need it."),
        ge=0,
        lt=1,
    )
    place: bool = knob(False, help=PLACE_HELP)


@models.register("pixelcnn-pp")
class PixelCNNpp(Autoregressive):
    """Down ``resolutions`` sizes and up again, each with ``blocks`` gated residual blocks a stream."""

    title = N_("PixelCNN++")
    help = N_(
        "Draws colour photographs pixel by pixel: a mixture of a few logistics scores all levels, at three "
        "resolutions at once."
    )
    paper = "Salimans et al. 2017, arXiv:1701.05517"
    Knobs = PixelCnnPpKnobs

    def __init__(self, spec: ImageSpec, knobs: Any) -> None:
        super().__init__(spec, knobs)
        self.distribution = LogisticMixture(spec.channels, spec.levels or 256, knobs.components)
        width, inputs = knobs.width, spec.channels + (SIZE if knobs.place else 1)
        self.grids = [(spec.height, spec.width)]
        for _ in range(knobs.resolutions - 1):
            h, w = self.grids[-1]
            self.grids.append(((h + 1) // 2, (w + 1) // 2))

        def stream(count: int, window: tuple[Span, Span], extra: int) -> nn.ModuleList:
            return nn.ModuleList(GatedResnet(width, *window, extra=extra, dropout=knobs.dropout) for _ in range(count))

        self.u_start = CausalConv(inputs, width, (-2, -1), (-1, 1), norm=True)
        self.above_start = CausalConv(inputs, width, (-1, -1), (-1, 1), norm=True)
        self.left_start = CausalConv(inputs, width, (-1, 0), (-1, -1), norm=True)
        sizes = range(knobs.resolutions)
        self.u_down = nn.ModuleList(stream(knobs.blocks, ABOVE, 0) for _ in sizes)
        self.ul_down = nn.ModuleList(stream(knobs.blocks, CORNER, 1) for _ in sizes)
        self.u_half = nn.ModuleList(CausalConv(width, width, *ABOVE, stride=2, norm=True) for _ in sizes[1:])
        self.ul_half = nn.ModuleList(CausalConv(width, width, *CORNER, stride=2, norm=True) for _ in sizes[1:])
        # On the way up a size has one block more than down, for the short-cut from where it began; the smallest has none.
        ups = [knobs.blocks + (i < knobs.resolutions - 1) for i in sizes]
        self.u_up = nn.ModuleList(stream(n, ABOVE, 1) for n in ups)
        self.ul_up = nn.ModuleList(stream(n, CORNER, 2) for n in ups)
        self.u_double = nn.ModuleList(CausalUpConv(width, width, (2, 3), self.grids[i]) for i in sizes[:-1])
        self.ul_double = nn.ModuleList(CausalUpConv(width, width, (2, 2), self.grids[i]) for i in sizes[:-1])
        self.last = CausalConv(2 * width, self.distribution.size, *POINT, norm=True)

    def _beside(self) -> Tensor:
        """Extra input channels, K×H×W: ones, which tell the image from the zero padding, or all of a pixel's
        place."""
        beside = place_of(self.spec.height, self.spec.width)
        return beside if self.knobs.place else beside[:1]

    def prepare(self, batch: Batch) -> None:
        """Start lengths and biases from the first batch, without dropout."""
        with torch.no_grad(), self._evaluating(), starting_from_data(self):
            self(self.to_net(batch.levels))

    def by_layers(self, x: Tensor, condition: Condition = NO_CONDITION) -> Layers[Tensor]:
        x = torch.cat([x, self._beside().to(x).expand(len(x), -1, -1, -1)], 1)
        us, uls = [self.u_start(x)], [self.above_start(x) + self.left_start(x)]
        for i, (u_blocks, ul_blocks) in enumerate(zip(self.u_down, self.ul_down, strict=True)):
            if i:
                us.append(self.u_half[i - 1](us[-1]))
                uls.append(self.ul_half[i - 1](uls[-1]))
            for u_block, ul_block in zip(u_blocks, ul_blocks, strict=True):  # type: ignore[call-overload]
                us.append(u_block(us[-1]))
                us, uls = yield from _cut(us, uls)
                uls.append(ul_block(uls[-1], us[-1]))
                us, uls = yield from _cut(us, uls)
        for i in reversed(range(len(self.grids))):
            for u_block, ul_block in zip(self.u_up[i], self.ul_up[i], strict=True):  # type: ignore[call-overload]
                # The last of each is the stream itself, before it stand the short-cuts.
                us.append(u_block(us.pop(), us.pop()))
                us, uls = yield from _cut(us, uls)
                uls.append(ul_block(uls.pop(), us[-1], uls.pop()))
                us, uls = yield from _cut(us, uls)
            if i:
                us.append(self.u_double[i - 1](us.pop()))
                uls.append(self.ul_double[i - 1](uls.pop()))
        out: Tensor = self.last(concat_elu(uls.pop()))
        return out

    def graph(self, condition: Condition) -> CausalGraph:
        return run(self.resumable_graph(condition))

    def resumable_graph(self, condition: Condition) -> Pausing[CausalGraph]:
        return GraphOfPixelCNNpp(self).graph()

    def summary(self) -> Message:
        return N_(
            "{blocks} blocks · {sizes} sizes · width {width} · {k} logistics",
            blocks=self.knobs.blocks, sizes=self.knobs.resolutions, width=self.knobs.width, k=self.knobs.components,
        )  # fmt: skip


def _cut(us: list[Tensor], uls: list[Tensor]) -> Layers[tuple[list[Tensor], list[Tensor]]]:
    live = yield [*us, *uls]
    return live[: len(us)], live[len(us) :]


class GraphOfPixelCNNpp:
    """Writes ``forward`` again as nodes, in the same order."""

    def __init__(self, model: PixelCNNpp) -> None:
        self.model, self.numbers = model, 0
        self.nodes: list[Node] = []

    def graph(self) -> Pausing[CausalGraph]:
        m = self.model
        us = [self._layer([(m.u_start, "image")], 0, eager=True)]
        uls = [self._layer([(m.above_start, "image"), (m.left_start, "image")], 0)]
        for i, (u_blocks, ul_blocks) in enumerate(zip(m.u_down, m.ul_down, strict=True)):
            if i:
                us.append(self._layer([(m.u_half[i - 1], us[-1])], i, eager=True))
                uls.append(self._layer([(m.ul_half[i - 1], uls[-1])], i))
            for u_block, ul_block in zip(u_blocks, ul_blocks, strict=True):  # type: ignore[call-overload]
                us.append(self._block(u_block, us[-1], [], i, eager=True))
                uls.append(self._block(ul_block, uls[-1], [us[-1]], i))
                yield
        u, ul = us.pop(), uls.pop()
        for i in reversed(range(len(m.grids))):
            for u_block, ul_block in zip(m.u_up[i], m.ul_up[i], strict=True):  # type: ignore[call-overload]
                u = self._block(u_block, u, [us.pop()], i, eager=True)
                ul = self._block(ul_block, ul, [u, uls.pop()], i)
                yield
            if i:
                u = self._layer([(m.u_double[i - 1], u)], i - 1, eager=True)
                ul = self._layer([(m.ul_double[i - 1], ul)], i - 1)
        matrix, bias = m.last.matrix(), bias_of(m.last)
        self.nodes.append(
            Node("out", (Read(f"{ul}+"),), (("out", m.distribution.size),), _linear(matrix, bias), m.grids[0])
        )
        channels = tuple(range(m.spec.channels))
        draw = Draw("out", "image", channels, m.grids[0])
        return CausalGraph(m.grids[0], (("image", channels),), tuple(self.nodes), (draw,), m._beside())

    def _name(self) -> str:
        self.numbers += 1
        return f"n{self.numbers}"

    def _layer(self, parts: list[tuple[Any, str]], size: int, *, eager: bool = False) -> str:
        """The sum of convolutions, each of its source."""
        name, width = self._name(), self.model.knobs.width
        reads = tuple(
            Read(source, conv.taps, up=conv.factor)
            if isinstance(conv, CausalUpConv)
            else Read(source, conv.taps, conv.stride)
            for conv, source in parts
        )
        bias = sum((bias_of(conv) for conv, _ in parts[1:]), bias_of(parts[0][0]))
        compute = affine_elu([conv.matrix() for conv, _ in parts], bias)
        outputs = ((name, width), (f"{name}+", 2 * width))
        self.nodes.append(Node(name, reads, outputs, compute, self.model.grids[size], eager))
        return name

    def _block(self, block: GatedResnet, source: str, extra: list[str], size: int, *, eager: bool = False) -> str:
        name = self._name()
        self.nodes += block.nodes(name, source, extra, self.model.grids[size], eager)
        return name


def _linear(matrix: Tensor, bias: Tensor) -> Compute:
    def compute(inputs: list[Tensor]) -> list[Tensor]:
        return [torch.addmm(bias, inputs[0], matrix)]

    return compute
