"""Each alarm of a game on a real training that fails in that way, with default thresholds; and none on good ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from genstudio.training.health import Health, as_options, assess
from genstudio.training.job import Job, new_job
from genstudio.training.live import Live
from genstudio.training.recipe.plan import Plan
from genstudio.training.recipe.recipe import recipe_from_dict
from genstudio.training.telemetry import Row
from tests.training.training_helpers import finish

Play = Callable[..., Job]


@pytest.fixture
def play(pictures: Path, tmp_path: Path) -> Play:
    """A small game on soft discs, trained to its end: rates of the discriminator and the generator, and other settings."""

    def trained(discriminator: float, generator: float, *overrides: str, steps: int = 300) -> Job:
        document = {
            "model": {"name": "gan", "hidden": 32, "latent_dim": 4},
            "data": {"name": "folder", "path": str(pictures), "size": 8},
            "plan": {
                "steps": steps, "batch_size": 32, "log_every": 5, "save_every": 0, "sample_every": 25,
                "evaluate_every": 0,
                "players": {
                    "discriminator": {"lr": discriminator, "betas": [0.5, 0.999]},
                    "generator": {"lr": generator, "betas": [0.5, 0.999]},
                },
            },
        }  # fmt: skip
        job = new_job(recipe_from_dict(document, "game").override(overrides), out=tmp_path / "run", device="cpu")
        finish(job)
        return job

    return trained


def alarms(job: Job) -> dict[str, Health]:
    """First words of every alarm that would have been shown, checked at every third row."""
    rows, knobs = job.run.metrics_since()[0], job.model.knobs.model_dump()
    found = [assess(rows[:count], job.plan, knobs) for count in range(3, len(rows) + 1, 3)]
    return {" ".join(one.message.text.split()[:2]): one for one in found if one is not None and one.is_alarm}


@pytest.mark.parametrize("objective", ["non-saturating", "hinge", "least-squares", "relativistic"])
def test_working_games_raise_no_alarm(objective: str, play: Play) -> None:
    job = play(1e-3, 1e-3, f"objective={objective}", steps=250)
    assert alarms(job) == {}
    rows = job.run.metrics_since()[0]
    assert max(row.values.get("samples/diversity", 0) for row in rows) > 0.3, "this one does work"
    last = assess(rows, job.plan)
    assert last is not None
    assert str(last.message).startswith(("Both learn: D(x) ", "The discriminator is ahead: D(x) "))


def test_fast_discriminator_is_too_strong_under_minimax(play: Play) -> None:
    job = play(2e-2, 2e-4, "objective=minimax")
    (health,) = alarms(job).values()
    assert str(health.message).startswith("The discriminator is too strong")
    assert "objective=non-saturating" in str(health.message)
    assert health.change == {"plan.players.discriminator.lr": 0.0067}
    job.live(health.change)  # a change that a running training takes
    assert as_options(health.change) == ["plan.players.discriminator.lr=0.0067"]


def test_first_remedy_is_fewer_discriminator_updates(play: Play) -> None:
    job = play(5e-3, 5e-5, "objective=minimax", "discriminator_steps=4", steps=200)
    assert {str(health.remedy): health.change for health in alarms(job).values()} == {
        "One discriminator update per step": {"discriminator_steps": 1}
    }


def test_slow_discriminator_is_fooled(play: Play) -> None:
    job = play(1e-7, 1e-3)
    (health,) = alarms(job).values()
    assert str(health.message).startswith("The generator fools the discriminator")
    assert health.change == {"plan.players.discriminator.lr": 0.001}


def test_generator_with_a_huge_rate_draws_one_image(play: Play) -> None:
    job = play(2e-4, 0.3)
    (health,) = alarms(job).values()
    assert health.level == "bad"
    assert str(health.message).startswith("The generator draws the same image")
    assert health.change == {"plan.players.generator.lr": 0.1}


def test_huge_rates_explode(play: Play) -> None:
    job = play(10, 10, steps=60)
    (health,) = alarms(job).values()
    assert health.level == "bad"
    assert "exploded" in str(health.message)
    assert health.change == {"plan.players.discriminator.lr": 3.3, "plan.players.generator.lr": 3.3}


def game(step: int, **values: float) -> Row:
    told = {
        "train/D(x)": 0.7,
        "train/D(G(z))": 0.3,
        "train/gradient/discriminator": 1.0,
        "train/gradient/generator": 1.0,
    }
    return Row(step, 0.0, told | values)


def sheets(values: list[float]) -> list[Row]:
    return [Row(100 * (place + 1), 0.0, {"samples/diversity": value}) for place, value in enumerate(values)]


PLAN = Plan()
PLAYED = [game(10 * place) for place in range(1, 120)]


def verdict(rows: list[Row], **knobs: str) -> str:
    found = assess(sorted(rows, key=lambda row: row.step), PLAN, knobs)
    assert found is not None
    return found.message.text.split(":")[0] if found.is_alarm else ""


def test_samples_that_vary_less_and_less() -> None:
    rising = [0.1, 0.2, 0.4, 0.6, 0.7, 0.8]
    assert verdict(PLAYED + sheets(rising)) == ""
    assert verdict(PLAYED + sheets([*rising, 0.25, 0.2, 0.2])) == "Mode collapse"
    assert verdict(PLAYED + sheets([*rising, 0.3, 0.2, 0.6])) == "", "it came back"
    assert verdict(PLAYED + sheets([*rising, 0.7, 0.55, 0.55])) == "", "that is none of few images"


def test_permanently_missing_classes() -> None:
    def covered(values: list[float]) -> list[Row]:
        return [Row(500 * place, 0.0, {"validation/class_coverage": value}) for place, value in enumerate(values, 1)]

    assert verdict(PLAYED + covered([0.6, 0.5, 0.5, 0.5])) == "Mode collapse"
    assert verdict(PLAYED + covered([0.1, 0.3, 0.5, 0.6])) == "", "more and more"
    assert verdict(PLAYED + covered([0.6, 0.9, 1.0, 1.0])) == ""


def test_permanently_missing_modes() -> None:
    def found(values: list[int], every: int = 500) -> list[Row]:
        return [
            Row(every * place, 0.0, {"validation/modes": float(value), "validation/modes_missing": 25.0 - value})
            for place, value in enumerate(values, 1)
        ]

    assert verdict(PLAYED + found([6, 5, 6, 4])) == "Modes are missing"
    assert verdict(PLAYED + found([0, 0, 0, 0])) == "Modes are missing", "a fog that settles on none"
    assert verdict(PLAYED + found([0, 8, 15, 18, 21])) == "", "one by one"
    assert verdict(PLAYED + found([0, 0, 0, 0, 0, 0], every=100)) == "", "none yet"
    assert verdict(PLAYED + found([21, 22, 21, 21])) == "", "a few are missing"
    assert verdict(PLAYED + found([18, 18, 18])) == "", "measured too seldom to say"


def test_generator_that_learns_nothing_from_a_strong_discriminator(play: Play) -> None:
    job = play(2e-2, 2e-4, "latent_dim=16", steps=800)
    (health,) = alarms(job).values()
    assert str(health.message).startswith("The discriminator is too strong, the generator learns nothing: D(x) ")
    assert health.change == {"plan.players.discriminator.lr": 0.0067}


def test_leading_discriminator_raises_no_alarm_if_samples_vary_enough() -> None:
    led = [game(10 * place, **{"train/D(x)": 0.95, "train/D(G(z))": 0.05}) for place in range(1, 120)]

    def verdict_on(*varied: float) -> str:
        return verdict(led + [Row(500 + 100 * k, 0.0, {"samples/diversity": v}) for k, v in enumerate(varied)])

    stuck = "The discriminator is too strong, the generator learns nothing"
    assert verdict_on(0.11, 0.1, 0.12, 0.11, 0.11) == stuck
    assert verdict_on(0.08, 0.1, 0.16, 0.22, 0.26) == ""
    assert verdict_on(0.4, 0.4, 0.4, 0.4, 0.4) == ""
    assert verdict_on(0.11, 0.1, 0.12, 0.11) == "", "too few sheets"


def test_flat_critic_is_not_reported_for_tiny_differences() -> None:
    def critic(gap: float) -> list[Row]:
        begun = [game(10 * i, **{"train/D(x)": 0.1, "train/D(G(z))": -0.05}) for i in range(1, 4)]
        return begun + [game(10 * i, **{"train/D(x)": 0.02, "train/D(G(z))": 0.02 - gap}) for i in range(4, 60)]

    assert verdict(critic(-0.0006), objective="relativistic") == ""
    assert verdict(critic(-0.06), objective="relativistic").startswith("The generator fools the discriminator")


def test_frozen_player_raises_no_alarm() -> None:
    """Only the discriminator learns, so it recognises the samples of an unchanged generator."""
    held = [game(step) for step in range(1, 40)]
    for step in range(40, 90):
        row = game(step, **{"train/D(x)": 1.0, "train/D(G(z))": 0.0})
        del row.values["train/gradient/generator"]
        held.append(row)
    assert verdict(held) == ""


def test_autoencoder_discriminator_may_rate_samples_as_more_real() -> None:
    began = [game(10 * i, **{"train/D(x)": -0.2, "train/D(G(z))": -0.1, "train/M": 0.2}) for i in range(1, 60)]
    assert verdict(began) == ""
    for row in began:
        del row.values["train/M"]
    assert verdict(began) == "The generator fools the discriminator, which takes its images for real ones"


def test_critic_values_have_a_minus_sign() -> None:
    def told(real: float, fake: float) -> str:
        found = assess([game(10 * i, **{"train/D(x)": real, "train/D(G(z))": fake}) for i in range(1, 60)], PLAN)
        assert found is not None
        return str(found.message)

    assert told(-0.001, -1.25) == "Both learn: D(x) 0.00, D(G(z)) −1.25."
    assert "D(x) −2.50, D(G(z)) −1.25 for" in told(-2.5, -1.25)


def test_diversity_is_not_reported_for_untrained_nets() -> None:
    untrained = Row(0, 0.0, {"samples/diversity": 0.02})
    for rows, told in (([untrained, *PLAYED], False), ([untrained, *PLAYED, *sheets([0.8])], True)):
        found = assess(sorted(rows, key=lambda row: row.step), PLAN)
        assert found is not None
        assert ("Samples vary 80%" in str(found.message)) is told
        assert "2%" not in str(found.message)


def test_close_probabilities_with_poor_samples_mean_no_discrimination() -> None:
    close = [game(10 * i, **{"train/D(x)": 0.11, "train/D(G(z))": 0.1}) for i in range(1, 60)]
    untrained, poor = [Row(0, 0.0, {"samples/diversity": 0.1})], sheets([0.2, 0.25, 0.3, 0.3, 0.3])
    text = "The generator faces a discriminator that can't tell real from generated"
    assert verdict(close + poor, objective="non-saturating") == text
    assert verdict(close + poor) == text
    assert verdict(close + poor, objective="relativistic") == "", "a critic's values have no scale"
    assert verdict(close + untrained, objective="non-saturating") == "", (
        "that sheet is of nets that have learned nothing"
    )


def test_remedies_set_only_live_knobs() -> None:
    from genstudio.models.adversarial.gan import GanKnobs

    live = Live(GanKnobs(), PLAN, ("discriminator", "generator"))
    live({"discriminator_steps": 1, "plan.players.discriminator.lr": 1e-4})
    assert live.take()["model.discriminator_steps"] == (0, 1)
