"""Events of training. All are yielded between steps, in this order within one step:
``Changed``, ``Stepped``, ``TermOwners``, ``Alarm``, ``RolledBack``, ``Sampled``, ``Measured``, ``Saved``."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from genstudio.core.messages import Message


@dataclass(frozen=True, slots=True)
class Event:
    """``step`` counts the steps done when it happened."""

    step: int

    def to_json(self) -> dict[str, Any]:
        """One row of ``events.jsonl``."""
        return {"event": type(self).__name__.lower(), "step": self.step}


@dataclass(frozen=True, slots=True)
class Started(Event):
    """Training begins, or goes on at ``step`` after a resume."""


@dataclass(frozen=True, slots=True)
class Stepped(Event):
    """One whole turn of the model is done."""


@dataclass(frozen=True, slots=True)
class Changed(Event):
    """A live setting changed before the next step: ``beta``, ``plan.players.model.lr``, ``only``. ``was``: its value
    until then."""

    name: str
    value: Any
    was: Any = None

    def to_json(self) -> dict[str, Any]:
        return {"event": "changed", "step": self.step, "name": self.name, "value": self.value, "was": self.was}


@dataclass(frozen=True, slots=True)
class TermOwners(Event):
    """Owners of the curves of a model with several players: ``terms`` names each term's player, ``watched`` the numbers
    that are only looked at. Told when the first point of the curves is made, and again whenever a name is new."""

    terms: dict[str, str]
    watched: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {"event": "termowners", "step": self.step, "terms": self.terms, "watched": list(self.watched)}


@dataclass(frozen=True, slots=True)
class RolledBack(Event):
    """The numbers were no longer finite at step ``since``: training goes on from the checkpoint of ``step``, more
    slowly. What was measured after it is forgotten."""

    since: int

    def to_json(self) -> dict[str, Any]:
        return {"event": "rolledback", "step": self.step, "since": self.since}


@dataclass(frozen=True, slots=True)
class Sampled(Event):
    """A sheet of samples was written to ``path``."""

    path: Path

    def to_json(self) -> dict[str, Any]:
        return {"event": "sampled", "step": self.step, "path": f"samples/{self.path.name}"}


@dataclass(frozen=True, slots=True)
class Measured(Event):
    """Measures on held-out images: ``values`` by ``split/name``; ``results`` has each measure's whole ``Result``."""

    values: dict[str, float]
    results: dict[str, Any] = field(default_factory=dict)
    final: bool = False

    def to_json(self) -> dict[str, Any]:
        return {"event": "measured", "step": self.step, "values": self.values, "final": self.final}


@dataclass(frozen=True, slots=True)
class Saved(Event):
    """A complete checkpoint lies at ``path``."""

    path: Path


@dataclass(frozen=True, slots=True)
class Alarm(Event):
    """Something a person should know now. ``watch``: training goes on; ``bad``: it stops."""

    level: Literal["watch", "bad"]
    message: Message

    def to_json(self) -> dict[str, Any]:
        return {"event": "alarm", "step": self.step, "level": self.level, "message": self.message.to_json()}


@dataclass(frozen=True, slots=True)
class Finished(Event):
    """The last event. ``done``: the plan's steps are made; ``diverged``: the numbers were no longer finite."""

    reason: Literal["done", "diverged"]

    def to_json(self) -> dict[str, Any]:
        return {"event": "finished", "step": self.step, "reason": self.reason}


def to_line(row: dict[str, Any]) -> str:
    """One row of ``events.jsonl``."""
    return json.dumps(row, ensure_ascii=False, default=str)
