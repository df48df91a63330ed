"""Files below a folder or inside a zip, with one interface: names, sizes, change stamps, and bytes.

A zip is read in place and never unpacked. Hostile contents of a zip (paths that lead out, encryption, false sizes) are
refused with a reason.
"""

from __future__ import annotations

import contextlib
import os
import stat
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from genstudio.core.errors import DataError
from genstudio.core.messages import N_, Message

# No picture worth training on is larger; a file that says or turns out to be is left out.
MAX_FILE_BYTES = 256 * 2**20


class Read(Protocol):
    """Reads the bytes of an entry, or its first ``size`` bytes."""

    def __call__(self, entry: Entry, size: int | None = None) -> bytes: ...


@dataclass(frozen=True)
class Entry:
    """One file: its path from the top with slashes, its size in bytes, and a stamp that changes when it does.

    ``member``: its name inside the zip.
    """

    name: str
    size: int
    stamp: str
    member: str = ""


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

        def read(entry: Entry, size: int | None = None) -> bytes:
            with open(self.path / entry.name, "rb") as file:
                return _limited(entry, file, size)

        yield read


class ZipTree(Tree):
    """The files inside a zip."""

    @contextmanager
    def reader(self) -> Iterator[Read]:
        with zipfile.ZipFile(self.path) as archive:

            def read(entry: Entry, size: int | None = None) -> bytes:
                with archive.open(entry.member) as file:
                    return _limited(entry, file, size)

            yield read


def open_tree(path: Path) -> Tree:
    """Open the folder or the zip at ``path``.

    Raises :class:`DataError` for a file that is not a zip, a damaged or encrypted zip, and one whose paths lead out of
    it.
    """
    try:
        return _walk(path) if path.is_dir() else _list_zip(path)
    except OSError as error:
        raise DataError(
            N_("{path} can't be read: {reason}.", path=str(path), reason=error.strerror or str(error)),
            N_("Check that it is there and that you may read it."),
        ) from error


def _walk(top: Path) -> Tree:
    """Files depth first, following links, but into no folder twice, because links can be circular."""
    tree = Tree(top, [])
    seen: set[tuple[int, int]] = set()
    # A stack of its own: folders may be nested deeper than Python calls.
    stack = [(_inside(top, seen), "")]
    while stack:
        found, prefix = stack[-1]
        entry = next(found, None)
        if entry is None:
            stack.pop()
            continue
        name = f"{prefix}{entry.name}"
        try:
            if entry.is_dir():
                stack.append((_inside(Path(entry.path), seen), f"{name}/"))
            elif entry.is_file():
                status = entry.stat()
                tree.entries.append(Entry(name, status.st_size, str(status.st_mtime_ns)))
        except OSError as error:
            tree.problems.append(_left_out(name, error.strerror or str(error)))
    return tree


def _inside(folder: Path, seen: set[tuple[int, int]]) -> Iterator[os.DirEntry[str]]:
    """Entries of a folder by name; none if it is among those seen. Raises ``OSError``."""
    status = folder.stat()
    if (status.st_dev, status.st_ino) in seen:
        return iter(())
    seen.add((status.st_dev, status.st_ino))
    with os.scandir(folder) as found:
        return iter(sorted(found, key=lambda entry: entry.name))


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
    tree = ZipTree(path, [])
    entries: dict[str, Entry] = {}
    for member in members:
        name = _member_name(member)
        if name.endswith("/") or stat.S_ISLNK(member.external_attr >> 16):
            continue
        _check_name(path, name)
        if member.flag_bits & 0x1:
            tree.problems.append(_left_out(name, N_("it is encrypted")))
            continue
        if name in entries:
            tree.problems.append(N_("{name} is in the zip more than once: the last one is used.", name=name))
        entries[name] = Entry(name, member.file_size, f"{member.CRC:08x}", member.filename)
    if tree.problems and not entries:
        raise DataError(
            N_("{path} is encrypted.", path=str(path)),
            N_("Unpack it with its password, and give the folder instead."),
        )
    tree.entries = [entries[name] for name in sorted(entries)]
    return tree


def _member_name(member: zipfile.ZipInfo) -> str:
    """The path of a zip's entry with slashes, in Unicode's composed form.

    PowerShell 5 and old .NET write backslashes. macOS writes UTF-8 without the flag that says so (``zipfile`` then takes it
    for code page 437), and decomposed accents.
    """
    name = member.filename
    if not member.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _check_name(path: Path, name: str) -> None:
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or (parts.parts[:1] and parts.parts[0].endswith(":")):
        raise DataError(
            N_("{path} contains '{member}', a path that leads out of the zip.", path=str(path), member=name),
            N_("Such a zip is damaged or malicious: don't use it, or pack the pictures again."),
        )


def _limited(entry: Entry, file: IO[bytes], size: int | None) -> bytes:
    if size is not None:
        return file.read(size)
    if entry.size > MAX_FILE_BYTES:
        raise TooLargeError
    data = file.read(MAX_FILE_BYTES + 1)  # the declared size may be a lie: never unpack more than the limit
    if len(data) > MAX_FILE_BYTES:
        raise TooLargeError
    return data


def _left_out(name: str, reason: Message | str) -> Message:
    return N_("{name} was left out: {reason}.", name=name, reason=reason)
