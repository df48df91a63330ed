"""What curves are drawn from: what was measured, and marks at what happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from genstudio.core.messages import Message


class Row(Protocol):
    """What was measured at one step: ``training.telemetry.Row`` is one."""

    @property
    def step(self) -> int: ...
    @property
    def seconds(self) -> float: ...
    @property
    def values(self) -> Mapping[str, float]: ...


class Mark(Protocol):
    """What happened before the step after ``step``: ``training.marks.Mark`` is one."""

    @property
    def step(self) -> int: ...
    @property
    def message(self) -> Message: ...
