"""A statement on a run's health."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from genstudio.core.messages import Message


@dataclass(frozen=True)
class Health:
    """``message`` says what is seen; ``remedy`` names what the live settings in ``change`` would do (both may be empty).

    ``level``: good, watch and bad are findings; ``unclear`` is a description that is neither praise nor alarm."""

    level: Literal["good", "unclear", "watch", "bad"]
    message: Message
    remedy: Message | str = ""
    change: dict[str, Any] = field(default_factory=dict)

    @property
    def is_alarm(self) -> bool:
        """True if something is wrong."""
        return self.level in ("watch", "bad")


def as_options(change: Mapping[str, Any]) -> list[str]:
    """Live settings as the command line takes them after ``--set``: ``plan.players.model.lr=0.001``."""
    return [f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}" for name, value in change.items()]
