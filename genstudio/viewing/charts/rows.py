"""Protocols of the rows and marks that curves are drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from genstudio.core.messages import Message


class CurveRow(Protocol):
    """Metrics at one step, as in ``training.telemetry.CurveRow``."""

    @property
    def step(self) -> int: ...
    @property
    def seconds(self) -> float: ...
    @property
    def values(self) -> Mapping[str, float]: ...


class Annotation(Protocol):
    """An annotation between ``step`` and the next one, as in ``training.marks.Annotation``."""

    @property
    def step(self) -> int: ...
    @property
    def message(self) -> Message: ...
