"""A code that says nothing of the image (Bowman et al. 2016)."""

from __future__ import annotations

import statistics

from genstudio.core.messages import N_
from genstudio.training.health.metric_history import ENOUGH, FEW, MetricHistory, short
from genstudio.training.health.result import Health
from genstudio.training.health.rule import health_rule

COLLAPSED = 0.05  # nats of KL under which a code says nothing: a twentieth of telling one image from two others


@health_rule("posterior-collapse", order=100)
def check(history: MetricHistory) -> Health | None:
    """The KL term stays near 0 after its warm-up."""
    kl = [
        value
        for step, value in history.total(history.keys("train", "kl"))
        if step > int(history.knobs.get("warmup", 0))
    ]
    if len(kl) < ENOUGH or statistics.median(kl[-FEW:]) >= COLLAPSED:
        return None
    beta = float(history.knobs.get("beta", 0))
    message = N_("The KL term is almost 0: the code carries no information about the image (posterior collapse).")
    if beta <= 0:
        return Health("watch", message)
    return Health("watch", message, N_("Reduce the weight of the KL term"), {"beta": short(beta / 4)})
