"""The clock of a path that plays: once a frame it says where on the path one is, by the time that has really passed."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from genstudio.studio.panes.pixels.play_clock import FRAME_MS, LONGEST_FRAME


class PathClock(QObject):
    """``place`` is 0 to 1 along a path that takes ``length`` seconds. ``moved`` comes once a frame, ``ended`` when it stands
    still: by :meth:`stop`, or at the end of a path that is not to ``loop``. A picture that is late is left out, and the next
    one is in time."""

    moved = Signal()
    began = Signal()
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.place, self.length, self.loop = 0.0, 0.0, True
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    def start(self, place: float) -> None:
        """Play from ``place``; from the beginning, where that is the end of a path that does not go round."""
        if self.playing or self.length <= 0:
            return
        self.place = 0.0 if place >= 1 else place
        self._last = time.perf_counter()
        self._timer.start()
        self.began.emit()

    def stop(self) -> None:
        """Stand still. Nothing happens when it does."""
        if self.playing:
            self._timer.stop()
            self.ended.emit()

    def advance(self, seconds: float) -> None:
        """One frame of so many seconds."""
        if self.length <= 0:
            self.stop()
            return
        place = self.place + min(seconds, LONGEST_FRAME) / self.length
        over = place >= 1 and not self.loop
        self.place = min(place, 1.0) if over else place % 1.0
        self.moved.emit()
        if over:
            self.stop()

    @Slot()
    def _tick(self) -> None:
        now = time.perf_counter()
        seconds, self._last = now - self._last, now
        self.advance(seconds)
