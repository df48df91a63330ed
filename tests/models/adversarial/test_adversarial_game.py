"""Contract of all models of two players: which learns when and how often, with every allowed objective."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from genstudio.models.base import Model, models
from genstudio.objectives.base import objectives
from genstudio.training.events import Finished
from genstudio.training.job import new_job, resume_job
from genstudio.training.loop import train
from genstudio.training.recipe.plan import Plan
from genstudio.training.recipe.resolved_model import settle_plan
from genstudio.training.step_runner import StepRunner
from tests.models.adversarial.conftest import ADVERSARIAL
from tests.training.training_helpers import contents, finish, same, train_until

EVERY = pytest.mark.parametrize("name", ADVERSARIAL)
WITH_OBJECTIVE = [name for name in ADVERSARIAL if hasattr(models[name], "traits")]
BASES = [pytest.param(name, {}, id=name) for name in WITH_OBJECTIVE if name != "conditional-gan"] + [
    pytest.param("conditional-gan", {"base": base, "join": join}, id=f"conditional-{base}-{join}")
    for base, join in (("gan", "concatenation"), ("dcgan", "projection"), ("resnet-gan", "projection"))
]
QUIET = {"steps": 3, "batch_size": 4, "save_every": 0, "sample_every": 0, "evaluate_every": 0, "log_every": 1}


def step_runner(model: Model, data: Any) -> StepRunner:
    plan = settle_plan(Plan(**QUIET), type(model).default_players(model.knobs))
    made = StepRunner(model, data.split("train"), plan, torch.device("cpu"))
    made.begin_averages()
    return made


def weights_of(model: Model, player: str) -> list[torch.Tensor]:
    return [p.detach().clone() for p in model.players()[player]]


def changed(before: list[torch.Tensor], after: list[torch.Tensor]) -> bool:
    return not all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


@EVERY
def test_players_are_known_before_construction(name: str, build_small) -> None:
    model = build_small(name)
    assert tuple(model.players()) == type(model).player_names == ("discriminator", "generator")
    assert set(type(model).default_players(model.knobs)) == {"discriminator", "generator"}


@EVERY
def test_only_the_chosen_player_is_updated(name: str, build_small, data) -> None:
    for mine, other in (("discriminator", "generator"), ("generator", "discriminator")):
        model = build_small(name)
        play = step_runner(model, data)
        play.only = mine
        before = {player: weights_of(model, player) for player in (mine, other)}
        play.step()
        assert changed(before[mine], weights_of(model, mine))
        assert not changed(before[other], weights_of(model, other))
        assert all(p.grad is None for p in model.players()[other]), "no gradient came there either"


@EVERY
def test_discriminator_loss_has_no_gradient_for_the_generator(name: str, build_small, data) -> None:
    model = build_small(name)
    steps = model.phases(step_runner(model, data).context)
    phase = next(steps)
    assert phase.player == "discriminator"
    found = torch.autograd.grad(phase.loss(), model.players()["generator"], allow_unused=True)
    assert all(gradient is None for gradient in found)


def players_in_turn(model: Model, context: Any) -> list[str]:
    steps, seen, answer = model.phases(context), [], None
    while True:
        try:
            phase = steps.send(answer)
        except StopIteration:
            return seen
        seen.append(phase.player)
        answer = True


@pytest.mark.parametrize("name", WITH_OBJECTIVE)
def test_k_updates_of_the_discriminator_come_before_one_of_the_generator(name: str, build_small, data) -> None:
    model = build_small(name, objective="wasserstein", augment="translation")
    context = step_runner(model, data).context
    assert players_in_turn(model, context) == ["discriminator"] * 5 + ["generator"], "the objective's own k"
    model.knobs = model.knobs.with_values(discriminator_steps=2)  # as the loop does when it is changed live
    assert players_in_turn(model, context) == ["discriminator"] * 2 + ["generator"]


@pytest.mark.parametrize(("name", "knobs"), BASES)
def test_it_trains_with_every_objective_it_allows(name: str, knobs: dict[str, Any], build_small, data) -> None:
    for objective in objectives:
        model = build_small(name, objective=objective, **knobs)
        before = {player: weights_of(model, player) for player in model.players()}
        plan = settle_plan(Plan(**QUIET), type(model).default_players(model.knobs))
        events = list(train(model, data, plan))
        assert isinstance(events[-1], Finished)
        assert events[-1].reason == "done", objective
        for player, were in before.items():
            assert changed(were, weights_of(model, player)), f"{objective}: the {player} learned nothing"
        if objective == "wasserstein":
            assert max(float(p.detach().abs().max()) for p in model.discriminator.parameters()) <= 0.01


@pytest.mark.parametrize("name", WITH_OBJECTIVE)
def test_r1_is_computed_lazily_with_proportional_weight(name: str, build_small, data) -> None:
    model = build_small(name, r1=3.0, r1_every=4)
    context = step_runner(model, data).context
    seen = []
    for context.step in range(5):
        phase = next(model.phases(context))
        seen.append("r1" in phase.terms)
        if seen[-1]:
            assert phase.weights["r1"] == 3.0 / 2 * 4
    assert seen == [True, False, False, False, True]


@pytest.mark.parametrize(
    ("name", "overrides"),
    [
        ("conditional-gan", ("spectral_norm=true", "plan.players.generator.average=0.9", "augment=translation+cutout")),
        ("dcgan", ("objective=wasserstein", "plan.players.generator.average=0.9")),
        ("began", ("gamma=0.7", "pace=0.5")),
        ("began", ("resampling=strided", "code_dim=5", "depth=2")),
    ],
)  # fmt: skip
def test_stopped_and_resumed_equals_uninterrupted(name: str, overrides: tuple[str, ...], recipe, tmp_path) -> None:
    wanted = recipe(name, "plan.steps=5", "plan.sample_every=2", "plan.log_every=2", *overrides)
    changes = {1: {"plan.players.generator.lr": 0.002}}
    train_until(new_job(wanted, out=tmp_path / "straight"), 5, changes)
    train_until(new_job(wanted, out=tmp_path / "run"), 3, changes)
    train_until(resume_job(tmp_path / "run"), 5)
    same(contents(tmp_path / "run", 5), contents(tmp_path / "straight", 5))


def test_sampling_uses_averaged_weights_and_statistics(build_small, data) -> None:
    """Averages of weights with the newest net's running means give ugly images: the means are averaged too."""
    from genstudio.training.eval_copy import onlooker

    model = build_small("dcgan")
    defaults = type(model).default_players(model.knobs)
    defaults["generator"]["average"] = 0.9
    play = StepRunner(model, data.split("train"), settle_plan(Plan(**QUIET), defaults), torch.device("cpu"))
    play.begin_averages()
    name = next(n for n, _ in model.named_buffers() if n.startswith("generator") and n.endswith("running_mean"))
    expected = model.state_dict()[name].clone()
    for n in range(1, 6):
        play.step()
        expected.lerp_(model.state_dict()[name], 1 - min(0.9, (1 + n) / (10 + n)))
    eyes = onlooker(model, play)
    torch.testing.assert_close(eyes.state_dict()[name], expected)
    assert not torch.allclose(expected, model.state_dict()[name], atol=1e-5)
    z = torch.randn(4, 3)
    with torch.inference_mode():
        seen = eyes.decode(z)
        live = {k: v.clone() for k, v in model.state_dict().items()}
        mixed = {k: v if "running" in k else play.averaged()[k] for k, v in live.items()}
        model.load_state_dict(mixed)
        assert not torch.allclose(seen, model.eval().decode(z), atol=1e-4), "the running means make a difference"
        model.load_state_dict(play.averaged())
        torch.testing.assert_close(seen, model.eval().decode(z))


def test_run_stores_defaults_that_the_recipe_left_out(recipe, tmp_path) -> None:
    """The objective's default plan is stored in the run's recipe, independent of later defaults."""
    job = new_job(recipe("gan", "objective=wasserstein", "plan.players.generator.lr=0.007"), out=tmp_path / "run")
    finish(job)
    players = job.run.open(tmp_path / "run").recipe.plan.players
    assert (players["discriminator"].optimiser, players["discriminator"].lr) == ("rmsprop", 5e-5)
    assert (players["generator"].optimiser, players["generator"].lr) == ("rmsprop", 0.007), "said is said"
