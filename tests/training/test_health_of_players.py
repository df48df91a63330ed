"""The health line of a game agrees with the numbers, in every state of a run."""

from __future__ import annotations

import pytest

from genstudio.core.spec import ImageSpec
from genstudio.models.adversarial.base import Game
from genstudio.models.base import build
from genstudio.training.health import Health, assess
from genstudio.training.recipe.plan import Plan
from genstudio.training.telemetry import Row

BOTH = ("discriminator", "generator")
ROWS = 40


def rows(
    learning: tuple[str, ...] = BOTH, n: int = ROWS, first: int = 1, real: float = 0.7, fake: float = 0.3, **more: float
) -> list[Row]:
    told = {"train/D(x)": real, "train/D(G(z))": fake} | {f"train/gradient/{name}": 1.0 for name in learning}
    told |= {f"train/{name}": value for name, value in more.items()}
    return [Row(step, 0.0, dict(told)) for step in range(first, first + n)]


def said(played: list[Row], *, training: bool = True) -> Health:
    found = assess(played, Plan(), training=training)
    assert found is not None
    return found


def test_both_learn_while_images_pass_and_only_while_training() -> None:
    live, stopped = said(rows(passed=0.4)), said(rows(passed=0.4), training=False)
    assert (live.level, str(live.message)) == ("good", "Both learn: D(x) 0.70, D(G(z)) 0.30.")
    assert (stopped.level, str(stopped.message)) == ("good", "Up to step 40 both learned: D(x) 0.70, D(G(z)) 0.30.")


def test_discriminator_is_ahead_if_no_sample_passes() -> None:
    """The pane Real or fake? says at the same time that 0 of 32 samples pass."""
    found = said(rows(real=0.9, fake=0.1, passed=0.0))
    assert (found.level, str(found.message)) == (
        "unclear",
        "The discriminator is ahead: D(x) 0.90, D(G(z)) 0.10. 0 % of the samples pass for real.",
    )
    stopped = said(rows(real=0.9, fake=0.1, passed=0.0), training=False)
    assert str(stopped.message) == "Up to step 40: D(x) 0.90, D(G(z)) 0.10. 0 % of the samples pass for real."


def test_critics_are_compared_by_pairs() -> None:
    """As the pane Real or fake? does under the relativistic objective and a critic's."""
    found = said(rows(real=0.5, fake=-1.5, above=0.01))
    assert found.level == "unclear"
    assert str(found.message).endswith("A sample scores higher than a real image in 1 % of pairs.")
    assert said(rows(real=0.5, fake=-1.5, above=0.2)).level == "good"


def test_runs_from_before_passing_was_recorded_are_read_by_the_outputs() -> None:
    assert "discriminator is ahead" in str(said(rows(real=0.99, fake=0.01)).message)
    assert "Both learn" in str(said(rows(real=0.9, fake=0.2)).message)
    assert "Both learn" in str(said(rows(real=-0.5, fake=-1.25)).message), "a critic's values have no boundary"


def test_generator_is_ahead_if_all_samples_pass() -> None:
    found = said(rows(n=12, real=0.6, fake=0.7, passed=1.0))
    assert found.level == "unclear"
    assert "The generator is ahead" in str(found.message)
    assert "100 % of the samples" in str(found.message)


@pytest.mark.parametrize(("player", "other"), [BOTH, BOTH[::-1]])
def test_one_player_alone_is_named(player: str, other: str) -> None:
    played = rows() + rows((player,), n=1, first=ROWS + 1)
    live, stopped = said(played), said(played, training=False)
    assert (live.level, stopped.level) == ("unclear", "unclear")
    assert str(live.message).startswith(f"Only the {player} learns, the {other} does not change: D(x)")
    assert str(stopped.message).startswith(f"At step 41 only the {player} learned: D(x)")


def test_player_chosen_to_learn_alone_is_named_before_its_first_row() -> None:
    """A row averages several steps, and none is written for a single one."""
    for training in (True, False):
        found = assess(rows(), Plan(), training=training, only="discriminator")
        assert found is not None
        assert found.level == "unclear"
        assert str(found.message).startswith("Only the discriminator learns, the generator does not change")


def test_both_players_are_reported_some_time_after_one_alone() -> None:
    alone = rows() + rows(("discriminator",), n=5, first=ROWS + 1)
    soon, later = alone + rows(n=4, first=46), alone + rows(n=10, first=46)
    assert str(said(soon).message) == "Both players have learned since step 46: too early to tell."
    assert str(said(soon, training=False).message) == "Up to step 49: too early to tell."
    assert str(said(later).message).startswith("Both learn")


def test_a_player_whose_gradient_is_0_does_not_learn() -> None:
    dead = rows()
    for row in dead[1:]:
        row.values["train/gradient/generator"] = 0.0
    dead = dead[:20]  # too few for the alarm that it has vanished
    assert str(said(dead).message).startswith("Only the discriminator learns")
    for row in dead[1:]:
        row.values["train/gradient/discriminator"] = 0.0
    assert str(said(dead).message).startswith("Neither player learns at step 20")


def test_no_verdict_on_the_first_steps() -> None:
    for training in (True, False):
        assert assess([], Plan(), training=training) is None
        assert assess(rows(n=9), Plan(), training=training) is None


def test_alarms_of_a_stopped_run_name_their_step() -> None:
    """A run that was opened from disk, or stopped: the finding is of its last steps."""
    overwhelmed = rows(real=1.0, fake=0.0)
    live, stopped = said(overwhelmed), said(overwhelmed, training=False)
    assert live.is_alarm
    assert stopped.level == live.level
    assert str(stopped.message) == f"Up to step 40: {live.message}"


def test_one_player_is_reported_as_learning_only_if_its_bound_rose() -> None:
    def bound(values: list[float]) -> list[Row]:
        return [Row(k, 0.0, {"train/reconstruction": -v, "train/kl": 0.2}) for k, v in enumerate(values, 1)]

    rising, level = bound([-300.0 + k for k in range(30)]), bound([-300.0] * 30)
    knobs = {"warmup": 100}
    assert str(said(rising).message).startswith("Learning: the ELBO of training images rose from −298.2 to −273.2 nats")
    assert str(said(rising, training=False).message).startswith("Up to step 30 the ELBO of training images rose")
    still = assess(level, Plan(), knobs)
    assert still is not None
    assert (still.level, str(still.message).split(":")[0]) == ("unclear", "No progress up to step 30")
    other = said([Row(k, 0.0, {"train/loss": 1.0}) for k in range(1, 30)])
    assert (other.level, str(other.message).split(".")[0]) == ("unclear", "No alarm up to step 29")
    measured = said([Row(5, 0.0, {"validation/elbo": -98.1})], training=False)
    assert str(measured.message) == "Learned: −98.1 nats on held-out images at step 5."


@pytest.mark.parametrize(
    ("objective", "share"), [("non-saturating", 0.5), ("least-squares", 0.25), ("wasserstein", None)]
)
def test_the_share_that_passes_is_counted_at_the_boundary_of_the_objective(objective: str, share: float | None) -> None:
    """Outputs of four samples around 0, the boundary of logits, and around .5, that of least squares."""
    import torch

    model = build("gan", ImageSpec(1, 8, 8), {"objective": objective, "hidden": 8, "latent_dim": 2})
    outputs = torch.tensor([-1.0, -0.1, 0.2, 0.7])
    game = Game(lambda images: outputs[: len(images)], torch.zeros(4, 1, 8, 8), torch.zeros(4, 1, 8, 8), together=False)
    watched = model.watched(game)
    assert watched.get("passed") is None if share is None else float(watched["passed"]) == share
    assert ("above" in watched) is (share is None)
    if share is None:
        assert float(watched["above"]) == 6 / 16, "the other of each pair, since real and generated ones are alike here"
