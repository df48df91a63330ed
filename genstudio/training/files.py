"""Writing so that a crash at any moment leaves either the old or the new, never a half."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path


def write_atomically(path: Path, content: bytes) -> None:
    """Write under a temporary name in the same folder, flush to the disk, rename."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    write_and_sync(temporary, content)
    os.replace(temporary, path)
    sync_folder(path.parent)


def write_and_sync(path: Path, content: bytes) -> None:
    """Write ``content`` and wait until it is on the disk."""
    with open(path, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` outlive a loss of power. Systems that can't open a folder (Windows) need no more."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove_folder(folder: Path) -> None:
    """Delete a folder so that it is never seen half deleted: renamed out of sight first."""
    hidden = folder.with_name(f".{folder.name}.{os.getpid()}.trash")
    try:
        os.replace(folder, hidden)
    except FileNotFoundError:
        return
    shutil.rmtree(hidden, ignore_errors=True)


def remove_leftovers(folder: Path) -> None:
    """Delete what a killed writer left under temporary names."""
    for path in folder.glob(".*"):
        if path.suffix not in {".tmp", ".trash"}:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
