"""Priors of a generator's z, each a function of standard normal noise, so that all use one noise stream."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

Prior = Literal["normal", "uniform", "sphere"]


def from_normal(noise: Tensor, prior: Prior) -> Tensor:
    """N×latent_dim of N(0, 1) to z: itself; uniform on [-1, 1] by the normal's CDF; or on the sphere of radius
    sqrt(latent_dim), where nearly all of N(0, I) lies anyway."""
    if prior == "uniform":
        return 2.0 * torch.special.ndtr(noise) - 1.0
    if prior == "sphere":
        return noise * (math.sqrt(noise.shape[1]) / noise.norm(dim=1, keepdim=True).clamp_min(1e-12))
    return noise


WITHIN = 0.2  # standard deviation of a switch's code around each of its two places


def as_switches(noise: Tensor, chance: Tensor) -> Tensor:
    """N×K of N(0, 1) to codes of K switches, of mean 0 and variance 1 too: one place for yes, of probability ``chance`` (K),
    one for no, with a little noise around each (discrete codes, Chen et al. 2016, section 5). Where the chance is 0 or 1
    there is nothing to switch, and the noise stays."""
    share = torch.special.ndtr(noise)  # uniform on [0, 1]
    yes = share > 1 - chance
    within = torch.where(yes, (share - 1 + chance) / chance, share / (1 - chance))  # uniform again, on either side
    around = torch.special.ndtri(within.clamp(1e-6, 1 - 1e-6))
    place = torch.where(yes, ((1 - chance) / chance).sqrt(), -(chance / (1 - chance)).sqrt())
    return torch.where((chance > 0) & (chance < 1), math.sqrt(1 - WITHIN**2) * place + WITHIN * around, noise)
