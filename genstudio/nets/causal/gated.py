"""Gates: tanh of one half of the features times the sigmoid of the other (van den Oord et al. 2016b, eq. 2)."""

from __future__ import annotations

import torch
from torch import Tensor


def gate(x: Tensor, dim: int = 1) -> Tensor:
    """2F features to F."""
    a, b = x.chunk(2, dim)
    return torch.tanh(a) * torch.sigmoid(b)


def gate_by_colour(x: Tensor, colours: list[slice]) -> Tensor:
    """Gate as :func:`gate`, where the features (N×2F×H×W) of each colour are adjacent: its two halves one after the
    other."""
    if len(colours) == 1:
        return gate(x)
    return torch.cat([gate(x[:, part]) for part in colours], 1)


def doubled(colours: list[slice]) -> list[slice]:
    """The groups of 2F features, given those of F."""
    return [slice(2 * part.start, 2 * part.stop) for part in colours]
