"""The data set toy-2d: points follow the knobs, and the modes are known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from genstudio.data.dataset import DataSet, open_data
from genstudio.data.sources.toy_2d import centres_of


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path))


def opened(**knobs: Any) -> tuple[DataSet, np.ndarray]:
    """The data set, and its points float32 n×2 in the order in which they were drawn."""
    import torch

    data = open_data("toy-2d", knobs)
    points = np.zeros((len(data), 2), np.float32)
    for name in ("train", "validation", "test"):
        split = data.split(name)
        batch = split.batch(torch.arange(len(split)), generator=torch.Generator())
        points[split.indices] = batch.images.flatten(1).numpy()
    return data, points


@pytest.mark.parametrize(("shape", "count"), [("grid", 25), ("ring", 8)])
def test_each_class_is_a_normal_about_its_centre(shape: str, count: int) -> None:
    data, points = opened(shape=shape, spread=0.02, count=400 * count)
    assert data.modes is not None
    assert (len(data.modes), data.modes.sigma) == (count, 0.02)
    assert data.spec.is_point
    assert data.spec.levels is None
    assert list(data.class_counts().values()) == [400] * count
    for number, centre in enumerate(data.modes.centres):
        mine = points[data.labels == number]
        assert np.abs(mine.mean(0) - centre).max() < 5 * 0.02 / 20  # five standard errors of 400 points
        assert np.abs(mine.std(0) / 0.02 - 1).max() < 5 / 800**0.5


def test_the_grid_fills_the_square_evenly_and_the_ring_lies_about_its_middle() -> None:
    grid, ring = centres_of("grid"), centres_of("ring")
    assert np.allclose(np.unique(grid.round(6)), [0.1, 0.3, 0.5, 0.7, 0.9])
    assert np.allclose(grid[1], [0.3, 0.1]), "row by row, from the lower left"
    assert np.allclose(np.hypot(*(ring - 0.5).T), 0.36)
    assert np.allclose(ring[2], [0.5, 0.86]), "counter-clockwise, from the right"


@pytest.mark.parametrize("shape", ["moons", "spiral"])
def test_shapes_without_modes_lie_in_the_square_in_two_classes_that_mirror_each_other(shape: str) -> None:
    data, points = opened(shape=shape, spread=0.001, count=4000)
    assert data.modes is None
    assert list(data.class_counts()) == ["1", "2"]
    assert 0.02 < points.min() < points.max() < 0.98, "nothing was cut off"
    first, second = (points[data.labels == k] for k in (0, 1))
    # Turned by 180 degrees about the middle, each point of the one has a neighbour in the other.
    gaps = np.abs((1 - first[:300])[:, None] - second[None]).max(2).min(1)
    assert gaps.max() < 0.02


def test_a_seed_means_the_same_points_another_others_and_fewer_are_the_first_of_more() -> None:
    points, few, other = (opened(**knobs)[1] for knobs in ({"count": 500}, {"limit": 100}, {"count": 500, "seed": 1}))
    assert np.array_equal(few, points[:100])
    assert not np.array_equal(points, other)


def test_levels_round_the_points_for_models_that_draw_levels() -> None:
    data, points = opened(levels=16, count=100)
    assert data.spec.levels == 16
    assert np.array_equal(points * 15, np.round(points * 15))
