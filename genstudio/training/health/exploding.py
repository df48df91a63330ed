"""Steps so large that the players fly apart, though every number is still one."""

from __future__ import annotations

from genstudio.core.messages import N_
from genstudio.training.health.seen import DISCRIMINATOR, ENOUGH, FEW, GENERATOR, SLOWER, Seen, gradient
from genstudio.training.health.verdict import Health

HUGE = 3e4
"""Length of a player's gradient. Games that work, of seven objectives on images of 8 to 32 pixels, never passed 200;
learning rates of 1 and more bring 1e5 and up within ten steps."""


def check(seen: Seen) -> Health | None:
    """A player's gradient is huge in each of the newest turns, or was within the last few."""
    last = seen.turns[-ENOUGH:]
    if len(last) < FEW:
        return None
    for player in (DISCRIMINATOR, GENERATOR):
        if sum(row.values.get(gradient(player), 0.0) > HUGE for row in last) >= FEW:
            message = N_("The gradient of the {player} has exploded: the steps are too large.", player=player)
            return Health("bad", message, SLOWER, seen.slower())
    return None
