"""Steps so large that the players fly apart, though every number is still one."""

from __future__ import annotations

from genstudio.core.messages import N_
from genstudio.training.health.metric_history import (
    DISCRIMINATOR,
    ENOUGH,
    FEW,
    GENERATOR,
    SLOWER,
    MetricHistory,
    gradient,
)
from genstudio.training.health.result import Health
from genstudio.training.health.rule import health_rule

HUGE = 3e4
"""Length of a player's gradient. Games that work, of seven objectives on images of 8 to 32 pixels, never passed 200;
learning rates of 1 and more bring 1e5 and up within ten steps."""
LOST = 1e4
"""Size of a loss on the discriminator's output. A critic's value that nothing holds grows too, but games that work stay
below 10; those that flew apart stand at 6e4 and more, and may have no gradient left to be seen."""


@health_rule("exploding", order=20)
def check(history: MetricHistory) -> Health | None:
    """A player's gradient, or its loss, is huge in half of the newest turns."""
    last = history.turns[-ENOUGH:]
    if len(last) < FEW:
        return None
    for player in (DISCRIMINATOR, GENERATOR):
        if sum(row.values.get(gradient(player), 0.0) > HUGE for row in last) >= FEW:
            message = N_("The gradient of the {player} has exploded: the steps are too large.", player=player)
            return Health("bad", message, SLOWER, history.slower())
    losses = history.keys("train", "game_loss")
    if sum(any(abs(row.values.get(name, 0.0)) > LOST for name in losses) for row in last) >= FEW:
        return Health("bad", N_("The losses have exploded: the steps are too large."), SLOWER, history.slower())
    return None
