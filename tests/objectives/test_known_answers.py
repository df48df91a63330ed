"""Each objective against numbers computed by hand."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from genstudio.objectives.base import Game, objectives

W = torch.tensor([3.0, -4.0])  # of length 5


def game(real: list[float], fake: list[float], penalty: float = 1.0) -> Game:
    """Images of one value, and the identity as discriminator: D(x) = x."""
    return Game(lambda x: x.flatten(), as_images(real), as_images(fake), penalty)


def as_images(values: list[float]) -> Tensor:
    return torch.tensor(values).reshape(-1, 1, 1, 1)


def plane(scale: float = 1.0) -> Game:
    """Images of two values under D(x) = scale·w·x: the gradient has length 5·scale everywhere."""
    real, fake = torch.rand(6, 2, 1, 1), torch.rand(6, 2, 1, 1)
    return Game(lambda x: scale * (x.flatten(1) @ W), real, fake)


def of(name: str, real: list[float], fake: list[float]) -> dict[str, float]:
    objective, position = objectives[name](), game(real, fake)
    terms = {**objective.discriminator_terms(position), **objective.generator_terms(position)}
    return {key: round(float(value), 6) for key, value in terms.items()}


def test_log_losses() -> None:
    """At a logit of 0, D = 1/2, and every logarithm is -log 2."""
    log2 = round(math.log(2), 6)
    assert of("minimax", [0.0], [0.0]) == {"d_real": log2, "d_fake": log2, "adversarial": -log2}
    assert of("non-saturating", [0.0], [0.0])["adversarial"] == log2
    logit = math.log(3)  # D = 3/4
    found = of("non-saturating", [logit], [logit])
    assert found["d_real"] == pytest.approx(-math.log(0.75), abs=1e-6)
    assert found["d_fake"] == pytest.approx(-math.log(0.25), abs=1e-6)
    assert found["adversarial"] == pytest.approx(-math.log(0.75), abs=1e-6)
    assert of("minimax", [logit], [logit])["adversarial"] == pytest.approx(math.log(0.25), abs=1e-6)


def test_least_squares() -> None:
    """1/2 of the mean of (2-1)^2 and (0-1)^2; of 3^2 and 1^2; of (3-1)^2 and (1-1)^2."""
    assert of("least-squares", [2.0, 0.0], [3.0, 1.0]) == {"d_real": 0.5, "d_fake": 2.5, "adversarial": 1.0}


def test_hinge_stops_at_its_margins() -> None:
    assert of("hinge", [2.0, 0.5, -1.0], [-2.0, -0.5, 1.0]) == {
        "d_real": round((0 + 0.5 + 2) / 3, 6),
        "d_fake": round((0 + 0.5 + 2) / 3, 6),
        "adversarial": 0.5,
    }
    output = torch.tensor([1.5, 0.5], requires_grad=True)
    loss = objectives["hinge"]().discriminator_terms(Game(lambda x: output, output, output, together=False))
    (gradient,) = torch.autograd.grad(loss["d_real"], output)
    assert gradient.tolist() == [0.0, -0.5], "beyond the margin nothing is learned"


@pytest.mark.parametrize("name", ["wasserstein", "wasserstein-gp"])
def test_the_critics_difference_of_means(name: str) -> None:
    found = of(name, [5.0, 3.0], [1.0, -2.0])
    assert {k: found[k] for k in ("d_real", "d_fake", "adversarial")} == {
        "d_real": -4.0,
        "d_fake": -0.5,
        "adversarial": 0.5,
    }


def test_clipping_takes_the_size_that_is_given() -> None:
    critic = nn.Linear(3, 1)
    with torch.no_grad():
        critic.weight.copy_(torch.tensor([[0.5, -0.5, 0.005]]))
        critic.bias.fill_(-2.0)
    objectives["wasserstein"]().after_discriminator_update(critic.parameters(), 0.01)
    assert torch.equal(critic.weight, torch.tensor([[0.01, -0.01, 0.005]]))
    assert torch.equal(critic.bias, torch.tensor([-0.01]))


@pytest.mark.parametrize(("scale", "penalty"), [(1.0, 16.0), (0.2, 0.0), (0.1, 0.25)])
def test_the_gradient_penalty_of_a_linear_critic(scale: float, penalty: float) -> None:
    """D(x) = s·w·x has a gradient of length 5s everywhere: the penalty is (5s - 1)^2 wherever it is looked at."""
    terms = objectives["wasserstein-gp"]().discriminator_terms(plane(scale))
    assert terms["gradient_penalty"].item() == pytest.approx(penalty, abs=1e-5)


def test_gradient_penalty_is_computed_between_real_and_generated_images() -> None:
    """D(x) = x^2/2 has the gradient x: between 0 and 10 it is uniform on [0, 10]; E (x - 1)^2 = (9^3 + 1)/30."""
    torch.manual_seed(0)
    n = 40_000
    position = Game(lambda x: 0.5 * x.flatten().square(), torch.zeros(n, 1, 1, 1), torch.full((n, 1, 1, 1), 10.0))
    found = objectives["wasserstein-gp"]().discriminator_terms(position)["gradient_penalty"].item()
    assert found == pytest.approx((9**3 + 1) / 30, rel=0.02)  # four standard deviations of the mean


def test_the_gradient_penalty_can_be_learned_from() -> None:
    """d/ds (5s - 1)^2 = 10 (5s - 1): it is differentiated a second time."""
    scale = torch.tensor(0.4, requires_grad=True)
    real, fake = torch.rand(4, 2, 1, 1), torch.rand(4, 2, 1, 1)
    position = Game(lambda x: scale * (x.flatten(1) @ W), real, fake)
    objectives["wasserstein-gp"]().discriminator_terms(position)["gradient_penalty"].backward()
    assert float(scale.grad) == pytest.approx(10.0, rel=1e-4)


def test_r1_and_r2_of_a_quadratic_discriminator() -> None:
    """D(x) = |x|^2 / 2 has the gradient x, so that R1 and R2 are the mean squared lengths of the images."""
    real, fake = torch.tensor([[3.0, 4.0], [0.0, 1.0]]), torch.tensor([[1.0, 1.0], [2.0, 0.0]])
    position = Game(
        lambda x: 0.5 * x.flatten(1).square().sum(1), real.reshape(2, 2, 1, 1), fake.reshape(2, 2, 1, 1), 1.0
    )
    objective = objectives["relativistic"]()
    terms = objective.discriminator_terms(position)
    assert terms["r1"].item() == pytest.approx((25 + 1) / 2)
    assert terms["r2"].item() == pytest.approx((2 + 4) / 2)
    assert objective.weights(10.0) == {"r1": 5.0, "r2": 5.0}, "gamma / 2"


def test_relativistic_pairs() -> None:
    """Each image against its partner: softplus of 1 and of -3 for the discriminator, of -1 and of 3 for the generator."""
    found = of("relativistic", [1.0, 2.0], [2.0, -1.0])
    assert found["relativistic"] == pytest.approx((math.log1p(math.e) + math.log1p(math.exp(-3))) / 2, abs=1e-6)
    assert found["adversarial"] == pytest.approx((math.log1p(math.exp(-1)) + math.log1p(math.exp(3))) / 2, abs=1e-6)


@pytest.mark.parametrize(("name", "gradient"), [("minimax", -1e-4), ("non-saturating", -(1 - 1e-4))])
def test_why_the_generator_does_not_minimise_log_1_minus_d(name: str, gradient: float) -> None:
    """The lecture's argument: where the discriminator is sure, D(G(z)) = 1e-4, minimax gives the generator's output a
    gradient of -D(G(z)), next to nothing; -log D gives it -(1 - D(G(z))), nearly all there is."""
    logit = torch.tensor([math.log(1e-4 / (1 - 1e-4))], dtype=torch.float64, requires_grad=True)
    position = Game(lambda x: x.flatten(), torch.zeros(1, 1, 1, 1), logit.reshape(1, 1, 1, 1))
    objectives[name]().generator_terms(position)["adversarial"].backward()
    assert float(logit.grad) == pytest.approx(gradient, rel=1e-9)


def test_both_log_losses_have_one_fixed_point() -> None:
    """The sign of the generator's gradient is the same everywhere: only its size differs."""
    for logit in (-5.0, 0.0, 5.0):
        gradients = []
        for name in ("minimax", "non-saturating"):
            output = torch.tensor([logit], requires_grad=True)
            objectives[name]().generator_terms(Game(lambda x: x, output, output))["adversarial"].backward()
            gradients.append(float(output.grad))
        assert all(gradient < 0 for gradient in gradients)
