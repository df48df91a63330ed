"""The thread that trains: it asks a job for the next event, or doesn't.

Pause is not asking. Step is asking until one more step is done. Stop is closing the generator, which saves. What reaches
the window are rare things only; numbers go through the job's telemetry, which the curves read on a timer.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QThread, Signal

from genstudio.core.messages import Message
from genstudio.studio.threads.background import STACK_BYTES, give_way
from genstudio.studio.threads.data_preview import at_most_often

if TYPE_CHECKING:
    from genstudio.training.job import Job

PATIENCE = 0.05  # seconds until a snapshot that came too soon is tried again
log = logging.getLogger(__name__)
MakeJob = Callable[["TrainingThread"], "Job"]


class TrainingThread(QThread):
    """Makes one job and trains it until it is done, stopped or broken. A thread trains once; a new start, a new thread.

    All signals but ``prepared`` may arrive after the window has moved on: receivers check that the thread is still theirs.
    """

    progress = Signal(float, object)  # while preparing: fraction 0..1, Message
    prepared = Signal(object)  # the Job
    happened = Signal(object)  # an event that is not a step: Started, Saved, Measured, Alarm ...
    paused_at = Signal(int)  # the loop stands still after this step
    broke = Signal(object)  # the exception that ended it

    def __init__(self, make_job: MakeJob, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("training")
        self.setStackSize(STACK_BYTES)
        self.step = 0
        self.error: Exception | None = None  # what broke it, for whoever waits for its end without hearing signals
        self._make_job = make_job
        self._allowed: float = float("inf")  # how many more steps may be taken
        self._asked = False  # for a snapshot, while paused
        self._wake = threading.Condition()
        self._progress = at_most_often(self.progress.emit)

    # -- called from the GUI thread ------------------------------------------------------------------------------

    def pause(self) -> None:
        """Take no further step once the present one is done."""
        self._allow(0)

    def go_on(self) -> None:
        """Take steps until told otherwise."""
        self._allow(float("inf"))

    def step_once(self) -> None:
        """Take exactly one more step."""
        self._allow(1)

    def publish(self) -> None:
        """While paused: look whether a snapshot was asked for (the loop does so itself between steps)."""
        with self._wake:
            self._asked = True
            self._wake.notify()

    def ask_to_stop(self) -> None:
        """Stop after the present step and save. Returns at once: ``finished`` tells when it is done."""
        self.requestInterruption()
        with self._wake:
            self._wake.notify()

    def tell(self, share: float, words: Message) -> None:
        """Report progress of the preparation; at most twenty times a second reach the window."""
        self._progress(share, words)

    # -- the thread itself ---------------------------------------------------------------------------------------

    def run(self) -> None:
        give_way()
        try:
            job = self._make_job(self)
            if self.isInterruptionRequested():
                return
            self.prepared.emit(job)
            self._train(job)
        except Exception as error:
            if not self.isInterruptionRequested():
                log.debug("training ended by an error", exc_info=True)
            self.error = error
            self.broke.emit(error)

    def _train(self, job: Job) -> None:
        from genstudio.training.events import Stepped

        events = job.events()
        try:
            while self._may_go_on(job):
                event: Any = next(events, None)
                if event is None:
                    return
                if isinstance(event, Stepped):
                    self.step = event.step
                    with self._wake:
                        self._allowed -= 1
                else:
                    self.happened.emit(event)
        finally:
            events.close()  # saves, unless the loop itself broke

    def _may_go_on(self, job: Job) -> bool:
        if self.isInterruptionRequested():
            return False
        with self._wake:
            if self._allowed > 0:
                return True
        self.paused_at.emit(self.step)
        while self._stands_still():
            if self._asked and job.board.wanted():  # not before the board's shortest pause between two
                self._asked = False
                job.publish()
        return not self.isInterruptionRequested()

    def _stands_still(self) -> bool:
        """Wait for the next word from the window; whether it leaves us paused."""
        with self._wake:
            if self._allowed <= 0 and not self.isInterruptionRequested():
                self._wake.wait(PATIENCE if self._asked else None)
            return self._allowed <= 0 and not self.isInterruptionRequested()

    def _allow(self, steps: float) -> None:
        with self._wake:
            self._allowed = steps
            self._wake.notify()
