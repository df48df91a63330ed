"""A likelihood that falls back far behind what it was."""

from __future__ import annotations

import statistics

from genstudio.core.messages import N_
from genstudio.training.health.metric_history import ENOUGH, FEW, SLOWER, MetricHistory, nats
from genstudio.training.health.result import Health
from genstudio.training.health.rule import health_rule


@health_rule("diverging", order=30)
def check(history: MetricHistory) -> Health | None:
    """The recent bound lies half its best size (at least a nat) under its best."""
    bound = [value for _, value in history.bound()]
    if len(bound) < 2 * ENOUGH:
        return None
    now = statistics.median(bound[-FEW:])
    best = max(statistics.median(bound[i : i + FEW]) for i in range(0, len(bound) - FEW + 1, FEW))
    if best - now <= max(0.5 * abs(best), 1.0):
        return None
    message = N_(
        "The {what} fell back from {best} to {now} nats: training diverges.",
        what=history.what,
        best=nats(best),
        now=nats(now),
    )
    return Health("bad", message, SLOWER, history.slower())
