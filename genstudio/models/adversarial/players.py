"""Base of every adversarial model: a generator from noise to images, and a discriminator it plays against."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from genstudio.core.conditions.base import Condition
from genstudio.core.knobs import Knobs, knob
from genstudio.core.messages import N_
from genstudio.core.spec import ImageSpec
from genstudio.models.base import Model, StepContext
from genstudio.models.conditioning import complete_condition
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
    ``phases`` how they play. One that takes a condition sets ``takes`` and uses it in
    ``generate``.
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

    def generate(self, z: Tensor, condition: Condition) -> Tensor:
        """Images N×C×H×W in [0, 1] of codes N×latent_dim, under a ``condition`` of every kind that the model takes."""
        images: Tensor = self.generator(z)
        return images

    def discriminate(self, images: Tensor, condition: Condition | None = None) -> Tensor:
        """Discriminator outputs on images N×C×H×W in [0, 1], not augmented: N. Higher is more real."""
        raise NotImplementedError

    def prior(self, n: int, *, generator: torch.Generator) -> Tensor:
        """``n`` codes, N×latent_dim."""
        noise = torch.randn(n, self.latent_dim, generator=generator, device=generator.device)
        return self.shaped(noise.to(self._device))

    def decode(self, z: Tensor, condition: Condition | None = None) -> Tensor:
        """Codes N×latent_dim to images under ``condition``. A class that the model takes and is not given is the first."""
        return self.generate(z, complete_condition(self, condition, len(z), z.device, mixed=True))

    def sample(self, n: int, *, generator: torch.Generator, condition: Condition | None = None) -> Tensor:
        """``n`` images, N×C×H×W. What the model takes and is not given is drawn for each image, after the noise."""
        z = self.prior(n, generator=generator)
        return self.decode(z, complete_condition(self, condition, n, self._device, generator=generator, mixed=True))

    @property
    def _device(self) -> torch.device:
        return next(self.parameters()).device
