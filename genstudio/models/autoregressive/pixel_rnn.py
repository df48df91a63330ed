"""The PixelRNN (van den Oord, Kalchbrenner & Kavukcuoglu, "Pixel recurrent neural networks", ICML 2016).

Layers of LSTM over rows or diagonals, so that a pixel's whole past can reach it, with residual connections. The multi-scale
form (section 3.6) draws a smaller image first, every second pixel of the image, and then the others given that one: since
the small image is part of the large one, log p(x) is still an exact sum over sub-pixels, only in another order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from torch import Tensor, nn
from torch.nn import functional as F

from genstudio.core.conditions.base import NO_CONDITION, Condition
from genstudio.core.errors import UsageError
from genstudio.core.knobs import Knobs, knob
from genstudio.core.messages import N_, Message
from genstudio.core.spec import ImageSpec
from genstudio.models.autoregressive.base import Autoregressive
from genstudio.models.autoregressive.pixelcnn import check_width, masked_conv
from genstudio.models.base import models
from genstudio.nets.causal.checkpointed import Layers, beside
from genstudio.nets.causal.conv import CausalConv, CausalUpConv, colour_slices
from genstudio.nets.causal.graph import CausalGraph, Compute, Draw, Node, Read
from genstudio.nets.causal.masked import affine, masked_nodes
from genstudio.nets.causal.spatial_lstm import DiagonalBiLstm, RowLstm
from genstudio.nets.distributions.levels import Softmax


class PixelRnnKnobs(Knobs):
    lstm: Literal["row", "diagonal"] = knob(
        "row",
        help=N_("Row goes down the image and is faster; diagonal covers all previous pixels and learns better."),
    )
    width: int = knob(16, help=N_("Units of each LSTM; the layers between them have twice as many."), ge=1, le=512)
    layers: int = knob(3, help=N_("LSTM layers."), ge=1, le=24)
    scales: int = knob(
        1, help=N_("1 draws the image directly; 2 or 3 draw a smaller one first and fill in the rest."), ge=1, le=3
    )
    kernel: int = knob(7, help=N_("Side of the first layer's window."), unit="px", ge=3, le=15, advanced=True)


@models.register("pixel-rnn")
class PixelRNN(Autoregressive):
    """One net a scale: the coarsest draws every 2^(scales-1)-th pixel, each finer one what lies between."""

    title = N_("PixelRNN")
    help = N_(
        "Reads an image like a text: LSTM layers carry information row by row or along the diagonals to the next pixel."
    )
    paper = "van den Oord et al. 2016, arXiv:1601.06759"
    Knobs = PixelRnnKnobs

    def __init__(self, spec: ImageSpec, knobs: Any) -> None:
        super().__init__(spec, knobs)
        self.distribution = Softmax(spec.channels, spec.levels or 256)
        self.steps = [
            2**k for k in reversed(range(knobs.scales))
        ]  # pixels between those of a scale, the coarsest first
        self.grids = [(-(-spec.height // step), -(-spec.width // step)) for step in self.steps]
        self.nets = nn.ModuleList(
            OneScale(spec.channels, self.distribution.size, grid, knobs, given=rank > 0)
            for rank, grid in enumerate(self.grids)
        )

    @classmethod
    def check(cls, spec: ImageSpec, knobs: Any) -> None:
        super().check(spec, knobs)
        check_width(spec, knobs.width)
        if 2 ** (knobs.scales - 1) > max(spec.height, spec.width):
            raise UsageError(
                N_("Images of {spec} can't be halved {n} times.", spec=str(spec), n=knobs.scales - 1),
                N_("Choose fewer scales."),
            )

    def by_layers(self, x: Tensor, condition: Condition = NO_CONDITION) -> Layers[Tensor]:
        live, small = [x], None  # and the output so far
        for net, step in zip(self.nets, self.steps, strict=True):
            assert isinstance(net, OneScale)
            fine, live = yield from beside(net.by_layers(live[0][:, :, ::step, ::step], small), live)
            if len(live) > 1:
                fine = fine.clone()
                fine[:, :, ::2, ::2] = live[1]  # these were drawn at the coarser scale
            live, small = [live[0], fine], live[0][:, :, ::step, ::step]
        return live[1]

    def pixel_units(self) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        for rank, step in enumerate(self.steps):
            for y in range(0, self.spec.height, step):
                for x in range(0, self.spec.width, step):
                    if rank == 0 or y % (2 * step) or x % (2 * step):
                        yield from ((y, x, (c,)) for c in range(self.spec.channels))

    def graph(self, condition: Condition) -> CausalGraph:
        channels = range(self.spec.channels)
        nodes: list[Node] = []
        draws: list[Draw] = []
        for rank, (net, step, grid) in enumerate(zip(self.nets, self.steps, self.grids, strict=True)):
            assert isinstance(net, OneScale)
            nodes += net.nodes(f"{rank}/", step, grid, self.grids[rank - 1])
            skip = 2 * step if rank else 0
            draws += [Draw(f"{rank}/logits:{c}", f"image:{c}", (c,), grid, step, skip, rank) for c in channels]
        images = tuple((f"image:{c}", (c,)) for c in channels)
        return CausalGraph((self.spec.height, self.spec.width), images, tuple(nodes), tuple(draws))

    def summary(self) -> Message:
        return N_("{lstm} LSTM · {layers} layers · width {width}", lstm=self.knobs.lstm, layers=self.knobs.layers,
                  width=self.knobs.width)  # fmt: skip


class OneScale(nn.Module):
    """The net of one scale: a convolution with mask A, LSTM layers with residual connections, two 1×1 layers.

    ``given``: a smaller image is known; it is brought to this size and speaks into every LSTM's gates.
    """

    def __init__(self, channels: int, outputs: int, grid: tuple[int, int], knobs: Any, *, given: bool) -> None:
        super().__init__()
        width = knobs.width
        self.image, self.logits = colour_slices(channels, channels), colour_slices(outputs, channels)
        self.colours, self.wide = colour_slices(width, channels), colour_slices(2 * width, channels)
        self.small = CausalConv(channels, width, (-1, 1), (-1, 1)) if given else None
        self.enlarge = CausalUpConv(width, width, (2, 2), grid, norm=False) if given else None
        self.first = masked_conv("A", self.image, self.wide, knobs.kernel // 2)
        kind = {"row": RowLstm, "diagonal": DiagonalBiLstm}[knobs.lstm]
        self.lstms = nn.ModuleList(kind(self.wide, self.colours, width if given else 0) for _ in range(knobs.layers))
        self.outs = nn.ModuleList(masked_conv("B", self.colours, self.wide, 0) for _ in range(knobs.layers))
        self.head = masked_conv("B", self.wide, self.wide, 0)
        self.last = masked_conv("B", self.wide, self.logits, 0)

    def by_layers(self, x: Tensor, small: Tensor | None) -> Layers[Tensor]:
        extra = None
        if self.small is not None and self.enlarge is not None:
            extra = F.relu(self.enlarge(F.relu(self.small(small))))
        x = self.first(x)
        for lstm, out in zip(self.lstms, self.outs, strict=True):
            x, *others = yield [x] if extra is None else [x, extra]
            extra = others[0] if others else None
            x = x + out(lstm(x, extra))
        result: Tensor = self.last(F.relu(self.head(F.relu(x))))
        return result

    def nodes(self, prefix: str, step: int, grid: tuple[int, int], coarse: tuple[int, int]) -> list[Node]:
        """Buffers of this scale are named with ``prefix``; its pixels stand ``step`` apart in the image."""
        wide, nodes, extra = self.wide, [], None
        if self.small is not None and self.enlarge is not None:
            nodes += self._small_nodes(prefix, 2 * step, grid, coarse)
            extra = f"{prefix}extra"
        last = len(self.lstms)
        nodes += masked_nodes(self.first, "image", f"{prefix}x0", self.image, wide, grid, relu=not last, spread=step)
        for i, (lstm, out) in enumerate(zip(self.lstms, self.outs, strict=True)):
            assert isinstance(lstm, RowLstm | DiagonalBiLstm)
            assert isinstance(out, CausalConv)
            nodes += lstm.nodes(f"{prefix}s{i}", f"{prefix}x{i}", grid, extra)
            nodes += masked_nodes(out, f"{prefix}s{i}", f"{prefix}x{i + 1}", self.colours, wide, grid,
                                  add=f"{prefix}x{i}", relu=i == last - 1)  # fmt: skip
        nodes += masked_nodes(self.head, f"{prefix}x{last}+", f"{prefix}head", wide, wide, grid, relu=True, raw=False)
        return nodes + masked_nodes(self.last, f"{prefix}head+", f"{prefix}logits", wide, self.logits, grid)

    def _small_nodes(self, prefix: str, spread: int, grid: tuple[int, int], coarse: tuple[int, int]) -> list[Node]:
        assert self.small is not None
        assert self.enlarge is not None
        taps = tuple((spread * y, spread * x) for y, x in self.small.taps)
        width = self.colours[-1].stop
        reads = tuple(Read(f"image:{c}", taps, spread) for c in range(len(self.image)))
        matrices = [self.small.matrix(None, part) for part in self.image]
        small = Node(f"{prefix}small", reads, ((f"{prefix}small", width),), _relu_of(matrices, self.small), coarse)
        enlarge = Node(
            f"{prefix}extra",
            (Read(f"{prefix}small", self.enlarge.taps, up=2),),
            ((f"{prefix}extra", width),),
            _relu_of([self.enlarge.matrix()], self.enlarge),
            grid,
        )
        return [small, enlarge]


def _relu_of(matrices: list[Tensor], layer: CausalConv | CausalUpConv) -> Compute:
    assert layer.bias is not None
    bias = layer.bias.detach()

    def compute(inputs: list[Tensor]) -> list[Tensor]:
        return [affine(inputs, matrices, bias).relu_()]

    return compute
