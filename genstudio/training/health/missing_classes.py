"""Classes that are never drawn, where a judge looks at the samples (see the measure ``class_coverage``)."""

from __future__ import annotations

from genstudio.core.messages import N_
from genstudio.training.health.seen import GENERATOR, Seen
from genstudio.training.health.verdict import Health

COVERAGE = "validation/class_coverage"
LEAST = 0.8  # of the classes
TIMES = 3  # measurements in a row


def check(seen: Seen) -> Health | None:
    """A fifth of the classes or more is missing in measurement after measurement, and none comes back."""
    covered = [value for _, value in seen.curve(COVERAGE)]
    if len(covered) < TIMES + 1 or not 0 <= max(covered) <= 1:
        return None
    now = covered[-TIMES:]
    if max(now) >= LEAST or now[-1] > covered[-TIMES - 1]:
        return None
    message = N_("Mode collapse: samples show only {share:.0%} of the classes.", share=now[-1])
    change = seen.third(GENERATOR) if seen.turns else {}
    return Health("watch", message, N_("Slow the generator to a third") if change else "", change)
