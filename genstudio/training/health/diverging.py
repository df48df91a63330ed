"""A likelihood that falls back far behind what it was."""

from __future__ import annotations

import statistics

from genstudio.core.messages import N_
from genstudio.training.health.seen import ENOUGH, FEW, SLOWER, Seen, nats
from genstudio.training.health.verdict import Health


def check(seen: Seen) -> Health | None:
    """The recent bound lies half its best size (at least a nat) under its best."""
    bound = [value for _, value in seen.bound()]
    if len(bound) < 2 * ENOUGH:
        return None
    now = statistics.median(bound[-FEW:])
    best = max(statistics.median(bound[i : i + FEW]) for i in range(0, len(bound) - FEW + 1, FEW))
    if best - now <= max(0.5 * abs(best), 1.0):
        return None
    message = N_(
        "The {what} fell back from {best} to {now} nats: training diverges.",
        what=seen.what,
        best=nats(best),
        now=nats(now),
    )
    return Health("bad", message, SLOWER, seen.slower())
