"""Nothing gets better any more, and nothing worse."""

from __future__ import annotations

import statistics

from genstudio.core.messages import N_
from genstudio.training.health.metric_history import FEW, NOISE, SLOWER, MetricHistory, nats
from genstudio.training.health.result import Health
from genstudio.training.health.rule import health_rule


@health_rule("level", order=120)
def check(history: MetricHistory) -> Health | None:
    """The last measurements on held-out images equal those before, but for noise."""
    held_out = history.held_out()
    if len(held_out) < 2 * FEW:
        return None
    now = statistics.median(value for _, value in held_out[-FEW:])
    before = statistics.median(value for _, value in held_out[-2 * FEW : -FEW])
    if abs(now - before) > NOISE * abs(now):
        return None
    message = N_(
        "The {what} has levelled off at {now} nats: more steps change little.", what=history.what, now=nats(now)
    )
    return Health("good", message, SLOWER, history.slower())
