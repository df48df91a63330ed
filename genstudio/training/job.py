"""A job: a recipe made ready to train, or a run made ready to go on, with everything that one may want to look at."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genstudio.core.device import choose_device
from genstudio.core.errors import DataError, GenstudioError, RunError, UsageError
from genstudio.core.messages import N_, Message
from genstudio.training.events import Event, Measured
from genstudio.training.judge.train import judge_of
from genstudio.training.judge.use import check_judging
from genstudio.training.live import Live
from genstudio.training.recipe.recipe import Recipe, ResolvedRecipe
from genstudio.training.run.images import open_images
from genstudio.training.run.run import Run
from genstudio.training.snapshot import SnapshotBoard
from genstudio.training.telemetry import Row, Telemetry

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.evaluate.judge.judge import Judge
    from genstudio.models.base import Model
    from genstudio.training.loop import Loop
    from genstudio.training.recipe.plan import Plan

Progress = Callable[[float, Message], None]
Cancelled = Callable[[], bool]


class Job:
    """A training ready to run, made by :func:`new_job` or :func:`resume_job`.

    recipe, run, model, data; telemetry: the curves' rows; board: where snapshots are asked for and found; live: settings
    that may change during training; loop: the training loop; note: a line about what followed from the settings. Made,
    and its events asked for, on one thread: the one that trains.
    """

    def __init__(
        self,
        run: Run,
        recipe: Recipe,
        model: Model,
        data: DataSet,
        live: Live,
        resume: Path | None,
        cancelled: Cancelled | None,
        judge: Judge | None = None,
        is_new: bool = False,
        note: Message | None = None,
    ) -> None:
        from genstudio.training.loop import Loop

        self.run, self.recipe, self.model, self.data = run, recipe, model, data
        self.telemetry, self.board = Telemetry(), SnapshotBoard()
        self.live = live
        self.note = note
        self.saved_elsewhere = False  # in another run, by save_elsewhere()
        self.measures: dict[str, float] = {}
        self._resume, self._is_new = resume, is_new
        self.loop: Loop = Loop(
            model, data, self.live, run, self.telemetry, self.board, cancelled or (lambda: False), judge
        )

    @property
    def plan(self) -> Plan:
        """The plan in force, live changes and all."""
        return self.live.plan

    @property
    def threads(self) -> int:
        """Intra-op threads that train now, live changes and all; 0 before the first step, and where no CPU trains."""
        return self.loop.progress.threads if self.loop.device.type == "cpu" else 0

    @property
    def step(self) -> int:
        """Steps done, of which the weights in memory are."""
        return self.loop.step

    def events(self) -> Generator[Event, None, None]:
        """Train. Closing the generator saves and stops; it can be asked for once."""
        try:
            with contextlib.closing(self.loop.events(self._resume)) as events:
                for event in events:
                    if isinstance(event, Measured):
                        self.measures.update(event.values)
                    yield event
        except RunError as error:
            if self._is_new and not self.loop.step and not self.run.checkpoints():
                self.run.undo_create()  # else the same command would be refused because of what it left itself
                raise RunError(
                    error.what, N_("Free some space there, then start again: nothing was trained yet.")
                ) from error
            raise

    def save_elsewhere(self, path: str | os.PathLike[str] | None = None) -> Run:
        """After :class:`NotSavedError` ended the events: save what is in memory in a new run at ``path``, or among the
        person's runs, from which it can go on; it is the job's run from then on. On the thread that trained, or when that
        has ended. Raises :class:`RunError` when it can't be written there either; then nothing is left of it."""
        before = self.run
        name = re.sub(r"-kept-\d+$", "", before.name) + "-kept"  # never the name of the one that is gone
        run = Run.create(before.recipe.with_values(name=name), path)
        try:
            self.loop.keep_in(run, self._rows_of(before), self._events_of(before))
        except GenstudioError:
            run.undo_create()
            raise
        self.run, self.saved_elsewhere = run, True
        return run

    def _rows_of(self, run: Run) -> list[Row]:
        """Rows of all that was trained, as far as the file is still there."""
        fresh, _ = self.telemetry.since()
        with contextlib.suppress(RunError):
            old, _ = run.metrics_since()
            return [row for row in old if not fresh or row.step < fresh[0].step] + fresh
        return fresh

    def _events_of(self, run: Run) -> list[str]:
        """Lines of all events: those of earlier trainings as far as the file is still there, then this one's."""
        newest, old = [*self.loop.journal.lines], list[str]()
        with contextlib.suppress(RunError):
            old = [line.decode("utf-8", "replace") for line in run.event_lines()]
        return [line for line in old if line not in newest] + newest

    def publish(self) -> None:
        """Answer a request for a snapshot that came after the last step. On the training thread, while it pauses."""
        if self.board.is_requested():
            self.board.offer(self.loop.observer.snapshot)

    def result(self) -> dict[str, Any]:
        """For the command line: run, step, measures, seconds (pauses left out) and images per second of the steps."""
        loop = self.loop
        return {
            "run": str(self.run.path),
            "step": loop.step,
            "measures": dict(self.measures),
            "seconds": round(loop.progress.seconds, 3),
            "images_per_second": round(loop.images_per_second, 1),
        }


def new_job(
    recipe: Recipe,
    *,
    settings: Iterable[str] = (),
    out: str | os.PathLike[str] | None = None,
    search: Sequence[Path] | None = None,
    device: str = "auto",
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Job:
    """A new run of ``recipe``: data opened (decoded where it must be, with ``progress``), model built, folder made.

    ``settings`` change the recipe first (see :meth:`Recipe.resolve`). ``out`` is the run's folder; without it, one among
    the person's runs. ``search`` are folders in which data is looked for.
    ``cancelled`` stops the preparation, and later a measurement that a stop would have to wait for. Raises
    :class:`GenstudioError` in plain words before any folder is made. Seeds the global generators: call it on the thread that
    trains.
    """
    from genstudio.data.dataset import open_data

    resolved = recipe.resolve(settings)
    recipe = resolved.recipe
    recipe.to_bytes()  # raises for what a run could not remember, before images are decoded
    target = choose_device(device)
    data = _with_training_images(
        open_data(recipe.data, resolved.data_knobs, search=search, progress=progress, cancelled=cancelled)
    )
    recipe = recipe.with_values(data_knobs=data.anchored)
    model = _build(resolved, data, target)
    live = _live(recipe, model, data)
    judge = judge_of(live.plan, model, data, progress, cancelled)
    run = Run.create(recipe, out)
    made = recipe.with_values(name=run.name)
    return Job(run, made, model, data, live, None, cancelled, judge, is_new=True, note=resolved.note)


def resume_job(
    path: str | os.PathLike[str],
    *,
    steps: int | None = None,
    changes: Mapping[str, Any] | None = None,
    search: Sequence[Path] | None = None,
    device: str | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Job:
    """Go on with the run at ``path`` from its newest whole checkpoint, as if it had never stopped. ``steps`` says when to
    stop instead; ``changes`` are live settings that hold from there on (see :class:`Live`). Raises :class:`RunError` when it
    can't go on, :class:`UsageError` when it is beyond ``steps`` already, or a change does not fit.
    """
    run = Run.open(path)
    run.must_be_idle()
    checkpoint = run.resumable()
    recipe = run.recipe
    if checkpoint is not None:
        recipe = run.recipe_at(checkpoint)
    if steps is not None:
        _must_lie_ahead(run, checkpoint, steps)
        recipe = recipe.override([f"plan.steps={steps}"])
    resolved = recipe.resolve()
    recipe = resolved.recipe
    target = choose_device(device or "auto")
    data = _with_training_images(open_images(run, search=search, progress=progress, cancelled=cancelled))
    model = _build(resolved, data, target)
    live = _live(recipe, model, data)
    live(changes or {})
    judge = judge_of(live.coming, model, data, progress, cancelled)
    return Job(run, recipe, model, data, live, checkpoint, cancelled, judge)


def _live(recipe: Recipe, model: Model, data: DataSet) -> Live:
    players = tuple(model.players())
    return Live(model.knobs, recipe.plan, players, lambda plan: check_judging(plan, data))


def _must_lie_ahead(run: Run, checkpoint: Path | None, steps: int) -> None:
    """Raises :class:`UsageError` when the run stands beyond ``steps`` already: nothing can be untrained."""
    stands = int(checkpoint.name) if checkpoint is not None else 0
    if stands > steps:
        raise UsageError(
            N_(
                "The run {name} is already at step {step}, beyond the {steps} that you asked for.",
                name=run.name,
                step=f"{stands:,}",
                steps=f"{steps:,}",
            ),
            N_("Choose more steps than that: they count from the start of the run."),
        )


def _with_training_images(data: DataSet) -> DataSet:
    if len(data.split("train")) == 0:
        raise DataError(N_("The data set {name} has no images to train on.", name=data.name), N_("Add more images."))
    return data


def _build(recipe: ResolvedRecipe, data: DataSet, device: Any) -> Model:
    from genstudio.core.seeding import derive, seed_everything
    from genstudio.training.players import check_players

    seed_everything(derive(recipe.plan.seed, "model"))
    model = recipe.model.build(data.spec).to(device)
    check_players(model, recipe.plan)
    return model
