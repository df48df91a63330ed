"""Where the numbers of the open run come from: the training in this window, or the run's file.

Asks ``telemetry.since(cursor)`` on a 20 Hz timer that runs only while something trains; older rows, and runs that another
process trains, come from the file. Rows of a file are sorted into arrays in the background.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from genstudio.studio.widgets.curve_data import CurveData
from genstudio.studio.workers.run_reader import read_rows
from genstudio.studio.workers.session import IDLE, TRAINING, Session, in_words

TICK_MS, WATCH_MS = 50, 1000


class RunRows(QObject):
    """``data`` is another object after ``began``, and holds more after ``grew``; ``rested`` when nothing trains any more."""

    began = Signal()
    grew = Signal()
    rested = Signal()
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.data = CurveData()
        self._path = ""
        self._cursor = 0
        self._offset = 0
        self._file_read = False
        self.timer = QTimer(self)
        self.timer.timeout.connect(self._tick)
        session.changed.connect(self._session_changed)
        session.happened.connect(self._happened)

    @property
    def path(self) -> str:
        """The open run's folder; empty when none is open."""
        return self._path

    @Slot()
    def _session_changed(self) -> None:
        path = str(self.session.run.path) if self.session.run is not None else ""
        if path != self._path:
            self._path = path
            self._begin_anew()
        watching = bool(path) and self.session.state == IDLE and self._trained_elsewhere()
        if self.session.state == TRAINING:
            self.timer.start(TICK_MS)
        elif watching:
            self.timer.start(WATCH_MS)
        else:
            self.timer.stop()
            self._tick()
            self.rested.emit()

    def _trained_elsewhere(self) -> bool:
        run = self.session.run
        return run is not None and run.status == "training"

    def _begin_anew(self) -> None:
        """Forget everything and read the open run's file."""
        self.data = CurveData()
        self._cursor = self._offset = 0
        self._file_read = not self._path
        self.began.emit()
        if self._path:
            path = self._path
            self.session.background.submit(lambda: _whole(path), self._file_came, self._not_read, key="rows")

    @Slot(object)
    def _happened(self, event: Any) -> None:
        if type(event).__name__ == "Started":  # a resume cuts the file back to its checkpoint: read it as it is now
            self._begin_anew()

    @Slot(object)
    def _file_came(self, found: tuple[CurveData, int]) -> None:
        data, self._offset = found
        self._file_read = True
        if data.rows:
            self.data = data
            self.began.emit()
            self.grew.emit()
        self._tick()

    @Slot(object)
    def _not_read(self, error: Exception) -> None:
        self._file_read = True
        self.failed.emit(in_words(error))

    @Slot()
    def _tick(self) -> None:
        if self.session.state == IDLE and self.timer.isActive():
            path, offset = self._path, self._offset
            self.session.background.submit(lambda: read_rows(path, offset), self._more_came, self._not_read, key="rows")
            return
        telemetry = self.session.telemetry
        if telemetry is None or not self._file_read:
            return
        rows, self._cursor = telemetry.since(self._cursor)
        if rows and self.data.add(rows):
            self.grew.emit()

    @Slot(object)
    def _more_came(self, found: tuple[list[Any], int]) -> None:
        rows, self._offset = found
        if self.data.add(rows):
            self.grew.emit()
        self.session.look_again()
        if not self._trained_elsewhere():
            self.timer.stop()


def _whole(path: str) -> tuple[CurveData, int]:
    """On the background thread: all curves of the run in ``path``, and where its file goes on."""
    rows, offset = read_rows(path)
    return CurveData(rows), offset
