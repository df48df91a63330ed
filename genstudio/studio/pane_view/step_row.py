"""A row of small steps by keys or the wheel, which undo takes back together."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

STEP_PAUSE_MS = 600  # a pause that ends a row


class StepRow(QObject):
    """``began`` before the first step of a row; ``ended`` after a pause, or when something else is done."""

    began = Signal()
    ended = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(STEP_PAUSE_MS)
        self._pause.timeout.connect(self.ended)

    @property
    def is_active(self) -> bool:
        """True between ``began`` and ``ended``."""
        return self._pause.isActive()

    def step(self) -> None:
        """Begin a row, or go on with it. Call this before each step."""
        if not self.is_active:
            self.began.emit()
        self._pause.start()

    def end(self) -> None:
        """End the row, if there is one."""
        if self.is_active:
            self._pause.stop()
            self.ended.emit()

    def discard(self) -> None:
        """End the row without a signal: what begins now replaces it."""
        self._pause.stop()
