"""Known answers: closed forms by hand, by torch.distributions, and by summing over all values."""

from __future__ import annotations

import math

import pytest
import torch
from torch import distributions

from genstudio.core.draws import Draws
from genstudio.nets.distributions.parametric import (
    bernoulli_log_prob,
    dequantise,
    discretised_logistic_log_prob,
    kl_standard_normal,
    normal_log_prob,
)


def test_kl_of_the_standard_normal_to_itself_is_zero() -> None:
    assert kl_standard_normal(torch.zeros(3, 4), torch.zeros(3, 4)).tolist() == [0.0, 0.0, 0.0]


def test_kl_by_hand() -> None:
    # mean 1, var 4 in one dimension: (1 + 4 - 1 - ln 4) / 2
    kl = kl_standard_normal(torch.tensor([[1.0]]), torch.tensor([[math.log(4.0)]]))
    assert kl.item() == pytest.approx((4.0 - math.log(4.0)) / 2)


def test_kl_agrees_with_torch() -> None:
    generator = torch.Generator().manual_seed(0)
    mean, log_var = torch.randn(2, 5, 7, generator=generator, dtype=torch.float64)
    ours = kl_standard_normal(mean, log_var)
    q = distributions.Normal(mean, (0.5 * log_var).exp())
    p = distributions.Normal(torch.zeros_like(mean), torch.ones_like(mean))
    torch.testing.assert_close(ours, distributions.kl_divergence(q, p).sum(1))


def test_normal_log_prob_agrees_with_torch() -> None:
    generator = torch.Generator().manual_seed(1)
    x, mean, log_var = torch.randn(3, 4, 2, 3, 3, generator=generator, dtype=torch.float64)
    expected = distributions.Normal(mean, (0.5 * log_var).exp()).log_prob(x).flatten(1).sum(1)
    torch.testing.assert_close(normal_log_prob(x, mean, log_var), expected)


def test_bernoulli_probabilities_of_all_images_sum_to_one() -> None:
    logits = torch.tensor([0.3, -2.0, 1.0, 5.0], dtype=torch.float64).reshape(1, 1, 2, 2)
    images = torch.cartesian_prod(*[torch.tensor([0.0, 1.0], dtype=torch.float64)] * 4).reshape(16, 1, 2, 2)
    total = bernoulli_log_prob(images, logits.expand(16, -1, -1, -1)).exp().sum()
    assert total.item() == pytest.approx(1.0)


@pytest.mark.parametrize("levels", [2, 3, 16, 256])
@pytest.mark.parametrize("mean", [-0.2, 0.0, 0.37, 1.0])
@pytest.mark.parametrize("log_scale", [-3.0, -1.0, 0.5])
def test_discretised_logistic_sums_to_one(levels: int, mean: float, log_scale: float) -> None:
    x = (torch.arange(levels, dtype=torch.float64) / (levels - 1)).reshape(-1, 1, 1, 1)
    log_prob = discretised_logistic_log_prob(x, torch.full_like(x, mean), torch.tensor(log_scale).double(), levels)
    assert log_prob.exp().sum().item() == pytest.approx(1.0, abs=1e-6)


def test_discretised_logistic_by_hand() -> None:
    # Three levels 0, .5, 1; mean .5, scale .25: the middle interval is [.25, .75], one scale to each side.
    x = torch.tensor([0.5], dtype=torch.float64).reshape(1, 1, 1, 1)
    log_prob = discretised_logistic_log_prob(x, x, torch.tensor(math.log(0.25)).double(), 3)
    sigmoid = 1 / (1 + math.exp(-1.0))
    assert log_prob.item() == pytest.approx(math.log(sigmoid - (1 - sigmoid)))


def test_discretised_logistic_has_finite_gradients_far_from_the_mean() -> None:
    mean = torch.full((1, 1, 1, 3), 1.0, requires_grad=True)
    log_scale = torch.full((1, 1, 1), -7.0, requires_grad=True)
    x = torch.tensor([0.0, 0.5, 1.0]).reshape(1, 1, 1, 3)
    log_prob = discretised_logistic_log_prob(x, mean, log_scale, 256)
    gradients = torch.autograd.grad(log_prob.sum(), [mean, log_scale])
    assert torch.isfinite(log_prob).all()
    assert all(torch.isfinite(g).all() for g in gradients)


def test_dequantised_levels_stay_in_their_interval() -> None:
    x = (torch.arange(4).float() / 3).repeat(100, 1)
    noisy = dequantise(x, 4, Draws(torch.Generator().manual_seed(0)))
    assert torch.equal((noisy * 4).floor(), torch.arange(4).float().repeat(100, 1))
