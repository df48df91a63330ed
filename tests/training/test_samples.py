"""Sheets of samples: images side by side, points of the plane on one picture."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from genstudio.core.spec import ImageSpec
from genstudio.models.base import build
from genstudio.training.samples import SIDE, sheet_png, write_samples


def test_points_are_drawn_on_one_picture_y_upwards() -> None:
    points = torch.tensor([[0.25, 0.9]]).repeat(50, 1).view(50, 2, 1, 1)
    picture = np.array(Image.open(io.BytesIO(sheet_png(points))))
    assert picture.shape == (SIDE, SIDE)
    row, column = np.argwhere(picture > 200).mean(0) + 0.5
    assert abs(column / SIDE - 0.25) < 0.005
    assert abs(row / SIDE - 0.1) < 0.005


def test_a_model_of_points_is_drawn_from_the_same_noise_each_time(tmp_path: Path) -> None:
    with torch.random.fork_rng():
        model = build("gan", ImageSpec(2, 1, 1), {"hidden": 8, "latent_dim": 2}).eval()
    written = [tmp_path / name for name in ("a.png", "b.png", "other.png")]
    for path, seed in zip(written, (3, 3, 4), strict=True):
        assert write_samples(model, path, seed) is not None
    first, again, other = (path.read_bytes() for path in written)
    assert first == again != other
