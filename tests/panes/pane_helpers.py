"""Helpers that several tests of panes use."""

from __future__ import annotations

from typing import Any

import torch

from genstudio.core.spec import ImageSpec
from genstudio.models.base import build
from genstudio.training.snapshot import Snapshot, load_model
from genstudio.viewing.context import ViewContext


def make_look(
    latent_dim: int = 2, *, spec: ImageSpec | None = None, step: int = 1200, seed: int = 0, data: Any = None
) -> ViewContext:
    """An untrained VAE; torch's default generator is not changed."""
    spec = spec or (data.spec if data is not None else ImageSpec(1, 8, 8, levels=2))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = build("vae", spec, {"latent_dim": latent_dim, "hidden": 16})
    weights = {name: value.detach().clone() for name, value in model.state_dict().items()}
    snapshot = Snapshot("run-1", step, "vae", model.knobs.model_dump(), spec, weights)
    return ViewContext(load_model(snapshot), spec, snapshot, data)
