"""What a generator's z is drawn from, made of standard normal noise, so that one stream of noise serves all."""

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
