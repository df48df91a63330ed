"""A strip of frames on disk that Pillow reads as one image of many frames: one at a time in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from genstudio.export.files import raise_if
from genstudio.viewing.pixels import as_image

if TYPE_CHECKING:
    from genstudio.export.films.palette import Palette


class Strip(Image.Image):
    """Frames, uint8 H×W×C, written to an unnamed temporary file as they come and read back by ``seek``.

    Encoders read it by ``seek``, so a cancelled export ends there.
    """

    def __init__(self, frames: Iterable[np.ndarray], cancelled: Callable[[], bool] | None = None) -> None:
        super().__init__()
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._cancelled = cancelled
        self._palette: Palette | None = None
        self._shape: tuple[int, ...] = ()
        self._position = 0
        self.n_frames = 0
        try:
            for frame in frames:
                self._shape = frame.shape
                self._file.write(np.ascontiguousarray(frame).data)
                self.n_frames += 1
        except BaseException:
            self._file.close()
            raise
        self.seek(0)

    def palette_of(self, palette: Palette) -> None:
        """Convert frames to indices into ``palette``."""
        self._palette = palette
        self.seek(0)

    def seek(self, frame: int) -> None:
        if not 0 <= frame < self.n_frames:
            raise EOFError("no such frame")
        raise_if(self._cancelled)
        size = int(np.prod(self._shape))
        self._file.seek(frame * size)
        pixels = np.frombuffer(self._file.read(size), np.uint8).reshape(self._shape)
        self._show(pixels)
        self._position = frame

    def tell(self) -> int:
        return self._position

    def _show(self, pixels: np.ndarray) -> None:
        height, width = pixels.shape[:2]
        if self._palette is not None:
            image = Image.frombytes("P", (width, height), self._palette.indices(pixels).tobytes())
            image.putpalette(self._palette.bytes)
            self.palette = image.palette
        else:
            image = as_image(pixels)
        self._mode, self._size, self.im = image.mode, image.size, image.im

    def __len__(self) -> int:
        return self.n_frames

    def __enter__(self) -> Strip:
        return self

    def __exit__(self, *_: Any) -> None:
        self._file.close()
