"""Health of a run in one sentence, with a remedy where there is one, computed from the numbers of its curves alone.

One rule per file: a function under ``@health_rule`` (``rule.py``), which says how severe it is. Thresholds were chosen
from real trainings that work and that fail; each file says which. Rules read numbers by role (``core/metrics.py``), never
by name: a new model declares the roles of what it reports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from genstudio.core.messages import N_
from genstudio.core.metrics import Metric
from genstudio.training.health.metric_history import MetricHistory
from genstudio.training.health.result import Health, as_options
from genstudio.training.health.rule import ordered_rules
from genstudio.training.metrics import all_metrics
from genstudio.training.recipe.plan import Plan
from genstudio.training.telemetry import Row

__all__ = ["Health", "as_options", "assess"]


def assess(
    rows: Sequence[Row],
    plan: Plan,
    knobs: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Metric] | None = None,
    *,
    training: bool = True,
    only: str = "",
) -> Health | None:
    """Most severe finding in ``rows`` (ascending, newest last), else a finding on progress; ``None`` before there is
    enough to see.

    ``plan`` and the model's ``knobs`` are those in force: remedies are relative to them. ``metrics``: those of the run
    (:func:`genstudio.training.metrics.metrics_of`); rules find numbers by their roles. Without, all that are registered.
    ``training``: False for a run that is paused, stopped or finished, which is never described in the present tense.
    ``only``: the one player that is updated now, where a person has chosen so; rows average several steps and tell it late.
    """
    known = all_metrics() if metrics is None else metrics
    history = MetricHistory(rows, plan, dict(knobs or {}), known, training=training, only=only)
    for rule in ordered_rules():
        found = rule.check(history)
        if found is not None and not training and not rule.is_progress:
            return replace(found, message=N_("Up to step {step:,}: {what}", step=history.step, what=found.message))
        if found is not None:
            return found
    return None
