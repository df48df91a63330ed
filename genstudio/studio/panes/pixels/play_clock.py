"""The clock of a drawing that plays: once a frame it says how far the drawing should have come, never once a pixel.

It never runs ahead of what was really drawn by more than one frame's worth: a drawing that can't keep up is shown as fast
as it goes, and a slow one a pixel a second, both honestly.
"""

from __future__ import annotations

import math
import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

FRAME_MS = 33
LONGEST_FRAME = 0.25  # seconds: after a standstill the drawing goes on, it does not jump
SPEEDS = (*(step * 10.0**k for k in range(4) for step in (1, 2, 3, 5, 7)), math.inf)  # pixels a second


class PlayClock(QObject):
    """``wants(position)`` is a sub-pixel position to be drawn up to; ``ended`` comes once, at the end or by :meth:`stop`.

    ``drawn`` is how far the drawing has really come; whoever shows contents keeps it up to date.
    """

    wants = Signal(int)
    began = Signal()
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.speed = 30.0  # pixels a second; inf: as fast as it goes
        self.drawn, self.end, self.channels = 0, 0, 1
        self._wanted, self._asked = 0.0, 0
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    def start(self, position: int) -> None:
        """Play from ``position``, the first pixel at once."""
        if self.playing or position >= self.end:
            return
        self._wanted, self._asked = position + 0.999 * self.channels, position
        self._last = time.perf_counter()
        self._timer.start()
        self.began.emit()

    def restart(self, position: int) -> None:
        """Go on from another position without having stood still."""
        self._wanted, self._asked = float(position), position

    def stop(self) -> None:
        """Stand still. Nothing happens when it does."""
        if self.playing:
            self._timer.stop()
            self.ended.emit()

    def advance(self, seconds: float) -> None:
        """One frame of so many seconds."""
        if self.drawn >= self.end:
            self.stop()
            return
        if math.isinf(self.speed):
            self._ask(self.end)
            return
        worth = self.speed * self.channels * min(seconds, LONGEST_FRAME)
        # Whole pixels: the channels of one pixel belong together.
        ceiling = (self.drawn // self.channels + math.ceil(max(worth / self.channels, 1))) * self.channels
        self._wanted = min(self._wanted + worth, float(self.end), ceiling + 0.999 * self.channels)
        self._ask(min(int(self._wanted) // self.channels * self.channels, self.end))

    def _ask(self, position: int) -> None:
        if position > self._asked:
            self._asked = position
            self.wants.emit(position)

    @Slot()
    def _tick(self) -> None:
        now = time.perf_counter()
        seconds, self._last = now - self._last, now
        self.advance(seconds)
