"""Models in memory that could not be written to their runs, until they are saved in a new run."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from genstudio.core.errors import GenstudioError
from genstudio.core.messages import N_, Message
from genstudio.studio.threads.error_text import error_message

if TYPE_CHECKING:
    from genstudio.studio.threads.background import Background
    from genstudio.training.job import Job
    from genstudio.training.run.run import Run


class UnsavedModels(QObject):
    """``job``: that of the open run, ``None`` where its model is safe. A model that is left unsaved is saved by itself."""

    saved_elsewhere = Signal(object)  # the Run in which the open run's model is now
    not_saved = Signal(object)  # the exception: it can't be written there either
    left_saved = Signal(object)  # the Run in which a model is that was left
    left_unsaved = Signal(object)  # the exception; it is tried once more when the window closes

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self.job: Job | None = None
        self._left: list[Job] = []

    def save_elsewhere(self, path: Path | None = None) -> None:
        """Save the open run's model in a new run at ``path``, or among the user's runs."""
        job = self.job
        if job is not None:
            self._background.submit(
                lambda: job.save_elsewhere(path), self._saved_elsewhere, self.not_saved.emit, key="keep elsewhere"
            )

    def leave(self, job: Job | None) -> None:
        """The run of ``job`` is left: save its model among the user's runs."""
        if job is not None:
            self._left.append(job)
            self._background.submit(lambda: (job, job.save_elsewhere()), self._left_saved, self.left_unsaved.emit)

    def shutdown(self) -> None:
        """Save what is left, on this thread, once the background thread has ended. What can't be written is lost."""
        for job in filter(None, (*self._left, self.job)):
            if not job.saved_elsewhere:  # the background thread may have done it a moment ago
                with contextlib.suppress(GenstudioError):
                    job.save_elsewhere()
        self._left, self.job = [], None

    @Slot(object)
    def _saved_elsewhere(self, run: Run) -> None:
        self.job = None
        self.saved_elsewhere.emit(run)

    @Slot(object)
    def _left_saved(self, found: tuple[Job, Run]) -> None:
        job, run = found
        self._left.remove(job)
        self.left_saved.emit(run)


def unsaved_message(error: Exception, step: int, saved: Message) -> Message:
    """Words on a model of ``step`` that could not be written; ``saved``: see :func:`words_on_saved`."""
    what = error.what if isinstance(error, GenstudioError) else error_message(error)
    return N_("{what} The model of step {step} is still in memory. {saved}", what=what, step=f"{step:,}", saved=saved)


def saved_message(run: Run | None) -> Message:
    """Words on what the run holds all the same."""
    steps = run.checkpoints() if run is not None else []
    if steps:
        return N_("Its run has everything up to step {step}.", step=f"{steps[-1]:,}")
    return N_("Nothing was saved.")
