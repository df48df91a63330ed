"""The commands ``train`` and ``resume``."""

from __future__ import annotations

import contextlib
import itertools
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from genstudio.cli.interrupt import Interrupt
from genstudio.cli.measures import print_results
from genstudio.cli.options import AsJson, Data, Device, LiveSettings, Run, Seed, Settings, Steps, search
from genstudio.cli.output import Output, complain, duration
from genstudio.cli.progress import ProgressBar, TrainingProgress
from genstudio.cli.runs import call_run, find_run
from genstudio.core.errors import Cancelled, NotSavedError, RunError
from genstudio.core.messages import N_, _, translate

if TYPE_CHECKING:
    from genstudio.training.job import Job

STOPPED = 130


def train(
    recipe: Annotated[str, typer.Argument(metavar="RECIPE", help=_("The name of a recipe, or a TOML file."))],
    steps: Steps = None,
    seed: Seed = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="RUN", help=_("The new run's folder; by default a new name among your runs.")),
    ] = None,
    data: Data = None,
    device: Device = "auto",
    set_: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Train a model from a recipe; Ctrl-C saves and stops."""
    from genstudio.training.recipe.recipe import load_recipe

    given = {"plan.steps": steps, "plan.seed": seed}
    options = [f"{name}={value}" for name, value in given.items() if value is not None]
    loaded = load_recipe(recipe)
    where = search(data)

    def new(progress: ProgressBar, interrupt: Interrupt) -> Job:
        from genstudio.training.job import new_job

        made = new_job(
            loaded, settings=[*(set_ or []), *options], out=out, search=where, device=device, progress=progress.preparing,
            cancelled=interrupt,
        )  # fmt: skip
        if made.note is not None:
            progress.note(translate(made.note))
        return made

    report(run_job(new), Output(as_json))


def resume(
    run: Run,
    steps: Steps = None,
    data: Data = None,
    device: Device = "auto",
    set_: LiveSettings = None,
    as_json: AsJson = False,
) -> None:
    """Resume a run exactly where it stopped, optionally with other live settings from there on."""
    from genstudio.training.recipe.recipe import parse_assignment

    path, where = find_run(run).path, search(data)
    changes = {".".join(name): value for name, value in map(parse_assignment, set_ or [])}

    def again(progress: ProgressBar, interrupt: Interrupt) -> Job:
        from genstudio.training.job import resume_job

        return resume_job(
            path, steps=steps, changes=changes, search=where, device=device, progress=progress.preparing,
            cancelled=interrupt,
        )  # fmt: skip

    report(run_job(again), Output(as_json))


@dataclass
class Outcome:
    """Outcome of a job. ``reason``: done, stopped (Ctrl-C), diverged, or moved (its folder could not be written any
    more, and what was learned was saved in another one)."""

    job: Job
    reason: str
    results: dict[str, Any] = field(default_factory=dict)
    alarms: list[dict[str, Any]] = field(default_factory=list)


def run_job(make: Callable[[ProgressBar, Interrupt], Job]) -> Outcome:
    """Make the job and run it to its end, or until Ctrl-C, which saves it; the outcome."""
    with Interrupt() as interrupt, ProgressBar() as progress:
        try:
            job = make(progress, interrupt)
        except Cancelled:
            raise KeyboardInterrupt from None
        progress.note(_("{run}: {model} on {data}", run=job.run.path, model=job.recipe.model, data=job.recipe.data))
        return _follow(job, progress, interrupt)


def _follow(job: Job, progress: ProgressBar, interrupt: Interrupt) -> Outcome:
    from genstudio.training.events import Finished, Measured

    watch = TrainingProgress(progress, job)
    outcome = Outcome(job, "stopped", alarms=watch.health.alarms)
    try:
        with contextlib.closing(job.events()) as events:  # closing saves
            for event in events:
                watch.see(event)
                if isinstance(event, Measured):
                    outcome.results = event.results if event.final else {}
                elif isinstance(event, Finished):
                    outcome.reason = event.reason
                elif interrupt():
                    break
    except NotSavedError as error:
        _save_elsewhere(job, error)
        progress.note(_("{what} It was saved in {run} instead.", what=translate(error.what), run=job.run.path))
        outcome.reason = "moved"
    return outcome


def _save_elsewhere(job: Job, error: NotSavedError) -> None:
    """Save beside the run that can't be written, or else among the user's runs. Raises :class:`NotSavedError` if
    neither can be written."""
    before = job.run
    beside = (before.path.with_name(f"{before.name}-kept-{number}") for number in itertools.count(1))
    for path in (next(path for path in beside if not path.exists()), None):
        with contextlib.suppress(RunError):
            job.save_elsewhere(path)
            return
    saved = before.last_sound()
    left = N_("Nothing was saved.") if saved is None else N_("It is saved up to step {step}.", step=int(saved.name))
    raise NotSavedError(N_("{what} {left}", what=error.what, left=left), error.remedy) from error


def report(outcome: Outcome, output: Output, extra: Mapping[str, Any] | None = None) -> None:
    """Print the outcome and exit with its code. ``extra`` is added to the JSON object."""
    job, result = outcome.job, outcome.job.result()
    output.print_line(
        _(
            "{run}: step {step}, {time}, {pace} images/s",
            run=result["run"],
            step=f"{result['step']:,}",
            time=duration(result["seconds"]),
            pace=f"{result['images_per_second']:,.0f}",
        )
    )
    if outcome.results:
        print_results(outcome.results, "validation", output)
    name = shlex.quote(call_run(job.run.path))
    if outcome.reason == "done":
        output.print_line(_("See it: genstudio sample {run} --out samples.png", run=name))
    else:
        output.print_line(_("Saved. Go on with: genstudio resume {run}", run=name))
    if outcome.reason == "diverged":
        slower = [f"--set plan.players.{player}.lr={job.plan.player(player).lr / 10:g}" for player in job.live.players]
        complain(_("Training stopped: the loss was no longer finite. Try a smaller learning rate, for example {set}.",
                   set=" ".join(slower)))  # fmt: skip
    output.result({**result, "reason": outcome.reason, "alarms": outcome.alarms, **(extra or {})})
    raise typer.Exit({"done": 0, "stopped": STOPPED}.get(outcome.reason, 1))
