"""Cache of decoded images: decoded once, into a file of bytes that every later reader maps into memory.

    CACHE/images/KEY/  images.bin (N×C×H×W, nothing else)  hashes.npy  labels.npy  attributes.npy  test.npy  meta.json

The folder is written under a temporary name, flushed and renamed when it is complete, so that a cancelled or killed
decode leaves nothing that could be mistaken for a cache, and two processes that make the same cache do not conflict:
the second finds the finished one and drops its own. Nothing is ever replaced: Windows can't replace a mapped file.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import shutil
import socket
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np

from genstudio.core.errors import Cancelled as CancelledError
from genstudio.core.errors import DataError
from genstudio.core.messages import N_, Message
from genstudio.core.paths import cache_dir
from genstudio.data.base import Cancelled, Progress, Source
from genstudio.data.splits import content_hashes

FORMAT = 1
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CachedImages:
    """Content of one cache folder. ``images`` is a read-only map, N×C×H×W, uint8 or float32 in [0, 1]."""

    folder: Path
    images: np.ndarray
    hashes: np.ndarray
    labels: np.ndarray | None
    attributes: np.ndarray | None
    test: np.ndarray | None
    class_names: tuple[str, ...]
    attribute_names: tuple[str, ...]
    problems: tuple[Message, ...]
    fingerprint: str


def cached_images(name: str, source: Source, progress: Progress, cancelled: Cancelled) -> CachedImages:
    """The decoded images of ``source``: from the cache, or decoded into it now.

    Raises :class:`DataError` if the images are not found, none could be read, or the disk is full, and
    :class:`genstudio.core.errors.Cancelled`; neither leaves anything behind.
    """
    folder = cache_dir() / "images" / cache_key(name, source)
    if folder.is_dir() and (there := _open(folder)) is not None:
        return there
    _remove_broken(folder)
    _sweep(folder.parent)
    _decode(folder, source, progress, cancelled)
    made = _open(folder)
    if made is None:
        raise DataError(
            N_("The decoded images in {folder} can't be read back.", folder=str(folder)),
            N_("Check that the disk works and has space, delete that folder and try again."),
        )
    return made


def cache_key(name: str, source: Source) -> str:
    """The name of the cache folder: it changes with the images, with how they are prepared, and with the decoder."""
    facts = {
        "format": FORMAT,
        "name": name,
        "version": source.version,
        "images": source.fingerprint(),
        "preparation": source.preparation(),
    }
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    return f"{name}-{digest[:24]}"


class CacheWriter:
    """The :class:`genstudio.data.base.Sink` that writes a cache folder. Holds no more than one chunk of images."""

    def __init__(
        self, folder: Path, progress: Progress, cancelled: Cancelled, doing: Message | str = Source.doing
    ) -> None:
        self._doing = doing
        self.folder = folder
        self.count = 0
        self._progress, self._cancelled = progress, cancelled
        self._file: BinaryIO | None = None
        self._declared = 0
        self._shape: tuple[int, int, int] = (0, 0, 0)
        self._dtype = np.dtype(np.uint8)
        self._class_names: tuple[str, ...] = ()
        self._attribute_names: tuple[str, ...] = ()
        self._columns: dict[str, list[np.ndarray]] = {}
        self._problems: list[Message] = []
        self._fingerprint = hashlib.blake2b(digest_size=16)

    def begin(
        self,
        count: int,
        shape: tuple[int, int, int],
        *,
        dtype: Literal["uint8", "float32"] = "uint8",
        class_names: Sequence[str] = (),
        attribute_names: Sequence[str] = (),
    ) -> None:
        if self._file is not None:
            raise ValueError("begin() is called once")
        self._declared, self._shape, self._dtype = (
            int(count),
            (int(shape[0]), int(shape[1]), int(shape[2])),
            np.dtype(dtype),
        )
        self._class_names, self._attribute_names = tuple(class_names), tuple(attribute_names)
        needed = self._declared * int(np.prod(self._shape, dtype=np.int64)) * self._dtype.itemsize
        free = shutil.disk_usage(self.folder).free
        if needed > free:
            raise DataError(
                N_(
                    "The decoded images need {needed} MB in {folder}, and only {free} MB are free.",
                    needed=needed // 10**6,
                    folder=str(self.folder.parent),
                    free=free // 10**6,
                ),
                N_("Free some space, choose a smaller size, or set GENSTUDIO_CACHE to a folder on another disk."),
            )
        self._file = open(self.folder / "images.bin", "wb")  # noqa: SIM115 - closed by close()

    def add(
        self,
        images: np.ndarray,
        *,
        labels: np.ndarray | None = None,
        attributes: np.ndarray | None = None,
        test: np.ndarray | bool | None = None,
    ) -> None:
        if self._file is None:
            raise ValueError("begin() comes before add()")
        if self._cancelled():
            raise CancelledError(N_("Decoding was cancelled."), N_("Nothing was saved."))
        n = len(images)
        images = np.ascontiguousarray(images)
        if images.shape[1:] != self._shape or images.dtype != self._dtype or self.count + n > self._declared:
            raise ValueError(
                f"declared {self._declared} images of {self._shape} {self._dtype}; "
                f"got {n} of {images.shape[1:]} {images.dtype} after {self.count}"
            )
        if n == 0:
            return
        self._store("labels", None if labels is None else np.asarray(labels, np.int64), (n,), bool(self._class_names))
        self._store(
            "attributes",
            None if attributes is None else np.asarray(attributes, np.float32),
            (n, len(self._attribute_names)),
            bool(self._attribute_names),
        )
        self._store("test", None if test is None else np.broadcast_to(np.asarray(test, bool), (n,)).copy(), (n,), None)
        self._store("hashes", content_hashes(images), (n,), True)
        self._file.write(images.data)
        self.count += n
        # What remains after the last image is flushing: a moment, yet a bar that stands at its end should be done.
        self._progress(
            0.99 * self.count / self._declared,
            N_("{doing}: {n} of {all}", doing=self._doing, n=f"{self.count:,}", all=f"{self._declared:,}"),
        )

    def problem(self, message: Message) -> None:
        self._problems.append(message)

    def finish(self) -> None:
        """Write what is known about the images, ``meta.json`` last, and see all of it safely on the disk."""
        if self._file is None or self.count == 0:
            raise DataError(
                N_("None of the images could be read{first}", first=_first(self._problems)),
                N_("Check the files, or choose another folder."),
            )
        _flush(self._file)
        self.close()
        for name, parts in self._columns.items():
            column = np.concatenate(parts)
            if name != "test":
                self._fingerprint.update(column.astype(column.dtype.newbyteorder("<")).tobytes())
            with open(self.folder / f"{name}.npy", "wb") as file:
                np.save(file, column, allow_pickle=False)
                _flush(file)
        meta = {
            "format": FORMAT,
            "count": self.count,
            "shape": list(self._shape),
            "dtype": self._dtype.name,
            "columns": sorted(self._columns),
            "class_names": list(self._class_names),
            "attribute_names": list(self._attribute_names),
            "problems": [problem.to_json() for problem in self._problems],
            "fingerprint": self._fingerprint.hexdigest(),
        }
        with open(self.folder / "meta.json", "w", encoding="utf-8") as file:
            json.dump(meta, file, indent=1)
            _flush(file)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _store(self, name: str, column: np.ndarray | None, shape: tuple[int, ...], required: bool | None) -> None:
        """Append to a column that comes with every chunk or with none (``required``: True, False, or None for either)."""
        given = column is not None
        if (required is not None and required != given) or (self.count and given != (name in self._columns)):
            raise ValueError(f"{name} must come with every chunk exactly when they were declared")
        if column is None:
            return
        if column.shape != shape:
            raise ValueError(f"{name} of shape {column.shape} came where {shape} was declared")
        if name == "labels" and not 0 <= column.min() <= column.max() < len(self._class_names):
            raise ValueError(f"labels from {column.min()} to {column.max()} for {len(self._class_names)} classes")
        self._columns.setdefault(name, []).append(column)


def _decode(folder: Path, source: Source, progress: Progress, cancelled: Cancelled) -> None:
    """Decode into a temporary folder beside ``folder``, then rename it."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = folder.parent / f".making-{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        temporary.mkdir()
    except OSError as error:
        raise _disk_error(folder, error) from error
    writer = CacheWriter(temporary, progress, cancelled, source.doing)
    try:
        source.decode(writer, progress, cancelled)
        writer.finish()
        if cancelled():
            raise CancelledError(N_("Decoding was cancelled."), N_("Nothing was saved."))
        try:
            temporary.rename(folder)
        except OSError:
            # Another process was faster: its folder holds the same images.
            if not (folder / "meta.json").is_file():
                raise
    except OSError as error:
        raise _disk_error(folder, error) from error
    finally:
        with contextlib.suppress(OSError):
            writer.close()
        shutil.rmtree(temporary, ignore_errors=True)


def _open(folder: Path) -> CachedImages | None:
    """Open the cached images in ``folder``; ``None`` where they are not as they were written."""
    try:
        meta: dict[str, Any] = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        if meta["format"] != FORMAT:
            return None
        shape, dtype = (int(meta["count"]), *map(int, meta["shape"])), np.dtype(meta["dtype"])
        path = folder / "images.bin"
        if path.stat().st_size != int(np.prod(shape, dtype=np.int64)) * dtype.itemsize:
            return None
        columns = {name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in meta["columns"]}
        if any(len(column) != shape[0] for column in columns.values()):
            return None
        # asarray: indexing a plain array is several times cheaper than indexing numpy's memmap class.
        images = np.asarray(np.memmap(path, dtype=dtype, mode="r", shape=shape))
        return CachedImages(
            folder,
            images,
            columns["hashes"],
            columns.get("labels"),
            columns.get("attributes"),
            columns.get("test"),
            tuple(meta["class_names"]),
            tuple(meta["attribute_names"]),
            tuple(Message.from_json(problem) for problem in meta["problems"]),
            str(meta["fingerprint"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("the image cache %s can't be used: %s", folder, error)
        return None


def _remove_broken(folder: Path) -> None:
    """Remove a folder that :func:`_open` refused, because it would prevent the rename."""
    if not folder.exists():
        return
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise DataError(
            N_(
                "The decoded images in {folder} are damaged and can't be removed: {error}.",
                folder=str(folder),
                error=str(error),
            ),
            N_("Close other windows of the program, delete that folder and try again."),
        ) from error


def _sweep(parent: Path) -> None:
    """Remove leftovers of killed decodes: temporary folders of processes on this machine that no longer exist."""
    import psutil

    for left in parent.glob(f".making-{socket.gethostname()}-*"):
        pid = left.name.removeprefix(f".making-{socket.gethostname()}-").split("-")[0]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


def _flush(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())


def _first(problems: list[Message]) -> Message | str:
    return N_(": {problem}", problem=problems[0]) if problems else "."


def _disk_error(folder: Path, error: OSError) -> DataError:
    return DataError(
        N_(
            "The images can't be decoded into {folder}: {error}.",
            folder=str(folder.parent),
            error=error.strerror or str(error),
        ),
        N_("Free some space, or set GENSTUDIO_CACHE to a folder that can be written to."),
    )
