"""Lookup of a run by its folder, by a name that ``runs`` lists, or by ``latest``."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.core.paths import runs_dir

if TYPE_CHECKING:
    from genstudio.training.run.run import Run

LATEST = "latest"


def find_run(name: str) -> Run:
    """The run named ``name``. Raises :class:`UsageError` with a similar name, or how to make a run."""
    from genstudio.core.paths import checkpoints
    from genstudio.training.run.run import Run, list_runs

    mine = list_runs(runs_dir())
    if name == LATEST and mine:
        return mine[0]
    for place in (Path(name), runs_dir() / name, checkpoints() / name):
        if (place / "recipe.toml").is_file():
            return Run.open(place)
    close = difflib.get_close_matches(name, [run.name for run in list_runs()], n=1)
    if Path(name).is_dir():
        remedy = N_("That folder has no recipe.toml; name the one that `train` made.")
    elif close:
        remedy = N_("Did you mean '{close}'?", close=close[0])
    elif mine:
        remedy = N_("`genstudio runs` lists those there are; '{latest}' is the newest.", latest=LATEST)
    else:
        remedy = N_("`genstudio train mnist-vae-2d` makes one.")
    raise UsageError(N_("There is no run named '{name}'.", name=name), remedy)


def call_run(path: Path) -> str:
    """Shortest text with which :func:`find_run` finds ``path``: the name of one of the user's runs, else the whole
    path."""
    return path.name if path.parent == runs_dir().resolve() else str(path)
