"""The command ``demo``: trains the default recipe without a window and writes pictures, for servers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from genstudio.cli.interrupt import Interrupt
from genstudio.cli.options import AsJson, Device, Steps
from genstudio.cli.output import Output, complain
from genstudio.cli.progress import ProgressBar
from genstudio.core.errors import Cancelled
from genstudio.core.messages import _

if TYPE_CHECKING:
    from genstudio.training.job import Job
    from genstudio.training.run.run import Run
    from genstudio.viewing.context import ViewContext

RECIPE = "faces-vae-2d"
CHECKPOINTS = 16
"""Number of frames in the film of its training."""
WALK, FPS = 240, 24


def demo(
    out: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="DIR", help=_("The folder for the pictures; created if it doesn't exist.")),
    ] = Path("genstudio-demo"),
    steps: Steps = None,
    seed: Annotated[int | None, typer.Option("--seed", metavar="S", min=0, help=_("Same seed, same result."))] = None,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Train the default recipe without a window and write what it learned."""
    from genstudio.cli.training import report, run_job
    from genstudio.export.files import atomic_file
    from genstudio.training.recipe.recipe import load_recipe

    recipe = load_recipe(RECIPE)
    total = recipe.plan.steps if steps is None else steps
    given = {"plan.steps": total, "plan.save_every": max(1, total // CHECKPOINTS)}
    if seed is not None:
        given["plan.seed"] = seed
    recipe = recipe.override([f"{name}={value}" for name, value in given.items()])
    # A place that can't be written is told now, not after the training.
    with atomic_file(out / "recipe.toml") as temporary:
        temporary.write_text(recipe.to_toml(), encoding="utf-8")

    def new(progress: ProgressBar, interrupt: Interrupt) -> Job:
        from genstudio.training.job import new_job

        return new_job(recipe, device=device, progress=progress.preparing, cancelled=interrupt)

    output = Output(as_json)
    outcome = run_job(new)
    # What was made before a stop is listed too: the user waited for it.
    written = _write_all(outcome.job.run, outcome.job.data, out) if outcome.job.run.checkpoints() else {}
    for text, path in written.items():
        output.print_line(f"{text}: {path}")
    report(outcome, output, extra={"files": [str(path.resolve()) for path in written.values()]})


def _write_all(run: Run, data: Any, out: Path) -> dict[str, Path]:
    """Write samples, manifold (picture, path, growth) and curves; their titles and paths."""
    from genstudio.cli.pictures import open_context, save_state
    from genstudio.export.charts.curves import save_run_curves
    from genstudio.panes.manifold.state import ManifoldState
    from genstudio.panes.samples.content import SamplesState

    context = open_context(run, data=data)
    step = context.snapshot.step
    with Interrupt() as interrupt, ProgressBar() as progress:
        films = Films(run, context, out, progress, interrupt)
        try:
            return {
                _("Samples"): save_state(out / "samples.png", context, SamplesState.from_json({"at": step}), run),
                _("Manifold"): save_state(out / "manifold.png", context, ManifoldState.from_json({"at": step}), run),
                _("A path across the manifold"): films.walk(),
                _("The manifold through training"): films.growth(),
                _("Curves"): save_run_curves(out / "curves.png", run),
            }
        except Cancelled:
            complain(_("Stopped; the pictures made so far are in {folder}.", folder=out))
            return {}


class Films:
    """The two animations of the demo."""

    def __init__(
        self, run: Run, context: ViewContext, out: Path, progress: ProgressBar, cancelled: Callable[[], bool]
    ) -> None:
        self.run, self.context, self.out = run, context, out
        self.how: dict[str, Any] = {"progress": progress.show, "cancelled": cancelled}

    def walk(self) -> Path:
        from genstudio.export.films.animations import save_animation
        from genstudio.export.provenance import provenance_of
        from genstudio.panes.manifold.film import manifold_walk
        from genstudio.panes.manifold.state import ManifoldState

        state = ManifoldState.from_json({})
        frames = manifold_walk(self.context, state, frames=WALK)
        made = provenance_of(self.context.snapshot, state, run=self.run)
        return save_animation(self.out / "manifold-walk.mp4", frames, fps=FPS, total=WALK, provenance=made, **self.how)

    def growth(self) -> Path:
        from genstudio.export.films.animations import save_animation
        from genstudio.export.films.films import frames_through_training, through_training
        from genstudio.panes.manifold.state import ManifoldState

        state = ManifoldState.from_json({"cells": 12})
        total = frames_through_training(self.run)
        frames = through_training(self.run, state, data=self.context.data)
        return save_animation(self.out / "manifold-training.gif", frames, fps=6, total=total, **self.how)
