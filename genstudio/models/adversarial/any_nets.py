"""Base of adversarial models that can be built on the nets of any plain one."""

from __future__ import annotations

from typing import Any, Literal

from genstudio.core.knobs import Knobs, knob
from genstudio.core.messages import N_
from genstudio.core.spec import ImageSpec
from genstudio.models.adversarial.base import Adversarial
from genstudio.models.adversarial.dcgan import DCGAN, DcganKnobs
from genstudio.models.adversarial.gan import GAN, GanKnobs
from genstudio.models.adversarial.resnet_gan import ResNetGAN

BASES: dict[str, type[Adversarial]] = {"gan": GAN, "dcgan": DCGAN, "resnet-gan": ResNetGAN}


class BaseKnobs(Knobs):
    """The choice itself. Before all others in the form."""

    base: Literal["gan", "dcgan", "resnet-gan"] = knob(
        "dcgan", help=N_("The model whose networks both players use."), label=N_("Nets of")
    )


class AnyNetsKnobs(GanKnobs, DcganKnobs, BaseKnobs):
    """Knobs of all the nets to choose from; those of nets other than the chosen one have no effect."""

    hidden: int = knob(
        256,
        help=N_("Units in each hidden layer of both players, with the nets of gan."),
        label=N_("Hidden units"),
        ge=1,
        le=8192,
        advanced=True,
    )
    layers: int = knob(
        2,
        help=N_("Hidden layers of both players, with the nets of gan."),
        label=N_("Hidden layers"),
        ge=1,
        le=8,
        advanced=True,
    )


class AnyNets(Adversarial):
    """Base class: serves images of the sizes that its base serves."""

    @classmethod
    def base(cls, knobs: Any) -> type[Adversarial]:
        """Class of the plain model that supplies the nets."""
        return BASES[knobs.base]

    @classmethod
    def traits(cls, knobs: Any) -> set[str]:
        return cls.base(knobs).traits(knobs)

    @classmethod
    def smallest_batch(cls, knobs: Any) -> int:
        return cls.base(knobs).smallest_batch(knobs)

    @classmethod
    def check(cls, spec: ImageSpec, knobs: Any) -> None:
        cls.base(knobs).check(spec, knobs)
