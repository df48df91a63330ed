"""Changes to settings while a model trains: asked for on any thread, checked at once, taken over between two steps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from genstudio.core.errors import UsageError
from genstudio.core.knobs import Knobs, describe, parse_knobs
from genstudio.core.messages import N_
from genstudio.training.recipe.plan import Plan, PlayerPlan, parse_plan


class Live:
    """The settings in force, and those that wait for the next step.

    ``live.set("beta", 2.0)``, ``live.set("plan.players.model.lr", 1e-4)``, ``live.set("plan.steps", 20_000)``,
    ``live.set("only", "discriminator")`` (only that player is updated; ``None`` for all). ``check`` raises
    :class:`UsageError` for a plan that the images can't serve.
    """

    def __init__(
        self,
        model_knobs: Knobs,
        plan: Plan,
        players: tuple[str, ...] = ("model",),
        check: Callable[[Plan], None] = lambda plan: None,
    ) -> None:
        self.model_knobs = model_knobs
        self._check = check
        self.plan = plan
        self.only: str | None = None
        self._players = players
        self._requested: dict[str, Any] = {}
        self._lock = threading.Lock()

    def __call__(self, values: Mapping[str, Any]) -> None:
        """Set several at once. Raises :class:`UsageError` and changes none when one does not fit."""
        with self._lock:
            requested = {**self._requested, **{_canonical(name): value for name, value in values.items()}}
            self._apply(requested)  # raises before anything is kept
            self._requested = requested

    def set(self, name: str, value: Any) -> None:
        """Set one. Raises :class:`UsageError` for what is unknown, not live, or out of range."""
        self({name: value})

    @property
    def coming(self) -> Plan:
        """The plan as it will be in force after the next step's changes."""
        with self._lock:
            return self._apply(self._requested)[1]

    @property
    def waiting(self) -> bool:
        """True if a setting changes before the next step."""
        return bool(self._requested)

    def take(self) -> dict[str, tuple[Any, Any]]:
        """Put the waiting changes in force, on the training thread, between steps. By name: the value until then, and
        the new one."""
        with self._lock:
            requested, self._requested = self._requested, {}
            before = {name: self.value(name) for name in requested}
            self.model_knobs, self.plan, self.only = self._apply(requested)
            return {name: (before[name], value) for name, value in requested.items()}

    def value(self, name: str) -> Any:
        """Value in force of a live setting: ``model.beta``, ``plan.players.model.lr``, ``only``."""
        match name.split("."):
            case ["plan", "players", player, knob]:
                return getattr(self.plan.player(player), knob)
            case ["plan", knob]:
                return getattr(self.plan, knob)
            case ["model", knob]:
                return getattr(self.model_knobs, knob)
            case _:
                return self.only

    @property
    def players(self) -> tuple[str, ...]:
        """The names of the model's players, in its order."""
        return self._players

    def _apply(self, requested: Mapping[str, Any]) -> tuple[Knobs, Plan, str | None]:
        knobs: dict[str, Any] = {}
        plan: dict[str, Any] = self.plan.model_dump()
        only = self.only
        for name, value in requested.items():
            match name.split("."):
                case ["only"]:
                    only = self._player(value) if value else None
                case ["model", knob]:
                    _must_be_live(type(self.model_knobs), knob)
                    knobs[knob] = value
                case ["plan", knob] if knob != "players":
                    _must_be_live(Plan, knob)
                    plan[knob] = value
                case ["plan", "players", player, knob]:
                    _must_be_live(PlayerPlan, knob)
                    name = self._player(player)
                    plan["players"].setdefault(name, PlayerPlan().model_dump())[knob] = value
                case _:
                    raise UsageError(
                        N_("There is no setting named '{name}'.", name=name),
                        N_("Write it as beta, plan.steps or plan.players.model.lr."),
                    )
        new_knobs = parse_knobs(type(self.model_knobs), {**self.model_knobs.model_dump(), **knobs})
        new_plan = parse_plan(plan)
        self._check(new_plan)
        return new_knobs, new_plan, only

    def _player(self, name: str) -> str:
        if name not in self._players:
            raise UsageError(
                N_("There is no player named '{name}'.", name=name),
                N_("There are: {names}.", names=", ".join(self._players)),
            )
        return name


def _canonical(name: str) -> str:
    return f"model.{name}" if "." not in name and name != "only" else name


def _must_be_live(knobs: type[Knobs], name: str) -> None:
    known = {info.name: info for info in describe(knobs)}
    if name not in known:
        raise UsageError(
            N_("There is no setting named '{name}' here.", name=name),
            N_("There are: {names}.", names=", ".join(n for n, info in known.items() if info.live)),
        )
    if not known[name].live:
        raise UsageError(
            N_("{name} can't change while the model trains.", name=name), N_("Start a new run with another value.")
        )
