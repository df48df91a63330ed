"""A number that is none any more."""

from __future__ import annotations

import math

from genstudio.core.messages import N_
from genstudio.training.health.metric_history import FEW, SLOWER, MetricHistory
from genstudio.training.health.result import Health
from genstudio.training.health.rule import health_rule


@health_rule("not-finite", order=10)
def check(history: MetricHistory) -> Health | None:
    """NaN or infinity among the newest rows. The loop itself goes back to the last good checkpoint when it lasts."""
    bad = [
        name
        for row in history.rows[-FEW:]
        for name, value in row.values.items()
        if not name.startswith("samples/") and not math.isfinite(value)
    ]
    if not bad:
        return None
    name = bad[0].partition("/")[2]
    return Health(
        "bad", N_("{name} is no longer a number: the steps are too large.", name=name), SLOWER, history.slower()
    )
