"""Observation of a model in training, which changes nothing in it: snapshots, sheets of samples, measures."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from genstudio.core.errors import Cancelled
from genstudio.core.messages import N_
from genstudio.core.seeding import derive
from genstudio.training import events as ev
from genstudio.training.eval_copy import onlooker, take_snapshot
from genstudio.training.judge.use import due
from genstudio.training.samples import Sheets
from genstudio.training.snapshot import Snapshot

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.evaluate.judge.judge import Judge
    from genstudio.models.base import Model
    from genstudio.training.journal import Journal
    from genstudio.training.live import Live
    from genstudio.training.run.run import Run
    from genstudio.training.step_runner import StepRunner

log = logging.getLogger(__name__)
LOOK = 1_000  # validation images measured during training; the final evaluation takes all
JUDGED = 2_000  # samples judged during training; the final evaluation draws more


class Observer:
    """``judge``: computes the judged measures, none without one; it may be set while training runs."""

    def __init__(
        self,
        model: Model,
        data: DataSet,
        step_runner: StepRunner,
        live: Live,
        run: Run | None,
        journal: Journal,
        judge: Judge | None,
        cancelled: Callable[[], bool],
    ) -> None:
        self.model, self.data, self.step_runner, self.live = model, data, step_runner, live
        self.run, self.journal, self.judge, self.cancelled = run, journal, judge, cancelled
        self._sheets = Sheets(data.split("train"), live.plan.seed)

    def snapshot(self) -> Snapshot:
        """A copy of the weights on the CPU, averaged where the model keeps averages."""
        return take_snapshot(self.model, self.step_runner, self.run.name if self.run else "")

    def sample(self) -> Iterator[ev.Event]:
        """Write a sheet of samples where the plan asks for them; yields what it wrote."""
        if self.run and self.live.plan.sample_every:
            step = self.step_runner.context.step
            path = self.run.path / "samples" / f"{step:06d}.png"
            values = self._sheets.write(onlooker(self.model, self.step_runner), path)
            if values:
                self.journal.record(step, values)
            if values is not None:
                yield ev.Sampled(step, path)

    def measure(self, *, final: bool = False) -> Iterator[ev.Event]:
        """Compute the measures that are due, or all of them at the end. One that a stop cuts short is owed."""
        from genstudio.evaluate.base import evaluate, flatten
        from genstudio.evaluate.judge.comparison import SAMPLES

        step, plan, progress = self.step_runner.context.step, self.live.plan, self.journal.progress
        progress.owed = not final
        seed = derive(plan.seed, "evaluate", step)
        model = onlooker(self.model, self.step_runner)
        try:
            results = evaluate(
                model, self.data, names=due(plan, step, model, self.data, self.judge, final),
                seed=seed, limit=None if final else LOOK, samples=SAMPLES if final else JUDGED, judge=self.judge,
                weights="raw" if self.step_runner.averaged() is None else "averaged", cancelled=self.cancelled,
            )  # fmt: skip
        except Cancelled:
            return
        except Exception as error:  # an error in a measure must not end a long training
            log.exception("measuring failed")
            progress.owed = False
            message = N_("Measuring at step {step} failed: {reason}. Training continues.", step=step, reason=str(error))
            yield self.journal.note(ev.Alarm(step, "watch", message))
            return
        progress.owed = False
        values = flatten(results, "validation")
        if values:
            self.journal.record(step, values)
        yield self.journal.note(ev.Measured(step, values, results, final))
