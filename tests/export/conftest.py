"""A small real run with several checkpoints, trained once for all tests of export."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from genstudio.training.run.run import Run
from genstudio.training.snapshot import load_model
from genstudio.viewing.context import ViewContext
from tests.small_runs import small_run


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """24 steps of a 3-D VAE on 100 colour pictures of 8×8, saved every 8."""
    pictures = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(0)
    for i in range(100):
        Image.fromarray(random.integers(0, 256, (8, 8, 3), dtype=np.uint8)).save(pictures / f"{i:03d}.png")
    model = {"name": "vae", "latent_dim": 3, "hidden": 16}
    data = {"name": "folder", "path": str(pictures), "size": 8}
    plan = {"steps": 24, "batch_size": 20, "save_every": 8, "log_every": 1, "evaluate_every": 8}
    return small_run(tmp_path_factory.mktemp("runs") / "small-1", model, data, plan)


@pytest.fixture
def context(run: Run) -> ViewContext:
    """View context of the run's newest checkpoint."""
    snapshot = run.snapshot()
    return ViewContext(load_model(snapshot), snapshot.spec, snapshot)
