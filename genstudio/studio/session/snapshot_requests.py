"""Requests for weights of the running training loop, and notice of their arrival."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

if TYPE_CHECKING:
    from genstudio.studio.session.training import Training
    from genstudio.training.snapshot import Snapshot

POLL_MS = 60  # how soon after it was offered a snapshot is noticed; only while one is awaited


class SnapshotRequests(QObject):
    """``arrived`` carries newer weights, at most four times a second and only after :meth:`request`."""

    arrived = Signal(object)

    def __init__(self, training: Training, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._training = training
        self._last: Snapshot | None = None
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self._poll_board)
        training.ended.connect(self.stop)

    @property
    def latest(self) -> Snapshot | None:
        """The newest weights that the loop has offered; ``None`` while nothing trains. Called on any thread."""
        job = self._training.job  # read once: it may end meanwhile
        return job.board.latest if job is not None else None

    def request(self) -> None:
        """Ask the loop for its present weights. Cheap, any number of times."""
        if self._training.can_change:
            self._training.publish()
            if not self._poll.isActive():
                self._poll.start()

    @Slot()
    def stop(self) -> None:
        """Look for none any more."""
        self._poll.stop()

    @Slot()
    def _poll_board(self) -> None:
        job = self._training.job
        # Read before the newest one is taken: one that was offered for an earlier request ends no waiting.
        answered = job is None or not job.board.pending
        latest = self.latest
        if answered:
            self._poll.stop()
        if latest is not None and latest is not self._last:
            self._last = latest
            self.arrived.emit(latest)
