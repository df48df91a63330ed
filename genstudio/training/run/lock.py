"""One writer a run: an operating-system lock on a file in the run's folder, which a killed process can't leave behind."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import IO

from genstudio.core.errors import RunError
from genstudio.core.messages import N_
from genstudio.training.run.files import open_to_append, open_to_read

NAME = ".lock"


class WriterLock:
    """Held from :meth:`take` to :meth:`release`, or to the end of the process."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._file: IO[bytes] | None = None

    def take(self) -> None:
        """Raises :class:`RunError` when another writer has it, or when the folder can't be written."""
        try:
            file = open_to_append(self._path)
        except OSError as error:
            raise RunError(
                N_("The run {path} can't be written: {reason}.", path=str(self._path.parent), reason=error.strerror),
                N_("Copy it to a folder that you own, then resume the copy."),
            ) from error
        for _ in range(20):  # a check of the lock (is_held) holds it for a moment
            if _lock(file):
                self._file = file
                return
            time.sleep(0.01)
        file.close()
        raise RunError(
            N_("The run {path} is being trained already.", path=str(self._path.parent)),
            N_("Stop that training first, or start a new run."),
        )

    def release(self) -> None:
        if self._file is not None:
            _unlock(self._file)
            self._file.close()
            self._file = None


def is_locked(folder: Path) -> bool:
    """True while a living process (this one included) writes the run in ``folder``."""
    try:
        file = open_to_read(folder / NAME, writable=os.name == "nt")
    except OSError:
        return False
    with file:
        if not _lock(file):
            return True
        _unlock(file)
        return False


if os.name == "nt":
    import msvcrt

    def _lock(file: IO[bytes]) -> bool:
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True

    def _unlock(file: IO[bytes]) -> None:
        with contextlib.suppress(OSError):
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined,unused-ignore]

else:
    import fcntl

    def _lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks: better to train than to refuse
            return True
        return True

    def _unlock(file: IO[bytes]) -> None:
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_UN)
