"""The rows that a verdict is made from, sorted by what they are about; and the remedies that several alarms share."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from genstudio.core.messages import N_, Message
from genstudio.objectives.base import objectives
from genstudio.training.recipe.plan import Plan
from genstudio.training.telemetry import Row

FEW = 5  # rows that make a recent mean
ENOUGH = 10  # rows before anything is said of them
LONG = 30  # rows of a game before it is said to go on like this: players swing, and right themselves
NOISE = 0.003  # relative change of an ELBO that is taken for noise
REAL, FAKE = "train/D(x)", "train/D(G(z))"
PASSED = "train/passed"  # share of generated images that the discriminator takes for real
ABOVE = "train/above"  # in place of it, without a boundary: share of pairs in which the generated image is the more real one
DIVERSITY, DUPLICATES = "samples/diversity", "samples/duplicates"
EARLY = 500
"""Steps of a game before its sheets are judged by what they don't show: every generator begins with few blurred images. The
fully connected one of mnist-gan has left them by then, with and without its penalty."""
SHEETS = 5  # in a row before it is said that a generator stays like this

SLOWER = N_("Use a third of the learning rate")
DISCRIMINATOR, GENERATOR = "discriminator", "generator"


class MetricHistory:
    """``rows`` ascending; ``plan`` and ``knobs`` are those in force; ``training``: whether steps are being taken now;
    ``only``: the player that learns alone, or empty."""

    def __init__(
        self, rows: Sequence[Row], plan: Plan, knobs: dict[str, Any], *, training: bool = True, only: str = ""
    ) -> None:
        self.rows, self.plan, self.knobs, self.training, self.only = rows, plan, knobs, training, only
        self.step = rows[-1].step if rows else 0

    def curve(self, name: str) -> list[tuple[int, float]]:
        """(step, value) of one key, oldest first."""
        return [(row.step, row.values[name]) for row in self.rows if name in row.values]

    # -- one player, scored by a likelihood ----------------------------------------------------------------------------

    @property
    def what(self) -> Message:
        """Name of the measure by which held-out images are scored."""
        exact = any("train/nll" in row.values or "validation/nll" in row.values for row in self.rows)
        return N_("log-likelihood") if exact else N_("ELBO")

    def held_out(self) -> list[tuple[int, float]]:
        """log p of held-out images, or the bound on it, in nats: higher is better."""
        return self.curve("validation/elbo") or [(step, -nll) for step, nll in self.curve("validation/nll")]

    def bound(self) -> list[tuple[int, float]]:
        """Bound on training images: from the ELBO's two terms, or exact."""
        if exact := self.curve("train/nll"):
            return [(step, -nll) for step, nll in exact]
        return [
            (row.step, -row.values["train/reconstruction"] - row.values["train/kl"])
            for row in self.rows
            if "train/reconstruction" in row.values and "train/kl" in row.values
        ]

    # -- two players -----------------------------------------------------------------------------------------------------

    @cached_property
    def turns(self) -> list[Row]:
        """Rows of a game between a discriminator and a generator; empty for every other model."""
        return [row for row in self.rows if REAL in row.values and FAKE in row.values]

    @cached_property
    def recent(self) -> list[Row]:
        """The last ``LONG`` turns in which both players learned; empty where there are fewer."""
        last = self.turns[-LONG:]
        both = all(gradient(name) in row.values for row in last for name in (DISCRIMINATOR, GENERATOR))
        return last if len(last) == LONG and both else []

    def players_learning(self, row: Row) -> tuple[str, ...]:
        """Players that were updated in ``row`` by a gradient that is not 0. A player whose
        gradient is recorded in no row counts as updated."""
        return tuple(
            name
            for name in (DISCRIMINATOR, GENERATOR)
            if name not in self.with_gradients or row.values.get(gradient(name), 0.0) > 0
        )

    @cached_property
    def with_gradients(self) -> set[str]:
        """Players whose gradient is recorded in some row."""
        return {name for name in (DISCRIMINATOR, GENERATOR) if any(gradient(name) in row.values for row in self.turns)}

    @property
    def tells_probabilities(self) -> bool:
        """True where D(x) is a probability and not a critic's value. By the objective where there is
        one, else by what the values are like."""
        name = self.knobs.get("objective")
        if name is not None and name in objectives:
            return objectives[name].output == "logit"
        return all(0 <= self.recent_median(key) <= 1 for key in (REAL, FAKE))

    def recent_median(self, key: str) -> float:
        """The median of one key over the recent turns."""
        return statistics.median(row.values[key] for row in self.recent)

    def peak(self, key: str) -> float:
        """The largest median of one key over ``FEW`` turns in a row, of all turns until now."""
        values = [row.values[key] for row in self.turns if key in row.values]
        return max(
            (statistics.median(values[i : i + FEW]) for i in range(0, len(values) - FEW + 1, FEW)),
            default=0.0,
        )

    @property
    def for_steps(self) -> str:
        """Number of steps of the recent rows, in words."""
        return f"{self.recent[-1].step - self.recent[0].step:,}"

    def sheets(self, key: str) -> list[float]:
        """One value of each of the newest ``SHEETS`` sheets, none of them early; empty where there are fewer."""
        values = [value for step, value in self.curve(key) if step >= EARLY][-SHEETS:]
        return values if len(values) == SHEETS else []

    # -- remedies ----------------------------------------------------------------------------------------------------------

    def slower(self) -> dict[str, Any]:
        """A third of each player's learning rate."""
        return {k: v for name in list(self.plan.players) or ["model"] for k, v in self.third(name).items()}

    def third(self, player: str) -> dict[str, Any]:
        """A third of one player's learning rate."""
        return {rate(player): short(self.plan.player(player).lr / 3)}


def gradient(player: str) -> str:
    """The key of the length of a player's gradient."""
    return f"train/gradient/{player}"


def rate(player: str) -> str:
    """The live setting of a player's learning rate."""
    return f"plan.players.{player}.lr"


def short(value: float) -> float:
    """Two significant figures."""
    return float(f"{value:.2g}")


def output(value: float) -> str:
    """A discriminator's output with two decimals and a true minus: a critic's has any sign."""
    return f"{value:z.2f}".replace("-", "−")


def nats(value: float) -> str:
    """-15791.84 as people write it: thousands apart, a true minus."""
    return f"{value:,.1f}".replace("-", "−")
