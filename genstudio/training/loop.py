"""The loop: ``for event in train(model, data, plan): ...`` is all there is, in a notebook, on the command line and on a
thread of the window alike.

It yields only between steps, never inside ``torch.no_grad()``. Pause is not asking for the next event. Stop is
``close()``, which saves. An exception saves nothing over what is good.
"""

from __future__ import annotations

import contextlib
import logging
import math
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from genstudio.core.device import describe_device
from genstudio.core.errors import Cancelled, NotKeptError
from genstudio.core.messages import N_, Message
from genstudio.core.seeding import derive, seed_everything
from genstudio.core.threads import compute_with
from genstudio.core.version import versions
from genstudio.training import events as ev
from genstudio.training.eval_copy import name_of, onlooker, take_snapshot
from genstudio.training.judge.use import due, is_due, judge_at_hand
from genstudio.training.live import Live
from genstudio.training.recipe.plan import Plan
from genstudio.training.rollback import Rollback, slower
from genstudio.training.run import checkpoint as checkpoints
from genstudio.training.run.images import where_found
from genstudio.training.run.run import Run
from genstudio.training.run.writer import RunWriter
from genstudio.training.samples import Sheets
from genstudio.training.snapshot import Snapshot, SnapshotBoard
from genstudio.training.step_runner import StepRunner
from genstudio.training.telemetry import Row, Telemetry

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.evaluate.judge.judge import Judge
    from genstudio.models.base import Model

log = logging.getLogger(__name__)
BAD_STEPS = 10  # updates withheld in a row before training goes back, or stops
LOOK = 1_000  # validation images looked at during training; the final evaluation looks at all
JUDGED = 2_000  # samples that a judge looks at during training; the final evaluation draws more
FLUSH = 1.0  # seconds after which a reader sees new rows
MOST_TOLD = 10_000  # events in memory


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
    """Train ``model`` on ``data`` until the plan's steps are made; one event after the other.

    Without ``run`` nothing is written. ``resume`` is the folder of a checkpoint to go on from, exactly. ``cancelled``
    says that a close is about to come, so that a measurement in between is not waited for. ``judge`` is who looks every
    ``plan.judge_every`` steps (:func:`genstudio.training.judge.train.judge_for`); nobody looks without one. The model stays
    on the device it is on. Uses torch's default generator and sets its thread count: one training at a time, on a
    thread of its own.
    """
    plan = plan or Plan()
    live = live or Live(model.knobs, plan, tuple(model.players()))
    loop = Loop(
        model, data, live, run, telemetry or Telemetry(), board or SnapshotBoard(), cancelled or (lambda: False), judge
    )
    return loop.events(resume)


class Loop:
    """One training: its steps, and what happens between them."""

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
        self.model, self.data, self.live, self.run = model, data, live, run
        self.judge = judge
        self.telemetry, self.board, self.cancelled = telemetry, board, cancelled
        self.device = next((p.device for p in model.parameters()), torch.device("cpu"))
        self.step_runner = StepRunner(model, data.split("train"), live.plan, self.device)
        self.writer: RunWriter | None = None
        self.told: deque[str] = deque(maxlen=MOST_TOLD)  # lines of events.jsonl, for keep_in()
        self.seconds = self.stepping = 0.0  # in all, and in steps alone; pauses are in neither
        self.saved = -1  # the newest checkpoint's step
        self.threads = 0  # intra-op threads that train; 0 before the first step
        self._torchs_choice = 0  # of threads, before the plan said anything
        self.rollback = Rollback()
        self.diverged = False
        self.owed = False  # a measurement that a stop cut short
        self.other_images = False  # not those that the run learned from until it was stopped
        self._since = (0, 0.0)  # images and stepping seconds at the last row
        self._flushed = 0.0
        self._told: dict[str, str] = {}  # whose each curve is, as far as it was told
        self._sheets = Sheets(data.split("train"), live.plan.seed)

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
        return self.step_runner.context.images / self.stepping if self.stepping else 0.0

    def events(self, resume: Path | None = None) -> Generator[ev.Event, None, None]:
        """See :func:`train`."""
        try:
            yield from self._events(resume)
        except OSError as error:  # nothing but the run's folder is written to
            if self.run is None:
                raise
            raise self._not_kept(self.run, error) from error

    def _events(self, resume: Path | None) -> Generator[ev.Event, None, None]:
        with RunWriter(self.run) if self.run else contextlib.nullcontext() as self.writer:
            run_events = self._train(resume)
            try:
                while True:
                    began = time.perf_counter()
                    event = next(run_events, None)
                    self.seconds += time.perf_counter() - began
                    if event is None:
                        return
                    yield event
            except GeneratorExit:
                self._stop()
                raise

    def _train(self, resume: Path | None) -> Iterator[ev.Event]:
        self._begin(resume)
        yield self._tell(ev.Started(self.step))
        if self.other_images:
            yield self._tell(ev.Alarm(self.step, "watch", self._words_on_other_images()))
        if self.owed:
            yield from self._measure()
        if self.saved < 0:
            yield from self._sample()
            yield from self._save(planned=True)
        while self.step < self.plan.steps:
            yield from list(self._take_changes())
            before = time.perf_counter()
            self.step_runner.step()
            self.stepping += time.perf_counter() - before
            if self.step % self.plan.log_every == 0:
                self._note()
            if self.step_runner.bad_steps:
                here = self.step
                yield from list(self._alarm())
                if self.diverged:
                    yield self._tell(ev.Finished(self.step, "diverged"))
                    return
                if self.step < here:
                    continue
            yield from list(self._between())  # all done before any is told: a close in between loses none
            yield ev.Stepped(self.step)
        yield from self._finish()

    # -- the beginning and the end -----------------------------------------------------------------------------------

    def _begin(self, resume: Path | None) -> None:
        state = checkpoints.read_state(resume) if resume else {}
        self._torchs_choice = torch.get_num_threads()
        self._use_threads(self.plan.threads or int(state.get("threads", 0)))
        self.model.train()
        if resume is None:
            seed_everything(derive(self.plan.seed, "training"))
            self.model.prepare(self.step_runner.context.first_batch())
            self.step_runner.begin_averages()
            if self.writer:
                self.writer.truncate({}, -1)
            return
        self.seconds, self.stepping, self.owed = state["seconds"], state["stepping"], state["owed"]
        self._restore(resume)
        self.live.only = self.step_runner.only
        self.saved = self.step
        self.rollback.restore(state.get("rollback"))
        self.other_images = state["data_fingerprint"] != self.data.fingerprint
        if self.writer:
            self.writer.truncate(state["lengths"], self.step)

    def _use_threads(self, count: int) -> None:
        """Let torch compute with ``count`` intra-op threads from here on; 0: as many as it had before training."""
        self.threads = count or self._torchs_choice
        compute_with(self.threads)  # a later run that sets none must not inherit it

    def _restore(self, checkpoint: Path) -> None:
        weights, _ = checkpoints.read_weights(checkpoint, averaged=False)
        averaged, is_averaged = checkpoints.read_weights(checkpoint)
        trainer = checkpoints.read_trainer(checkpoint)
        try:
            if trainer["step"] != checkpoints.read_state(checkpoint)["step"]:
                raise ValueError("its files are of different steps")
            self.step_runner.restore(weights, averaged if is_averaged else None, trainer)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, RuntimeError) as error:
            raise checkpoints.damaged(checkpoint, error) from error  # it was saved by another model, or changed since
        self._since = (self.step_runner.context.images, self.stepping)

    def _finish(self) -> Iterator[ev.Event]:
        # Saved first: the final measurement belongs to this end, and a run that goes on forgets it.
        yield from self._save()
        yield from self._measure(final=True)
        if self.board.latest is not None:
            self.board.offer(self.snapshot)
        yield self._tell(ev.Finished(self.step, "done"))

    def _stop(self) -> None:
        """Closed between two steps: keep everything."""
        list(self._take_changes())
        if not self.diverged:
            list(self._save())

    # -- between two steps -------------------------------------------------------------------------------------------

    def _between(self) -> Iterator[ev.Event]:
        step, plan = self.step, self.plan
        if self.step_runner.parts.keys() > self._told.keys() and step % plan.log_every == 0:
            yield from self._tell_owners()
        if self.board.wanted():
            self.board.offer(self.snapshot)
        if plan.sample_every and step % plan.sample_every == 0:
            yield from self._sample()
        if is_due(plan.evaluate_every, step) or (self.judge is not None and is_due(plan.judge_every, step)):
            yield from self._measure()
        if plan.save_every and step % plan.save_every == 0:
            yield from self._save(planned=True)

    def _tell_owners(self) -> Iterator[ev.Event]:
        self._told = dict(self.step_runner.parts)
        if len(self.step_runner.players) > 1:
            terms = {name: player for name, player in self._told.items() if player}
            yield self._tell(ev.TermOwners(self.step, terms, tuple(name for name in self._told if name not in terms)))

    def _take_changes(self) -> Iterator[ev.Event]:
        if not self.live.waiting:
            return
        changes = self.live.take()
        self.saved = -1  # a checkpoint of this step has the old settings
        self.model.knobs = self.live.model_knobs
        self.step_runner.plan, self.step_runner.only = self.plan, self.live.only
        for name, player in self.step_runner.players.items():
            player.follow(self.plan.player(name))
        if "plan.threads" in changes:
            self._use_threads(self.plan.threads)
        for name, (was, value) in changes.items():
            if was != value:  # a player stepped alone a second time is no change
                yield self._tell(ev.Changed(self.step, name, value, was))
        if "plan.judge_every" in changes and self.plan.judge_every and self.judge is None:
            self.judge, missing = judge_at_hand(self.model, self.data, self.step)
            if missing:
                yield self._tell(missing)

    def _note(self) -> None:
        """A point of the curves: here the numbers are read from the device."""
        values = self.step_runner.meter.means()
        if not self.step_runner.looks and not all(map(math.isfinite, values.values())):
            self.step_runner.bad_steps = BAD_STEPS
        images, since = self.step_runner.context.images, self._since
        spent = self.stepping - since[1]
        pace = (images - since[0]) / spent if spent > 0 else 0.0
        self._since = (images, self.stepping)
        self._record(Row(self.step, self.stepping, values, pace))

    def _record(self, row: Row) -> None:
        self.telemetry.append(row)
        if self.writer:
            self.writer.append("metrics", row.to_json())
            if self.stepping - self._flushed > FLUSH:
                self._flushed = self.stepping
                self.writer.flush()

    def _tell(self, event: Any) -> Any:
        """Write an event down, and hand it on."""
        if self.writer:
            row = event.to_json()
            line = ev.to_line(row | ({"versions": versions()} if row["event"] == "started" else {}))
            self.told.append(line)
            self.writer.append("events", line)
            self.writer.flush()
        return event

    def _words_on_other_images(self) -> Message:
        return N_(
            "The images are no longer those of step {step}: training continues with the current ones, and some "
            "that are held out now may have been training images before.",
            step=self.step,
        )

    def _alarm(self) -> Iterator[ev.Event]:
        if self.step_runner.bad_steps >= BAD_STEPS:
            back = self.rollback.checkpoint(self.run.checkpoints_folder) if self.run else None
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
            yield self._tell(ev.Alarm(self.step, "bad", message))
        elif self.step_runner.bad_steps == 1:
            message = N_("The loss was not finite at step {step}: that update was skipped.", step=self.step)
            yield self._tell(ev.Alarm(self.step, "watch", message))

    def _go_back(self, checkpoint: Path) -> Iterator[ev.Event]:
        """Put everything back as it was at ``checkpoint`` but the settings, and halve the learning rates."""
        since, state = self.step, checkpoints.read_state(checkpoint)
        self._restore(checkpoint)
        self.step_runner.only = self.live.only
        self.rollback.times += 1
        self.telemetry.forget_after(self.step)
        if self.writer:
            self.writer.forget(state["lengths"], self.step, ("metrics",))
        message = N_(
            "The loss was not finite for {n} steps: training went back from step {since:,} to step {step:,} and "
            "continues at half the learning rate.",
            n=BAD_STEPS,
            since=since,
            step=self.step,
        )
        yield self._tell(ev.Alarm(since, "watch", message))
        yield self._tell(ev.RolledBack(self.step, since))
        self.live(slower(self.plan, tuple(self.step_runner.players)))

    # -- looking, which changes nothing ------------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """A copy of the weights on the CPU, averaged where the model keeps averages."""
        return take_snapshot(self.model, self.step_runner, self.run.name if self.run else "")

    def _sample(self) -> Iterator[ev.Event]:
        if self.run and self.plan.sample_every:
            path = self.run.path / "samples" / f"{self.step:06d}.png"
            values = self._sheets.write(onlooker(self.model, self.step_runner), path)
            if values:
                self._record(Row(self.step, self.stepping, values))
            if values is not None:
                yield ev.Sampled(self.step, path)

    def _measure(self, *, final: bool = False) -> Iterator[ev.Event]:
        from genstudio.evaluate.base import evaluate, flatten
        from genstudio.evaluate.judge.comparison import SAMPLES

        self.owed = not final
        seed = derive(self.plan.seed, "evaluate", self.step)
        eyes = onlooker(self.model, self.step_runner)
        try:
            results = evaluate(
                eyes, self.data, names=due(self.plan, self.step, eyes, self.data, self.judge, final),
                seed=seed, limit=None if final else LOOK, samples=SAMPLES if final else JUDGED, judge=self.judge,
                weights="raw" if self.step_runner.averaged() is None else "averaged", cancelled=self.cancelled,
            )  # fmt: skip
        except Cancelled:
            return
        except Exception as error:  # a measure's fault must not end a long training
            log.exception("measuring failed")
            self.owed = False
            message = N_(
                "Measuring at step {step} failed: {reason}. Training continues.", step=self.step, reason=str(error)
            )
            yield self._tell(ev.Alarm(self.step, "watch", message))
            return
        self.owed = False
        values = flatten(results, "validation")
        if values:
            self._record(Row(self.step, self.stepping, values))
        yield self._tell(ev.Measured(self.step, values, results, final))

    # -- saving ------------------------------------------------------------------------------------------------------

    def keep_in(self, run: Run, rows: Iterable[Row], events: Iterable[str]) -> None:
        """Save what is in memory in another ``run``, with the ``rows`` of its curves and the lines of its ``events``: after
        events() has ended. Raises :class:`NotKeptError` when that can't be written either."""
        self.run, self.saved = run, -1
        try:
            with RunWriter(run) as self.writer:
                for row in rows:
                    self.writer.append("metrics", row.to_json())
                for line in events:
                    self.writer.append("events", line)
                list(self._save())
        except OSError as error:
            raise self._not_kept(run, error) from error
        if self.saved < 0:
            raise NotKeptError(N_("The weights at step {step} are not finite: they are not saved.", step=self.step))

    def _not_kept(self, run: Run, error: OSError) -> NotKeptError:
        if (run.path / "recipe.toml").is_file():
            what = N_("The run {name} can't be written: {reason}.", name=run.name, reason=error.strerror or str(error))
        else:
            what = N_("The folder of the run {name} is gone: {path}.", name=run.name, path=str(run.path))
        return NotKeptError(what, N_("Free some space there, or restore the folder."))

    def _save(self, *, planned: bool = False) -> Iterator[ev.Event]:
        """``planned``: asked for by the plan, not by a stop."""
        if not self.writer or self.saved == self.step:
            return
        if not self.step_runner.is_sound():
            message = N_(
                "The weights at step {step} are not finite: the last good checkpoint was not replaced.", step=self.step
            )
            yield self._tell(ev.Alarm(self.step, "watch", message))
            return
        if planned and not self.step_runner.bad_steps:
            self.rollback.good = self.step
        path = checkpoints.save_checkpoint(
            self.writer.run.checkpoints_folder,
            self.step,
            weights=self.step_runner.weights(),
            averaged=self.step_runner.averaged(),
            trainer=self.step_runner.state(),
            state=self._state(self.writer),
            spare=self.rollback.good,
        )
        self.saved = self.step
        yield ev.Saved(self.step, path)

    def _state(self, writer: RunWriter) -> dict[str, Any]:
        """Content of ``state.json``: everything needed before a tensor is opened."""
        recipe = writer.run.recipe
        return {
            "model": name_of(self.model),
            "model_knobs": self.model.knobs.model_dump(mode="json"),
            "spec": self.model.spec.to_json(),
            "data": recipe.data,
            "data_knobs": self.data.anchored,
            "data_fingerprint": self.data.fingerprint,
            "images": where_found(self.data),
            "plan": self.plan.model_dump(mode="json"),
            "lengths": writer.lengths(),
            "seconds": self.seconds,
            "stepping": self.stepping,
            "owed": self.owed,
            "rollback": self.rollback.state(),
            "threads": self.threads,
            "device": describe_device(self.device).english,
            "versions": versions(),
        }
