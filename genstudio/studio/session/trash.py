"""Discarded runs: moved aside, so that discarding can be undone, and cleared away after a while."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from genstudio.core.paths import home_dir

KEEP_SECONDS = 14 * 24 * 3600


def trash_dir() -> Path:
    """Folder of the discarded runs."""
    return home_dir() / "trash"


def put_in_trash(run: Path) -> Path:
    """Move the folder ``run`` into the trash and say where it lies now. Raises OSError."""
    trash_dir().mkdir(parents=True, exist_ok=True)
    lies = trash_dir() / f"{int(time.time())}-{run.name}"
    number = 1
    while lies.exists():
        number += 1
        lies = lies.with_name(f"{int(time.time())}-{number}-{run.name}")
    shutil.move(run, lies)
    return lies


def restore(lies: Path, was: Path) -> None:
    """Move a discarded run back to where it ``was``. Raises OSError, FileExistsError where something is there by now."""
    if was.exists():
        raise FileExistsError(str(was))
    was.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(lies, was)


def empty_old(now: float | None = None) -> None:
    """Delete what has been in the trash for two weeks."""
    if not trash_dir().is_dir():
        return
    for lies in trash_dir().iterdir():
        stamp = lies.name.split("-", 1)[0]
        if stamp.isdigit() and (now or time.time()) - int(stamp) > KEEP_SECONDS:
            shutil.rmtree(lies, ignore_errors=True)
