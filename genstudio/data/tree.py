"""Files below a folder or inside a zip, seen alike: names, sizes, what tells a change, and their bytes.

A zip is read in place and never unpacked. What a stranger's zip may contain against us (paths that climb out, encryption,
sizes that are lies) is refused in words.
"""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from genstudio.core.errors import DataError
from genstudio.core.messages import N_, Message

# No picture worth training on is larger; a file that says or turns out to be is left out.
MAX_FILE_BYTES = 256 * 2**20

Read = Callable[["Entry"], bytes]


@dataclass(frozen=True)
class Entry:
    """One file: its path from the top with slashes, its size in bytes, and a stamp that changes when it does."""

    name: str
    size: int
    stamp: str


class TooLargeError(Exception):
    """A file of more than ``MAX_FILE_BYTES``."""


@dataclass
class Tree:
    """All files below ``path``, in the order of their names."""

    path: Path
    entries: list[Entry]
    problems: list[Message] = field(default_factory=list)

    @contextmanager
    def reader(self) -> Iterator[Read]:
        """A function that reads an entry's bytes, from any thread. It raises ``OSError`` and :class:`TooLargeError`, and
        for zips also what ``zipfile`` raises."""

        def read(entry: Entry) -> bytes:
            if entry.size > MAX_FILE_BYTES:
                raise TooLargeError
            with open(self.path / entry.name, "rb") as file:
                return _bounded(file.read(MAX_FILE_BYTES + 1))

        yield read


class ZipTree(Tree):
    """The files inside a zip."""

    @contextmanager
    def reader(self) -> Iterator[Read]:
        with zipfile.ZipFile(self.path) as archive:

            def read(entry: Entry) -> bytes:
                if entry.size > MAX_FILE_BYTES:
                    raise TooLargeError
                # The declared size may be a lie: never unpack more than the limit.
                with archive.open(entry.name) as file:
                    return _bounded(file.read(MAX_FILE_BYTES + 1))

            yield read


def open_tree(path: Path) -> Tree:
    """What lies in the folder or the zip at ``path``.

    Raises :class:`DataError` for a file that is no zip, a damaged or encrypted zip, and one whose paths climb out of it.
    """
    try:
        return _walk(path) if path.is_dir() else _list_zip(path)
    except OSError as error:
        raise DataError(
            N_("{path} can't be read: {reason}.", path=str(path), reason=error.strerror or str(error)),
            N_("Check that it is there and that you may read it."),
        ) from error


def _walk(top: Path) -> Tree:
    """Depth first, following links, but into no folder twice: links may go round in circles."""
    tree = Tree(top, [])
    seen: set[tuple[int, int]] = set()

    def enter(folder: Path, prefix: str) -> None:
        status = folder.stat()
        if (status.st_dev, status.st_ino) in seen:
            return
        seen.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as found:
            inside = sorted(found, key=lambda entry: entry.name)
        for entry in inside:
            name = f"{prefix}{entry.name}"
            try:
                if entry.is_dir():
                    enter(Path(entry.path), f"{name}/")
                elif entry.is_file():
                    status = entry.stat()
                    tree.entries.append(Entry(name, status.st_size, str(status.st_mtime_ns)))
            except OSError as error:
                tree.problems.append(_left_out(name, error.strerror or str(error)))

    enter(top, "")
    return tree


def _list_zip(path: Path) -> ZipTree:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except OSError:
        raise
    except Exception as error:  # zipfile raises a dozen kinds of error at damaged directories
        raise DataError(
            N_("{path} is neither a folder nor a zip that can be read.", path=str(path)),
            N_("Give a folder or a .zip of pictures; unpack other archives first."),
        ) from error
    entries: dict[str, Entry] = {}
    for member in members:
        if member.is_dir() or stat.S_ISLNK(member.external_attr >> 16):
            continue
        _check_member(path, member)
        entries[member.filename] = Entry(member.filename, member.file_size, f"{member.CRC:08x}")
    return ZipTree(path, [entries[name] for name in sorted(entries)])


def _check_member(path: Path, member: zipfile.ZipInfo) -> None:
    parts = PurePosixPath(member.filename.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or (parts.parts[:1] and parts.parts[0].endswith(":")):
        raise DataError(
            N_(
                "{path} contains '{member}', a path that climbs out of the zip.", path=str(path), member=member.filename
            ),
            N_("Such a zip is damaged or means harm: don't use it, or pack the pictures anew."),
        )
    if member.flag_bits & 0x1:
        raise DataError(
            N_("{path} is encrypted.", path=str(path)),
            N_("Unpack it with its password, and give the folder instead."),
        )


def _bounded(data: bytes) -> bytes:
    if len(data) > MAX_FILE_BYTES:
        raise TooLargeError
    return data


def _left_out(name: str, reason: Message | str) -> Message:
    return N_("{name} was left out: {reason}.", name=name, reason=reason)
