"""Log densities and divergences that the models' likelihoods are made of, in nats.

Each takes N×C×H×W tensors (or N×latent_dim) and sums over everything but the first dimension: one number per image.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from genstudio.core.draws import Draws

LOG_2PI = math.log(2.0 * math.pi)


def kl_standard_normal(mean: Tensor, log_var: Tensor) -> Tensor:
    """KL(N(mean, exp(log_var)) || N(0, 1)) in nats, shape N.

    1/2 sum(mean^2 + var - 1 - log var): Kingma & Welling 2014, appendix B.
    """
    return 0.5 * (mean.square() + log_var.exp() - 1.0 - log_var).flatten(1).sum(1)


def normal_log_prob(x: Tensor, mean: Tensor | float, log_var: Tensor | float) -> Tensor:
    """log N(x; mean, exp(log_var)), summed over all but the first dimension: nats, shape N."""
    log_var = torch.as_tensor(log_var, dtype=x.dtype, device=x.device)
    squares = (x - mean).square() * torch.exp(-log_var)
    return -0.5 * (squares + log_var + LOG_2PI).flatten(1).sum(1)


def bernoulli_log_prob(bits: Tensor, logits: Tensor) -> Tensor:
    """log p(bits) of independent Bernoulli values given logits; bits are 0.0 or 1.0. Nats, shape N."""
    return -F.binary_cross_entropy_with_logits(logits, bits, reduction="none").flatten(1).sum(1)


def discretised_logistic_log_prob(x: Tensor, mean: Tensor, log_scale: Tensor, levels: int) -> Tensor:
    """log P(level) under a logistic integrated over each level's interval: nats, shape N.

    x holds levels l/(L-1) in [0, 1]; P(l) = sigmoid((x + h - mean)/s) - sigmoid((x - h - mean)/s) with h = 1/(2(L-1)), the
    lowest level reaching down to -inf and the highest up to +inf (Salimans et al. 2017, eq. 2), so that the
    probabilities of all levels sum to 1. Where the difference underflows, its logarithm is taken from the density at the
    interval's middle.
    """
    half = 0.5 / (levels - 1)
    inverse_scale = torch.exp(-log_scale)
    above = (x + half - mean) * inverse_scale
    below = (x - half - mean) * inverse_scale
    middle = (x - mean) * inverse_scale
    probability = torch.sigmoid(above) - torch.sigmoid(below)
    # log of the logistic density times the interval's width: exact in the limit of a narrow interval.
    log_density = middle - log_scale - 2.0 * F.softplus(middle) + math.log(2.0 * half)
    inside = torch.where(probability > 1e-5, probability.clamp_min(1e-12).log(), log_density)
    lowest, highest = F.logsigmoid(above), F.logsigmoid(-below)
    log_prob = torch.where(x < half, lowest, torch.where(x > 1.0 - half, highest, inside))
    return log_prob.flatten(1).sum(1)


def dequantise(x: Tensor, levels: int, draws: Draws) -> Tensor:
    """Uniform noise within each level's interval: level l of L becomes (l + u)/L, u in [0, 1).

    A density p of the result bounds the levels' probability: E_u log p(x') - n ln L <= log P(levels), n values in the
    image (Theis et al. 2016, section 3.1).
    """
    noise = draws.uniform(*x.shape, dtype=x.dtype, device=x.device)
    return (x * (levels - 1) + noise) / levels
