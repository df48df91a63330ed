"""Diversity of samples on cases with a known answer."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from genstudio.training.diversity import diversity, mean_distance
from genstudio.training.job import new_job
from genstudio.training.recipe.recipe import Recipe
from tests.training.training_helpers import finish


def test_known_distances() -> None:
    corners = torch.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 0.0]]).reshape(3, 2, 1, 1)
    assert mean_distance(corners) == pytest.approx(10 / 3)  # 5, 0 and 5
    assert diversity(corners, corners) == pytest.approx(1.0)
    assert diversity(0.5 * corners, corners) == pytest.approx(0.5)


def test_repeated_image_has_no_diversity_and_one_real_image_gives_no_value() -> None:
    real = torch.rand(8, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    assert diversity(real[:1].expand(8, -1, -1, -1), real) == 0.0
    assert math.isnan(diversity(real, real[:1].expand(8, -1, -1, -1)))


def test_each_sheet_is_measured(recipe: Callable[..., Recipe], tmp_path: Path) -> None:
    job = new_job(recipe(), out=tmp_path / "run")
    finish(job)
    values = {row.step: row.values["samples/diversity"] for row in job.run.metrics_since()[0]
              if "samples/diversity" in row.values}  # fmt: skip
    assert list(values) == [step for step, _ in job.run.samples()] == [0, 10, 20]
    assert all(0 < value < 2 for value in values.values())
    assert "samples/diversity" not in job.run.measures(), "no measure of held-out images"
