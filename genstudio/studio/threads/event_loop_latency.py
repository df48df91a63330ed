"""Latency of the event loop, by a precise timer that compares when it fires with when it should have."""

from __future__ import annotations

import time
from array import array
from collections import deque

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

PERIOD_MS = 20
WINDOW = 100  # samples looked back on: two seconds
ON_TIME_MS = 17.0  # one frame


class EventLoopLatency(QObject):
    """``worst_ms`` over the last two seconds. ``record()`` keeps every sample (ms) for a benchmark in ``samples``."""

    measured = Signal(float)  # once a second: worst_ms

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.samples: array[float] | None = None
        self._recent: deque[float] = deque(maxlen=WINDOW)
        self._expected = 0.0
        self._since_measured = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(PERIOD_MS)
        self._timer.timeout.connect(self._fired)

    def start(self) -> None:
        """Begin to look."""
        self._expected = time.perf_counter() + PERIOD_MS / 1000
        self._timer.start()

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()

    def record(self) -> None:
        """Keep every sample from now on."""
        self.samples = array("d")

    @property
    def worst_ms(self) -> float:
        return max(self._recent, default=0.0)

    @Slot()
    def _fired(self) -> None:
        now = time.perf_counter()
        late = max(0.0, (now - self._expected) * 1000)
        self._recent.append(late)
        if self.samples is not None:
            self.samples.append(late)
        # As Qt counts: a period on from when it should have fired, or from now when even that has passed.
        missed = int(late // PERIOD_MS)
        self._expected += PERIOD_MS / 1000
        if self._expected < now:
            self._expected = now + PERIOD_MS / 1000
        self._since_measured += 1 + missed
        if self._since_measured * PERIOD_MS >= 1000:
            self._since_measured = 0
            self.measured.emit(self.worst_ms)
