"""Garbage collection on the GUI thread only, at idle times.

Python collects cycles on whichever thread happens to allocate; on a worker that would destroy Qt objects there, and a
full collection stops everything for 150 to 250 ms with torch loaded (measured). So the automatic collector is off, young
generations go on a GUI timer, what imports made is frozen out of sight, and a full collection waits for an idle moment.
"""

from __future__ import annotations

import gc
import sys
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from genstudio.studio.session.session import Session

YOUNG_MS = 500
MIDDLE_EVERY = 10  # young collections
IDLE_SECONDS = 3.0
FULL_EVERY, FULL_AT_LATEST = 60.0, 600.0  # seconds; the latter even when it is never quiet
SWITCH_INTERVAL = 0.001  # a thread that holds the interpreter gives it up after 1 ms: the GUI waits less


class GcPolicy(QObject):
    """One per application, on the GUI thread."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._session: Session | None = None
        self._count = 0
        self._last_full = self._last_input = time.monotonic()
        self._input = _input()
        self._was = (gc.isenabled(), sys.getswitchinterval())
        gc.disable()
        sys.setswitchinterval(SWITCH_INTERVAL)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect)
        self._timer.start(YOUNG_MS)

    def watch(self, session: Session) -> None:
        """No full collection while ``session`` trains."""
        self._session = session

    @Slot()
    def imports_are_done(self) -> None:
        """Freeze all objects alive after the imports."""
        gc.collect()
        gc.freeze()
        self._last_full = time.monotonic()

    def stop(self) -> None:
        """Put Python's own ways back."""
        self._timer.stop()
        gc.unfreeze()
        if self._was[0]:
            gc.enable()
        sys.setswitchinterval(self._was[1])

    @Slot()
    def collect(self) -> None:
        """Collect the young generations; all of them at an idle moment. Called on a timer."""
        self._count += 1
        now = time.monotonic()
        # Asked at each tick: a filter on all events of the application would cost Python at every mouse move.
        before, self._input = self._input, _input()
        if self._input != before or _is_held():
            self._last_input = now
        busy = self._session is not None and self._session.busy
        quiet = not busy and now - self._last_input > IDLE_SECONDS
        age = now - self._last_full
        if (quiet and age > FULL_EVERY) or age > FULL_AT_LATEST:
            gc.collect()
            self._last_full = time.monotonic()
        else:
            gc.collect(1 if self._count % MIDDLE_EVERY == 0 else 0)


def _input() -> tuple[object, ...]:
    """Place of the pointer and of the keyboard's focus: they change when a person does something."""
    return QCursor.pos().toTuple(), id(QGuiApplication.focusObject())


def _is_held() -> bool:
    """True while a mouse button or a modifier key is pressed."""
    modifiers = QGuiApplication.queryKeyboardModifiers()
    buttons = QGuiApplication.mouseButtons()
    return buttons != Qt.MouseButton.NoButton or modifiers != Qt.KeyboardModifier.NoModifier
