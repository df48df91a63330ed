"""The modern baseline: residual players, spectral normalisation, the hinge loss (Miyato et al. 2018).

The discriminator has no batch normalisation, so that every objective may be chosen.
"""

from __future__ import annotations

from typing import Any

from torch import nn

from genstudio.core.knobs import knob
from genstudio.core.messages import N_
from genstudio.core.spec import ImageSpec
from genstudio.models.adversarial.base import SPECTRAL_HELP, Adversarial, AdversarialKnobs
from genstudio.models.base import models
from genstudio.nets.gan.dcgan import halvings
from genstudio.nets.gan.gan_resnet import ResidualDiscriminator, ResidualGenerator
from genstudio.objectives.base import objectives


class ResNetGanKnobs(AdversarialKnobs):
    objective: str = knob(
        "hinge",
        choices=lambda: objectives,
        help=N_("What the two players minimise: a pair of losses with its own default plan."),
        label=N_("Objective"),
    )
    width: int = knob(
        16,
        help=N_("Features of the generator's largest maps; they double at each halving, up to eight times."),
        label=N_("Generator width"),
        ge=1,
        le=512,
    )
    discriminator_width: int = knob(
        0,
        help=N_("The same for the discriminator; 0 takes the generator's."),
        label=N_("Discriminator width"),
        ge=0,
        le=512,
        advanced=True,
    )
    spectral_norm: bool = knob(True, help=SPECTRAL_HELP, label=N_("Spectral norm"))


@models.register("resnet-gan")
class ResNetGAN(Adversarial):
    """Images of 8 to 128 pixels a side that can be halved down to 4 to 7, grey or colour."""

    title = N_("Residual GAN")
    help = N_(
        "A deeper GAN of residual blocks, with a discriminator of bounded slope. Each step takes longer than "
        "DCGAN's, and training fails less often."
    )
    paper = "Miyato et al. 2018, arXiv:1802.05957; Gulrajani et al. 2017, arXiv:1704.00028"
    Knobs = ResNetGanKnobs

    @classmethod
    def make_generator(cls, inputs: int, spec: ImageSpec, knobs: Any) -> nn.Module:
        return ResidualGenerator(inputs, knobs.width, spec.shape)

    @classmethod
    def make_body(cls, spec: ImageSpec, knobs: Any) -> nn.Module:
        width = knobs.discriminator_width or knobs.width
        return ResidualDiscriminator(spec.shape, width, spectral=knobs.spectral_norm)

    @classmethod
    def smallest_batch(cls, knobs: Any) -> int:
        return 2  # the generator's batch normalisation

    @classmethod
    def check(cls, spec: ImageSpec, knobs: Any) -> None:
        halvings(spec.height, spec.width)
        super().check(spec, knobs)
