"""Session of a window: one run, its data, its weights, and the actions of the buttons. Hides where training happens.

Lives on the GUI thread and never touches torch. What needs it is done elsewhere and comes back by a signal:

    run_loader.py           opens an earlier run and its images
    training.py             starts, pauses and stops training
    live_changes.py         changes settings while it trains
    snapshot_requests.py    asks the training loop for newer weights
    unsaved_models.py       saves models that could not be written to their runs
    trash.py                discards a run, and brings it back
"""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from genstudio.core.errors import Cancelled, GenstudioError, NotSavedError
from genstudio.core.messages import N_
from genstudio.studio.session.live_changes import LiveChanges
from genstudio.studio.session.run_loader import OpenRun, RunLoader
from genstudio.studio.session.snapshot_requests import SnapshotRequests
from genstudio.studio.session.training import Training
from genstudio.studio.session.trash import put_in_trash, restore
from genstudio.studio.session.unsaved_models import UnsavedModels, saved_message, unsaved_message
from genstudio.studio.threads.background import Background
from genstudio.studio.threads.error_text import error_message

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.training.job import Job
    from genstudio.training.recipe.recipe import Recipe
    from genstudio.training.run.run import Run
    from genstudio.training.snapshot import Snapshot
    from genstudio.training.telemetry import Telemetry

log = logging.getLogger(__name__)
IDLE, PREPARING, TRAINING, PAUSED, STOPPING = "idle", "preparing", "training", "paused", "stopping"
OPENING = "opening"


class Session(QObject):
    """One per window. ``state`` is ``idle``, ``opening``, ``preparing``, ``training``, ``paused`` or ``stopping``.

    While ``opening`` is not empty, the run in that folder is being read, and no run is open. ``live``: changes of settings
    while it trains; ``unsaved``: models that could not be written; ``runs.opening_data``: the images are on their way.
    """

    changed = Signal()  # state, run, recipe or data
    snapshot_arrived = Signal()  # there are newer weights than before (at most 4/s, only after request_snapshot())
    checkpoints_changed = Signal()  # one was saved, or another run is open
    failed = Signal(object)  # a Message or str for the line of text
    informed = Signal(object)  # the same, on what went well
    progress = Signal(float, object)  # while preparing: 0..1 and a Message
    happened = Signal(object)  # an event of training that is not a step (Saved, Measured, Sampled, Alarm, Finished)
    waits = Signal()  # what Start waits for has changed
    not_saved = Signal(object)  # words: the run can't be written, its model is in memory still; see save_elsewhere()
    discarded = Signal(object, object)  # where the run was, where it lies now: for undo

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = IDLE
        self.opening = ""
        self.waits_for = ""  # what has to be there, or be put right, before Start; in words
        self.background = Background("background", self)  # short things
        self.loader = Background("loader", self)  # opening and decoding images
        self.runs = RunLoader(self.background, self.loader, self)
        self.training = Training(self)
        self.live = LiveChanges(self.training, self)
        self.snapshots = SnapshotRequests(self.training, self)
        self.unsaved = UnsavedModels(self.background, self)
        self._open = OpenRun()
        self._before: tuple[OpenRun, Job | None] | None = (
            None  # restored when a run can't be opened, with its unsaved model
        )
        self._discards = False  # the run is to be discarded when its training has ended
        self._connect()

    # -- what is open --------------------------------------------------------------------------------------------

    @property
    def recipe(self) -> Recipe | None:
        """Recipe of the open run, or the one that was chosen."""
        return self._open.recipe

    @property
    def run(self) -> Run | None:
        """The open run."""
        return self._open.run

    @property
    def data(self) -> DataSet | None:
        """Images that the open run learns from, once they are opened."""
        return self._open.data

    @property
    def telemetry(self) -> Telemetry | None:
        """Curves of the run since it was started in this window."""
        return self._open.telemetry

    @property
    def job(self) -> Job | None:
        """The job that trains."""
        return self.training.job

    @property
    def step(self) -> int:
        """The last step that was taken, or the newest checkpoint's when nothing trains and nothing is left to be kept."""
        if self.unsaved.job is not None:
            return self.unsaved.job.step
        return self.training.step or (self._open.steps[-1] if self._open.steps else 0)

    @property
    def busy(self) -> bool:
        """True while a run is prepared, trained, paused or stopped: another one can't be opened meanwhile."""
        return self.state not in (IDLE, OPENING)

    @property
    def opening_name(self) -> str:
        """The name of the run that is being opened; empty when none is."""
        return Path(self.opening).name if self.opening else ""

    def checkpoint_steps(self) -> list[int]:
        """Steps of the open run at which weights were kept, ascending."""
        return list(self._open.steps)

    def latest_snapshot(self) -> Snapshot | None:
        """The newest weights that are in memory: from the loop while it runs, else from the newest checkpoint.

        ``None`` until ``snapshot_arrived``. Never reads the disk. Called on the render thread too.
        """
        return self.snapshots.latest or self._open.snapshot

    def request_snapshot(self) -> None:
        """Ask the loop for newer weights. Cheap, any number of times; ``snapshot_arrived`` answers."""
        self.snapshots.request()

    def snapshot_at(self, step: int) -> Snapshot:
        """The weights kept at ``step``, read from disk: never on the GUI thread. Raises :class:`RunError`."""
        run = self._open.run  # read once: another one may be opened meanwhile
        if run is None:
            raise GenstudioError(N_("No run is open."), N_("Open one or start one first."))
        return run.snapshot(step)

    def wait_for(self, text: str) -> None:
        """Set the reason why Start can't be pressed; empty where it can."""
        if text != self.waits_for:
            self.waits_for = text
            self.waits.emit()

    # -- training ------------------------------------------------------------------------------------------------

    def start(self, recipe: Recipe) -> None:
        """Begin a new run of ``recipe``. Only when idle."""
        if not self.busy:
            self._leave_run()
            self._open = OpenRun(recipe)
            self._before_training(recipe)
            self.training.start(recipe)

    def resume(self, path: Path | str, steps: int | None = None) -> None:
        """Continue the run in ``path`` from its newest checkpoint, exactly where it stopped, up to ``steps`` in all
        (default: as its plan says). Only when idle."""
        if not self.busy:
            self._before_training(self.recipe)
            self.training.resume(path, steps)

    def pause(self) -> None:
        """Wait after the present step; nothing is lost, nothing is written."""
        if self.state == TRAINING:
            self.training.pause()

    def unpause(self) -> None:
        """Continue after a pause."""
        if self.state == PAUSED:
            self.training.unpause()
            self._set_state(TRAINING)

    def step_once(self) -> None:
        """Take exactly one step, then pause again. While training it pauses first."""
        if self.state in (TRAINING, PAUSED):
            self.training.step_once()

    def step_alone(self, player: str) -> None:
        """Take one step in which ``player`` alone is updated; it holds until ``live.train_all()``."""
        self.live.change({"only": player})
        self.step_once()

    def stop(self) -> None:
        """End training and keep everything: saves a checkpoint, so that it can go on later. While a run is being opened:
        go back to what was open before."""
        if self.state == OPENING:
            self._back_from_opening()
        elif self.training.stop():
            self._set_state(STOPPING)

    # -- runs ----------------------------------------------------------------------------------------------------

    def choose(self, recipe: Recipe) -> None:
        """Show a recipe from now on: the open run, or the one that is being opened, is left."""
        if not self.busy:
            self._opening_ended()
            self._leave_run()
            self._show(OpenRun(recipe))

    def open_run(self, path: Path | str) -> None:
        """Open an earlier run to look at it, or to continue it. Not while one is trained; arrives by ``changed``.

        The run that was open is left at once, and comes back when this one can't be opened.
        """
        if not self.busy:
            self.announce(path)
            self.runs.open(Path(path))

    def announce(self, path: Path | str) -> None:
        """Say that the run in ``path`` is about to be opened, before it can be: the window's code is not all there yet."""
        if self.busy:
            return
        if self.state != OPENING:
            self._before = self._open, self.unsaved.job
        self.unsaved.job = None  # it comes back with what was open, or is kept once that is left for good
        self._leave_run()
        self.opening, self.state = str(path), OPENING
        self._show(self._open)

    def list_checkpoints_again(self) -> None:
        """Notice what another process has saved in the open run. Cheap, any number of times."""
        if self.run is not None and not self.busy:
            self.runs.list_checkpoints(self.run)

    def close_run(self) -> None:
        """Leave the open run: what is shown next is a recipe. Only when idle."""
        if not self.busy and self.run is not None:
            self._leave_run()
            self.changed.emit()

    def save_elsewhere(self, path: Path | None = None) -> None:
        """Save the model that could not be written to its run in a new run at ``path``, or among the user's runs, and
        open that. Where that fails too, ``not_saved`` tells it, and it can be tried again."""
        if not self.busy:
            self.unsaved.save_elsewhere(path)

    def discard(self) -> None:
        """End training and put the run in the trash folder; ``discarded`` is emitted with its place there, for
        :meth:`undo_discard`."""
        self._discards = self.busy
        if self.busy:
            self.stop()
        else:
            self._discard_now()

    def undo_discard(self, was: Path, lies: Path) -> None:
        """Bring a discarded run back and open it."""
        try:
            restore(lies, was)
        except OSError as error:
            self.failed.emit(N_("The run could not be restored: {reason}", reason=str(error)))
            return
        self.open_run(was)

    def shutdown(self) -> None:
        """Stop, save, and wait for the threads. After this nothing is heard from here. Safe to call twice."""
        self.blockSignals(True)
        self.snapshots.stop()
        job, error = self.training.shutdown()
        if isinstance(error, NotSavedError):
            self.unsaved.job = job
        self.background.stop()
        self.unsaved.shutdown()
        self.loader.stop()
        self.state = IDLE

    # -- training's events ---------------------------------------------------------------------------------------

    def _before_training(self, recipe: Recipe | None) -> None:
        self.runs.cancel_opening()
        self._opening_ended()
        self._discards = False
        self._leave_unsaved()
        self.live.total_steps = int(recipe.plan.steps) if recipe else 0
        self._set_state(PREPARING)

    @Slot(object)
    def _prepared(self, job: Job) -> None:
        self.runs.data_is_known()
        self._open = OpenRun(job.recipe, job.run, job.data, job.telemetry, steps=tuple(job.run.checkpoints()))
        self._set_state(TRAINING)
        self.checkpoints_changed.emit()
        self.request_snapshot()

    @Slot(object)
    def _training_happened(self, event: Any) -> None:
        if type(event).__name__ == "Saved" and self.run is not None:
            self._open = replace(self._open, steps=tuple(self.run.checkpoints()))
            self.checkpoints_changed.emit()
        self.happened.emit(event)

    @Slot()
    def _paused(self) -> None:
        if self.state in (TRAINING, PAUSED):
            self.state = PAUSED
            self.changed.emit()  # after a single step too: there is a new step to show

    @Slot(object)
    def _broke(self, error: Exception) -> None:
        if isinstance(error, Cancelled):
            return
        if self.unsaved.job is None and isinstance(error, NotSavedError):
            self.unsaved.job = self.job
        saved = saved_message(self.run)
        if self.unsaved.job is not None:
            self.not_saved.emit(unsaved_message(error, self.unsaved.job.step, saved))
        elif isinstance(error, GenstudioError):
            self.failed.emit(error_message(error))
        else:
            log.error("training broke", exc_info=error)
            self.failed.emit(N_("{what} {saved}", what=error_message(error), saved=saved))

    @Slot(object)
    def _ended(self, job: Job | None) -> None:
        run, latest = self.run, job.board.latest if job is not None else None
        steps = tuple(run.checkpoints()) if run is not None else self._open.steps
        self._open = replace(self._open, snapshot=latest or self._open.snapshot, steps=steps)
        self._set_state(IDLE)
        self.checkpoints_changed.emit()
        if self._discards:
            self._discard_now()
        elif run is not None and steps:
            self.runs.read_snapshot(run, steps[-1])

    # -- runs and snapshots --------------------------------------------------------------------------------------

    @Slot(object)
    def _opened(self, found: OpenRun) -> None:
        if self.busy or found.run is None or found.recipe is None:
            return
        self._opening_ended()
        self.live.total_steps = int(found.recipe.plan.steps)
        self.runs.open_data(found.run)
        self._show(found)
        if found.snapshot is not None:
            self.snapshot_arrived.emit()
        if found.damaged is not None:
            self.failed.emit(
                N_("The checkpoint of step {step} is damaged: the run continues from step {sound}.", step=found.damaged,
                   sound=self.step)
            )  # fmt: skip

    def _opening_ended(self) -> None:
        """No run is being opened any more; the state is ``idle`` for now."""
        if self._before is not None:
            self.unsaved.leave(self._before[1])
        self.opening, self._before = "", None
        if self.state == OPENING:
            self.state = IDLE

    def _back_from_opening(self) -> None:
        """Restore what was open before."""
        self.runs.cancel_opening()
        before, self._before = self._before, None
        self._opening_ended()
        if before is not None:
            self._open, self.unsaved.job = before
        if self.run is not None and self.data is None:
            self.runs.open_data(self.run)
        self._show(self._open)

    @Slot(object)
    def _not_opened(self, error: Exception) -> None:
        if self.state == OPENING:
            self._back_from_opening()
        self._failed(error)

    @Slot(object)
    def _data_opened(self, data: DataSet) -> None:
        if not self.busy:
            self._open = replace(self._open, data=data)
            self.changed.emit()

    @Slot(object)
    def _data_not_opened(self, error: Exception) -> None:
        self._failed(error)
        self.changed.emit()

    @Slot(object, object)
    def _checkpoints_listed(self, run: Run, steps: tuple[int, ...]) -> None:
        if not self.busy and run is self.run and steps != self._open.steps:
            self._open = replace(self._open, steps=steps)
            self.checkpoints_changed.emit()
            if steps:
                self.runs.read_snapshot(run, steps[-1])

    @Slot(object)
    def _snapshot_read(self, snapshot: Snapshot) -> None:
        if not self.busy and self.run is not None:
            self._snapshot_arrived(snapshot)

    @Slot(object)
    def _snapshot_arrived(self, snapshot: Snapshot) -> None:
        self._open = replace(self._open, snapshot=snapshot)
        self.snapshot_arrived.emit()

    @Slot(object)
    def _saved_elsewhere(self, run: Run) -> None:
        self.informed.emit(N_("Saved as {name}: it can be resumed from there.", name=run.name))
        self.open_run(run.path)

    @Slot(object)
    def _left_saved(self, run: Run) -> None:
        self.informed.emit(N_("The model that was still in memory is saved as {name}, among your runs.", name=run.name))

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self.failed.emit(error_message(error))

    def _discard_now(self) -> None:
        self._discards = False
        if self.run is None:
            return
        was = Path(self.run.path)
        self.unsaved.job = None  # discarded with its run
        self._leave_run()
        self._show(self._open)  # before words on how it went: an error of the run that is left goes with it
        try:
            lies = put_in_trash(was)
        except OSError as error:
            self.failed.emit(N_("The run could not be put in the trash: {reason}", reason=str(error)))
        else:
            self.discarded.emit(was, lies)

    def _leave_run(self) -> None:
        self.runs.cancel()
        self._leave_unsaved()
        self._open = OpenRun(self.recipe)

    def _leave_unsaved(self) -> None:
        job, self.unsaved.job = self.unsaved.job, None
        self.unsaved.leave(job)

    def _show(self, what: OpenRun) -> None:
        self._open = what
        self.changed.emit()
        self.checkpoints_changed.emit()

    def _set_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.changed.emit()

    def _connect(self) -> None:
        training, runs, unsaved = self.training, self.runs, self.unsaved
        training.progress.connect(self.progress)
        training.prepared.connect(self._prepared)
        training.happened.connect(self._training_happened)
        training.paused.connect(self._paused)
        training.broke.connect(self._broke)
        training.ended.connect(self._ended)
        self.live.changed.connect(self.changed)
        self.live.refused.connect(self._failed)
        self.snapshots.arrived.connect(self._snapshot_arrived)
        runs.opened.connect(self._opened)
        runs.not_opened.connect(self._not_opened)
        runs.data_opened.connect(self._data_opened)
        runs.data_not_opened.connect(self._data_not_opened)
        runs.checkpoints_listed.connect(self._checkpoints_listed)
        runs.snapshot_read.connect(self._snapshot_read)
        runs.failed.connect(self._failed)
        unsaved.saved_elsewhere.connect(self._saved_elsewhere)
        unsaved.not_saved.connect(self._broke)
        unsaved.left_saved.connect(self._left_saved)
        unsaved.left_unsaved.connect(self._failed)
