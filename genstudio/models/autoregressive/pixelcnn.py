"""The PixelCNN (van den Oord, Kalchbrenner & Kavukcuoglu, "Pixel recurrent neural networks", ICML 2016, section 3.5).

A stack of convolutions whose masks hide the pixel being predicted and all after it: mask A in the first layer, mask B, which
lets a feature see its own colour, in the others. Colours come in the order R, G, B. The mask's corner leaves a blind spot to
the right above each pixel; the gated PixelCNN has none.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F

from genstudio.core.conditions.base import NO_CONDITION, Condition
from genstudio.core.errors import UsageError
from genstudio.core.knobs import Knobs, knob
from genstudio.core.messages import N_, Message
from genstudio.core.spec import ImageSpec
from genstudio.models.autoregressive.base import Autoregressive
from genstudio.models.base import models
from genstudio.nets.causal.checkpointed import Layers
from genstudio.nets.causal.conv import CausalConv, causal_mask, colour_slices
from genstudio.nets.causal.graph import CausalGraph, Draw
from genstudio.nets.causal.masked import masked_nodes
from genstudio.nets.coordconv import SIZE, with_place
from genstudio.nets.coordconv import place as place_of
from genstudio.nets.distributions.levels import Softmax

PLACE_HELP = N_(
    "Gives each pixel's coordinates to the network. Without them it knows only nearby pixels, and may start the "
    "object again further down."
)


class PixelCnnKnobs(Knobs):
    width: int = knob(
        32, help=N_("Features of each layer; with colour they are divided among R, G and B."), ge=2, le=1024
    )
    blocks: int = knob(
        7, help=N_("Residual blocks; each extends the receptive field by one pixel a side."), ge=0, le=64
    )
    kernel: int = knob(
        7, help=N_("Side of the first layer's window; the others' is 3."), unit="px", ge=3, le=15, advanced=True
    )
    place: bool = knob(False, help=PLACE_HELP)


class Block(nn.Module):
    """x + 1×1(relu(3×3(relu(1×1(relu(x)))))), half as wide inside (figure 5 of the paper)."""

    def __init__(self, wide: list[slice], narrow: list[slice]) -> None:
        super().__init__()
        self.narrow = masked_conv("B", wide, narrow, 0)
        self.conv = masked_conv("B", narrow, narrow, 1)
        self.wide = masked_conv("B", narrow, wide, 0)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = x + self.wide(F.relu(self.conv(F.relu(self.narrow(F.relu(x))))))
        return result


@models.register("pixelcnn")
class PixelCNN(Autoregressive):
    """First layer, residual blocks of 1×1, 3×3 and 1×1 convolutions, two 1×1 layers: all masked."""

    title = N_("PixelCNN")
    help = N_(
        "Predicts every pixel from those above it and to the left, by convolutions that are masked so that later "
        "pixels have no influence. Trains on all pixels at once and draws one after the other."
    )
    paper = "van den Oord et al. 2016, arXiv:1601.06759"
    Knobs = PixelCnnKnobs

    def __init__(self, spec: ImageSpec, knobs: Any) -> None:
        super().__init__(spec, knobs)
        self.distribution = Softmax(spec.channels, spec.levels or 256)
        c, width = spec.channels, knobs.width
        half = max(width // 2, c)
        self.image = colour_slices(c * (1 + SIZE), c) if knobs.place else colour_slices(c, c)
        self.wide, self.narrow = colour_slices(width, c), colour_slices(half, c)
        self.logits = colour_slices(self.distribution.size, c)
        reach = knobs.kernel // 2

        self.first = masked_conv("A", self.image, self.wide, reach)
        self.blocks = nn.ModuleList(Block(self.wide, self.narrow) for _ in range(knobs.blocks))
        self.head = masked_conv("B", self.wide, self.wide, 0)
        self.last = masked_conv("B", self.wide, self.logits, 0)

    @classmethod
    def check(cls, spec: ImageSpec, knobs: Any) -> None:
        super().check(spec, knobs)
        check_width(spec, knobs.width)

    def by_layers(self, x: Tensor, condition: Condition = NO_CONDITION) -> Layers[Tensor]:
        x = self.first(with_place(x) if self.knobs.place else x)
        for block in self.blocks:
            (x,) = yield [x]
            x = block(x)
        out: Tensor = self.last(F.relu(self.head(F.relu(x))))
        return out

    def graph(self, condition: Condition) -> CausalGraph:
        grid, wide, narrow = (self.spec.height, self.spec.width), self.wide, self.narrow
        nodes = masked_nodes(self.first, "image", "x0", self.image, wide, grid, relu=True)
        for i, block in enumerate(self.blocks):
            assert isinstance(block, Block)
            nodes += masked_nodes(block.narrow, f"x{i}+", f"a{i}", wide, narrow, grid, relu=True, raw=False)
            nodes += masked_nodes(block.conv, f"a{i}+", f"b{i}", narrow, narrow, grid, relu=True, raw=False)
            nodes += masked_nodes(block.wide, f"b{i}+", f"x{i + 1}", narrow, wide, grid, add=f"x{i}", relu=True)
        nodes += masked_nodes(self.head, f"x{len(self.blocks)}+", "head", wide, wide, grid, relu=True, raw=False)
        nodes += masked_nodes(self.last, "head+", "logits", wide, self.logits, grid)
        return colour_graph(grid, self.spec.channels, nodes, place=self.knobs.place)

    def summary(self) -> Message:
        return N_("{blocks} blocks · width {width}", blocks=self.knobs.blocks, width=self.knobs.width)


def masked_conv(kind: Any, inputs: list[slice], outputs: list[slice], reach: int) -> CausalConv:
    """A convolution masked A or B whose window reaches ``reach`` pixels up, left and right."""
    rows, columns = (-reach, 0), (-reach, reach)
    mask = causal_mask(kind, inputs, outputs, rows, columns)
    return CausalConv(inputs[-1].stop, outputs[-1].stop, rows, columns, mask=mask)


def colour_graph(grid: tuple[int, int], channels: int, nodes: list[Any], *, place: bool = False) -> CausalGraph:
    """The graph of nodes that end in ``logits:c`` and read images ``image:c``, one buffer a colour (with its place)."""
    images = tuple((f"image:{c}", (c,)) for c in range(channels))
    draws = tuple(Draw(f"logits:{c}", f"image:{c}", (c,), grid) for c in range(channels))
    return CausalGraph(grid, images, tuple(nodes), draws, place_of(*grid) if place else None)


def check_width(spec: ImageSpec, width: int) -> None:
    """Every colour needs features of its own."""
    if width < spec.channels:
        raise UsageError(
            N_("{width} features can't be divided among {c} channels.", width=width, c=spec.channels),
            N_("Choose a width of at least {c}.", c=spec.channels),
        )
