"""p(x|z): how a decoder's output scores an image. One class a likelihood, each saying on what images it is one.

A number of nats means nothing without its likelihood: every class names itself, and refuses images on which it would
not be a likelihood (a Bernoulli on grey pixels is the usual sin).
"""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from genstudio.core.draws import Draws
from genstudio.core.messages import N_, Message
from genstudio.core.spec import ImageSpec
from genstudio.nets.distributions.parametric import (
    bernoulli_log_prob,
    dequantise,
    discretised_logistic_log_prob,
    normal_log_prob,
)

# Adam moves a parameter by at most its learning rate a step. A log variance on its own would take thousands of steps from
# its start to where a trained decoder wants it, and until then the images would count as noise. So it is learned at a
# tenth of its size, ten times as quickly.
QUICK = 10.0

LikelihoodName = Literal["auto", "bernoulli", "gaussian", "logistic"]
Reason = tuple[Message, Message]


class Likelihood(nn.Module):
    """Maps the decoder's unbounded output N×C×H×W to a distribution over images of ``spec``."""

    name: ClassVar[Message]
    short: ClassVar[Message]

    def __init__(self, spec: ImageSpec) -> None:
        super().__init__()
        self.spec = spec

    @classmethod
    def unsupported(cls, spec: ImageSpec) -> Reason | None:
        """Reason and remedy where this is no likelihood of images of ``spec``; ``None`` where it is."""
        return None

    def mean(self, output: Tensor) -> Tensor:
        """The expected image, in [0, 1]."""
        raise NotImplementedError

    def log_prob(self, images: Tensor, output: Tensor, draws: Draws) -> Tensor:
        """log p(images | output) in nats, shape N. ``draws``: where noise for dequantisation comes from."""
        raise NotImplementedError


class Bernoulli(Likelihood):
    """One coin a sub-pixel: for binarised images only."""

    name = N_("Bernoulli on binarised images")
    short = N_("Bernoulli")

    @classmethod
    def unsupported(cls, spec: ImageSpec) -> Reason | None:
        if spec.levels == 2:
            return None
        return (
            N_(
                "A Bernoulli likelihood is for black-and-white images only, but these have {levels} levels.",
                levels=spec.levels or N_("real-valued"),
            ),
            N_(
                "Choose a binarisation for the images (data.binarisation=dynamic), or the Gaussian or logistic likelihood."
            ),
        )

    def mean(self, output: Tensor) -> Tensor:
        return torch.sigmoid(output)

    def log_prob(self, images: Tensor, output: Tensor, draws: Draws) -> Tensor:
        return bernoulli_log_prob(images, output)


class Gaussian(Likelihood):
    """A normal with one learned variance for all sub-pixels (Rybkin et al. 2021, "Simple and effective VAE training with
    calibrated decoders"). Levels are dequantised, so that the score bounds the probability of the bytes themselves."""

    name = N_("Gaussian with learned variance, dequantised levels")
    short = N_("Gaussian")

    def __init__(self, spec: ImageSpec) -> None:
        super().__init__(spec)
        self.quick_log_var = nn.Parameter(torch.full((), math.log(0.1) / QUICK))

    @property
    def log_var(self) -> Tensor:
        """The logarithm of the variance, of values in [0, 1]."""
        return QUICK * self.quick_log_var

    def mean(self, output: Tensor) -> Tensor:
        return torch.sigmoid(output)

    def log_prob(self, images: Tensor, output: Tensor, draws: Draws) -> Tensor:
        levels = self.spec.levels
        x = images if levels is None else dequantise(images, levels, draws)
        density = normal_log_prob(x, torch.sigmoid(output), self.log_var)
        return density - self.spec.dequantisation_nats


class Logistic(Likelihood):
    """A logistic integrated over each level's interval, one learned scale a channel (Salimans et al. 2017, eq. 2, without
    the mixture)."""

    name = N_("discretised logistic on levels")
    short = N_("logistic")

    def __init__(self, spec: ImageSpec) -> None:
        super().__init__(spec)
        self.quick_log_scale = nn.Parameter(torch.full((spec.channels, 1, 1), math.log(0.1) / QUICK))

    @property
    def log_scale(self) -> Tensor:
        """The logarithm of each channel's scale, C×1×1."""
        return QUICK * self.quick_log_scale

    @classmethod
    def unsupported(cls, spec: ImageSpec) -> Reason | None:
        if spec.levels is not None:
            return None
        return (
            N_("The discretised logistic scores levels, but these images are real-valued."),
            N_("Choose the Gaussian likelihood."),
        )

    def mean(self, output: Tensor) -> Tensor:
        return torch.sigmoid(output)

    def log_prob(self, images: Tensor, output: Tensor, draws: Draws) -> Tensor:
        assert self.spec.levels is not None, "check() refuses real-valued images"
        return discretised_logistic_log_prob(images, torch.sigmoid(output), self.log_scale, self.spec.levels)


LIKELIHOODS: dict[str, type[Likelihood]] = {
    "bernoulli": Bernoulli,
    "gaussian": Gaussian,
    "logistic": Logistic,
}


def likelihood_for(name: str, spec: ImageSpec) -> Likelihood:
    """The likelihood called ``name`` for images of ``spec``; ``auto`` takes Bernoulli for two levels, else the Gaussian."""
    if name == "auto":
        name = "bernoulli" if spec.levels == 2 else "gaussian"
    return LIKELIHOODS[name](spec)
