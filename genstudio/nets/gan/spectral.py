"""Spectral normalisation (Miyato et al. 2018): a layer's weight divided by its largest singular value, so that it stretches
no input by more than 1.

The singular vector is a buffer that one step of power iteration improves at each pass in training, and none when the net is
only looked at. torch's own does the same, but works out fifteen steps wherever it is built: on the meta device, where
explorers build, those take seconds (measured).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize
from torch.nn.utils.parametrize import register_parametrization

FIRST_STEPS = 15


def maybe_spectral_norm(layer: nn.Module, spectral: bool) -> nn.Module:
    """``layer``, kept from stretching its input where ``spectral``."""
    if spectral:
        weight = layer.weight
        assert isinstance(weight, Tensor)
        register_parametrization(layer, "weight", Spectral(weight), unsafe=True)
    return layer


class Spectral(nn.Module):
    """A weight, flattened to rows×columns, to itself over its largest singular value |W|, which is u·W·v."""

    u: Tensor
    v: Tensor

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        rows, columns = weight.flatten(1).shape
        self.register_buffer("u", torch.empty(rows, dtype=weight.dtype).uniform_(-1, 1))
        self.register_buffer("v", torch.empty(columns, dtype=weight.dtype).uniform_(-1, 1))
        if not weight.is_meta:
            for _ in range(FIRST_STEPS):
                self._improve(weight)

    @torch.no_grad()
    def _improve(self, weight: Tensor) -> None:
        matrix = weight.flatten(1)
        # New tensors, not new values in the old: a pass before, of which the gradient is still to come, has those.
        self.v = normalize(matrix.T @ self.u, dim=0)
        self.u = normalize(matrix @ self.v, dim=0)

    def forward(self, weight: Tensor) -> Tensor:
        with torch.autocast(weight.device.type, enabled=False):  # the vectors stay float32
            if self.training:
                self._improve(weight)
            return weight / torch.dot(self.u, weight.flatten(1) @ self.v)
