"""The one writer of a run: its lock, its rows, and what is taken back when training goes back."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

from genstudio.training.run import checkpoint as checkpoints
from genstudio.training.run.files import make_own, open_to_append, remove_folder, remove_leftovers, shorten
from genstudio.training.run.lock import WriterLock

if TYPE_CHECKING:
    from genstudio.training.run.run import Run


class RunWriter:
    """The one writer of a run: lock, rows in batches, lengths. Used by the loop alone."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._lock = WriterLock(run.path)
        self._files: dict[str, Any] = {}

    def __enter__(self) -> RunWriter:
        self.run.for_writing()
        self._lock.take()
        for folder in (self.run.path, self.run.path / "checkpoints", self.run.path / "samples"):
            if folder.is_dir():
                remove_leftovers(folder)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._close()
        finally:
            self._lock.release()

    def truncate(self, lengths: dict[str, int], step: int) -> None:
        """Forget what was written after the checkpoint of ``step``: rows beyond ``lengths``, later samples, and later
        checkpoints (damaged ones, or they would have been resumed)."""
        self.discard(lengths, step, ("metrics", "events"))

    def discard(self, lengths: dict[str, int], step: int, names: Iterable[Literal["metrics", "events"]]) -> None:
        """Truncate the rows in ``names`` alone: after a rollback the events stay written."""
        self._close()
        for name in names:
            shorten(self.run.path / f"{name}.jsonl", lengths.get(name, 0))
        for at, path in self.run.samples():
            if at > step:
                path.unlink(missing_ok=True)
        for at in self.run.checkpoints():
            if at > step:
                remove_folder(checkpoints.checkpoint_path(self.run.checkpoints_folder, at))

    def append(self, name: Literal["metrics", "events"], line: str) -> None:
        """Add a line; it reaches the file with the next flush."""
        if name not in self._files:
            path = self.run.path / f"{name}.jsonl"
            make_own(path)
            self._files[name] = open_to_append(path)
        # A file's name may hold bytes that are no UTF-8: written as JSON writes them.
        self._files[name].write(line.encode(errors="backslashreplace") + b"\n")

    def flush(self, *, to_disk: bool = False) -> None:
        """Let readers see the rows; ``to_disk`` waits until they outlive a loss of power. Raises ``OSError``, also when
        the files were deleted meanwhile."""
        for file in self._files.values():
            file.flush()
            if os.fstat(file.fileno()).st_nlink == 0:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), file.name)
            if to_disk:
                os.fsync(file.fileno())

    def _close(self) -> None:
        files, self._files = self._files, {}
        failed: OSError | None = None
        for file in files.values():
            try:
                file.close()
            except OSError as error:  # the last rows did not fit: the others are closed all the same
                failed = error
        if failed is not None:
            raise failed

    def lengths(self) -> dict[str, int]:
        """Bytes in each file, after a flush to disk: what a checkpoint records."""
        self.flush(to_disk=True)
        found = {name: self.run.path / f"{name}.jsonl" for name in ("metrics", "events")}
        return {name: path.stat().st_size if path.exists() else 0 for name, path in found.items()}
