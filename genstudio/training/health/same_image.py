"""A generator that draws one image whatever the noise is."""

from __future__ import annotations

from genstudio.core.messages import N_
from genstudio.training.health.metric_history import GENERATOR, LONG, MetricHistory
from genstudio.training.health.result import Health
from genstudio.training.health.rule import health_rule

ONE = 0.02
"""Diversity of a sheet (see :mod:`genstudio.training.diversity`). Generators that learn had .07 and more after 50 steps;
those whose outputs are stuck at black and white have under .0001. Untrained ones may have .0006 (DCGAN): too early."""
SHEETS = 2


@health_rule("same-image", order=40)
def check(history: MetricHistory) -> Health | None:
    """The newest sheets show one image, though the game goes on."""
    varied = [value for step, value in history.curve(history.diversity) if step > 0]
    if len(history.turns) < LONG or len(varied) < SHEETS or max(varied[-SHEETS:]) >= ONE:
        return None
    message = N_(
        "The generator draws the same image for any noise. This rarely recovers: start a new run with a smaller "
        "learning rate for the generator."
    )
    return Health("bad", message, N_("Slow the generator to a third"), history.third(GENERATOR))
