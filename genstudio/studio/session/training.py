"""Training on a thread of its own: it asks a job for the next event, or doesn't.

Pause is not asking. A single step is asking until one more step is done. Stop is closing the generator, which saves. What
reaches the window are rare things only; numbers go through the job's telemetry, which the curves read on a timer.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QThread, Signal, Slot

from genstudio.core.errors import Cancelled
from genstudio.core.messages import N_, Message
from genstudio.studio.threads.background import STACK_BYTES, lower_priority
from genstudio.studio.threads.throttle import at_most_often

if TYPE_CHECKING:
    from genstudio.training.job import Job
    from genstudio.training.recipe.recipe import Recipe

PATIENCE = 0.05  # seconds until a snapshot that came too soon is tried again
log = logging.getLogger(__name__)
MakeJob = Callable[["TrainingThread"], "Job"]


class Training(QObject):
    """Starts, pauses and stops training, one run at a time. ``job``: that of the run, from ``prepared`` to ``ended``."""

    progress = Signal(float, object)  # while preparing: fraction 0..1, Message
    prepared = Signal(object)  # the Job
    happened = Signal(object)  # an event that is not a step: Started, Saved, Measured, Alarm ...
    paused = Signal()  # it rests; after each single step too
    broke = Signal(object)  # the exception that ended it
    ended = Signal(object)  # the Job, or None where none was prepared; the thread is gone

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.job: Job | None = None
        self._thread: TrainingThread | None = None

    @property
    def step(self) -> int:
        """The last step that was taken; 0 before there is one."""
        return self._thread.step if self._thread is not None else 0

    @property
    def can_change(self) -> bool:
        """True while a prepared run trains or is paused, and is not being stopped."""
        return self.job is not None and self._thread is not None and not self._thread.isInterruptionRequested()

    @property
    def may_step(self) -> bool:
        """True while further steps will be taken by themselves."""
        return self._thread is not None and self._thread.may_step

    def start(self, recipe: Recipe) -> None:
        """Begin a new run of ``recipe``."""

        def make(thread: TrainingThread) -> Job:
            from genstudio.training.job import new_job

            job = new_job(recipe, progress=thread.report, cancelled=thread.isInterruptionRequested)
            if thread.isInterruptionRequested():
                job.run.delete()  # nothing was trained: leave no empty folder behind
                raise Cancelled(N_("Stopped before the first step."))
            return job

        self._launch(make)

    def resume(self, path: Path | str, steps: int | None) -> None:
        """Continue the run in ``path`` exactly where it stopped, up to ``steps`` in all (``None``: as its plan says)."""

        def make(thread: TrainingThread) -> Job:
            from genstudio.training.job import resume_job

            return resume_job(path, steps=steps, progress=thread.report, cancelled=thread.isInterruptionRequested)

        self._launch(make)

    def pause(self) -> None:
        """Take no further step once the present one is done."""
        if self._thread is not None:
            self._thread.allow(0)

    def unpause(self) -> None:
        """Take steps until :meth:`pause` or the end."""
        if self._thread is not None:
            self._thread.allow(float("inf"))

    def step_once(self) -> None:
        """Take exactly one more step."""
        if self._thread is not None:
            self._thread.allow(1)

    def publish(self) -> None:
        """Ask for the present weights on the job's board, while paused too."""
        if self.job is not None and self._thread is not None:
            self.job.board.request()
            self._thread.publish()

    def stop(self) -> bool:
        """Stop after the present step and save: ``ended`` follows. ``False`` where nothing trains or it stops already."""
        if self._thread is None or self._thread.isInterruptionRequested():
            return False
        self._thread.request_stop()
        return True

    def shutdown(self) -> tuple[Job | None, Exception | None]:
        """Stop, save and wait for the thread; the job that it had, and what broke it. Emits nothing."""
        self.blockSignals(True)
        job, thread = self.job, self._thread
        if thread is None:
            return None, None
        thread.request_stop()
        self._discard_thread()
        return job, thread.error

    def _launch(self, make: MakeJob) -> None:
        thread = self._thread = TrainingThread(make, self)
        thread.progress.connect(self.progress)
        thread.prepared.connect(self._prepared)
        thread.happened.connect(self.happened)
        thread.paused.connect(self.paused)
        thread.broke.connect(self.broke)
        thread.finished.connect(self._ended)
        thread.start()

    @Slot(object)
    def _prepared(self, job: Job) -> None:
        if self._thread is not None and not self._thread.isInterruptionRequested():
            self.job = job
            self.prepared.emit(job)

    @Slot()
    def _ended(self) -> None:
        job = self.job
        self._discard_thread()
        self.ended.emit(job)

    def _discard_thread(self) -> None:
        """The one place where a thread is let go."""
        self.job = None
        if self._thread is not None:
            self._thread.wait()
            self._thread.deleteLater()
            self._thread = None


class TrainingThread(QThread):
    """Makes one job and trains it until it is done, stopped or broken. A thread trains once; each start has a new one."""

    progress = Signal(float, object)  # while preparing: fraction 0..1, Message
    prepared = Signal(object)  # the Job
    happened = Signal(object)  # an event that is not a step: Started, Saved, Measured, Alarm ...
    paused = Signal()  # the loop waits
    broke = Signal(object)  # the exception that ended it

    def __init__(self, make_job: MakeJob, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("training")
        self.setStackSize(STACK_BYTES)
        self.step = 0
        self.error: Exception | None = None  # what broke it, for :meth:`Training.shutdown`, which blocks signals
        self._make_job = make_job
        self._allowed: float = float("inf")  # how many more steps may be taken
        self._requested = False  # a snapshot, while paused
        self._wake = threading.Condition()
        self._progress = at_most_often(self.progress.emit)

    # -- called from the GUI thread ------------------------------------------------------------------------------

    @property
    def may_step(self) -> bool:
        """True while further steps may be taken."""
        return self._allowed > 0

    def allow(self, steps: float) -> None:
        """Take so many more steps, then wait; infinity: until the next call."""
        with self._wake:
            self._allowed = steps
            self._wake.notify()

    def publish(self) -> None:
        """Publish weights, while paused, if some were requested (the loop does so itself between steps)."""
        with self._wake:
            self._requested = True
            self._wake.notify()

    def request_stop(self) -> None:
        """Stop after the present step and save. Returns at once: ``finished`` is emitted when it is done."""
        self.requestInterruption()
        with self._wake:
            self._wake.notify()

    def report(self, share: float, text: Message) -> None:
        """Report progress of the preparation; at most twenty times a second reach the window."""
        self._progress(share, text)

    # -- the thread itself ---------------------------------------------------------------------------------------

    def run(self) -> None:
        lower_priority()
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
        self.paused.emit()
        while self._is_paused():
            if self._requested and job.board.is_requested():  # not before the board's shortest pause between two
                self._requested = False
                job.publish()
        return not self.isInterruptionRequested()

    def _is_paused(self) -> bool:
        """Wait for the next call from the window; ``True`` where training stays paused."""
        with self._wake:
            if self._allowed <= 0 and not self.isInterruptionRequested():
                self._wake.wait(PATIENCE if self._requested else None)
            return self._allowed <= 0 and not self.isInterruptionRequested()
