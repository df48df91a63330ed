"""Opening an earlier run: what is read in the background before the window shows it. No Qt, no GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.training.recipe.recipe import Recipe
    from genstudio.training.run.run import Run
    from genstudio.training.snapshot import Snapshot


def open_with_weights(path: Path) -> tuple[Run, Recipe, Snapshot | None]:
    """The run in ``path``, its recipe as live changes left it, and its newest weights that can be read, from which it would
    go on. Raises :class:`RunError` when there are weights and none can be read."""
    from genstudio.training.run.run import Run

    run = Run.open(path)
    if not run.checkpoints():
        return run, run.recipe, None
    newest = run.last_sound() or run.checkpoint()  # where none is sound, reading the newest says why
    return run, run.recipe_at(newest), run.snapshot(int(newest.name))


def data_of(run: Run, cancelled: Callable[[], bool]) -> DataSet:
    """The images that ``run`` learned from. Raises what :func:`genstudio.training.run.images.open_images` raises."""
    from genstudio.training.run.images import open_images

    return open_images(run, cancelled=cancelled)
