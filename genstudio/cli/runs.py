"""Which run a person means: a folder, a name under the runs folder, or ``latest``."""

from __future__ import annotations

import difflib
from pathlib import Path

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.core.paths import checkpoints, runs_dir

LATEST = "latest"


def find_run(name: str) -> Path:
    """The folder of the run called ``name``. Raises :class:`UsageError` that offers a close name or says how
    to make one.
    """
    if name == LATEST:
        return _latest()
    for candidate in (Path(name), runs_dir() / name, checkpoints() / name):
        if (candidate / "recipe.toml").is_file():
            return candidate
    if Path(name).is_dir():
        raise UsageError(
            N_("{path} is no run: it has no recipe.toml.", path=name),
            N_("Name the folder that `train` made, or see `genstudio runs`."),
        )
    names = [folder.name for folder in run_folders()]
    close = difflib.get_close_matches(name, [*names, LATEST], n=1)
    if close:
        remedy = N_("Did you mean '{close}'?", close=close[0])
    elif names:
        remedy = N_("`genstudio runs` lists those there are; 'latest' is the newest.")
    else:
        remedy = N_("There are none yet: `genstudio train mnist-vae-2d` makes one.")
    raise UsageError(N_("There is no run named '{name}'.", name=name), remedy)


def call_run(path: Path) -> str:
    """The shortest word by which :func:`find_run` finds ``path``: its name among the person's runs, else the
    path.
    """
    return path.name if path.parent == runs_dir().resolve() else str(path)


def run_folders() -> list[Path]:
    """Every run under the runs folder, the one that was written to last first."""
    if not runs_dir().is_dir():
        return []
    found = [path.parent for path in runs_dir().glob("*/recipe.toml")]
    return sorted(found, key=_written, reverse=True)


def _written(run: Path) -> float:
    return max((path.stat().st_mtime for path in run.iterdir()), default=0.0)


def _latest() -> Path:
    runs = run_folders()
    if not runs:
        raise UsageError(
            N_("There are no runs yet in {folder}.", folder=str(runs_dir())),
            N_("`genstudio train mnist-vae-2d` makes one."),
        )
    return runs[0]
