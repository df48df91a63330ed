"""The health line under the curves, and the effect of its button."""

from __future__ import annotations

import math

import pytest

from genstudio.core.metrics import Metric
from genstudio.training.health import Health, assess
from genstudio.training.live import Live
from genstudio.training.recipe.plan import Plan, PlayerPlan
from genstudio.training.telemetry import Row

PLAN = Plan(players={"model": PlayerPlan(lr=0.003)})
KNOBS = {"beta": 1.0, "warmup": 0}


def training(bound: list[float], kl: float = 5.0) -> list[Row]:
    return [
        Row(10 * (i + 1), 0.0, {"train/reconstruction": -value - kl, "train/kl": kl}) for i, value in enumerate(bound)
    ]


def held_out(values: list[float]) -> list[Row]:
    return [Row(100 * (i + 1), 0.0, {"validation/elbo": value}) for i, value in enumerate(values)]


def verdict(rows: list[Row]) -> Health:
    found = assess(sorted(rows, key=lambda row: row.step), PLAN, KNOBS)
    assert found is not None
    return found


RISING = [-300 + 2.0 * i for i in range(80)]


def test_no_verdict_too_early() -> None:
    assert assess([], PLAN, KNOBS) is None
    assert assess(training(RISING[:3]), PLAN, KNOBS) is None


def test_a_healthy_run() -> None:
    found = verdict(training(RISING) + held_out([-200.0, -180, -170, -165]))
    assert found.level == "good"
    assert not found.change


def test_rules_read_the_numbers_of_a_new_model_by_their_roles() -> None:
    """Its bound is a sum of terms that no rule knows by name, and so is the part that may collapse."""
    metrics = {
        "distortion": Metric("distortion", "nats", ("elbo_term",)),
        "total_correlation": Metric("total correlation", "nats", ("elbo_term", "kl")),
        "dimension_kl": Metric("KL of each dimension", "nats", ("elbo_term", "kl")),
    }

    def rows(rate: float) -> list[Row]:
        return [
            Row(
                10 * (i + 1),
                0.0,
                {
                    "train/distortion": -value - rate,
                    "train/total_correlation": rate / 2,
                    "train/dimension_kl": rate / 2,
                },
            )
            for i, value in enumerate(RISING)
        ]

    learning = assess(rows(5.0), PLAN, KNOBS, metrics)
    assert "the ELBO of training images rose from −296.0 to −146.0 nats" in str(learning.message)
    collapsed = assess(rows(0.02), PLAN, KNOBS, metrics)
    assert "posterior collapse" in str(collapsed.message)


def test_model_that_worsens_on_held_out_images_is_not_reported_as_learning() -> None:
    """Too few measurements for an alarm of overfitting, although the curve rises."""
    found = verdict(training(RISING) + held_out([-130.0, -140.0, -162.0]))
    assert found.level == "unclear"
    assert str(found.message).startswith(
        "Worse than before: −162.0 nats on held-out images at step 300, −130.0 at step"
    )
    within_noise = verdict(training(RISING) + held_out([-130.0, -130.4]))
    assert within_noise.level == "good"


@pytest.mark.parametrize(
    ("rows", "level", "text", "change"),
    [
        (training([*RISING, math.nan]), "bad", "number", {"plan.players.model.lr": 0.001}),
        (training([*RISING, *[-900.0] * 6]), "bad", "diverges", {"plan.players.model.lr": 0.001}),
        (training(RISING, kl=0.01), "watch", "collapse", {"beta": 0.25}),
        (
            training(RISING) + held_out([-200.0, -150, -140, -142, -145, -148, -150, -152]),
            "watch",
            "step 300",
            {"plan.steps": 800},
        ),
        (training(RISING) + held_out([-150.0 + 0.01 * i for i in range(12)]), "good", "levelled off",
         {"plan.players.model.lr": 0.001}),
    ],
    ids=["not-finite", "diverging", "collapsed", "overfitting", "level"],
)  # fmt: skip
def test_alarms_and_their_remedies(rows: list[Row], level: str, text: str, change: dict[str, float]) -> None:
    found = verdict(rows)
    assert (found.level, found.change) == (level, change)
    assert text in str(found.message)
    assert str(found.remedy)
    from genstudio.models.variational.vae import VaeKnobs

    live = Live(VaeKnobs(), PLAN)
    live(found.change)  # the button's change is one that a running training takes


def test_exact_likelihood_is_checked_like_a_bound_and_named_correctly() -> None:
    """A lower nll is better, so its sign is reversed."""
    falling = [
        Row(100 * i, 0.0, {"train/nll": 90.0 - i, "validation/nll": 90.0 + 2 * abs(i - 4)}) for i in range(1, 12)
    ]
    found = assess(falling, Plan())
    assert found is not None
    assert found.message.text.startswith("Overfitting")
    assert "log-likelihood" in str(found.message)
    assert "best at step 400 (−90.0 nats)" in str(found.message)
    learning = assess([Row(1, 0.0, {"validation/nll": 91.25})], Plan())
    assert learning is not None
    assert "−91.2 nats" in str(learning.message)
