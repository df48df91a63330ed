"""What curves are drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Row(Protocol):
    """What was measured at one step: ``training.telemetry.Row`` is one."""

    @property
    def step(self) -> int: ...
    @property
    def seconds(self) -> float: ...
    @property
    def values(self) -> Mapping[str, float]: ...
