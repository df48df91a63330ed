"""The way back from numbers that are no longer finite: the last good checkpoint, with every learning rate halved.

Good is a checkpoint that the plan asked for (or the first) after a step whose numbers were finite. Those that a stop
makes are not taken: where training goes back to depends on the plan alone, so that a run that was stopped and resumed goes
back to the same place as one that was not.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from genstudio.training.run import checkpoint as checkpoints

if TYPE_CHECKING:
    from genstudio.training.recipe.plan import Plan

TIMES = 3  # after that an eighth of the rate did not help either: the fault is elsewhere
SLOWER = 0.5


class Rollback:
    """``good``: the step of the checkpoint to go back to, -1 before there is one; ``times``: how often it was needed."""

    def __init__(self) -> None:
        self.good = -1
        self.times = 0

    def checkpoint(self, folder: Path) -> Path | None:
        """The checkpoint to go back to; ``None`` when there is none that is whole, or it was tried often enough."""
        if self.good < 0 or self.times >= TIMES:
            return None
        path = checkpoints.checkpoint_path(folder, self.good)
        return path if checkpoints.can_resume(path) else None

    def state(self) -> dict[str, int]:
        """For ``state.json``."""
        return {"good": self.good, "times": self.times}

    def restore(self, state: dict[str, Any] | None) -> None:
        """Put back what :meth:`state` gave. Runs made before there was a way back have none."""
        self.good, self.times = int((state or {}).get("good", -1)), int((state or {}).get("times", 0))


def slower(plan: Plan, players: tuple[str, ...]) -> dict[str, float]:
    """Half of each player's learning rate, as live settings."""
    return {f"plan.players.{name}.lr": plan.player(name).lr * SLOWER for name in players}
