"""Journal of one training: rows of its curves and its events, handed to readers and written into the run's folder."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TypeVar

from genstudio.core.version import versions
from genstudio.training import events as ev
from genstudio.training.run.writer import RunWriter
from genstudio.training.telemetry import Row, Telemetry

E = TypeVar("E", bound=ev.Event)
MOST_LINES = 10_000  # of events, in memory
FLUSH = 1.0  # seconds after which a reader sees new rows


@dataclass
class RunProgress:
    """Values that a run continues from, beside weights and settings.

    ``seconds``: in all, and ``stepping``: in steps alone; pauses are in neither. ``threads``: intra-op threads that train,
    0 before the first step. ``owed``: a measurement was cut short by a stop.
    """

    seconds: float = 0.0
    stepping: float = 0.0
    threads: int = 0
    owed: bool = False


class Journal:
    """Rows and events of one training. ``writer``: ``None`` where nothing is written."""

    def __init__(self, telemetry: Telemetry, progress: RunProgress) -> None:
        self.telemetry, self.progress = telemetry, progress
        self.writer: RunWriter | None = None
        self.lines: deque[str] = deque(maxlen=MOST_LINES)  # of events.jsonl, for a run that is kept elsewhere
        self._flushed = 0.0

    def record(self, step: int, values: dict[str, float], images_per_second: float = 0.0) -> None:
        """Add a row of the curves."""
        row = Row(step, self.progress.stepping, values, images_per_second)
        self.telemetry.append(row)
        if self.writer:
            self.writer.append("metrics", row.to_json())
            if self.progress.stepping - self._flushed > FLUSH:
                self._flushed = self.progress.stepping
                self.writer.flush()

    def note(self, event: E) -> E:
        """Write an event down, and give it back."""
        if self.writer:
            row = event.to_json()
            line = ev.to_line(row | ({"versions": versions()} if row["event"] == "started" else {}))
            self.lines.append(line)
            self.writer.append("events", line)
            self.writer.flush()
        return event
