"""Training loop. Iterate over ``train(model, data, plan)``: it yields events, in a notebook, on the command line and on a
thread of the window.

It yields between steps alone, never inside ``torch.no_grad()``. To pause, don't ask for the next event. To stop, ``close()``
it: that saves. An exception saves nothing, so that the last checkpoint stays good.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from genstudio.core.errors import NotSavedError
from genstudio.core.messages import N_, Message
from genstudio.core.seeding import derive, seed_everything
from genstudio.core.threads import compute_with
from genstudio.training import events as ev
from genstudio.training.journal import Journal, RunProgress
from genstudio.training.judge.use import available_judge, is_due
from genstudio.training.live import Live
from genstudio.training.observer import Observer
from genstudio.training.recipe.plan import Plan
from genstudio.training.rollback import slower
from genstudio.training.run import checkpoint as checkpoints
from genstudio.training.run.run import Run
from genstudio.training.run.writer import RunWriter
from genstudio.training.saver import Saver, not_saved
from genstudio.training.snapshot import SnapshotBoard
from genstudio.training.step_runner import StepRunner
from genstudio.training.telemetry import Row, Telemetry

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.evaluate.judge.judge import Judge
    from genstudio.models.base import Model

BAD_STEPS = 10  # updates withheld in a row before training goes back, or stops


def train(
    model: Model,
    data: DataSet,
    plan: Plan | None = None,
    *,
    run: Run | None = None,
    resume: Path | None = None,
    telemetry: Telemetry | None = None,
    board: SnapshotBoard | None = None,
    live: Live | None = None,
    cancelled: Callable[[], bool] | None = None,
    judge: Judge | None = None,
) -> Generator[ev.Event, None, None]:
    """Train ``model`` on ``data`` until the plan's steps are done. Yields events.

    Without ``run`` nothing is written. ``resume``: folder of a checkpoint to continue from, to the bit. ``cancelled``: true
    when a close is about to come, so that it need not wait for a measurement. ``judge``: computes the judged measures every
    ``plan.judge_every`` steps (:func:`genstudio.training.judge.train.judge_for`), none without it. The model stays
    on its device. It uses torch's default generator and sets its thread count: one training at a time, on a thread of its
    own.
    """
    plan = plan or Plan()
    live = live or Live(model.knobs, plan, tuple(model.players()))
    loop = Loop(
        model, data, live, run, telemetry or Telemetry(), board or SnapshotBoard(), cancelled or (lambda: False), judge
    )
    return loop.events(resume)


class Loop:
    """One training: its steps, and what is done between them.

    :class:`StepRunner` does a step, :class:`Journal` writes rows and events, :class:`Observer` samples and measures,
    :class:`Saver` saves and restores.
    """

    def __init__(
        self,
        model: Model,
        data: DataSet,
        live: Live,
        run: Run | None,
        telemetry: Telemetry,
        board: SnapshotBoard,
        cancelled: Callable[[], bool],
        judge: Judge | None = None,
    ) -> None:
        self.model, self.data, self.live, self.run, self.board = model, data, live, run, board
        self.device = next((p.device for p in model.parameters()), torch.device("cpu"))
        self.step_runner = StepRunner(model, data.split("train"), live.plan, self.device)
        self.progress = RunProgress()
        self.journal = Journal(telemetry, self.progress)
        self.observer = Observer(model, data, self.step_runner, live, run, self.journal, judge, cancelled)
        self.saver = Saver(model, data, self.step_runner, live, self.journal)
        self.diverged = False
        self.other_images = False  # the data are not those that the run learned from before it was stopped
        self._default_threads = 0  # torch's own choice, before the plan set any
        self._since = (0, 0.0)  # images and stepping seconds at the last row
        self._owners: dict[str, str] = {}  # player by term, as far as they were written

    @property
    def step(self) -> int:
        """Steps done."""
        return self.step_runner.context.step

    @property
    def plan(self) -> Plan:
        return self.live.plan

    @property
    def images_per_second(self) -> float:
        """The pace of the steps, over the whole run."""
        return self.step_runner.context.images / self.progress.stepping if self.progress.stepping else 0.0

    def events(self, resume: Path | None = None) -> Generator[ev.Event, None, None]:
        """See :func:`train`."""
        try:
            yield from self._events(resume)
        except OSError as error:  # nothing but the run's folder is written to
            if self.run is None:
                raise
            raise not_saved(self.run, error) from error

    def _events(self, resume: Path | None) -> Generator[ev.Event, None, None]:
        with RunWriter(self.run) if self.run else contextlib.nullcontext() as self.journal.writer:
            run_events = self._train(resume)
            try:
                while True:
                    began = time.perf_counter()
                    event = next(run_events, None)
                    self.progress.seconds += time.perf_counter() - began
                    if event is None:
                        return
                    yield event
            except GeneratorExit:
                self._stop()
                raise

    def _train(self, resume: Path | None) -> Iterator[ev.Event]:
        self._begin(resume)
        yield self.journal.note(ev.Started(self.step))
        if self.other_images:
            yield self.journal.note(ev.Alarm(self.step, "watch", self._text_on_other_images()))
        if self.progress.owed:
            yield from self.observer.measure()
        if self.saver.saved < 0:
            yield from self.observer.sample()
            yield from self.saver.save(planned=True)
        while self.step < self.plan.steps:
            yield from list(self._take_changes())
            before = time.perf_counter()
            self.step_runner.step()
            self.progress.stepping += time.perf_counter() - before
            if self.step % self.plan.log_every == 0:
                self._note()
            if self.step_runner.bad_steps:
                here = self.step
                yield from list(self._alarm())
                if self.diverged:
                    yield self.journal.note(ev.Finished(self.step, "diverged"))
                    return
                if self.step < here:
                    continue
            yield from list(self._between())  # all done before any is told: a close in between loses none
            yield ev.Stepped(self.step)
        yield from self._finish()

    # -- the beginning and the end -----------------------------------------------------------------------------------

    def _begin(self, resume: Path | None) -> None:
        state = checkpoints.read_state(resume) if resume else {}
        self._default_threads = torch.get_num_threads()
        self._use_threads(self.plan.threads or int(state.get("threads", 0)))
        self.model.train()
        if resume is None:
            seed_everything(derive(self.plan.seed, "training"))
            self.model.prepare(self.step_runner.context.first_batch())
            self.step_runner.begin_averages()
            if self.journal.writer:
                self.journal.writer.truncate({}, -1)
            return
        progress = self.progress
        progress.seconds, progress.stepping, progress.owed = state["seconds"], state["stepping"], state["owed"]
        self._restore(resume)
        self.live.only = self.step_runner.only
        self.saver.saved = self.step
        self.saver.rollback.restore(state.get("rollback"))
        self.other_images = state["data_fingerprint"] != self.data.fingerprint
        if self.journal.writer:
            self.journal.writer.truncate(state["lengths"], self.step)

    def _use_threads(self, count: int) -> None:
        """Let torch compute with ``count`` intra-op threads from here on; 0: as many as it had before training."""
        self.progress.threads = count or self._default_threads
        compute_with(self.progress.threads)  # a later run that sets none must not inherit it

    def _restore(self, checkpoint: Path) -> None:
        self.saver.restore(checkpoint)
        self._since = (self.step_runner.context.images, self.progress.stepping)

    def _finish(self) -> Iterator[ev.Event]:
        # Saved first: the final measurement belongs to this end, and a run that goes on forgets it.
        yield from self.saver.save()
        yield from self.observer.measure(final=True)
        if self.board.latest is not None:
            self.board.offer(self.observer.snapshot)
        yield self.journal.note(ev.Finished(self.step, "done"))

    def _stop(self) -> None:
        """Closed between two steps: keep everything."""
        list(self._take_changes())
        if not self.diverged:
            list(self.saver.save())

    # -- between two steps -------------------------------------------------------------------------------------------

    def _between(self) -> Iterator[ev.Event]:
        step, plan = self.step, self.plan
        if self.step_runner.parts.keys() > self._owners.keys() and step % plan.log_every == 0:
            yield from self._note_owners()
        if self.board.is_requested():
            self.board.offer(self.observer.snapshot)
        if plan.sample_every and step % plan.sample_every == 0:
            yield from self.observer.sample()
        if is_due(plan.evaluate_every, step) or (self.observer.judge is not None and is_due(plan.judge_every, step)):
            yield from self.observer.measure()
        if plan.save_every and step % plan.save_every == 0:
            yield from self.saver.save(planned=True)

    def _note_owners(self) -> Iterator[ev.Event]:
        self._owners = dict(self.step_runner.parts)
        if len(self.step_runner.players) > 1:
            terms = {name: player for name, player in self._owners.items() if player}
            yield self.journal.note(
                ev.TermOwners(self.step, terms, tuple(name for name in self._owners if name not in terms))
            )

    def _take_changes(self) -> Iterator[ev.Event]:
        if not self.live.waiting:
            return
        changes = self.live.take()
        self.saver.saved = -1  # a checkpoint of this step has the old settings
        self.model.knobs = self.live.model_knobs
        self.step_runner.plan, self.step_runner.only = self.plan, self.live.only
        for name, player in self.step_runner.players.items():
            player.follow(self.plan.player(name))
        if "plan.threads" in changes:
            self._use_threads(self.plan.threads)
        for name, (was, value) in changes.items():
            if was != value:  # a player stepped alone a second time is no change
                yield self.journal.note(ev.Changed(self.step, name, value, was))
        if "plan.judge_every" in changes and self.plan.judge_every and self.observer.judge is None:
            self.observer.judge, missing = available_judge(self.model, self.data, self.step)
            if missing:
                yield self.journal.note(missing)

    def _note(self) -> None:
        """A point of the curves: here the numbers are read from the device."""
        values = self.step_runner.meter.means()
        if not self.step_runner.checks_each_update and not all(map(math.isfinite, values.values())):
            self.step_runner.bad_steps = BAD_STEPS
        images, since = self.step_runner.context.images, self._since
        spent = self.progress.stepping - since[1]
        pace = (images - since[0]) / spent if spent > 0 else 0.0
        self._since = (images, self.progress.stepping)
        self.journal.record(self.step, values, pace)

    def _text_on_other_images(self) -> Message:
        return N_(
            "The images are no longer those of step {step}: training continues with the current ones, and some "
            "that are held out now may have been training images before.",
            step=self.step,
        )

    def _alarm(self) -> Iterator[ev.Event]:
        if self.step_runner.bad_steps >= BAD_STEPS:
            back = self.saver.rollback.checkpoint(self.run.checkpoints_folder) if self.run else None
            if back is not None:
                yield from self._go_back(back)
                return
            self.diverged = True
            message = N_(
                "The loss was not finite for {n} steps: training stopped at step {step}. The last checkpoint is "
                "good; resume from it with a smaller learning rate.",
                n=BAD_STEPS,
                step=self.step,
            )
            yield self.journal.note(ev.Alarm(self.step, "bad", message))
        elif self.step_runner.bad_steps == 1:
            message = N_("The loss was not finite at step {step}: that update was skipped.", step=self.step)
            yield self.journal.note(ev.Alarm(self.step, "watch", message))

    def _go_back(self, checkpoint: Path) -> Iterator[ev.Event]:
        """Put everything back as it was at ``checkpoint`` but the settings, and halve the learning rates."""
        since, state = self.step, checkpoints.read_state(checkpoint)
        self._restore(checkpoint)
        self.step_runner.only = self.live.only
        self.saver.rollback.times += 1
        self.journal.telemetry.discard_after(self.step)
        if self.journal.writer:
            self.journal.writer.discard(state["lengths"], self.step, ("metrics",))
        message = N_(
            "The loss was not finite for {n} steps: training went back from step {since:,} to step {step:,} and "
            "continues at half the learning rate.",
            n=BAD_STEPS,
            since=since,
            step=self.step,
        )
        yield self.journal.note(ev.Alarm(since, "watch", message))
        yield self.journal.note(ev.RolledBack(self.step, since))
        self.live(slower(self.plan, tuple(self.step_runner.players)))

    def keep_in(self, run: Run, rows: Iterable[Row], events: Iterable[str]) -> None:
        """Save what is in memory in another ``run``, with the ``rows`` of its curves and the lines of its ``events``: after
        events() has ended. Raises :class:`NotSavedError` when that can't be written either."""
        self.run, self.saver.saved = run, -1
        try:
            with RunWriter(run) as writer:
                self.journal.writer = writer
                for row in rows:
                    writer.append("metrics", row.to_json())
                for line in events:
                    writer.append("events", line)
                list(self.saver.save())
        except OSError as error:
            raise not_saved(run, error) from error
        if self.saver.saved < 0:
            raise NotSavedError(N_("The weights at step {step} are not finite: they are not saved.", step=self.step))
