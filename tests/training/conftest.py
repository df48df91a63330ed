"""Small training data: 8×8 pictures in a real folder, read by the real source, and two toy models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from genstudio.training.recipe.recipe import Recipe, recipe_from_dict
from tests.training.training_helpers import torch_unchanged


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """150 soft discs, 8×8 grey, as PNG files."""
    folder = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(0)
    y, x = np.mgrid[:8, :8]
    for i in range(150):
        cx, cy, r = random.uniform(2, 5), random.uniform(2, 5), random.uniform(1, 3)
        disc = 255 / (1 + np.exp(3 * (np.hypot(x - cx, y - cy) - r)))
        Image.fromarray(disc.round().astype(np.uint8)).save(folder / f"{i:03d}.png")
    return folder


@pytest.fixture(scope="session")
def recipe(pictures: Path) -> Callable[..., Recipe]:
    """A small VAE on the discs: averages, warm-up, a schedule and dynamic binarisation all on; settings as overrides."""

    def made(*overrides: str) -> Recipe:
        document: dict[str, Any] = {
            "model": {"name": "vae", "latent_dim": 2, "hidden": 16, "warmup": 10},
            "data": {"name": "folder", "path": str(pictures), "size": 8, "binarisation": "dynamic"},
            "plan": {
                "steps": 24,
                "batch_size": 50,
                "seed": 3,
                "save_every": 10,
                "sample_every": 10,
                "evaluate_every": 8,
                "log_every": 5,
                "clip": 100.0,
                "players": {
                    "model": {"lr": 0.003, "schedule": "cosine", "decay_steps": 40, "warmup": 6, "average": 0.9}
                },
            },
        }
        return recipe_from_dict(document, "tiny").override(overrides)

    return made


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Isolation of runs, thread count and generators between tests."""
    monkeypatch.setenv("GENSTUDIO_HOME", str(tmp_path / "home"))
    with torch_unchanged():
        yield
