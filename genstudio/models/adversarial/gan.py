"""The generative adversarial net (Goodfellow et al. 2014): both players are fully connected.

The paper's generator mixes rectifiers and sigmoids and its discriminator is a maxout net with dropout; here they are ReLU
and LeakyReLU(0.2) layers, which learn the same in less time, with the paper's dropout as a knob.
"""

from __future__ import annotations

from typing import Any

from torch import nn

from genstudio.core.knobs import knob
from genstudio.core.messages import N_
from genstudio.core.spec import ImageSpec
from genstudio.models.adversarial.base import SPECTRAL_HELP, Adversarial, AdversarialKnobs
from genstudio.models.base import models
from genstudio.nets.gan.gan_mlp import DenseDiscriminator, DenseGenerator


class GanKnobs(AdversarialKnobs):
    hidden: int = knob(
        256, help=N_("Units in each hidden layer of both players."), label=N_("Hidden units"), ge=1, le=8192
    )
    layers: int = knob(2, help=N_("Hidden layers of both players."), label=N_("Hidden layers"), ge=1, le=8)
    dropout: float = knob(
        0.0,
        help=N_("Share of the discriminator's units that are dropped at random in training."),
        label=N_("Dropout"),
        ge=0,
        lt=1,
        advanced=True,
    )
    spectral_norm: bool = knob(False, help=SPECTRAL_HELP, label=N_("Spectral norm"), advanced=True)


@models.register("gan")
class GAN(Adversarial):
    """Two multi-layer perceptrons. Serves images of any size, and points of a plane."""

    title = N_("Generative adversarial net")
    help = N_(
        "Two fully connected networks: one makes images from noise, the other tells them from real ones, and "
        "each learns from the other. The model of 2014, for small images."
    )
    paper = "Goodfellow et al. 2014, arXiv:1406.2661"
    Knobs = GanKnobs

    @classmethod
    def make_generator(cls, inputs: int, spec: ImageSpec, knobs: Any) -> nn.Module:
        return DenseGenerator(inputs, knobs.hidden, knobs.layers, spec.shape)

    @classmethod
    def make_body(cls, spec: ImageSpec, knobs: Any) -> nn.Module:
        return DenseDiscriminator(spec.shape, knobs.hidden, knobs.layers, knobs.dropout, spectral=knobs.spectral_norm)
