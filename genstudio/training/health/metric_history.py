"""Numbers of a run sorted by role, and the remedies that several alarms share."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from genstudio.core.messages import N_, Message
from genstudio.core.metrics import Metric, Role, with_role
from genstudio.objectives.base import Objective, objectives
from genstudio.training.metrics import gradient_name
from genstudio.training.recipe.plan import Plan
from genstudio.training.telemetry import Row

FEW = 5  # rows that make a recent mean
ENOUGH = 10  # rows before anything is said of them
LONG = 30  # rows of a game before it is said to go on like this: players swing, and right themselves
NOISE = 0.003  # relative change of an ELBO that is taken for noise
EARLY = 500
"""Steps of a game before its sheets are judged by what they don't show: every generator begins with few blurred images. The
fully connected one of mnist-gan has left them by then, with and without its penalty."""
SHEETS = 5  # in a row before it is said that a generator stays like this

SLOWER = N_("Use a third of the learning rate")
DISCRIMINATOR, GENERATOR = "discriminator", "generator"


class MetricHistory:
    """Numbers of a run by role. ``rows`` ascending; ``plan`` and ``knobs`` are those in force; ``metrics`` by name;
    ``training``: True while steps are being taken; ``only``: the player that learns alone, or empty."""

    def __init__(
        self,
        rows: Sequence[Row],
        plan: Plan,
        knobs: dict[str, Any],
        metrics: Mapping[str, Metric],
        *,
        training: bool = True,
        only: str = "",
    ) -> None:
        self.rows, self.plan, self.knobs, self.training, self.only = rows, plan, knobs, training, only
        self.metrics = metrics
        self.step = rows[-1].step if rows else 0

    def key(self, split: str, role: Role) -> str:
        """Key of the metric with that role which the rows have (``split/name``), else "", which no row has."""
        return next(iter(self.keys(split, role)), "")

    def keys(self, split: str, role: Role) -> list[str]:
        """Keys of the metrics with that role which some row has, in the order of their declaration."""
        return [key for name in with_role(self.metrics, role) if (key := f"{split}/{name}") in self._reported]

    @cached_property
    def _reported(self) -> set[str]:
        return {key for row in self.rows for key in row.values}

    def curve(self, name: str) -> list[tuple[int, float]]:
        """(step, value) of one key, oldest first."""
        return [(row.step, row.values[name]) for row in self.rows if name in row.values]

    # -- one player, scored by a likelihood ----------------------------------------------------------------------------

    @property
    def what(self) -> Message:
        """Name of the measure by which held-out images are scored."""
        exact = self.key("train", "nll") or self.key("validation", "nll")
        return N_("log-likelihood") if exact else N_("ELBO")

    def held_out(self) -> list[tuple[int, float]]:
        """log p of held-out images, or the bound on it, in nats: higher is better."""
        exact = self.curve(self.key("validation", "nll"))
        return self.curve(self.key("validation", "bound")) or [(step, -nll) for step, nll in exact]

    def bound(self) -> list[tuple[int, float]]:
        """Bound on training images: from the ELBO's two terms, or exact."""
        if exact := self.curve(self.key("train", "nll")):
            return [(step, -nll) for step, nll in exact]
        return self.total(self.keys("train", "elbo_term"), sign=-1)

    def total(self, keys: Sequence[str], sign: int = 1) -> list[tuple[int, float]]:
        """(step, sum over ``keys``, times ``sign``) of the rows that have all of them; empty for no keys."""
        return [
            (row.step, sign * sum(row.values[key] for key in keys))
            for row in self.rows
            if keys and all(key in row.values for key in keys)
        ]

    # -- two players -----------------------------------------------------------------------------------------------------

    @cached_property
    def real(self) -> str:
        """Key of the discriminator's mean output on real images; "" without one."""
        return self.key("train", "real_output")

    @cached_property
    def fake(self) -> str:
        """Key of the discriminator's mean output on generated images; "" without one."""
        return self.key("train", "fake_output")

    @cached_property
    def diversity(self) -> str:
        """Key of the diversity of a sheet of samples; "" without one."""
        return self.key("samples", "diversity")

    @cached_property
    def turns(self) -> list[Row]:
        """Rows of a game between a discriminator and a generator; empty for every other model."""
        return [row for row in self.rows if self.real in row.values and self.fake in row.values]

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
    def objective(self) -> type[Objective] | None:
        """The objective of the run, where the model has one."""
        name = self.knobs.get("objective")
        return objectives[name] if name is not None and name in objectives else None

    @property
    def has_probabilities(self) -> bool:
        """True if D(x) is a probability and not a critic's value. By the objective where there is
        one, else by what the values are like."""
        if self.objective is not None:
            return self.objective.output == "logit"
        return all(0 <= self.recent_median(key) <= 1 for key in (self.real, self.fake))

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
    return f"train/{gradient_name(player)}"


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
