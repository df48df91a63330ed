"""Blobs: what is too big for a pane state (a z, a photo, a mask), stored once per session and named by its hash."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pydantic
import pydantic.dataclasses

from genstudio.core.errors import DataError
from genstudio.core.messages import N_

if TYPE_CHECKING:
    import numpy as np


@pydantic.dataclasses.dataclass(frozen=True, config=pydantic.ConfigDict(extra="forbid"))
class Blob:
    """The name of some bytes: their sha256, in hexadecimal."""

    sha256: str = pydantic.Field(pattern=r"^[0-9a-f]{64}$")


class Blobs:
    """The bytes behind blobs: in memory, and in ``folder`` when one is given, so that a session finds them again."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._bytes: dict[str, bytes] = {}

    def put(self, data: bytes) -> Blob:
        """Keep ``data``; the same bytes are kept once."""
        name = hashlib.sha256(data).hexdigest()
        if name not in self._bytes:
            self._bytes[name] = data
            if self.folder is not None and not (self.folder / name).exists():
                self.folder.mkdir(parents=True, exist_ok=True)
                temporary = self.folder / f"{name}.{os.getpid()}.part"
                temporary.write_bytes(data)
                temporary.replace(self.folder / name)
        return Blob(name)

    def get(self, blob: Blob) -> bytes:
        """The bytes of ``blob``. Raises :class:`DataError` when they are gone or were changed on disk."""
        if blob.sha256 not in self._bytes and self.folder is not None and (self.folder / blob.sha256).is_file():
            data = (self.folder / blob.sha256).read_bytes()
            if hashlib.sha256(data).hexdigest() == blob.sha256:
                self._bytes[blob.sha256] = data
        if blob.sha256 not in self._bytes:
            raise DataError(
                N_("The image or code that was sent to this pane is no longer stored."), N_("Send it again.")
            )
        return self._bytes[blob.sha256]

    def put_array(self, array: np.ndarray) -> Blob:
        """Keep an array, exactly."""
        import numpy as np

        buffer = io.BytesIO()
        np.save(buffer, np.ascontiguousarray(array), allow_pickle=False)
        return self.put(buffer.getvalue())

    def get_array(self, blob: Blob) -> np.ndarray:
        """The array that :meth:`put_array` kept."""
        import numpy as np

        return np.load(io.BytesIO(self.get(blob)), allow_pickle=False)
