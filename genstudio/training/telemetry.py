"""The numbers of a running training, for curves: written by the training thread, read by anyone, bounded.

The loop emits nothing per step. Whoever draws asks :meth:`Telemetry.since` with the cursor of last time; rows older
than the buffer come from the run's ``metrics.jsonl``.
"""

from __future__ import annotations

import json
import math
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Annotated, Any

import pydantic
from pydantic import Field

from genstudio.core import aliases


class _Line(pydantic.BaseModel):
    """One line of ``metrics.jsonl``. Numbers that are not finite stand there as words."""

    step: int = Field(ge=0, le=10**12)
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    values: dict[str, float] = Field(max_length=1000)
    images_per_second: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """One point of the curves.

    ``values`` by ``split/name``: under ``train/`` each term and watched number, raw, in its own unit, as the mean
    over the ``plan.log_every`` steps before ``step``; under ``validation/`` measures at ``step``. ``seconds`` is the
    time spent training so far (pauses left out) and ``images_per_second`` the pace since the last row (0 where it is
    not known): both belong to the machine, never to the bits that a resumed run must equal.
    """

    step: int
    seconds: float
    values: dict[str, float] = field(default_factory=dict)
    images_per_second: float = 0.0

    def to_json(self) -> str:
        """One line of ``metrics.jsonl``; JSON has no NaN, so a number that is not finite is written as a word."""
        values = {k: v if math.isfinite(v) else repr(float(v)) for k, v in self.values.items()}
        row: dict[str, Any] = {"step": self.step, "seconds": round(self.seconds, 3), "values": values}
        if self.images_per_second:
            row["images_per_second"] = round(self.images_per_second, 1)
        return json.dumps(row, allow_nan=False)

    @classmethod
    def from_json(cls, line: str | bytes) -> Row:
        """Raises ``ValueError`` for a line that is not a row, such as one torn by a crash."""
        row = _Line.model_validate_json(line)
        values = {aliases.current_name("terms", name): value for name, value in row.values.items()}
        return cls(row.step, row.seconds, values, row.images_per_second)


class Telemetry:
    """A bounded buffer of rows with a cursor a reader."""

    def __init__(self, capacity: int = 20_000) -> None:
        self._rows: deque[Row] = deque(maxlen=capacity)
        self._count = 0
        self._lock = threading.Lock()

    def append(self, row: Row) -> None:
        with self._lock:
            self._rows.append(row)
            self._count += 1

    def since(self, cursor: int = 0) -> tuple[list[Row], int]:
        """The rows after ``cursor`` (0: all that are kept) and the cursor for the next call."""
        with self._lock:
            fresh = min(self._count - cursor, len(self._rows))
            if fresh <= 0:
                return [], self._count
            rows = list(self._rows) if fresh == len(self._rows) else [self._rows[i] for i in range(-fresh, 0)]
            return rows, self._count

    def discard_after(self, step: int) -> None:
        """Training went back to ``step``: later rows did not happen. Who has read them asks from 0 again."""
        with self._lock:
            while self._rows and self._rows[-1].step > step:
                self._rows.pop()

    @property
    def last(self) -> Row | None:
        """The newest row."""
        with self._lock:
            return self._rows[-1] if self._rows else None
