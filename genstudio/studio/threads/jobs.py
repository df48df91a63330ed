"""Long work that the user started: it continues in every pane, can be stopped, and delays nothing else.

    jobs.start(Job(title), work, done)      work() -> a generator that yields the share done and returns the result

One job runs at a time, on a thread of low priority with one core, and rests while the user drags; while a model trains it
rests three times as long as it works. Between two of its steps (milliseconds each) it can be stopped.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from genstudio.core.errors import Cancelled
from genstudio.core.memory import give_memory_back
from genstudio.core.messages import N_, Message
from genstudio.core.resumable import Resumable, Stepper
from genstudio.core.threads import compute_on_one_core
from genstudio.studio.threads.background import Background

Work = Callable[[], Resumable[Any]]
REPORT_MS = 200  # how often progress is reported
BREATH = 3.0  # while training, a job rests so many times what its last step took


@dataclass(eq=False)
class PaneJob:
    """One piece of work. ``share`` (0 to 1) of it is done; ``by_itself``: the user did not ask for it."""

    title: Message
    by_itself: bool = False
    share: float = 0.0
    stopped: threading.Event = field(default_factory=threading.Event)
    key: str = ""


@dataclass(frozen=True, eq=False)
class News:
    """Result of a job for the status bar; ``show()`` brings it into sight, where it can."""

    text: Message | str
    show: Callable[[], None] | None = None


class Jobs(QObject):
    """``changed``: a job began, has progressed, or ended. ``news_arrived`` carries :class:`News`."""

    changed = Signal()
    news_arrived = Signal(object)

    def __init__(self, is_training: Callable[[], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_training = is_training
        self._worker = Background("jobs", self)
        self._numbers = itertools.count(1)
        self._jobs: list[PaneJob] = []
        self._may_go = threading.Event()
        self._may_go.set()
        self._report = QTimer(self)
        self._report.setInterval(REPORT_MS)
        self._report.timeout.connect(self.changed)

    @property
    def running(self) -> PaneJob | None:
        """The job that runs, or the first that waits; ``None`` when there is none."""
        return self._jobs[0] if self._jobs else None

    def start(
        self,
        job: PaneJob,
        work: Work,
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Do ``work`` after what was started before. ``done(result)`` or ``failed(error)`` is called on the GUI thread,
        unless the job is stopped. ``work`` must refer to no widget: it is deleted on the worker."""
        job.key = f"job {next(self._numbers)}"

        def finished(result: Any) -> None:
            self._discard(job)
            done(result)

        def broke(error: Exception) -> None:
            self._discard(job)
            if failed is not None:
                failed(error)

        self._jobs.append(job)
        self._worker.submit(_Steps(job, work, self._may_go, self._is_training), finished, broke, key=job.key)
        self._report.start()
        self.changed.emit()

    def stop(self, job: PaneJob | None = None) -> None:
        """Stop ``job``, or the one that runs: within one of its steps; nothing comes of it."""
        job = job or self.running
        if job is not None and job in self._jobs:
            job.stopped.set()
            self._worker.drop(job.key)
            self._discard(job)

    def rest(self, still: bool) -> None:
        """The user drags (``still``), or does not any more: jobs pause meanwhile."""
        if still:
            self._may_go.clear()
        else:
            self._may_go.set()

    def shutdown(self) -> None:
        """Stop all of them and wait for the thread."""
        self.blockSignals(True)
        self._report.stop()
        for job in self._jobs:
            job.stopped.set()
        self._jobs.clear()
        self._may_go.set()
        self._worker.stop()

    def _discard(self, job: PaneJob) -> None:
        self._jobs = [other for other in self._jobs if other is not job]
        if not self._jobs:
            self._report.stop()
        self.changed.emit()


class _Steps:
    """The worker's part of a job: no Qt object is made or deleted there."""

    def __init__(self, job: PaneJob, work: Work, may_go: threading.Event, is_training: Callable[[], bool]) -> None:
        self._job, self._may_go, self._is_training = job, may_go, is_training
        self._work: list[Work] = [work]  # taken out, since the thread holds its last task until there is another

    def __call__(self) -> Any:
        import torch

        compute_on_one_core()
        steps = Stepper(self._work.pop()())
        try:
            while not self._job.stopped.is_set():
                self._may_go.wait()
                began = time.perf_counter()
                with torch.inference_mode():
                    if not steps.advance():
                        return steps.result
                self._job.share = steps.value or 0.0
                if self._is_training():
                    self._job.stopped.wait(BREATH * (time.perf_counter() - began))
            raise Cancelled(N_("Stopped."))
        finally:
            steps.close()
            del steps
            give_memory_back()
