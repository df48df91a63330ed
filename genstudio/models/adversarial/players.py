"""Base of every adversarial model: a generator from noise to images, and a discriminator it plays against."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from genstudio.core.knobs import Knobs, knob
from genstudio.core.messages import N_
from genstudio.core.spec import ImageSpec
from genstudio.models.base import Model, StepContext
from genstudio.models.classes import asked_labels, drawn_labels
from genstudio.nets.latent_prior import Prior, from_normal


class TwoPlayerKnobs(Knobs):
    """Knobs of the generator's noise."""

    latent_dim: int = knob(
        64, help=N_("Size of the code z that an image is made from."), label=N_("Latent dimensions"), ge=1, le=1024
    )
    prior: Prior = knob(
        "normal",
        help=N_("Distribution of z: normal, uniform on [-1, 1], or uniform on the sphere."),
        label=N_("Latent prior"),
        advanced=True,
    )


class TwoPlayers(Model):
    """Base class. Capabilities: Samples, Decodes, Discriminates.

    A subclass sets ``generator`` (codes N×latent_dim to images N×C×H×W in [0, 1]) and ``discriminator``, and says in
    ``phases`` how they play. One that knows classes sets ``classes`` and makes images of ``labels`` in ``generate``.
    """

    family = "adversarial"
    player_names = ("discriminator", "generator")
    generator: nn.Module
    discriminator: nn.Module

    def __init__(self, spec: ImageSpec, knobs: Any) -> None:
        super().__init__(spec, knobs)
        self.latent_dim: int = knobs.latent_dim

    def players(self) -> dict[str, list[nn.Parameter]]:
        return {"discriminator": list(self.discriminator.parameters()), "generator": list(self.generator.parameters())}

    def noise(self, context: StepContext) -> Tensor:
        """Codes for one batch, N×latent_dim, on the training thread."""
        return self.shaped(context.noise(self.latent_dim))

    def shaped(self, noise: Tensor) -> Tensor:
        """Standard normal noise N×latent_dim as codes of the prior."""
        return from_normal(noise, self.knobs.prior)

    def generate(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        """Images N×C×H×W in [0, 1] of codes N×latent_dim, of classes ``labels`` (int64 N) where the model knows any."""
        images: Tensor = self.generator(z)
        return images

    def discriminate(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        """Discriminator outputs on images N×C×H×W in [0, 1], not augmented: N. Higher is more real."""
        raise NotImplementedError

    def prior(self, n: int, *, generator: torch.Generator) -> Tensor:
        """``n`` codes, N×latent_dim."""
        noise = torch.randn(n, self.latent_dim, generator=generator, device=generator.device)
        return self.shaped(noise.to(self._device))

    def decode(self, z: Tensor, label: int | Tensor | None = None) -> Tensor:
        """Codes N×latent_dim to images; of a model that knows classes, of class ``label`` (one for all, or int64 N): the
        first, where none is asked for."""
        if self.classes and label is None:
            label = 0
        return self.generate(z, asked_labels(label, len(z), self.spec, self.classes, z.device, shares=True))

    def sample(self, n: int, *, generator: torch.Generator, label: int | Tensor | None = None) -> Tensor:
        """``n`` images, N×C×H×W. A model that knows classes draws one for each image, after the noise, where no ``label``
        is asked for."""
        z = self.prior(n, generator=generator)
        if self.classes and label is None:
            label = drawn_labels(n, self.classes, generator, self._device)
        return self.decode(z, label)

    @property
    def _device(self) -> torch.device:
        return next(self.parameters()).device
