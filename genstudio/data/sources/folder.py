"""Own pictures: any folder or zip of them.

Sub-folders are classes (a single folder around everything is skipped; pictures beside class folders form a class named
after the folder that holds them); an ``attributes.csv`` gives attributes. What can't be read is listed and left out.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

import numpy as np

from genstudio.core.errors import Cancelled as CancelledError
from genstudio.core.errors import DataError, UsageError
from genstudio.core.knobs import knob
from genstudio.core.messages import N_, Message
from genstudio.core.paths import looked_in
from genstudio.core.plain_text import printable
from genstudio.data import attributes
from genstudio.data.base import Cancelled, DataKnobs, Progress, Sink, Source, data_sets, size_knob
from genstudio.data.files.contrast import Contrast
from genstudio.data.files.depth import Levels, Values, levels_of, may_be_deep
from genstudio.data.files.pictures import UnreadableError, is_picture, read_picture, read_size, values_of
from genstudio.data.files.tree import Entry, Read, TooLargeError, Tree, open_tree
from genstudio.data.prepare import Fit

BLOCK = 256
ALWAYS_8_BITS = (".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".bmp", ".webp")
T = TypeVar("T")


@data_sets.register("folder")
class Folder(Source):
    """A folder or a zip of pictures, named by the knob ``path``."""

    title = N_("My pictures")
    help = N_("Any folder or zip of pictures; its sub-folders are classes.")
    version = 2
    after_cache = Source.after_cache | {"path"}
    path_knob = "path"

    class Knobs(DataKnobs):
        path: str = knob(
            "", help=N_("The folder or the zip; a name without a path is searched for in the folders of data sets.")
        )
        size: int | None = size_knob(64)
        fit: Fit = knob(
            "crop",
            help=N_("How pictures become square: cropped to the middle (crop), padded (pad), or distorted (stretch)."),
        )

    @cached_property
    def tree(self) -> Tree:
        """Open the folder or zip at the path. Raises :class:`DataError` when it is missing or can't be read."""
        return open_tree(self.find())

    def find(self) -> Path:
        """The folder or zip: as given, else in the search folders, else in the current folder."""
        if not self.knobs.path.strip():
            raise DataError(N_("No folder of pictures was chosen."), N_("Set path to a folder or a zip of pictures."))
        given = Path(os.path.expanduser(self.knobs.path))  # Path's own raises for a person who doesn't exist
        places = [given] if given.is_absolute() else [*(place / given for place in self.search), Path.cwd() / given]
        for place in places:
            try:
                os.stat(place)
            except PermissionError as error:
                raise DataError(
                    N_("{path} can't be reached: {reason}.", path=str(place), reason=error.strerror),
                    N_("Ask for permission to read it, or choose another folder."),
                ) from error
            except (OSError, ValueError):  # ValueError: no path at all, with a zero byte in it
                continue
            return place
        raise DataError(
            N_("There is no {path}. Looked in: {places}.", path=str(given), places=looked_in(p.parent for p in places)),
            N_("Give the whole path, or name its folder with --data or GENSTUDIO_DATA."),
        )

    def place(self) -> Path:
        return Path(os.path.abspath(self.find()))

    def anchored(self) -> dict[str, Any]:
        values, given = super().anchored(), Path(self.knobs.path).expanduser()
        # A name that was found where data sets are kept stays one: such places are remembered by themselves.
        by_search = not given.is_absolute() and any((place / given).exists() for place in self.search)
        return values if by_search else {**values, "path": str(self.place())}

    @classmethod
    def elsewhere(cls, values: dict[str, Any]) -> dict[str, Any] | None:
        given = Path(str(values.get("path", "")))
        return {**values, "path": given.name} if given.is_absolute() and given.name else None

    def fingerprint(self) -> str:
        facts = hashlib.sha256()
        for entry in self.tree.entries:
            if is_picture(entry.name) or _is_table(entry.name):
                facts.update(f"{entry.name}\0{entry.size}\0{entry.stamp}\n".encode(errors="surrogateescape"))
        return facts.hexdigest()

    def decode(self, sink: Sink, progress: Progress, cancelled: Cancelled) -> None:
        tree = self.tree
        entries = _limited([entry for entry in tree.entries if is_picture(entry.name)], self.knobs.limit)
        if not entries:
            raise DataError(
                N_("There are no pictures in {path}.", path=str(tree.path)),
                N_("Choose a folder or a zip with JPEG, PNG or other pictures in it, or in its sub-folders."),
            )
        for problem in tree.problems:
            sink.problem(problem)
        # Pillow warns of large pictures on stderr, which is not read; ours are counted and listed.
        with tree.reader() as read, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._decode(entries, read, sink, progress, cancelled)

    def _decode(self, entries: list[Entry], read: Read, sink: Sink, progress: Progress, cancelled: Cancelled) -> None:
        progress(0.0, N_("Reading {n} pictures", n=len(entries)))
        width, height, grey = self._shape(entries, read, cancelled)
        class_names, labels = classes([entry.name for entry in entries], self.tree.path.stem)
        names, values = self._attributes(entries, read, sink)
        levels = _levels(entries, read, sink, progress, cancelled)
        contrast = Contrast()
        sink.begin(len(entries), (1 if grey else 3, height, width), class_names=class_names, attribute_names=names)

        def picture(entry: Entry) -> np.ndarray:
            return read_picture(read(entry), width, height, grey, self.knobs.fit, levels)

        start = 0
        for block in _in_blocks(entries, picture, cancelled):
            good = [i for i, result in enumerate(block) if not isinstance(result, Message)]
            for i, result in enumerate(block):
                if isinstance(result, Message):
                    sink.problem(N_("{name} was left out: {reason}.", name=entries[start + i].name, reason=result))
            if good:
                places = start + np.array(good)
                images = np.stack([block[i] for i in good])  # type: ignore[misc]
                contrast.see(images)
                sink.add(
                    images,
                    labels=labels[places] if class_names else None,
                    attributes=values[places] if names else None,
                )
            start += len(block)
        for remark in contrast.remarks():
            sink.problem(remark)

    def _shape(self, entries: list[Entry], read: Read, cancelled: Cancelled) -> tuple[int, int, bool]:
        """Width, height, and whether all is grey; headers are looked at only as far as the knobs leave that open."""
        size, colour = self.knobs.size, self.knobs.colour
        grey = colour != "colour"
        if size and colour != "as-is":
            return size, size, grey
        first: tuple[str, int, int] | None = None
        start = 0
        for block in _in_blocks(entries, lambda entry: read_size(read(entry)), cancelled):
            for entry, result in zip(entries[start : start + len(block)], block, strict=True):
                if isinstance(result, Message):
                    continue
                width, height, is_grey = result
                grey = grey and (is_grey or colour == "grey")
                first = first or (entry.name, width, height)
                if not size and (width, height) != first[1:]:
                    raise UsageError(
                        N_(
                            "The pictures differ in size: {a} is {w}×{h}, {b} is {x}×{y} pixels.",
                            a=first[0],
                            w=first[1],
                            h=first[2],
                            b=entry.name,
                            x=width,
                            y=height,
                        ),
                        N_("Set size, the width and height that all are resized to."),
                    )
            if size and not grey:
                break
            start += len(block)
        if size:
            return size, size, grey
        # Without any readable picture the size doesn't matter: that is said once all have been tried.
        return (first[1], first[2], grey) if first else (1, 1, grey)

    def _attributes(self, entries: list[Entry], read: Read, sink: Sink) -> tuple[tuple[str, ...], np.ndarray]:
        """Names and values (N×A) from the ``attributes.csv`` nearest the top, if there is one."""
        tables = sorted((e for e in self.tree.entries if _is_table(e.name)), key=lambda e: (e.name.count("/"), e.name))
        if not tables:
            return (), np.zeros((len(entries), 0), np.float32)
        for other in tables[1:]:
            sink.problem(
                N_("{name} was skipped: {first} is used for all pictures.", name=other.name, first=tables[0].name)
            )
        data = _attempt(tables[0], read)
        if isinstance(data, Message):
            sink.problem(N_("{name} was left out: {reason}.", name=tables[0].name, reason=data))
            return (), np.zeros((len(entries), 0), np.float32)
        # All pictures, though a limit may take only some: the table is right to name the others.
        folder = PurePosixPath(tables[0].name).parent
        pictures = [entry.name for entry in self.tree.entries if is_picture(entry.name)]
        names, values, problems = attributes.read_attributes(data, [_from(folder, name) for name in pictures])
        for problem in problems:
            sink.problem(problem)
        place = {name: i for i, name in enumerate(pictures)}
        return names, values[[place[entry.name] for entry in entries]]


def classes(files: Sequence[str], top: str) -> tuple[tuple[str, ...], np.ndarray]:
    """Class names in natural order, and int64 labels, from the first folder on each path in which the paths differ.

    No names when all files lie in one folder. Files beside the class folders belong to a class named like the folder
    they lie in (``top``, where that is the whole). Names are printable: accents composed, marks in place of control
    characters and of bytes that are not UTF-8.
    """
    paths = [PurePosixPath(file).parts for file in files]
    depth = 0
    while all(len(path) > depth + 1 for path in paths) and len({path[depth] for path in paths}) == 1:
        top = paths[0][depth]
        depth += 1
    named = [path[depth] if len(path) > depth + 1 else top for path in paths]
    if not any(len(path) > depth + 1 for path in paths):
        return (), np.zeros(len(files), np.int64)
    named = [unicodedata.normalize("NFC", name) for name in named]
    names = sorted(set(named), key=_natural)
    number = {name: i for i, name in enumerate(names)}
    return _distinct([printable(name) for name in names]), np.array([number[name] for name in named], np.int64)


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Unique names: if marks made two equal, the later ones are numbered."""
    seen: dict[str, None] = {}
    for name in names:
        one, n = name, 1
        while one in seen:
            n += 1
            one = f"{name} ({n})"
        seen[one] = None
    return tuple(seen)


def _levels(entries: Sequence[Entry], read: Read, sink: Sink, progress: Progress, cancelled: Cancelled) -> Levels:
    """Values of black and white for pictures of more than 8 bits: one scale for all, with a remark."""

    def values(entry: Entry) -> Values | None:
        if PurePosixPath(entry.name).suffix.lower() in ALWAYS_8_BITS or not may_be_deep(read(entry, 32)):
            return None
        return values_of(read(entry))

    found: list[Values] = []
    for block in _in_blocks(entries, values, cancelled):
        found += [one for one in block if isinstance(one, Values)]
        if found:
            progress(0.0, N_("Reading the values of {n} pictures of more than 8 bits", n=len(found)))
    levels, remarks = levels_of(found)
    for remark in remarks:
        sink.problem(remark)
    return levels


def _in_blocks(
    entries: Sequence[Entry], work: Callable[[Entry], T], cancelled: Cancelled
) -> Iterator[list[T | Message]]:
    """``work`` on every entry, in order and in blocks, on a few threads; a :class:`Message` where it failed.

    Pillow releases the GIL while it decodes, so threads help. A cancel is heeded after every picture.
    """
    pool = ThreadPoolExecutor(min(4, os.cpu_count() or 1), thread_name_prefix="decode")
    try:
        for start in range(0, len(entries), BLOCK):
            tasks = [pool.submit(_attempt, entry, work) for entry in entries[start : start + BLOCK]]
            block = []
            for task in tasks:
                block.append(task.result())
                if cancelled():
                    raise CancelledError(N_("Reading the pictures was cancelled."), N_("Nothing was saved."))
            yield block
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _attempt(entry: Entry, work: Callable[[Entry], T]) -> T | Message:
    try:
        return work(entry)
    except UnreadableError as error:
        return error.reason
    except TooLargeError:
        return N_("it is too large")
    except MemoryError:
        return N_("it needs more memory than there is")
    except OSError as error:
        return N_("{error}", error=error.strerror or str(error))
    except Exception:  # zipfile raises a dozen kinds of error at damaged members
        return N_("it is damaged or packed in a way that can't be read")


def _limited(entries: list[Entry], limit: int) -> list[Entry]:
    """``limit`` of the entries (0: all), spread over them by a hash of their names, in their old order."""
    if not 0 < limit < len(entries):
        return entries
    by_hash = sorted(entries, key=lambda entry: hashlib.sha256(entry.name.encode(errors="surrogateescape")).digest())
    chosen = {entry.name for entry in by_hash[:limit]}
    return [entry for entry in entries if entry.name in chosen]


def _is_table(name: str) -> bool:
    path = PurePosixPath(name)
    return path.name.lower() == attributes.NAME and not any(
        part.startswith(".") or part == "__MACOSX" for part in path.parts
    )


def _from(folder: PurePosixPath, name: str) -> str:
    path = PurePosixPath(name)
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else name


def _natural(name: str) -> tuple[tuple[int, int | str], ...]:
    """Sorting key that puts class 2 before class 10."""
    return tuple((0, int(part)) if part.isdecimal() else (1, part.lower()) for part in re.split(r"(\d+)", name) if part)
