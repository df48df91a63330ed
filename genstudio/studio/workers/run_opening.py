"""Opening an earlier run: what is read in the background before the window shows it. No Qt, no GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.training.recipe import Recipe
    from genstudio.training.run import Run
    from genstudio.training.snapshot import Snapshot


def open_with_weights(path: Path) -> tuple[Run, Recipe, Snapshot | None]:
    """The run in ``path``, its recipe as live changes left it, its newest weights. Raises :class:`RunError`."""
    from genstudio.training.run import Run

    run = Run.open(path)
    steps = run.checkpoints()
    if not steps:
        return run, run.recipe, None
    return run, run.recipe_at(run.checkpoint()), run.snapshot(steps[-1])


def data_of(recipe: Recipe, cancelled: Callable[[], bool]) -> DataSet:
    """The images that ``recipe`` learns from. Raises what ``open_data`` raises."""
    from genstudio.data.dataset import open_data

    return open_data(recipe.data, recipe.data_knobs, cancelled=cancelled)
