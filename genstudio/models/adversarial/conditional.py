"""A generative adversarial net conditioned on the class (Mirza & Osindero 2014), on the nets of any of the plain ones.

The generator gets a learned vector of the class beside z; the discriminator judges whether an image is real *and* of that
class, by a product with the class's vector (Miyato & Koyama 2018) or by one more layer that sees both.
"""

from __future__ import annotations

from typing import Any, Literal

from torch import Tensor

from genstudio.core.conditions.base import Condition
from genstudio.core.knobs import knob
from genstudio.core.messages import N_, Message
from genstudio.core.spec import ImageSpec
from genstudio.models.adversarial.any_nets import AnyNets, AnyNetsKnobs, BaseKnobs
from genstudio.models.base import models
from genstudio.models.conditioning import check_kinds
from genstudio.nets.class_heads import ClassDiscriminator, ClassGenerator, ConcatenationHead, ProjectionHead

HEADS = {"projection": ProjectionHead, "concatenation": ConcatenationHead}


class ClassKnobs(BaseKnobs):
    """Knobs of class conditioning, first in the form."""

    join: Literal["projection", "concatenation"] = knob(
        "projection",
        help=N_("How the discriminator uses the class: in a product with its features, or as more inputs beside them."),
        label=N_("Class joined by"),
    )
    class_dim: int = knob(
        16,
        help=N_("Size of the learned class embedding that the generator gets beside z."),
        label=N_("Class dimensions"),
        ge=1,
        le=512,
        advanced=True,
    )


class ConditionalKnobs(AnyNetsKnobs, ClassKnobs):
    """Knobs of the nets and of class conditioning."""


@models.register("conditional-gan")
class ConditionalGAN(AnyNets):
    """Serves images with classes, of the sizes that its base serves."""

    title = N_("Conditional GAN")
    help = N_(
        "A GAN whose players both get the class: the generator draws an image of it, and the discriminator "
        "checks that it belongs to it."
    )
    paper = "Mirza & Osindero 2014, arXiv:1411.1784; Miyato & Koyama 2018, arXiv:1802.05637"
    Knobs = ConditionalKnobs

    def make_players(self) -> None:
        spec, knobs, base = self.spec, self.knobs, self.base(self.knobs)
        self.takes = ("class",)
        net = base.make_generator(self.latent_dim + knobs.class_dim, spec, knobs)
        self.generator = ClassGenerator(net, self.classes, knobs.class_dim)
        body = base.make_body(spec, knobs)
        head = HEADS[knobs.join](body.features, self.classes, spectral=knobs.spectral_norm)
        self.discriminator = ClassDiscriminator(body, head)

    @classmethod
    def check(cls, spec: ImageSpec, knobs: Any) -> None:
        check_kinds(
            spec,
            ("class",),
            N_(
                "Choose a data set with classes, such as mnist or a folder of folders, or the same nets without classes: "
                "model.name={base}.",
                base=knobs.base,
            ),
        )
        super().check(spec, knobs)

    def generate(self, z: Tensor, condition: Condition) -> Tensor:
        images: Tensor = self.generator(z, condition["class"])
        return images

    def discriminate(self, images: Tensor, condition: Condition | None = None) -> Tensor:
        """The discriminator's output for images N×C×H×W in [0, 1] of classes ``labels``: N. Without labels, the mean over
        all classes."""
        out: Tensor = self.discriminator(images, None if condition is None else condition.get("class"))
        return out

    def summary(self) -> Message:
        return N_("{classes} classes · {rest}", classes=self.classes, rest=super().summary())
