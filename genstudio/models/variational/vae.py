"""The variational autoencoder (Kingma & Welling, "Auto-Encoding Variational Bayes", ICLR 2014).

    log p(x) >= E_q(z|x)[log p(x|z)] - KL(q(z|x) || p(z))        the ELBO, eq. 3
    q(z|x) = N(mean(x), diag var(x)),  z = mean + std * noise     the reparameterisation, section 2.4

Both terms are shown in nats per image: ``reconstruction`` = -E log p(x|z) and ``kl``; the loss is
reconstruction + beta * kl, and the ELBO is always reported with beta = 1.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import torch
from torch import Tensor, nn

from genstudio.core.batch import Batch
from genstudio.core.conditions.base import Condition
from genstudio.core.draws import Draws
from genstudio.core.errors import UsageError
from genstudio.core.knobs import Knobs, knob
from genstudio.core.messages import N_, Message
from genstudio.core.metrics import Metric
from genstudio.core.spec import ImageSpec
from genstudio.models.base import Model, Phase, Play, StepContext, models
from genstudio.models.conditioning import complete_condition
from genstudio.nets.convolutional import ConvDecoder, ConvEncoder
from genstudio.nets.distributions.likelihoods import LIKELIHOODS, LikelihoodName, likelihood_for
from genstudio.nets.distributions.parametric import kl_standard_normal, normal_log_prob
from genstudio.nets.mlp import mlp


class VaeKnobs(Knobs):
    latent_dim: int = knob(
        2,
        help=N_("Size of the code of an image. Two can be shown as a map; more reconstruct better."),
        label=N_("Latent dimensions"),
        ge=1,
        le=1024,
    )
    net: Literal["mlp", "conv"] = knob(
        "mlp",
        help=N_("Fully connected layers, quick on small grey images, or convolutions, better for photographs."),
        label=N_("Network"),
    )
    likelihood: LikelihoodName = knob(
        "auto",
        help=N_(
            "Distribution of an image given its code: Bernoulli for binarised images, otherwise Gaussian or logistic."
        ),
        label=N_("Likelihood"),
    )
    beta: float = knob(
        1.0,
        help=N_("Weight of the KL term. 1 is the ELBO; more asks for a simpler code."),
        label=N_("Beta (KL weight)"),
        ge=0,
        le=1000,
        live=True,
    )
    warmup: int = knob(
        0,
        help=N_("Steps over which beta grows from 0 to its value, so that the model learns to use the code first."),
        label=N_("KL warm-up"),
        unit="steps",
        ge=0,
        live=True,
    )
    hidden: int = knob(
        400, help=N_("Units in each fully connected hidden layer."), label=N_("Hidden units"), ge=1, le=8192
    )
    layers: int = knob(
        1,
        help=N_("Hidden layers of the fully connected nets."),
        label=N_("Hidden layers"),
        ge=1,
        le=8,
        advanced=True,
    )
    width: int = knob(
        32,
        help=N_("Channels of the first convolution; they double at each scale, up to four times."),
        label=N_("First channels"),
        ge=1,
        le=1024,
        advanced=True,
    )
    scales: int = knob(
        3,
        help=N_("How often the convolutions halve the image."),
        label=N_("Halvings"),
        ge=1,
        le=8,
        advanced=True,
    )


@models.register("vae")
class VAE(Model):
    """Encoder, decoder and a likelihood. Capabilities: Samples, Decodes, Encodes, ScoresLikelihood."""

    family = "variational"
    title = N_("Variational autoencoder")
    help = N_(
        "Learns to encode each image as a few numbers and to reconstruct it from them, while keeping those "
        "numbers close to a standard normal distribution, so that any point of the latent space decodes to an "
        "image."
    )
    paper = "Kingma & Welling 2014, arXiv:1312.6114"
    Knobs = VaeKnobs
    metrics = {
        "reconstruction": Metric(N_("reconstruction"), "nats", ("elbo_term",)),
        "kl": Metric("KL", "nats", ("elbo_term", "kl")),
    }

    def __init__(self, spec: ImageSpec, knobs: Any) -> None:
        super().__init__(spec, knobs)
        self.latent_dim: int = knobs.latent_dim
        self.encoder: nn.Module
        self.decoder: nn.Module
        if knobs.net == "mlp":
            self.encoder = nn.Sequential(
                nn.Flatten(), mlp(spec.values, knobs.hidden, knobs.layers, 2 * self.latent_dim)
            )
            self.decoder = nn.Sequential(
                mlp(self.latent_dim, knobs.hidden, knobs.layers, spec.values), nn.Unflatten(1, spec.shape)
            )
        else:
            self.encoder = ConvEncoder(spec.shape, knobs.width, knobs.scales, knobs.hidden, 2 * self.latent_dim)
            self.decoder = ConvDecoder(self.latent_dim, knobs.hidden, knobs.width, knobs.scales, spec.shape)
        self.observed = likelihood_for(knobs.likelihood, spec)

    @classmethod
    def check(cls, spec: ImageSpec, knobs: Any) -> None:
        likelihood = LIKELIHOODS.get(knobs.likelihood)
        if likelihood is not None and (reason := likelihood.unsupported(spec)):
            raise UsageError(*reason)

    # --- how it learns ---------------------------------------------------------------------------------------------

    def phases(self, context: StepContext) -> Play:
        terms = {name: value.mean() for name, value in self.elbo_terms(context.batch(), context.draws).items()}
        yield Phase("model", terms, weights={"kl": self.beta_at(context.step)})

    def beta_at(self, step: int) -> float:
        """beta at ``step``, growing linearly over the warm-up (Bowman et al. 2016; Sønderby et al. 2016)."""
        warmup = self.knobs.warmup
        return float(self.knobs.beta * (min(1.0, step / warmup) if warmup else 1.0))

    def elbo_terms(self, batch: Batch, draws: Draws) -> dict[str, Tensor]:
        """The two terms of -ELBO per image, nats, shape N each; one draw of z."""
        mean, log_var = self.posterior(batch.images)
        z = self.reparameterise(mean, log_var, draws)
        return self.terms_of(batch, z, mean, log_var, draws)

    def terms_of(self, batch: Batch, z: Tensor, mean: Tensor, log_var: Tensor, draws: Draws) -> dict[str, Tensor]:
        """Loss terms for codes z drawn from q(z|x) = N(mean, exp(log_var)), N×latent_dim each."""
        return {
            "reconstruction": -self.observed.log_prob(batch.images, self.decoder(z), draws),
            "kl": kl_standard_normal(mean, log_var),
        }

    def posterior(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of q(z|x), each N×latent_dim."""
        mean, log_var = self.encoder(images).chunk(2, dim=1)
        return mean, log_var

    def reparameterise(self, mean: Tensor, log_var: Tensor, draws: Draws) -> Tensor:
        """z = mean + std * noise: a sample of q(z|x) through which gradients flow."""
        noise = draws.normal(*mean.shape, dtype=mean.dtype, device=mean.device)
        return torch.addcmul(mean, torch.exp(0.5 * log_var), noise)

    # --- what it can do --------------------------------------------------------------------------------------------

    def prior(self, n: int, *, generator: torch.Generator) -> Tensor:
        """n codes from p(z) = N(0, I)."""
        noise = torch.randn(n, self.latent_dim, generator=generator, device=generator.device)
        return noise.to(next(self.parameters()).device)

    def decode(self, z: Tensor, condition: Condition | None = None) -> Tensor:
        complete_condition(self, condition, len(z), z.device)
        return self.observed.mean(self.decoder(z))

    def encode(self, images: Tensor, condition: Condition | None = None) -> Tensor:
        complete_condition(self, condition, len(images), images.device)
        return self.posterior(images)[0]

    def sample(self, n: int, *, generator: torch.Generator, condition: Condition | None = None) -> Tensor:
        """The mean of p(x|z) for n codes of the prior: what the picture of a VAE's sample usually shows."""
        return self.decode(self.prior(n, generator=generator), condition)

    def likelihood(self) -> Message:
        return self.observed.name

    def is_exact(self) -> bool:
        return False

    def log_prob(self, batch: Batch, *, k: int, generator: torch.Generator) -> Tensor:
        """log 1/k sum_i p(x|z_i) p(z_i) / q(z_i|x), z_i ~ q(z|x): nats per image, shape N.

        A lower bound that tightens with k (Burda et al. 2016, eq. 8). k = 1 uses the closed-form KL: the ELBO with less
        noise.
        """
        draws = Draws(generator)
        if k == 1:
            terms = self.elbo_terms(batch, draws)
            return -(terms["reconstruction"] + terms["kl"])
        mean, log_var = self.posterior(batch.images)
        total: Tensor | None = None
        for _ in range(k):
            z = self.reparameterise(mean, log_var, draws)
            weight = (
                self.observed.log_prob(batch.images, self.decoder(z), draws)
                + normal_log_prob(z, 0.0, 0.0)
                - normal_log_prob(z, mean, log_var)
            )
            total = weight if total is None else torch.logaddexp(total, weight)
        assert total is not None, "k is at least 1"
        return total - math.log(k)

    def summary(self) -> Message:
        return N_(
            "z {dim} · β {beta:g} · {likelihood}",
            dim=self.latent_dim,
            beta=self.knobs.beta,
            likelihood=self.observed.short,
        )
