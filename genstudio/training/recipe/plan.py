"""The plan: how long a model trains and how, with one optimiser a player.

Everything is in absolute steps, so that ``steps`` only says when to stop: a run of 500 steps that is continued to 2,000
equals one that was asked for 2,000 at once.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import pydantic

from genstudio.core.errors import UsageError
from genstudio.core.knobs import Knobs, knob, parse_knobs
from genstudio.core.messages import N_


class PlayerPlan(Knobs):
    """Optimiser settings of one player."""

    optimiser: Literal["adam", "adamw", "sgd", "rmsprop", "adagrad"] = knob(
        "adam", help=N_("Turns gradients into updates; Adam is a good first choice."), label=N_("Optimiser")
    )
    lr: float = knob(
        1e-3,
        help=N_("Learning rate: the size of one update."),
        label=N_("Learning rate"),
        gt=0,
        le=10,
        live=True,
        log=True,
    )
    betas: tuple[float, float] = knob(
        (0.9, 0.999),
        help=N_("Decay rates of Adam's two moving averages; SGD and RMSprop use the first alone, as momentum."),
        label=N_("Momenta (betas)"),
        live=True,
        advanced=True,
    )
    weight_decay: float = knob(
        0.0,
        help=N_("Pulls weights towards zero; 0 turns it off."),
        label=N_("Weight decay"),
        ge=0,
        le=10,
        live=True,
        advanced=True,
    )
    schedule: Literal["constant", "linear", "cosine", "exponential"] = knob(
        "constant", help=N_("Shape of the learning rate's decay."), label=N_("Schedule"), live=True
    )
    decay_steps: int = knob(
        0,
        help=N_("Steps over which the schedule falls to its floor and then stays there. 0: the plan's steps."),
        label=N_("Decay steps"),
        ge=0,
        live=True,
    )
    floor: float = knob(
        0.01,
        help=N_("End of the schedule, as a fraction of the learning rate."),
        label=N_("Schedule floor"),
        gt=0,
        le=1,
        live=True,
        advanced=True,
    )
    warmup: int = knob(
        0,
        help=N_("Steps over which the learning rate rises from zero."),
        label=N_("Warm-up steps"),
        ge=0,
        live=True,
        advanced=True,
    )
    average: float = knob(
        0.0,
        help=N_("Decay of the moving average of the weights, such as 0.999; 0 keeps no average."),
        label=N_("Weight averaging"),
        ge=0,
        lt=1,
        advanced=True,
    )

    @pydantic.field_validator("betas")
    @classmethod
    def _betas_in_range(cls, betas: tuple[float, float]) -> tuple[float, float]:
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError("both numbers must be at least 0 and less than 1")
        return betas

    def as_set(self) -> dict[str, Any]:
        """Only what was set: the rest is left to the model, then to the defaults here."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}

    def lr_at(self, step: int) -> float:
        """The learning rate of the update made in ``step`` (the first is 0): a function of the step alone."""
        lr = self.lr
        if step < self.warmup:
            lr *= (step + 1) / self.warmup
        if self.schedule == "constant" or not self.decay_steps:
            return lr
        done = min(1.0, step / self.decay_steps)
        if self.schedule == "linear":
            return lr * (1 - (1 - self.floor) * done)
        if self.schedule == "cosine":
            return lr * (self.floor + (1 - self.floor) * (1 + math.cos(math.pi * done)) / 2)
        return lr * self.floor**done


class Plan(Knobs):
    """Plan of a training: steps, batch size, intervals of saving, sampling and measuring, optimisers of the players."""

    steps: int = knob(10_000, help=N_("Number of steps to train."), label=N_("Steps"), ge=0, le=100_000_000, live=True)
    batch_size: int = knob(100, help=N_("Images in one minibatch."), label=N_("Batch size"), ge=1, le=65_536)
    seed: int = knob(0, help=N_("Same seed, same run."), label=N_("Seed"), ge=0, lt=2**63)
    save_every: int = knob(
        1_000, help=N_("Steps between checkpoints; 0 saves only at the end."), label=N_("Save every"), ge=0, live=True
    )
    sample_every: int = knob(
        500,
        help=N_("Steps between sample sheets, always from the same noise; 0 makes none."),
        label=N_("Samples every"),
        ge=0,
        live=True,
    )
    evaluate_every: int = knob(
        500,
        help=N_("Steps between measurements on validation images; 0 measures only at the end."),
        label=N_("Measure every"),
        ge=0,
        live=True,
    )
    judge_every: int = knob(
        0,
        help=N_(
            "Steps between measurements with a judge (FID, coverage, classes) on 2,000 samples; training waits "
            "meanwhile. 0 never measures."
        ),
        label=N_("Judge every"),
        ge=0,
        live=True,
        advanced=True,
    )
    clip: float = knob(
        0.0,
        help=N_("Largest norm of a player's gradient; 0 does not clip."),
        label=N_("Gradient clipping"),
        ge=0,
        live=True,
        advanced=True,
    )
    precision: Literal["auto", "float32", "bf16"] = knob(
        "auto",
        help=N_("Number format of the forward pass; auto uses bf16 if it is faster on the device."),
        label=N_("Precision"),
        advanced=True,
    )
    threads: int = knob(
        0,
        help=N_("CPU threads for training; 0 lets torch choose."),
        label=N_("Threads"),
        ge=0,
        le=1024,
        live=True,
        advanced=True,
    )
    log_every: int = knob(
        10,
        help=N_("Steps between points of the curves; a point is the mean over them."),
        label=N_("Curve point every"),
        ge=1,
        live=True,
        advanced=True,
    )
    players: dict[str, PlayerPlan] = knob({}, help=N_("The optimiser of each player."), live=True)

    @pydantic.model_validator(mode="after")
    def _settle_decay(self) -> Plan:
        # Written down once, as absolute steps: a later change of ``steps`` must not bend the schedule behind him.
        settled = {
            name: player if player.decay_steps else player.model_copy(update={"decay_steps": max(self.steps, 1)})
            for name, player in self.players.items()
        }
        object.__setattr__(self, "players", settled)
        return self

    def player(self, name: str) -> PlayerPlan:
        """The plan of one player: the defaults where the recipe says nothing."""
        return self.players.get(name) or PlayerPlan()


def parse_plan(values: Any) -> Plan:
    """A plan from nested tables. Raises :class:`UsageError` that names the setting, the player too."""
    players = values.get("players", {}) if isinstance(values, dict) else None
    if not isinstance(players, dict) or not all(isinstance(v, dict) for v in players.values()):
        raise UsageError(
            N_("[plan] and [plan.players.NAME] must be tables."), N_("Write [plan.players.model] and lr = 0.001.")
        )
    parsed = {}
    for name, given in players.items():
        try:
            parsed[name] = parse_knobs(PlayerPlan, given)
        except UsageError as error:
            raise UsageError(N_("plan.players.{name}: {what}", name=name, what=error.what), error.remedy) from None
    plan: Plan = parse_knobs(Plan, {**values, "players": parsed})
    return plan
