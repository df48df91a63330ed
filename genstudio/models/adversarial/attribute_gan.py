"""A generative adversarial net conditioned on the attributes of its images, on the nets of any of the plain ones.

The discriminator also reads what is said, r(x), as in AC-GAN (Odena et al. 2017); it learns that from real images
alone. The generator also asks that what is read from its images lies on straight lines in the code, whichever these
turn out to be:

    min over G, W, b  of  mean over numbers of  E (r(G(z)) - W z - b)² / Var r(G(z)),  and for yes and no of
                          the cross-entropy between sigmoid(r(G(z))) and sigmoid(W z + b)

So W z + b holds the information that codes share with what is shown (Chen et al. 2016, eq. 4, with a posterior of
straight lines), and no term says how a number is spread: that is between the two players. What is yes or no has a
coordinate of z to itself with one place for each (their discrete codes): no straight line of a normal z ever parts
the two, and sums of codes would come out between them.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from genstudio.core.batch import Batch
from genstudio.core.knobs import knob
from genstudio.core.messages import N_, Message
from genstudio.core.metrics import Metric
from genstudio.core.spec import ImageSpec
from genstudio.models.adversarial.any_nets import AnyNets, AnyNetsKnobs
from genstudio.models.base import models
from genstudio.nets.attribute_head import Readout, check_targets, n_targets, targets
from genstudio.nets.gan.spectral import maybe_spectral_norm
from genstudio.nets.latent_prior import as_switches, from_normal

SHARPNESS = 4.0  # of a switch's line at first: its own coordinate, and no other


class AttributeGanKnobs(AnyNetsKnobs):
    attribute_weight: float = knob(
        1.0,
        help=N_("Weight of the attributes: how strongly they must be linear in the code."),
        label=N_("Attributes (weight)"),
        ge=0,
        le=1000,
        live=True,
    )


class ReadingDiscriminator(nn.Module):
    """A body (images to N×features) with two ends: how real, and what it reads."""

    def __init__(self, body: Any, spec: ImageSpec, *, spectral: bool) -> None:
        super().__init__()
        self.body = body
        self.real = maybe_spectral_norm(nn.Linear(body.features, 1), spectral)
        self.readout = Readout(body.features, spec)

    def forward(self, images: Tensor) -> Tensor:
        """N×C×H×W in [0, 1] to N×1."""
        out: Tensor = self.real(self.body(images))
        return out

    def read(self, images: Tensor) -> Tensor:
        """Attributes read from images N×C×H×W, in the units of :class:`Readout`: N×A."""
        out: Tensor = self.readout(self.body(images))
        return out


class LinearCodeGenerator(nn.Module):
    """A generator, and the straight lines along which attributes lie in its code."""

    def __init__(self, net: nn.Module, inputs: int, count: int) -> None:
        super().__init__()
        self.net, self.lines = net, nn.Linear(inputs, count)

    def forward(self, z: Tensor) -> Tensor:
        out: Tensor = self.net(z)
        return out


def entropy_of(share: Tensor) -> Tensor:
    """Cross-entropy of the best constant guess for a binary attribute, in nats."""
    p = share.clamp(1e-6, 1 - 1e-6)
    return -(p * p.log() + (1 - p) * (1 - p).log())


@models.register("attribute-gan")
class AttributeGAN(AnyNets):
    """Serves images with attributes or classes, of the sizes that its base serves."""

    title = N_("GAN that is conditioned on attributes")
    help = N_(
        "A GAN whose discriminator also predicts an image's attributes, and whose generator must make them "
        "linear in its code, so that sliders and sums change what their names say."
    )
    paper = "Odena et al. 2017, arXiv:1610.09585; Chen et al. 2016, arXiv:1606.03657"
    Knobs = AttributeGanKnobs
    metrics = AnyNets.metrics | {
        "attributes": Metric(N_("attributes")),
        "linearity": Metric(N_("linearity")),
    }

    generator: LinearCodeGenerator
    discriminator: ReadingDiscriminator
    chance: Tensor
    readable: Tensor

    def make_players(self) -> None:
        spec, knobs, base = self.spec, self.knobs, self.base(self.knobs)
        net = base.make_generator(self.latent_dim, spec, knobs)
        self.generator = LinearCodeGenerator(net, self.latent_dim, n_targets(spec))
        self.discriminator = ReadingDiscriminator(base.make_body(spec, knobs), spec, spectral=knobs.spectral_norm)
        self.register_buffer("chance", torch.zeros(self.latent_dim))  # of yes, where a coordinate is a switch's
        # The share of each attribute that is read from real images.
        self.register_buffer("readable", torch.zeros(n_targets(spec)))

    @classmethod
    def smallest_batch(cls, knobs: Any) -> int:
        return max(2, super().smallest_batch(knobs))  # shares of a variance

    @classmethod
    def check(cls, spec: ImageSpec, knobs: Any) -> None:
        check_targets(
            spec, N_("Choose model.name={base}, or a data set with attributes, such as faces.", base=knobs.base)
        )
        super().check(spec, knobs)

    def prepare(self, batch: Batch) -> None:
        super().prepare(batch)
        readout = self.discriminator.readout
        readout.prepare(batch)
        # Of more than two classes exactly one is true, which no switches of their own would say.
        alone = len(self.spec.attribute_names) + (len(self.spec.class_names) == 2)
        switches = readout.switch[: min(alone, self.latent_dim)]
        self.chance[: len(switches)] = switches * readout.mean[: len(switches)]
        for k in switches.nonzero().flatten().tolist():
            self.generator.lines.weight.data[k].zero_()
            self.generator.lines.weight.data[k, k] = SHARPNESS

    def shaped(self, noise: Tensor) -> Tensor:
        return from_normal(as_switches(noise, self.chance), self.knobs.prior)

    # --- how they learn --------------------------------------------------------------------------------------------

    def add_to_discriminator(self, batch: Batch, terms: dict[str, Tensor], weights: dict[str, float]) -> None:
        if self.knobs.attribute_weight:
            values = targets(batch)
            errors = self.discriminator.readout.errors(self.discriminator.read(batch.images), values)
            self.learn_shares(values, errors.detach())
            terms["attributes"] = errors.sum() / values.isfinite().sum().clamp_min(1)
            weights["attributes"] = self.knobs.attribute_weight

    def learn_shares(self, values: Tensor, errors: Tensor) -> None:
        """Running means over some hundred minibatches, from values and errors N×A: the chance of yes, which a first
        one of 64 knows to .05 or so, and how much of each attribute is read."""
        known = values.isfinite()
        count = known.sum(0).clamp_min(1)
        share, error = values.nan_to_num(0.0, 0.0, 0.0).sum(0) / count, errors.sum(0) / count
        k = min(len(share), self.latent_dim)
        learns = (self.chance[:k] > 0) & known.any(0)[:k]
        self.chance[:k].lerp_(torch.where(learns, share[:k].clamp(0.01, 0.99), self.chance[:k]), 0.01)
        guessing = torch.where(self.discriminator.readout.switch > 0, entropy_of(share), torch.ones_like(share))
        read = (1 - error / guessing.clamp_min(0.01)).clamp(0, 1)
        self.readable.lerp_(torch.where(known.any(0), read, self.readable), 0.02)

    def add_to_generator(self, z: Tensor, fake: Tensor, terms: dict[str, Tensor], weights: dict[str, float]) -> None:
        if self.knobs.attribute_weight:
            # Attributes that can't be read are left out: the generator would learn marks that only the reader sees.
            balance = self.readable / self.readable.sum().clamp_min(1.0)
            terms["linearity"] = (balance * self.nonlinear(z, self.discriminator.read(fake))).sum()
            weights["linearity"] = self.knobs.attribute_weight

    def nonlinear(self, z: Tensor, read: Tensor) -> Tensor:
        """Nonlinearity of the attributes read, N×A, in codes N×latent_dim: A, the share of an attribute's variance,
        and nats of what is yes or no."""
        lines = self.generator.lines(z)
        share = (read - lines).square().mean(0) / read.var(0).clamp_min(1e-4)
        crossed = torch.nn.functional.binary_cross_entropy_with_logits(lines, read.sigmoid(), reduction="none")
        return torch.where(self.discriminator.readout.switch > 0, crossed.mean(0), share)

    def summary(self) -> Message:
        return N_(
            "{rest} · attributes ×{attribute_weight:g}",
            rest=super().summary(),
            attribute_weight=self.knobs.attribute_weight,
        )
