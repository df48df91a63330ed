"""Samples that vary less and less: the generator keeps to the few images that pass (Goodfellow 2016, section 5.1.1)."""

from __future__ import annotations

from genstudio.core.messages import N_
from genstudio.training.health.metric_history import GENERATOR, MetricHistory
from genstudio.training.health.result import Health
from genstudio.training.health.rule import health_rule

SHEETS = 3  # the newest, all of them
LOST = 0.4  # of the diversity that it had
MOST = 0.5  # a sheet that varies more than that is none of few images


@health_rule("mode-collapse", order=70)
def check(history: MetricHistory) -> Health | None:
    """The newest sheets vary far less than earlier ones did."""
    varied = [value for step, value in history.curve(history.diversity) if step > 0]
    if not history.turns or len(varied) < 2 * SHEETS:
        return None
    now = max(varied[-SHEETS:])
    best = max(min(varied[i : i + 2]) for i in range(len(varied) - SHEETS))
    if now >= min(MOST, LOST * best):
        return None
    message = N_(
        "Mode collapse: samples vary {now:.0%} as much as the images do, and varied {best:.0%} before.",
        now=now,
        best=best,
    )
    return Health("watch", message, N_("Slow the generator to a third"), history.third(GENERATOR))
