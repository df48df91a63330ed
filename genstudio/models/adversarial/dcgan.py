"""DCGAN (Radford et al. 2016): the convolutional nets with which adversarial training first gave faces and bedrooms.

Strided and fractionally strided convolutions instead of pooling, BatchNorm in both players (but at the generator's end and
the discriminator's beginning), ReLU and tanh in the generator, LeakyReLU(0.2) in the discriminator, weights from N(0, 0.02).
"""

from __future__ import annotations

from typing import Any, Literal

from torch import nn

from genstudio.core.knobs import knob
from genstudio.core.messages import N_
from genstudio.core.spec import ImageSpec
from genstudio.models.adversarial.base import SPECTRAL_HELP, Adversarial, AdversarialKnobs
from genstudio.models.base import models
from genstudio.nets.gan.dcgan import FractionalGenerator, Norm, StridedDiscriminator, halvings, start_small
from genstudio.objectives.base import objectives


class DcganKnobs(AdversarialKnobs):
    width: int = knob(
        32,
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
    discriminator_norm: Literal["auto", "batch", "none"] = knob(
        "auto",
        help=N_("Batch normalisation in the discriminator. Auto uses it where the objective and R1 allow it."),
        label=N_("Discriminator norm"),
        advanced=True,
    )
    spectral_norm: bool = knob(False, help=SPECTRAL_HELP, label=N_("Spectral norm"))


@models.register("dcgan")
class DCGAN(Adversarial):
    """Images of 8 to 128 pixels a side that can be halved down to 4 to 7, grey or colour."""

    title = N_("DCGAN")
    help = N_(
        "A convolutional GAN: the generator turns noise into an image scale by scale, the discriminator reduces "
        "an image in the same steps. The first GAN that drew convincing faces."
    )
    paper = "Radford et al. 2016, arXiv:1511.06434"
    Knobs = DcganKnobs

    discriminator: nn.Sequential

    def make_players(self) -> None:
        super().make_players()
        if not self.knobs.spectral_norm:
            self.discriminator[-1].apply(start_small)  # the body is, already

    @classmethod
    def make_generator(cls, inputs: int, spec: ImageSpec, knobs: Any) -> nn.Module:
        return FractionalGenerator(inputs, knobs.width, spec.shape)

    @classmethod
    def make_body(cls, spec: ImageSpec, knobs: Any) -> nn.Module:
        width = knobs.discriminator_width or knobs.width
        return StridedDiscriminator(spec.shape, width, norm_of(knobs), spectral=knobs.spectral_norm)

    @classmethod
    def traits(cls, knobs: Any) -> set[str]:
        return {"batch_norm"} if norm_of(knobs) == "batch" else set()

    @classmethod
    def smallest_batch(cls, knobs: Any) -> int:
        return 2  # the generator's batch normalisation

    @classmethod
    def check(cls, spec: ImageSpec, knobs: Any) -> None:
        halvings(spec.height, spec.width)
        super().check(spec, knobs)


def norm_of(knobs: Any) -> Norm:
    """Auto: batch normalisation, but not where gradients at single images are penalised, nor beside spectral
    normalisation, which takes its place."""
    if knobs.discriminator_norm != "auto":
        chosen: Norm = knobs.discriminator_norm
        return chosen
    forbidden = "batch_norm" in objectives[knobs.objective].forbids or knobs.r1 > 0 or knobs.spectral_norm
    return "none" if forbidden else "batch"
