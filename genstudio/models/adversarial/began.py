"""BEGAN (Berthelot et al. 2017): the discriminator is an autoencoder, and the game is about how well it reconstructs.

    discriminator:  min  L(x) - k L(G(z))           L(v) = |v - D(v)|, the mean over an image's values in [-1, 1]
    generator:      min  L(G(z))
    balance:        k <- k + lambda_k (gamma L(x) - L(G(z))), kept in [0, 1]                    (section 3.4)

gamma = E L(G(z)) / E L(x) is asked for: how much worse samples may be reconstructed than images. Low gives fine images that
are much alike, high gives diverse ones. M = L(x) + |gamma L(x) - L(G(z))| falls as the samples get better, which no other
adversarial loss does.

Nothing in this asks for images that differ: a face that is easy to rebuild may be drawn for every z. With a constraint alpha
the discriminator's encoder also learns which z an image was drawn from (BEGAN-CS, Chang et al., ECCV 2018):

    discriminator:  ... + alpha |E(G(z)) - z|^2 / latent_dim

so what is drawn of two z is rebuilt from two codes, and can't become the same image without being rebuilt badly.
"""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor, nn

from genstudio.core.conditions.base import Condition
from genstudio.core.knobs import knob
from genstudio.core.messages import N_, Message
from genstudio.core.metrics import Metric
from genstudio.core.spec import ImageSpec
from genstudio.models.adversarial.players import TwoPlayerKnobs, TwoPlayers
from genstudio.models.base import Phase, Play, StepContext, models
from genstudio.nets.gan.began_autoencoder import DownNet, StridedDown, StridedUp, UpNet
from genstudio.nets.gan.dcgan import halvings
from genstudio.objectives.base import Objective

# The paper's 1e-4, falling to 8e-5 and below, is for a million steps; small nets take more.
OPTIMISER = {"optimiser": "adam", "lr": 2e-4, "betas": (0.5, 0.999)}
# The quick nets take higher rates still. A generator that learns faster than the discriminator keeps k high, and k is what
# makes samples that are much alike costly; the other way round they lose long hair and turned heads.
QUICK = {"discriminator": {**OPTIMISER, "lr": 1e-3}, "generator": {**OPTIMISER, "lr": 2e-3}}
NETS = {"nearest": (DownNet, UpNet), "strided": (StridedDown, StridedUp)}


class BeganKnobs(TwoPlayerKnobs):
    gamma: float = knob(
        0.5,
        help=N_(
            "Ratio of the reconstruction errors of samples and images: lower gives finer images, higher more "
            "diverse ones."
        ),
        label=N_("Diversity (γ)"),
        ge=0.1,
        le=1,
        live=True,
    )
    pace: float = knob(
        0.001,
        help=N_("λ: by how much of the imbalance k changes in one step."),
        label=N_("Pace of k (λ)"),
        gt=0,
        le=1,
        live=True,
        log=True,
        advanced=True,
    )
    resampling: Literal["nearest", "strided"] = knob(
        "nearest",
        help=N_(
            "How images are scaled up and down. Nearest: the paper's networks, with convolutions at full size. "
            "Strided: strided convolutions, which process three times as many images in the same time."
        ),
        label=N_("Resampling"),
    )
    width: int = knob(
        24,
        help=N_(
            "Features of both networks' largest maps. With nearest, each halving adds as many; with strided, "
            "each halving doubles them."
        ),
        label=N_("Width"),
        ge=1,
        le=512,
    )
    code_dim: int = knob(
        0,
        help=N_(
            "Size of the discriminator's code; 0 takes the latent dimensions. The generator need not draw what "
            "that code can't reconstruct."
        ),
        label=N_("Discriminator's code"),
        ge=0,
        le=4096,
        advanced=True,
    )
    constraint: float = knob(
        0.0,
        help=N_("α: weight of predicting z from the discriminator's code of a sample. Keeps samples diverse."),
        label=N_("Constraint of the code (α)"),
        ge=0,
        le=10,
        live=True,
        advanced=True,
    )
    depth: int = knob(1, help=N_("Convolutions at each size."), label=N_("Depth"), ge=1, le=4)


class Autoencoder(nn.Module):
    """Images N×C×H×W in [-1, 1] to what it makes of them."""

    def __init__(self, spec: ImageSpec, knobs: Any) -> None:
        super().__init__()
        code_dim = knobs.code_dim or knobs.latent_dim
        down, up = NETS[knobs.resampling]
        self.encoder = down(code_dim, knobs.width, knobs.depth, spec.shape)
        self.decoder = up(code_dim, knobs.width, knobs.depth, spec.shape)

    def forward(self, images: Tensor) -> Tensor:
        out: Tensor = self.decoder(self.encoder(images))
        return out


def distance(images: Tensor, rebuilt: Tensor) -> Tensor:
    """The mean of |v - D(v)| over each image of N×C×H×W: N."""
    return (images - rebuilt).abs().mean((1, 2, 3))


@models.register("began")
class BEGAN(TwoPlayers):
    """Images of 8 to 128 pixels a side that can be halved down to 4 to 7, grey or colour. No objective to choose."""

    title = N_("Boundary equilibrium GAN")
    help = N_(
        "The discriminator tries to reconstruct real images well and generated ones badly, and a control loop "
        "keeps the balance. Smooth faces from small networks, and a measure of convergence."
    )
    paper = "Berthelot et al. 2017, arXiv:1703.10717"
    Knobs = BeganKnobs
    metrics = Objective.metrics | {
        "constraint": Metric(N_("constraint of the code")),
        "M": Metric("M", "", ("convergence",)),
        "k": Metric("k"),
    }
    discriminator: Autoencoder
    k: Tensor

    def __init__(self, spec: ImageSpec, knobs: Any) -> None:
        super().__init__(spec, knobs)
        _, up = NETS[knobs.resampling]
        self.generator = up(knobs.latent_dim, knobs.width, knobs.depth, spec.shape)
        self.discriminator = Autoencoder(spec, knobs)
        self.register_buffer("k", torch.zeros(()))

    @classmethod
    def check(cls, spec: ImageSpec, knobs: Any) -> None:
        halvings(spec.height, spec.width)

    @classmethod
    def default_players(cls, knobs: Any) -> dict[str, dict[str, Any]]:
        if knobs.resampling == "strided":
            return {player: dict(optimiser) for player, optimiser in QUICK.items()}
        return {"discriminator": dict(OPTIMISER), "generator": dict(OPTIMISER)}

    # --- how they learn --------------------------------------------------------------------------------------------

    def phases(self, context: StepContext) -> Play:
        real = 2.0 * context.batch().images - 1.0
        z = self.noise(context)
        with torch.no_grad():
            fake = self.generator(z)
        images = torch.cat([real, fake])
        codes = self.discriminator.encoder(images)
        d_real, d_fake = (each.mean() for each in distance(images, self.discriminator.decoder(codes)).chunk(2))
        terms, weights = {"d_real": d_real, "d_fake": d_fake}, {"d_fake": -self.k.item()}
        if self.knobs.constraint:
            # A code of other dimensions than z's tells as many of them as it can.
            attribute_weight = min(z.shape[1], codes.shape[1])
            terms["constraint"] = (codes[len(real) :, :attribute_weight] - z[:, :attribute_weight]).square().mean()
            weights["constraint"] = self.knobs.constraint
        yield Phase("discriminator", terms, weights)
        loss = self._losses(self.generator(self.noise(context))).mean()
        applied = yield Phase("generator", {"adversarial": loss}, watch=self.balance(d_real.detach(), loss.detach()))
        if applied:
            self.k.add_(self.knobs.pace * (self.knobs.gamma * d_real.detach() - loss.detach())).clamp_(0.0, 1.0)

    def balance(self, real: Tensor, fake: Tensor) -> dict[str, Tensor]:
        """Numbers to look at: the measure of convergence M (equation 5), and k."""
        return {"M": real + (self.knobs.gamma * real - fake).abs(), "k": self.k.clone()}

    def _losses(self, images: Tensor) -> Tensor:
        """L of images N×C×H×W in [-1, 1]: N."""
        return distance(images, self.discriminator(images))

    # --- what they can do --------------------------------------------------------------------------------------------

    def generate(self, z: Tensor, condition: Condition) -> Tensor:
        # Without a tanh, as in the paper: what lies outside is cut off only where it is looked at.
        images: Tensor = self.generator(z)
        return (0.5 * images + 0.5).clamp(0.0, 1.0)

    def discriminate(self, images: Tensor, condition: Condition | None = None) -> Tensor:
        """Negative reconstruction losses of images N×C×H×W in [0, 1]: N. Higher is more real."""
        return -self._losses(2.0 * images - 1.0)

    def summary(self) -> Message:
        return N_("width {width} · z {dim}", width=self.knobs.width, dim=self.latent_dim)
