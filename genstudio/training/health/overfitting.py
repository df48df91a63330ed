"""Held-out images get worse while training images get better."""

from __future__ import annotations

import statistics

from genstudio.core.messages import N_
from genstudio.training.health.metric_history import FEW, NOISE, MetricHistory, nats
from genstudio.training.health.result import Health
from genstudio.training.health.rule import health_rule


@health_rule("overfitting", order=110)
def check(history: MetricHistory) -> Health | None:
    """Three measurements or more below the best one, by more than noise, while the training bound rose."""
    held_out, training = history.held_out(), history.bound()
    if len(held_out) < 4 or not training:
        return None
    at, best = max(held_out, key=lambda point: point[1])
    since = [value for step, value in held_out if step > at]
    margin = max(1.0, NOISE * abs(best))
    before = [value for step, value in training if step <= at][-FEW:]
    if len(since) < 3 or not before or max(since) > best - margin:
        return None
    if statistics.median(value for _, value in training[-FEW:]) <= statistics.median(before):
        return None
    message = N_(
        "Overfitting: the {what} of held-out images was best at step {step:,} ({best} nats) and falls since, while that "
        "of training images rises.",
        what=history.what,
        step=at,
        best=nats(best),
    )
    return Health("watch", message, N_("Stop here and save"), {"plan.steps": history.step})
