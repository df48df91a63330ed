"""Softmax and mixtures over levels: known answers, sums to one, and the inverse of the cumulative distribution."""

from __future__ import annotations

import itertools
import math

import pytest
import torch

from genstudio.nets.distributions.levels import LevelDistribution, LogisticMixture, Softmax
from genstudio.nets.distributions.parametric import discretised_logistic_log_prob


def mixture(
    output: list[float], channels: int = 1, levels: int = 3, components: int = 1
) -> tuple[LogisticMixture, torch.Tensor]:
    made = LogisticMixture(channels, levels, components)
    assert made.size == len(output)
    return made, torch.tensor(output, dtype=torch.float64)


def test_one_component_by_hand() -> None:
    """Levels -1, 0, 1; mean 0, scale e^-1: the middle interval is [-1/2, 1/2]."""
    made, output = mixture([0.0, 0.0, -1.0])
    log_prob = made.log_prob(output.view(1, 3, 1, 1).expand(3, -1, -1, -1), torch.arange(3).view(3, 1, 1, 1)).flatten()
    edge = 1 / (1 + math.exp(-0.5 * math.e))
    assert log_prob.exp().tolist() == pytest.approx([1 - edge, 2 * edge - 1, 1 - edge])


def test_one_component_is_the_discretised_logistic_of_the_vae() -> None:
    """Which lives on [0, 1]: means and scales are halved there."""
    made = LogisticMixture(1, 16, 1)
    torch.manual_seed(0)
    mean, log_scale = torch.rand(5, 1, 1, 1, dtype=torch.float64), torch.full((5, 1, 1, 1), -2.0, dtype=torch.float64)
    levels = torch.randint(16, (5, 1, 1, 1))
    output = torch.cat([torch.zeros_like(mean), 2 * mean - 1, log_scale + math.log(2)], 1)
    expected = discretised_logistic_log_prob(levels / 15, mean, log_scale, 16)
    torch.testing.assert_close(made.log_prob(output, levels).flatten(), expected)


@pytest.mark.parametrize("levels", [2, 3, 5])
@pytest.mark.parametrize("kind", ["softmax", "mixture"])
def test_all_colours_of_a_pixel_sum_to_one(kind: str, levels: int) -> None:
    made: LevelDistribution = Softmax(3, levels) if kind == "softmax" else LogisticMixture(3, levels, 4)
    torch.manual_seed(levels)
    output = 2 * torch.randn(made.size, dtype=torch.float64)
    pixels = torch.tensor(list(itertools.product(range(levels), repeat=3))).view(-1, 3, 1, 1)
    log_prob = made.log_prob(output.view(1, -1, 1, 1).expand(len(pixels), -1, -1, -1), pixels)
    assert log_prob.sum(1).exp().sum().item() == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("levels", [2, 7, 256])
@pytest.mark.parametrize("kind", ["softmax", "mixture"])
@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_drawing_scoring_and_probabilities_agree(kind: str, levels: int, temperature: float) -> None:
    """Probabilities are those that score (at temperature 1), and a level is drawn exactly where u lies in its share."""
    made: LevelDistribution = Softmax(3, levels) if kind == "softmax" else LogisticMixture(3, levels, 4)
    torch.manual_seed(levels)
    m = 50
    output = 2 * torch.randn(m, made.size, dtype=torch.float64)
    pixels = torch.randint(levels, (m, 3))
    scores = made.log_prob(output[:, :, None, None], pixels[:, :, None, None])[:, :, 0, 0]
    for channel in range(3):
        part, earlier = made.part(output, channel), pixels[:, :channel]
        p = made.probabilities(part, earlier, channel, temperature)
        torch.testing.assert_close(made.log_level(part, earlier, channel, pixels[:, channel]), scores[:, channel])
        torch.testing.assert_close(p.sum(1), torch.ones(m, dtype=torch.float64))
        if temperature == 1.0:
            scored = p.gather(1, pixels[:, channel : channel + 1])[:, 0]
            torch.testing.assert_close(scored, scores[:, channel].exp(), atol=1e-12, rtol=1e-6)
        u = torch.rand(m, dtype=torch.float64)
        drawn = made.draw(part, earlier, channel, u, temperature)
        expected = (u[:, None] >= made.cdf(part, earlier, channel, temperature)).sum(1)
        assert torch.equal(drawn, expected)
    ends = torch.tensor([0.0, 1.0 - 1e-16], dtype=torch.float64).repeat(m // 2)
    drawn = made.draw(made.part(output, 0), pixels[:, :0], 0, ends)
    assert int(drawn.min()) >= 0
    assert int(drawn.max()) <= levels - 1


def test_low_temperature_draws_the_most_likely_level() -> None:
    made = Softmax(1, 5)
    output = torch.tensor([[0.0, 1.0, 4.0, 1.0, 0.0]]).expand(99, -1)
    u = torch.linspace(0.001, 0.999, 99)
    assert made.draw(output, torch.zeros(99, 0).long(), 0, u, temperature=0.05).unique().tolist() == [2]


def test_gradients_stay_finite_for_any_mean() -> None:
    made = LogisticMixture(1, 256, 1)
    output = torch.tensor([0.0, 30.0, -12.0]).view(1, 3, 1, 1).requires_grad_()
    for level in (0, 100, 255):
        (gradient,) = torch.autograd.grad(made.log_prob(output, torch.full((1, 1, 1, 1), level)).sum(), output)
        assert torch.isfinite(gradient).all()


def test_coupling_shifts_green_with_red() -> None:
    """One component, coupling tanh(a) = 1/2: the mean of G is m_G + R/2."""
    made, output = mixture([0.0, *(0.0, 0.2, 0.0), *(-4.0,) * 3, math.atanh(0.5), 0.0, 0.0], 3, 256)
    p = made.probabilities(output[None].expand(2, -1), torch.tensor([[255], [0]]), 1)
    means = (p * torch.linspace(-1, 1, 256, dtype=torch.float64)).sum(1)
    assert means.tolist() == pytest.approx([0.7, -0.3], abs=1e-3)


@pytest.mark.parametrize("kind", ["softmax", "mixture"])
def test_whole_pixel_equals_its_channels_one_by_one(kind: str) -> None:
    made: LevelDistribution = Softmax(3, 16) if kind == "softmax" else LogisticMixture(3, 16, 4)
    torch.manual_seed(0)
    output, u = torch.randn(40, made.size, dtype=torch.float64), torch.rand(40, 3, dtype=torch.float64)
    drawn = made.draw_pixel(output, u, 0.8)
    for c in range(3):
        assert torch.equal(made.draw(made.part(output, c), drawn[:, :c], c, u[:, c], 0.8), drawn[:, c])
