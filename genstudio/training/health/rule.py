"""Health rules: functions from a run's numbers to a finding, each registered in a file of its own.

@health_rule("not-finite", order=10)
def check(history: MetricHistory) -> Health | None: ...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from genstudio.core.messages import N_
from genstudio.core.registry import Registry
from genstudio.training.health.metric_history import MetricHistory
from genstudio.training.health.result import Health

Check = Callable[[MetricHistory], Health | None]


@dataclass(frozen=True)
class HealthRule:
    """``order``: rules are asked in ascending order, the worst first, and the first that finds something is shown.
    ``is_progress``: what it finds is how far the run is, not what is wrong with it."""

    name: str
    order: int
    check: Check
    is_progress: bool = False


rules: Registry[HealthRule] = Registry(N_("health rule"), "genstudio.training.health")


def health_rule(name: str, *, order: int, is_progress: bool = False) -> Callable[[Check], Check]:
    """Decorator: register a check as the health rule ``name``. The arguments are the fields of :class:`HealthRule`."""

    def file(check: Check) -> Check:
        rules.register(name)(HealthRule(name, order, check, is_progress))
        return check

    return file


def ordered_rules() -> list[HealthRule]:
    """All health rules, the worst first."""
    return sorted((rule for _, rule in rules.items()), key=lambda rule: (rule.order, rule.name))
