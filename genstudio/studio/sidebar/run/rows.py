"""Numbers of the open run, from the training in this window or from the run's file.

Asks ``telemetry.since(cursor)`` on a 20 Hz timer that runs only while something trains; older rows, and runs that
another process trains, come from the file. Rows of a file are sorted into arrays in the background.
"""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from genstudio.studio.session.session import IDLE, TRAINING, Session
from genstudio.studio.threads.error_text import error_message
from genstudio.studio.threads.run_reader import read_events, read_rows
from genstudio.training.curve_annotations import Annotation, annotations_of, owners_of
from genstudio.training.events import to_line
from genstudio.viewing.charts.curve_data import CurveData

TICK_MS, WATCH_MS = 50, 1000
CUTS = {"Started", "RolledBack"}  # events after which rows are no longer those that they were
ANNOTATIONS = {"Changed", "TermOwners"}


class RunRows(QObject):
    """``data`` is another object after ``began``, and holds more after ``grew``; ``rested`` when nothing trains any
    more. ``annotations`` and ``parts`` (see :mod:`genstudio.training.curve_annotations`) are others after ``annotated``."""

    began = Signal()
    grew = Signal()
    rested = Signal()
    annotated = Signal()
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.data = CurveData()
        self.annotations: list[Annotation] = []
        self.parts: dict[str, str] = {}
        self._run_events: list[dict[str, Any]] = []
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

    @property
    def is_reading(self) -> bool:
        """True while an earlier run's file is being read for the first time."""
        return bool(self._path) and not self._file_read and self.session.telemetry is None

    @Slot()
    def _session_changed(self) -> None:
        path = str(self.session.run.path) if self.session.run is not None else ""
        if path != self._path:
            self._path = path
            self._restart()
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
        return run is not None and run.is_training

    def _restart(self) -> None:
        """Forget everything and read the open run's file."""
        self.data = CurveData()
        self._cursor = self._offset = 0
        self._file_read = not self._path
        self.began.emit()
        self._annotate([])
        if self._path:
            path = self._path
            self.session.background.submit(lambda: _read_all(path), self._file_came, self._not_read, key="rows")

    @Slot(object)
    def _happened(self, event: Any) -> None:
        kind = type(event).__name__
        if kind in CUTS:  # the file was cut back to a checkpoint: read it as it is now
            self._restart()
        elif kind in ANNOTATIONS:
            self._annotate([*self._run_events, json.loads(to_line(event.to_json()))])  # as it stands in the file

    def _annotate(self, run_events: list[dict[str, Any]]) -> None:
        if run_events != self._run_events:
            self._run_events = run_events
            self.annotations, self.parts = annotations_of(run_events), owners_of(run_events)
            self.annotated.emit()

    @Slot(object)
    def _file_came(self, found: tuple[CurveData, int, list[dict[str, Any]]]) -> None:
        data, self._offset, run_events = found
        # Events that came while the file was read may be in it or not.
        self._annotate(run_events + [row for row in self._run_events if row not in run_events])
        self._file_read = True
        if data.rows:
            self.data = data
            self.began.emit()
            self.grew.emit()
        else:
            self.annotated.emit()
        self._tick()

    @Slot(object)
    def _not_read(self, error: Exception) -> None:
        self._file_read = True
        self.annotated.emit()
        self.failed.emit(error_message(error))

    @Slot()
    def _tick(self) -> None:
        if self.session.state == IDLE and self.timer.isActive():
            path, offset = self._path, self._offset
            self.session.background.submit(lambda: _more(path, offset), self._more_came, self._not_read, key="rows")
            return
        telemetry = self.session.telemetry
        if telemetry is None or not self._file_read:
            return
        rows, self._cursor = telemetry.since(self._cursor)
        if rows and self.data.add(rows):
            self.grew.emit()

    @Slot(object)
    def _more_came(self, found: tuple[list[Any], int, list[dict[str, Any]]]) -> None:
        rows, self._offset, run_events = found
        cut = {"rolledback", "started"} & {row["event"] for row in run_events[len(self._run_events) :]}
        if cut or run_events[: len(self._run_events)] != self._run_events:
            self._restart()
            return
        self._annotate(run_events)
        if self.data.add(rows):
            self.grew.emit()
        self.session.list_checkpoints_again()
        if not self._trained_elsewhere():
            self.timer.stop()


def _read_all(path: str) -> tuple[CurveData, int, list[dict[str, Any]]]:
    """Read all curves of the run in ``path``, the position where its file continues, and its events. On the
    background thread."""
    run_events = read_events(path)
    rows, offset = read_rows(path)
    return CurveData(rows), offset, run_events


def _more(path: str, offset: int) -> tuple[list[Any], int, list[dict[str, Any]]]:
    """Read the rows after ``offset``."""
    run_events = read_events(path)
    return *read_rows(path, offset), run_events
