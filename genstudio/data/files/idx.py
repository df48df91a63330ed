"""IDX files, the format of MNIST and its kin, plain or gzipped: a magic number, the sizes, then nothing but bytes.

    0 0 TYPE NDIM   size_0 ... size_NDIM-1 (big-endian, 4 bytes each)   data, last axis fastest

(http://yann.lecun.com/exdb/mnist, "The IDX file format".) Any fault of a file becomes a :class:`DataError` that names
it; no memory is allocated because of a header alone.
"""

from __future__ import annotations

import gzip
import math
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from genstudio.core.errors import DataError
from genstudio.core.messages import N_, Message

CHUNK_BYTES = 4 * 2**20
_UNSIGNED_BYTE = 0x08
_OTHER_TYPES = {0x09: "int8", 0x0B: "int16", 0x0C: "int32", 0x0D: "float32", 0x0E: "float64"}
# Deflate can't shrink anything by more than this (zlib's technical notes): a smaller .gz can't hold what it declares.
_DEFLATE_LIMIT = 1032


@dataclass(frozen=True)
class IdxFile:
    """One IDX file of unsigned bytes whose header has been checked. ``shape``: as declared."""

    path: Path
    shape: tuple[int, ...]

    @property
    def _row_bytes(self) -> int:
        return math.prod(self.shape[1:])

    def chunks(self, rows: int | None = None) -> Iterator[np.ndarray]:
        """The data in order, uint8 n×shape[1:], a few megabytes at a time (or ``rows`` rows).

        Raises :class:`DataError` when the file is truncated, damaged, or longer than it says.
        """
        step = rows or max(1, CHUNK_BYTES // max(1, self._row_bytes))
        with _reading(self.path) as file:
            file.read(4 + 4 * len(self.shape))
            for start in range(0, self.shape[0], step):
                n = min(step, self.shape[0] - start)
                data = _read(file, n * self._row_bytes)
                if len(data) < n * self._row_bytes:
                    raise _broken(self.path, N_("it ends after {n} of its {all} entries", n=start, all=self.shape[0]))
                yield np.frombuffer(data, np.uint8).reshape(n, *self.shape[1:])
            if file.read(1):
                raise _broken(self.path, N_("more data follows after its {n} entries", n=self.shape[0]))

    def read(self) -> np.ndarray:
        """All data at once, uint8 of ``shape``: for labels and other small files."""
        parts = list(self.chunks())
        return np.concatenate(parts) if parts else np.zeros(self.shape, np.uint8)


def open_idx(path: str | os.PathLike[str], ndim: int) -> IdxFile:
    """Read and check the header of an IDX file of unsigned bytes with ``ndim`` dimensions.

    A gzipped file is recognised by its bytes, because browsers unpack downloads without renaming them. Raises
    :class:`DataError` for anything but such a file, and when the file is too small for the sizes that it declares.
    """
    path = Path(path)
    with _reading(path) as file:
        header = file.read(4)
        if len(header) < 4 or header[:2] != b"\0\0":
            raise _broken(path, N_("it doesn't begin like an IDX file"))
        kind, dimensions = header[2], header[3]
        if kind != _UNSIGNED_BYTE:
            raise _broken(
                path, N_("it contains {kind} instead of bytes", kind=_OTHER_TYPES.get(kind, f"type {kind:#04x}"))
            )
        if dimensions != ndim:
            raise _broken(path, N_("it has {n} dimensions instead of {expected}", n=dimensions, expected=ndim))
        sizes = file.read(4 * ndim)
        if len(sizes) < 4 * ndim:
            raise _broken(path, N_("it ends within its header"))
        shape = struct.unpack(f">{ndim}I", sizes)
    declared, on_disk = 4 + 4 * ndim + math.prod(shape), path.stat().st_size
    if declared > on_disk * (_DEFLATE_LIMIT if _is_gzipped(path) else 1):
        raise _broken(
            path,
            N_(
                "it declares {shape} bytes and is only {size} bytes long", shape="×".join(map(str, shape)), size=on_disk
            ),
        )
    return IdxFile(path, shape)


@contextmanager
def _reading(path: Path) -> Iterator[BinaryIO]:
    """The unpacked stream of ``path``; what goes wrong while reading becomes a :class:`DataError`."""
    try:
        with cast(BinaryIO, gzip.open(path, "rb")) if _is_gzipped(path) else open(path, "rb") as file:
            yield file
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _broken(path, N_("its compressed data is damaged or cut off")) from error
    except OSError as error:
        raise _broken(path, error.strerror or str(error)) from error


def _is_gzipped(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(2) == b"\x1f\x8b"


def _read(file: BinaryIO, size: int) -> bytes:
    """Up to ``size`` bytes, read in pieces, so that a wrong size needs no more memory than the actual data."""
    pieces, missing = [], size
    while missing and (piece := file.read(min(missing, CHUNK_BYTES))):
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)


def _broken(path: Path, reason: Message | str) -> DataError:
    return DataError(
        N_("The file {path} can't be read: {reason}.", path=str(path), reason=reason),
        N_("Replace it with a new copy."),
    )
