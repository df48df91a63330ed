"""Contract of objectives, tested on every registered one. Registering an objective is enough to be tested."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from genstudio.core.errors import UsageError
from genstudio.core.knobs import parse_knobs
from genstudio.objectives.base import TRAITS, Game, Objective, objectives
from genstudio.training.recipe.plan import PlayerPlan

EVERY = pytest.mark.parametrize("name", list(objectives))
SHAPE = (2, 4, 4)


class Players:
    """Two small nets without batch normalisation: codes N×3 to images N×2×4×4 in [0, 1], and images to numbers."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.generator = nn.Sequential(nn.Linear(3, 32), nn.Sigmoid(), nn.Unflatten(1, SHAPE))
        self.discriminator = nn.Sequential(nn.Flatten(), nn.Linear(32, 16), nn.Tanh(), nn.Linear(16, 1))
        self.real, self.z = torch.rand(5, *SHAPE), torch.randn(5, 3)

    def judge(self, images: Tensor) -> Tensor:
        return self.discriminator(images).flatten()

    def game(self, *, for_generator: bool, penalty: float = 1.0) -> Game:
        fake = self.generator(self.z)
        return Game(self.judge, self.real, fake if for_generator else fake.detach(), penalty)


def reached(loss: Tensor, net: nn.Module) -> list[bool]:
    """For each parameter, whether the loss depends on it."""
    found = torch.autograd.grad(loss, list(net.parameters()), allow_unused=True, retain_graph=True)
    return [gradient is not None and bool(gradient.any()) for gradient in found]


@EVERY
def test_it_has_title_help_and_paper(name: str) -> None:
    kind = objectives[name]
    assert str(kind.title)
    assert str(kind.help).endswith(".")
    assert "D:" in kind.formula
    assert "G:" in kind.formula
    assert any(digit in kind.paper for digit in "0123456789"), "a paper has a year"
    assert kind.output in {"logit", "value"}
    assert kind.penalty >= 0
    assert (kind.penalty > 0) == (kind.penalty_help is not None), "what has a size says what it is the size of"
    assert all(str(reason) for reason in kind.forbids.values())
    assert set(kind.forbids) <= set(TRAITS)


@EVERY
def test_it_declares_the_metrics_of_its_terms(name: str) -> None:
    objective, players = objectives[name](), Players()
    shown = {
        *objective.discriminator_terms(players.game(for_generator=False)),
        *objective.generator_terms(players.game(for_generator=True)),
    }
    assert shown <= objectives[name].metrics.keys()


def test_a_term_of_several_objectives_means_the_same_in_all() -> None:
    """Or curves and health rules would read one objective's term as another's."""
    declared = {(term, metric) for _, objective in objectives.items() for term, metric in objective.metrics.items()}
    assert len(declared) == len({term for term, _ in declared})


@EVERY
def test_terms_are_finite_scalars_and_weights_name_them(name: str) -> None:
    objective, players = objectives[name](), Players()
    for terms in (
        objective.discriminator_terms(players.game(for_generator=False)),
        objective.generator_terms(players.game(for_generator=True)),
    ):
        assert terms
        for term in terms.values():
            assert term.ndim == 0
            assert torch.isfinite(term)
    weights = objective.weights(2.0)
    assert set(weights) <= set(objective.discriminator_terms(players.game(for_generator=False)))
    assert all(weight > 0 for weight in weights.values())


@EVERY
def test_each_player_learns_from_its_own_terms(name: str) -> None:
    objective, players = objectives[name](), Players()
    loss = torch.stack(list(objective.discriminator_terms(players.game(for_generator=False)).values())).sum()
    # A bias at the end moves both outputs alike: of a difference it is no part.
    assert all(reached(loss, players.discriminator)[:-1])
    assert not any(reached(loss, players.generator))
    loss = torch.stack(list(objective.generator_terms(players.game(for_generator=True)).values())).sum()
    assert all(reached(loss, players.generator))


@EVERY
def test_generator_terms_use_real_images_only_if_declared(name: str) -> None:
    objective, players = objectives[name](), Players()
    before = objective.generator_terms(players.game(for_generator=True))
    players.real = 1 - players.real
    after = objective.generator_terms(players.game(for_generator=True))
    assert (not all(torch.equal(before[k], after[k]) for k in before)) == objective.generator_sees_real


@EVERY
def test_curves_equal_the_losses(name: str) -> None:
    """The curves at the outputs (at their differences, for pairs) are what the terms average, penalties left out."""
    objective, players = objectives[name](), Players()
    curves, game = objective.curves(), players.game(for_generator=True)
    assert set(curves) == {"real", "fake", "generator"}
    real, fake = game.outputs
    made = objective.generator_terms(game)
    learned = objective.discriminator_terms(players.game(for_generator=False))
    if objective.generator_sees_real:
        torch.testing.assert_close(learned["relativistic"], curves["real"](real - fake).mean())
        torch.testing.assert_close(learned["relativistic"], curves["fake"](fake - real).mean())
        torch.testing.assert_close(made["adversarial"], curves["generator"](fake - real).mean())
        return
    torch.testing.assert_close(learned["d_real"], curves["real"](real).mean())
    torch.testing.assert_close(learned["d_fake"], curves["fake"](fake).mean())
    torch.testing.assert_close(made["adversarial"], curves["generator"](fake).mean())


@EVERY
def test_one_batch_of_both_gives_what_two_batches_give(name: str) -> None:
    objective, players = objectives[name](), Players()
    for made in (True, False):
        together, apart = players.game(for_generator=made), players.game(for_generator=made)
        object.__setattr__(apart, "together", False)
        torch.manual_seed(1)
        one = objective.discriminator_terms(together)
        torch.manual_seed(1)
        other = objective.discriminator_terms(apart)
        for term in one:
            torch.testing.assert_close(one[term], other[term])


@EVERY
def test_default_plan_is_valid(name: str) -> None:
    defaults = objectives[name].defaults
    assert 1 <= defaults.discriminator_steps <= 100
    for player in (defaults.discriminator, defaults.generator):
        assert isinstance(parse_knobs(PlayerPlan, dict(player)), PlayerPlan)
        assert {"optimiser", "lr"} <= set(player)


@EVERY
def test_constraint_after_an_update_leaves_weights_finite(name: str) -> None:
    objective, players = objectives[name](), Players()
    objective.after_discriminator_update(players.discriminator.parameters(), objective.penalty)
    assert all(torch.isfinite(p).all() for p in players.discriminator.parameters())


@EVERY
def test_outputs_are_shown_as_people_read_them(name: str) -> None:
    shown = objectives[name]().shown(torch.tensor([-30.0, 0.0, 30.0]))
    expected = [0.0, 0.5, 1.0] if objectives[name].output == "logit" else [-30.0, 0.0, 30.0]
    torch.testing.assert_close(shown, torch.tensor(expected))


def test_second_of_the_same_name_is_refused() -> None:
    with pytest.raises(UsageError, match="already"):
        objectives.register("hinge")(Objective)
