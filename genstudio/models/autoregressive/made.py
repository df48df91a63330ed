"""The masked autoencoder for distribution estimation (Germain, Gregor, Murray & Larochelle, "MADE", ICML 2015).

A fully connected net whose weights are masked so that the output for each sub-pixel depends on those before it only. One
forward pass scores them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genstudio.core.conditions.base import NO_CONDITION, Condition
from genstudio.core.errors import UsageError
from genstudio.core.knobs import Knobs, knob
from genstudio.core.messages import N_, Message
from genstudio.core.resumable import Pausing
from genstudio.core.spec import ImageSpec
from genstudio.models.autoregressive.base import Autoregressive
from genstudio.models.base import models
from genstudio.nets.causal.checkpointed import Layers
from genstudio.nets.causal.masked_linear import DenseMachine, MaskedLinear, unit_degrees
from genstudio.nets.distributions.levels import Softmax

if TYPE_CHECKING:
    import numpy as np

    from genstudio.models.autoregressive.sampling.model import Machine
    from genstudio.models.autoregressive.sampling.request import Order

MOST_WEIGHTS = 20_000_000  # 320 MB with a gradient and Adam's two means


class MadeKnobs(Knobs):
    hidden: int = knob(500, help=N_("Units in each hidden layer."), ge=1, le=16384)
    layers: int = knob(2, help=N_("Hidden layers."), ge=1, le=8)


class DenseAutoregressive(Autoregressive):
    """Masked linear layers from all sub-pixels to the logits of each; ``widths`` are those of the hidden layers."""

    def __init__(self, spec: ImageSpec, knobs: Any, widths: list[int]) -> None:
        super().__init__(spec, knobs)
        self.distribution = Softmax(spec.channels, spec.levels or 256)
        seen = 1 + torch.arange(spec.values)
        self.layers = nn.ModuleList()
        for width in widths:
            sees = unit_degrees(width, spec.values)
            self.layers.append(MaskedLinear(seen, sees))
            seen = sees
        self.layers.append(MaskedLinear(seen, torch.arange(spec.values).repeat_interleave(self.distribution.levels)))

    @classmethod
    def check_weights(cls, spec: ImageSpec, last: int) -> None:
        """Refuse nets whose last layer, ``last`` inputs wide, has more weights than a small computer holds."""
        weights = last * spec.values * (spec.levels or 256)
        if weights > MOST_WEIGHTS:
            raise UsageError(
                N_(
                    "{title} would need {n} million weights for {spec} images of {levels} levels.",
                    title=cls.title, n=weights // 1_000_000, spec=str(spec), levels=spec.levels,
                ),
                N_("Choose fewer levels (data.levels=8), smaller images (data.size=16), fewer hidden units, or a PixelCNN."),
            )  # fmt: skip

    def by_layers(self, x: Tensor, condition: Condition = NO_CONDITION) -> Layers[Tensor]:
        n, _, height, width = x.shape
        hidden = x.movedim(1, -1).flatten(1)
        for layer in self.layers[:-1]:
            (hidden,) = yield [F.relu(layer(hidden))]
        out: Tensor = self.layers[-1](hidden)
        return out.view(n, height, width, -1).movedim(-1, 1)

    def resumable_machine(self, x: Tensor, known: np.ndarray, condition: Condition, order: Order) -> Pausing[Machine]:
        yield
        layers = [layer for layer in self.layers if isinstance(layer, MaskedLinear)]
        return DenseMachine(layers, F.relu, self.distribution.levels, x, known)


@models.register("made")
class MADE(DenseAutoregressive):
    title = N_("Masked autoencoder")
    help = N_(
        "A fully connected network, masked so that each pixel is predicted from those before it. Quick to train, "
        "but it does not use that neighbouring pixels belong together."
    )
    paper = "Germain et al. 2015, arXiv:1502.03509"
    Knobs = MadeKnobs

    def __init__(self, spec: ImageSpec, knobs: Any) -> None:
        super().__init__(spec, knobs, [knobs.hidden] * knobs.layers)

    @classmethod
    def check(cls, spec: ImageSpec, knobs: Any) -> None:
        super().check(spec, knobs)
        cls.check_weights(spec, knobs.hidden)

    def summary(self) -> Message:
        return N_("{layers} layers · {hidden} units", layers=self.knobs.layers, hidden=self.knobs.hidden)
