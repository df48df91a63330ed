"""Classes that are never drawn, where a judge looks at the samples (see the measure ``class_coverage``), and known modes at
which no samples gather (see ``modes``)."""

from __future__ import annotations

from genstudio.core.messages import N_
from genstudio.training.health.metric_history import GENERATOR, MetricHistory
from genstudio.training.health.result import Health
from genstudio.training.health.rule import health_rule

LEAST = 0.8  # of the classes, or of the modes
TIMES = 3  # measurements in a row
STEPS = 1_000
"""Steps from the measurement before them to the last. The 25 modes of toy-gan are found one by one: none at step 500,
8 at step 1,000, 15 at step 1,500, 21 at step 2,500."""


@health_rule("missing-classes", order=80)
def check(history: MetricHistory) -> Health | None:
    """A fifth or more is missing in measurement after measurement, and none comes back."""
    classes = _stays_away(history.curve(history.key("validation", "class_coverage")))
    modes = _stays_away(_share_of_modes(history))
    if classes is not None:
        message = N_("Mode collapse: samples show only {share:.0%} of the classes.", share=classes)
    elif modes is not None:
        message = N_("Modes are missing: samples cover only {share:.0%} of the known ones.", share=modes)
    else:
        return None
    change = history.third(GENERATOR) if history.turns else {}
    return Health("watch", message, N_("Slow the generator to a third") if change else "", change)


def _share_of_modes(history: MetricHistory) -> list[tuple[int, float]]:
    covered, missing = history.key("validation", "modes"), history.key("validation", "modes_missing")
    both = [(row.step, row.values[covered], row.values[missing]) for row in history.rows if missing in row.values]
    return [(step, found / max(1.0, found + lost)) for step, found, lost in both]


def _stays_away(curve: list[tuple[int, float]]) -> float | None:
    """The newest share, if too much was missing all along and no more is there than at first."""
    curve = list(dict(curve).items())  # the last measurement stands there twice
    earlier = [(step, share) for step, share in curve[:-TIMES] if step <= curve[-1][0] - STEPS]
    if not earlier:
        return None
    began, before = earlier[-1]
    since = [share for step, share in curve if step > began]
    return since[-1] if max(since) < LEAST and since[-1] <= before else None
