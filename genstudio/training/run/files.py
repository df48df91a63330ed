"""Reading and writing in a run's folder.

A crash at any moment leaves either the old file or the new one, never a half. A folder may come from a stranger: what is
read is an ordinary file of a bounded size, and nothing is written, shortened or deleted through a link.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

_PORTABLE = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
# A named pipe blocks its reader until its other end is opened too.
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_LEFTOVERS = (".tmp", ".trash")


def open_to_read(path: Path, *, writable: bool = False) -> IO[bytes]:
    """An ordinary file, opened to read (``writable``: to write too, without changing it). Raises ``OSError`` for anything
    else: pipes, devices, folders."""
    mode = os.O_RDWR if writable else os.O_RDONLY
    return _ordinary(os.open(path, mode | _AT_ONCE | _PORTABLE), path, "rb+" if writable else "rb")


def read_limited(path: Path, limit: int) -> bytes:
    """The content of an ordinary file. Raises ``OSError``, also when it holds more than ``limit`` bytes."""
    with open_to_read(path) as file:
        content = file.read(limit + 1) if os.fstat(file.fileno()).st_size <= limit else b""
        if len(content) > limit or os.fstat(file.fileno()).st_size > limit:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
        return content


def write_atomically(path: Path, content: bytes) -> None:
    """Write under a temporary name in the same folder, flush to the disk, rename. A failure leaves nothing behind."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        write_and_sync(temporary, content)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_and_sync(path: Path, content: bytes) -> None:
    """Write ``content`` into a new file and wait until it is on the disk. What had that name before is taken away, not
    written into: a link leads elsewhere, and so does a second name of the same file."""
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PORTABLE, 0o666), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def open_to_append(path: Path) -> IO[bytes]:
    """The end of a file, which is made where there is none. Raises ``OSError`` for links and for what is no ordinary
    file."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | _NO_LINK | _AT_ONCE | _PORTABLE
    return _ordinary(os.open(path, flags, 0o666), path, "ab")


def shorten(path: Path, length: int) -> None:
    """Cut a file to at most ``length`` bytes; one that is not there stays so. Raises ``OSError`` as
    :func:`open_to_append` does."""
    if not os.path.lexists(path):
        return
    make_own(path)
    with open_to_append(path) as file:
        os.ftruncate(file.fileno(), min(max(length, 0), os.fstat(file.fileno()).st_size))


def make_own(path: Path) -> None:
    """Turn a file with a second name elsewhere into a copy of its own: a change here must not be one there."""
    with contextlib.suppress(FileNotFoundError):
        status = os.lstat(path)
        if stat.S_ISREG(status.st_mode) and status.st_nlink > 1:
            temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
            temporary.unlink(missing_ok=True)
            shutil.copy2(path, temporary)
            os.replace(temporary, path)


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` outlive a loss of power. Systems that can't open a folder (Windows) need no more."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def new_folder(folder: Path) -> None:
    """An empty folder; what had that name before is removed. Its parent must be there."""
    _remove(folder)
    folder.mkdir()


def remove_folder(folder: Path) -> None:
    """Delete a folder so that it is never seen half deleted: renamed out of sight first. Of a link only the link goes."""
    hidden = folder.with_name(f".{folder.name}.{os.getpid()}.trash")
    _remove(hidden)
    try:
        os.replace(folder, hidden)
    except FileNotFoundError:
        return
    _remove(hidden)


def remove_leftovers(folder: Path) -> None:
    """Delete what a killed writer left under temporary names."""
    for path in folder.glob(".*"):
        if path.suffix in _LEFTOVERS:
            _remove(path)


def is_link(path: str | os.PathLike[str]) -> bool:
    """A symbolic link, or a junction on Windows."""
    try:
        status = os.lstat(path)
    except OSError:
        return False
    junction = getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", None)
    return stat.S_ISLNK(status.st_mode) or (junction is not None and getattr(status, "st_reparse_tag", 0) == junction)


def odd_one(folder: Path, files: Collection[str], folders: Collection[str], depth: int = 4) -> Path | None:
    """The first path that a writer of ``folder`` must not use: a link, or something that is neither file nor folder, among
    ``files`` and ``folders`` (to the given depth) and the leftovers beside them. ``None`` when there is none."""
    for entry in _entries(folder):
        leftover = entry.name.startswith(".") and entry.name.endswith(_LEFTOVERS)
        if entry.name not in files and entry.name not in folders and not leftover:
            continue
        if is_link(entry.path) or entry.is_dir(follow_symlinks=False) == (entry.name in files):
            return Path(entry.path)
        if (found := _odd_below(entry, depth)) is not None:
            return found
    return None


def _odd_below(entry: os.DirEntry[str], depth: int) -> Path | None:
    if is_link(entry.path):
        return Path(entry.path)
    if not entry.is_dir(follow_symlinks=False):
        return None if entry.is_file(follow_symlinks=False) else Path(entry.path)
    for inner in _entries(entry.path) if depth else ():
        if (found := _odd_below(inner, depth - 1)) is not None:
            return found
    return None


def _entries(folder: str | os.PathLike[str]) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        yield from entries


def _ordinary(handle: int, path: Path, mode: str) -> IO[bytes]:
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return open(handle, mode)
    os.close(handle)
    raise OSError(errno.EINVAL, "not an ordinary file", str(path))


def _remove(path: Path) -> None:
    if is_link(path):
        try:
            path.unlink()
        except PermissionError:  # Windows: a link to a folder
            path.rmdir()
    elif path.is_dir():
        with contextlib.suppress(RecursionError):  # folders in folders, a thousand deep: they stay, out of sight
            shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
