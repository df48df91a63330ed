"""Session of the window: one run, its data, its weights, and the actions of the buttons. Hides where training happens.

Lives on the GUI thread and never touches torch: whatever needs it is done by the training thread or in the background,
and comes back by a signal.
"""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from genstudio.core.errors import Cancelled, GenstudioError, NotKeptError, UsageError
from genstudio.core.messages import N_, Message
from genstudio.studio.threads.background import Background
from genstudio.studio.threads.error_words import error_message
from genstudio.studio.threads.run_opening import data_of, open_with_weights
from genstudio.studio.threads.training_thread import TrainingThread

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
POLL_MS = 60  # how soon after it was offered a snapshot is noticed; only while one is awaited


@dataclass(frozen=True)
class _Open:
    """State that was open before the run that is being opened."""

    run: Run | None
    recipe: Recipe | None
    data: DataSet | None
    telemetry: Telemetry | None
    snapshot: Snapshot | None
    steps: list[int]
    unkept: Job | None


class Session(QObject):
    """One per window. ``state`` is ``idle``, ``opening``, ``preparing``, ``training``, ``paused`` or ``stopping``.

    ``recipe``, ``run``, ``data``, ``telemetry`` are what is open now; ``None`` until there is something. While ``opening``
    is not empty, the run in that folder is being read, and no run is open.
    """

    changed = Signal()  # state, run, recipe or data
    snapshot_arrived = Signal()  # there are newer weights than before (at most 4/s, only while somebody asked)
    checkpoints_changed = Signal()  # one was saved, or another run is open
    failed = Signal(object)  # a Message or str for the line of text
    said = Signal(object)  # the same, of things that went well
    progress = Signal(float, object)  # while preparing: 0..1 and a Message
    happened = Signal(object)  # an event of training that is not a step (Saved, Measured, Sampled, Alarm, Finished)
    waits = Signal()  # what Start waits for has changed
    not_kept = Signal(object)  # words: the run can't be written, its model is in memory still; see keep_elsewhere()
    discarded = Signal(object, object)  # where the run was, where it lies now: for undo

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = IDLE
        self.opening = ""
        self._before: _Open | None = None  # what comes back when a run can't be opened
        self.recipe: Recipe | None = None
        self.run: Run | None = None
        self.data: DataSet | None = None
        self.data_is_coming = False  # the open run's images are being opened
        self.telemetry: Telemetry | None = None
        self.job: Job | None = None
        self.total_steps = 0
        self.only = ""  # the player that learns alone, while something trains
        self.waits_for = ""  # what has to be there, or be put right, before Start; in words
        self.background = Background("background", self)  # short things
        self.loader = Background("loader", self)  # opening and decoding images
        self._thread: TrainingThread | None = None
        self._unkept: Job | None = None  # what could not be written to its run, until it is kept or left
        self._left_unkept: list[Job] = []  # left before they were kept, and being saved on the background thread
        self._after_stop = ""  # "", "discard": what is to be done when the thread has ended
        self._snapshot: Snapshot | None = None
        self._steps: list[int] = []
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self._look_at_board)

    # -- what can be asked ---------------------------------------------------------------------------------------

    @property
    def step(self) -> int:
        """The last step that was taken, or the newest checkpoint's when nothing trains and nothing is left to be kept."""
        if self._unkept is not None:
            return self._unkept.step
        if self._thread is not None and self._thread.step:
            return self._thread.step
        return self._steps[-1] if self._steps else 0

    @property
    def busy(self) -> bool:
        """True while a run is prepared, trained, paused or stopped: another one can't be opened meanwhile."""
        return self.state not in (IDLE, OPENING)

    def checkpoint_steps(self) -> list[int]:
        """Steps of the open run at which weights were kept, ascending."""
        return list(self._steps)

    def latest_snapshot(self) -> Snapshot | None:
        """The newest weights that are at hand: from the loop while it runs, else from the newest checkpoint.

        ``None`` until ``snapshot_arrived``. Costs nothing: never reads the disk.
        """
        job = self.job  # asked from the render thread too: look once
        latest = job.board.latest if job is not None else None
        return latest if latest is not None else self._snapshot

    def request_snapshot(self) -> None:
        """Ask the loop for fresh weights. Cheap, any number of times; ``snapshot_arrived`` answers."""
        if self.job is not None and self.state in (TRAINING, PAUSED):
            self.job.board.request()
            if self._thread is not None:
                self._thread.publish()
            if not self._poll.isActive():
                self._poll.start()

    def snapshot_at(self, step: int) -> Snapshot:
        """The weights kept at ``step``, read from disk: never on the GUI thread. Raises :class:`RunError`."""
        run = self.run  # asked from the render thread: look once
        if run is None:
            raise GenstudioError(N_("No run is open."), N_("Open one or start one first."))
        return run.snapshot(step)

    def wait_for(self, words: str) -> None:
        """Set the reason why Start can't be pressed; empty where it can."""
        if words != self.waits_for:
            self.waits_for = words
            self.waits.emit()

    # -- the buttons ---------------------------------------------------------------------------------------------

    def start(self, recipe: Recipe) -> None:
        """Begin a new run of ``recipe``. Only when idle."""
        if self.busy:
            return
        self._leave_run()
        self.recipe = recipe

        def make(thread: TrainingThread) -> Job:
            from genstudio.training.job import new_job

            job = new_job(recipe, progress=thread.tell, cancelled=thread.isInterruptionRequested)
            if thread.isInterruptionRequested():
                job.run.delete()  # nothing was trained: leave no empty folder behind
                raise Cancelled(N_("Stopped before the first step."))
            return job

        self._launch(make, recipe)

    def resume(self, path: Path | str, steps: int | None = None) -> None:
        """Go on with the run in ``path`` from its newest checkpoint, exactly where it stood, up to ``steps`` in all
        (default: as its plan says). Only when idle."""
        if self.busy:
            return

        def make(thread: TrainingThread) -> Job:
            from genstudio.training.job import resume_job

            return resume_job(path, steps=steps, progress=thread.tell, cancelled=thread.isInterruptionRequested)

        self._launch(make, self.recipe)

    def pause(self) -> None:
        """Stand still after the present step; nothing is lost, nothing is written."""
        if self._thread is not None and self.state == TRAINING:
            self._thread.pause()

    def go_on(self) -> None:
        """Go on after a pause."""
        if self._thread is not None and self.state == PAUSED:
            self._thread.go_on()
            self._set_state(TRAINING)

    def step_once(self) -> None:
        """Exactly one step, then stand still again. While training it pauses first."""
        if self._thread is not None and self.state in (TRAINING, PAUSED):
            self._thread.step_once()

    def step_alone(self, player: str) -> None:
        """One step in which ``player`` alone is updated; it holds until :meth:`let_all_learn`."""
        self.set_live({"only": player})
        self.step_once()

    def let_all_learn(self) -> None:
        """From the next step on each player is updated again."""
        self.set_live({"only": None})

    def stop(self) -> None:
        """End training and keep everything: saves a checkpoint, so that it can go on later. While a run is being opened:
        go back to what was open before."""
        if self.state == OPENING:
            self._back_from_opening()
        elif self._thread is not None and self.state != STOPPING:
            self._thread.ask_to_stop()
            self._set_state(STOPPING)

    @property
    def opening_name(self) -> str:
        """The name of the run that is being opened; empty when none is."""
        return Path(self.opening).name if self.opening else ""

    def discard(self) -> None:
        """End training and put the run in the trash folder; ``discarded`` tells where, for :meth:`undo_discard`."""
        self._after_stop = "discard"
        if self._thread is not None:
            self.stop()
        else:
            self._discard_now()

    def undo_discard(self, was: Path, lies: Path) -> None:
        """Bring a discarded run back and open it."""
        from genstudio.studio.threads.trash import restore

        try:
            restore(lies, was)
        except OSError as error:
            self.failed.emit(N_("The run could not be restored: {reason}", reason=str(error)))
            return
        self.open_run(was)

    def open_run(self, path: Path | str) -> None:
        """Open an earlier run to look at it, or to go on with it. Not while one is trained; arrives by ``changed``.

        The run that was open is left at once, and comes back when this one can't be opened.
        """
        if not self.busy:
            self.announce(path)
            self.background.submit(
                lambda: open_with_weights(Path(path)), self._opened, self._not_opened, key="open run"
            )

    def announce(self, path: Path | str) -> None:
        """Say that the run in ``path`` is about to be opened, before it can be: the window's code is not all there yet."""
        if self.busy:
            return
        if self.state != OPENING:
            self._before = _Open(
                self.run, self.recipe, self.data, self.telemetry, self._snapshot, self._steps, self._unkept
            )
        self._unkept = None  # it comes back with what was open, or is kept once that is left for good
        self._leave_run()
        self.opening, self.state = str(path), OPENING
        self.changed.emit()
        self.checkpoints_changed.emit()

    def choose(self, recipe: Recipe) -> None:
        """Look at a recipe from now on: the open run, or the one that is being opened, is left."""
        if not self.busy:
            self._opening_ended()
            self._leave_run()
            self.recipe = recipe
            self.changed.emit()
            self.checkpoints_changed.emit()

    def look_again(self) -> None:
        """Notice what another process has saved in the open run. Cheap, any number of times."""
        run = self.run
        if run is not None and not self.busy:
            self.background.submit(lambda: (run, run.checkpoints()), self._looked_again, self._unread, key="look again")

    def close_run(self) -> None:
        """Leave the open run: what is looked at next is a recipe. Only when idle."""
        if not self.busy and self.run is not None:
            self._leave_run()
            self.changed.emit()

    @property
    def has_unkept(self) -> bool:
        """True where a model in memory could not be written to its run: :meth:`keep_elsewhere` saves it."""
        return self._unkept is not None

    def keep_elsewhere(self, path: Path | None = None) -> None:
        """Save the model that could not be written to its run in a new run at ``path``, or among the person's runs, and
        open that. Where that fails too, ``not_kept`` tells it, and it can be tried again."""
        job = self._unkept
        if job is not None and not self.busy:
            self.background.submit(lambda: job.keep_elsewhere(path), self._kept, self._broke, key="keep elsewhere")

    def _keep_aside(self, job: Job | None = None) -> None:
        """Save a model that is left before it was kept (default: the open run's) among the person's runs."""
        job, self._unkept = job or self._unkept, None
        if job is not None:
            self._left_unkept.append(job)
            self.background.submit(lambda: (job, job.keep_elsewhere()), self._kept_aside, self._not_kept_aside)

    @Slot(object)
    def _kept_aside(self, kept: tuple[Job, Run]) -> None:
        job, run = kept
        self._left_unkept.remove(job)
        self.said.emit(N_("The model that was still in memory is saved as {name}, among your runs.", name=run.name))

    @Slot(object)
    def _not_kept_aside(self, error: Exception) -> None:
        self.failed.emit(error_message(error))  # tried once more when the window is closed

    @Slot(object)
    def _kept(self, run: Run) -> None:
        self._unkept = None
        self.said.emit(N_("Saved as {name}: it can be resumed from there.", name=run.name))
        self.open_run(run.path)

    def set_live(self, knobs: dict[str, Any]) -> bool:
        """Change live settings as :meth:`change_live` does. ``False``, and why by ``failed``, where they are refused."""
        if self.job is None or self.state not in (TRAINING, PAUSED):
            return False
        try:
            self.change_live(knobs)
        except GenstudioError as error:
            self.failed.emit(error_message(error))
            return False
        return True

    def change_live(self, knobs: dict[str, Any]) -> None:
        """Change live settings while it trains: ``beta``, ``plan.players.model.lr``. They hold from the next step on.

        Raises :class:`GenstudioError`, and changes nothing, where nothing trains or a value does not fit: ``plan.steps``
        must be more than the present step, so that a change never ends the training.
        """
        if self.job is None or self.state not in (TRAINING, PAUSED):
            raise UsageError(N_("Nothing is being trained now."), N_("Press Start first."))
        steps = knobs.get("plan.steps")
        if isinstance(steps, int) and steps <= self.step:
            raise UsageError(
                N_("Training is at step {step:,} already.", step=self.step),
                N_("Choose more steps than that, or press Stop and save."),
            )
        self.job.live(knobs)
        self.total_steps = int(knobs.get("plan.steps", self.total_steps))
        self._set_only(knobs.get("only", self.only))

    def shutdown(self) -> None:
        """Stop, save, and wait for the threads. After this nothing is heard from here. Safe to call twice."""
        self._poll.stop()
        self.blockSignals(True)
        if self._thread is not None:
            self._thread.ask_to_stop()
            self._thread.wait()
            if isinstance(self._thread.error, NotKeptError):
                self._unkept = self.job
            self._forget_thread()
        self.background.stop()
        for job in filter(None, (*self._left_unkept, self._unkept)):
            if not job.kept:  # the background thread may have done it a moment ago
                with contextlib.suppress(GenstudioError):  # the last chance: what can't be written here either is lost
                    job.keep_elsewhere()
        self._left_unkept, self._unkept = [], None
        self.loader.stop()
        self.state = IDLE

    # -- the training thread's life ------------------------------------------------------------------------------

    def _launch(self, make: Any, recipe: Recipe | None) -> None:
        self.background.drop("open run")
        self._opening_ended()
        self._after_stop = ""
        self._keep_aside()
        self.total_steps = int(recipe.plan.steps) if recipe else 0
        thread = self._thread = TrainingThread(make, self)
        thread.progress.connect(self.progress)
        thread.prepared.connect(self._prepared)
        thread.happened.connect(self._event)
        thread.paused_at.connect(self._paused)
        thread.broke.connect(self._broke)
        thread.finished.connect(self._ended)
        self._set_state(PREPARING)
        thread.start()

    @Slot(object)
    def _prepared(self, job: Job) -> None:
        if self.state != PREPARING:
            return
        self.job = job
        self.recipe, self.run, self.data, self.telemetry = job.recipe, job.run, job.data, job.telemetry
        self.data_is_coming = False
        self.total_steps = int(job.recipe.plan.steps)
        self._snapshot = None
        self._steps = job.run.checkpoints()
        self._set_state(TRAINING)
        self.checkpoints_changed.emit()
        self.request_snapshot()

    @Slot(object)
    def _event(self, event: Any) -> None:
        if type(event).__name__ == "Saved" and self.run is not None:
            self._steps = self.run.checkpoints()
            self.checkpoints_changed.emit()
        elif type(event).__name__ == "Started" and self.job is not None:
            self._set_only(self.job.live.only)  # a resumed run goes on as it was
        self.happened.emit(event)

    def _set_only(self, player: str | None) -> None:
        if (player or "") != self.only:
            self.only = player or ""
            self.changed.emit()

    @Slot(int)
    def _paused(self, step: int) -> None:
        if self.state in (TRAINING, PAUSED):
            self.state = PAUSED
            self.changed.emit()  # after a single step too: there is a new step to show

    @Slot(object)
    def _broke(self, error: Exception) -> None:
        if isinstance(error, Cancelled):
            return
        self._unkept = self._unkept or (self.job if isinstance(error, NotKeptError) else None)
        if self._unkept is not None:
            what = error.what if isinstance(error, GenstudioError) else error_message(error)
            self.not_kept.emit(
                N_(
                    "{what} The model of step {step} is still in memory. {saved}",
                    what=what,
                    step=f"{self._unkept.step:,}",
                    saved=self._words_on_saved(),
                )
            )
            return
        if isinstance(error, GenstudioError):
            self.failed.emit(error_message(error))
        else:
            log.error("training broke", exc_info=error)
            self.failed.emit(N_("{what} {saved}", what=error_message(error), saved=self._words_on_saved()))

    def _words_on_saved(self) -> Message:
        steps = self.run.checkpoints() if self.run is not None else []
        if steps:
            return N_("Its run has everything up to step {step}.", step=f"{steps[-1]:,}")
        return N_("Nothing was saved.")

    @Slot()
    def _ended(self) -> None:
        board = self.job.board if self.job is not None else None
        if board is not None and board.latest is not None:
            self._snapshot = board.latest
        self._forget_thread()
        if self.run is not None:
            self._steps = self.run.checkpoints()
        self._set_state(IDLE)
        self.checkpoints_changed.emit()
        if self._after_stop == "discard":
            self._discard_now()
        elif self.run is not None and self._steps:
            run, step = self.run, self._steps[-1]
            self.background.submit(lambda: run.snapshot(step), self._read, self._unread, key="snapshot")

    def _forget_thread(self) -> None:
        """The one place where a training thread is let go: it has ended by now."""
        self._poll.stop()
        self.job = None
        self.only = ""
        if self._thread is not None:
            self._thread.wait()
            self._thread.deleteLater()
            self._thread = None

    # -- runs and snapshots --------------------------------------------------------------------------------------

    @Slot(object)
    def _opened(self, found: tuple[Run, Recipe, Snapshot | None]) -> None:
        if self.busy:
            return
        self._opening_ended()
        self.run, self.recipe, self._snapshot = found
        self.telemetry = None
        self.total_steps = int(self.recipe.plan.steps)
        self.data = None
        newest = self._take_steps()
        self._open_data(self.run)
        self.changed.emit()
        self.checkpoints_changed.emit()
        if self._snapshot is not None:
            self.snapshot_arrived.emit()
        if newest > self.step:
            self.failed.emit(
                N_("The checkpoint of step {step} is damaged: the run continues from step {sound}.", step=newest,
                   sound=self.step)
            )  # fmt: skip

    def _open_data(self, run: Run) -> None:
        self.data_is_coming = True
        self.loader.submit(
            lambda: data_of(run, self.loader.isInterruptionRequested),
            self._data_came,
            self._no_data,
            key="run's data",
        )

    def _take_steps(self) -> int:
        """Of the run that was opened: the steps up to that of its weights, beyond which nothing can be read. Gives the last
        of all, 0 without any."""
        steps = self.run.checkpoints() if self.run is not None else []
        last = self._snapshot.step if self._snapshot is not None else 0
        self._steps = [step for step in steps if step <= last]
        return steps[-1] if steps else 0

    def _opening_ended(self) -> None:
        """No run is being opened any more; the state is ``idle`` for now."""
        if self._before is not None:
            self._keep_aside(self._before.unkept)
        self.opening, self._before = "", None
        if self.state == OPENING:
            self.state = IDLE

    def _back_from_opening(self) -> None:
        """Restore what was open before."""
        self.background.drop("open run")
        before, self._before = self._before, None
        self._opening_ended()
        if before is not None:
            self.run, self.recipe, self.data, self._unkept = before.run, before.recipe, before.data, before.unkept
            self.telemetry, self._snapshot, self._steps = before.telemetry, before.snapshot, before.steps
        if self.run is not None and self.data is None:
            self._open_data(self.run)
        self.changed.emit()
        self.checkpoints_changed.emit()

    @Slot(object)
    def _looked_again(self, found: tuple[Run, list[int]]) -> None:
        run, steps = found
        if self.busy or run is not self.run or steps == self._steps:
            return
        self._steps = steps
        self.checkpoints_changed.emit()
        if steps:
            self.background.submit(lambda: run.snapshot(steps[-1]), self._read, self._unread, key="snapshot")

    @Slot(object)
    def _not_opened(self, error: Exception) -> None:
        if self.state == OPENING:
            self._back_from_opening()
        self.failed.emit(error_message(error))

    @Slot(object)
    def _data_came(self, data: DataSet) -> None:
        self.data_is_coming = False
        if not self.busy:
            self.data = data
            self.changed.emit()

    @Slot(object)
    def _no_data(self, error: Exception) -> None:
        self.data_is_coming = False
        self.failed.emit(error_message(error))
        self.changed.emit()

    @Slot(object)
    def _read(self, snapshot: Snapshot) -> None:
        if not self.busy and self.run is not None:
            self._snapshot = snapshot
            self.snapshot_arrived.emit()

    @Slot(object)
    def _unread(self, error: Exception) -> None:
        self.failed.emit(error_message(error))

    @Slot()
    def _look_at_board(self) -> None:
        board = self.job.board if self.job is not None else None
        # Asked before the newest one is taken: one that was offered for an earlier question ends no waiting.
        answered = board is None or not board.pending
        latest = board.latest if board is not None else None
        if answered:
            self._poll.stop()
        if latest is not None and latest is not self._snapshot:
            self._snapshot = latest
            self.snapshot_arrived.emit()

    def _discard_now(self) -> None:
        from genstudio.studio.threads.trash import put_in_trash

        self._after_stop = ""
        if self.run is None:
            return
        was = Path(self.run.path)
        self._unkept = None  # discarded with its run
        self._leave_run()
        self.changed.emit()  # before words on how it went: an error of the run that is left goes with it
        self.checkpoints_changed.emit()
        try:
            lies = put_in_trash(was)
        except OSError as error:
            self.failed.emit(N_("The run could not be put in the trash: {reason}", reason=str(error)))
        else:
            self.discarded.emit(was, lies)

    def _leave_run(self) -> None:
        for key in ("open run", "snapshot"):
            self.background.drop(key)
        self.loader.drop("run's data")
        self.data_is_coming = False
        self._keep_aside()
        self.run = self.telemetry = self._snapshot = self.data = None
        self._steps = []

    def _set_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.changed.emit()
