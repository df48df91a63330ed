"""Modes covered, on cases with a known answer: the data themselves, one mode, uniform noise, a closed form."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from genstudio.data.dataset import DataSet, open_data
from genstudio.data.modes import Modes
from genstudio.data.sources.toy_2d import centres_of
from genstudio.evaluate.base import Result, evaluate
from genstudio.evaluate.measures.modes import SAMPLES, coverage

GRID = Modes(centres_of("grid"), 0.01)


class Drawing(nn.Module):
    """A model whose samples are ``draw(n, generator)``, n×2."""

    def __init__(self, draw: Callable[[int, torch.Generator], Tensor]) -> None:
        super().__init__()
        self.draw = draw

    def sample(self, n: int, *, generator: torch.Generator) -> Tensor:
        return self.draw(n, generator).float().view(n, 2, 1, 1)


@pytest.fixture
def grid(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> DataSet:
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
    return open_data("toy-2d", {})


def normals(modes: list[int]) -> Callable[[int, torch.Generator], Tensor]:
    """The data's own normals, of these modes alone."""
    centres = torch.from_numpy(GRID.centres[modes])

    def draw(n: int, generator: torch.Generator) -> Tensor:
        which = torch.randint(len(centres), (n,), generator=generator)
        return centres[which] + 0.01 * torch.randn(n, 2, generator=generator)

    return draw


def measured(draw: Callable[[int, torch.Generator], Tensor], data: DataSet) -> dict[str, Result]:
    return evaluate(Drawing(draw), data, names=["modes", "high_quality"])


def test_data_covers_all_modes_and_has_the_expected_share_within_three_deviations(grid: DataSet) -> None:
    """P(|x| <= 3σ) = 1 - exp(-9/2) in the plane."""
    found, share = measured(normals(list(range(25))), grid), 1 - math.exp(-4.5)
    assert found["modes"].value == 25
    assert found["high_quality"].value == pytest.approx(share, abs=5 * math.sqrt(share * (1 - share) / SAMPLES))
    assert found["modes"].baselines["held_out"] == 25
    assert found["high_quality"].baselines["held_out"] == pytest.approx(share, abs=0.02)


def test_a_collapsed_generator_has_good_samples_and_few_modes(grid: DataSet) -> None:
    found = measured(normals([3, 17]), grid)
    assert found["modes"].value == 2
    assert found["high_quality"].value > 0.97


def test_uniform_noise_touches_modes_and_covers_none(grid: DataSet) -> None:
    """25 discs of radius 3σ hold 25·9·π·σ² = 7.07 % of the square: seven samples each, of the 25 that cover a mode."""
    found = measured(lambda n, generator: torch.rand(n, 2, generator=generator), grid)
    assert found["modes"].value == 0
    assert found["modes"].extra["modes_touched"] > 20
    assert found["high_quality"].value == pytest.approx(25 * 9 * math.pi * 1e-4, abs=0.03)
    assert found["modes"].baselines["uniform_noise"] == 0


def test_mode_needs_a_quarter_of_an_even_share_within_three_deviations() -> None:
    two = Modes(np.array([[0.2, 0.5], [0.8, 0.5]]), 0.01)
    near, far = [0.2 + 0.0299, 0.5], [0.2 + 0.0301, 0.5]
    points = np.array([near] * 12 + [far] * 80 + [[0.8, 0.5]] * 13)  # 105 samples: an even share is 52.5
    found = coverage(points[:, :, None, None], two)
    assert found.counts.tolist() == [12, 13]
    assert found.covered.tolist() == [False, False], "13 are under 13.125"
    assert found.touched == 2
    assert coverage(points[:104], two).covered.tolist() == [False, False]
    assert coverage(points[1:], two).covered.tolist() == [False, True]
    assert found.high_quality == pytest.approx(25 / 105)
