"""A small data set through the real cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from genstudio.core.messages import N_
from genstudio.data.base import Source, data_sets
from genstudio.data.dataset import DataSet, open_data
from genstudio.models.base import build

NAME = "measured-blobs"


class Blobs(Source):
    """500 soft discs of random position and size, 8×8 grey."""

    title, help = N_("Blobs"), N_("Soft discs, for tests.")

    def fingerprint(self) -> str:
        return NAME

    def decode(self, sink: Any, progress: Any, cancelled: Any) -> None:
        random = np.random.default_rng(0)
        y, x = np.mgrid[:8, :8]
        cx, cy, r = (random.uniform(low, high, (500, 1, 1)) for low, high in ((2, 5), (2, 5), (1, 3)))
        images = 255 / (1 + np.exp(3 * (np.hypot(x - cx, y - cy) - r)))
        sink.begin(500, (1, 8, 8))
        sink.add(images.round().astype(np.uint8)[:, None])


if NAME not in data_sets:
    data_sets.register(NAME)(Blobs)


@pytest.fixture
def blobs(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Callable[..., DataSet]:
    """Open the blobs with the given data knobs; the cache is in a temporary folder."""
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))

    def opened(**knobs: Any) -> DataSet:
        return open_data(NAME, knobs)

    return opened


@pytest.fixture
def vae() -> Callable[..., Any]:
    """Build a small VAE for a data set, always with the same initial weights."""

    def built(data: DataSet, **knobs: Any) -> Any:
        before = torch.get_rng_state()
        torch.manual_seed(0)
        model = build("vae", data.spec, {"hidden": 16, "latent_dim": 3, **knobs})
        torch.set_rng_state(before)
        return model

    return built
