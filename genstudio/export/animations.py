"""Animations: a stream of frames as GIF, APNG, WebP or MP4, chosen by the file's suffix.

GIF knows 256 colours, so its frames are read twice: once to find one palette for all of them (a palette a frame flickers),
once to write. The others stream. Frames wait on disk, never all in memory, where a format needs to see them twice.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from genstudio.core.errors import Cancelled, UsageError
from genstudio.core.messages import Message, N_
from genstudio.export.files import whole_file
from genstudio.export.sheets import enlarge

if TYPE_CHECKING:
    from genstudio.export.provenance import Provenance

Progress = Callable[[float, Message], None]
FORMATS = (".gif", ".apng", ".png", ".webp", ".mp4")


def save_animation(
    path: str | os.PathLike[str],
    frames: Iterable[np.ndarray],
    *,
    fps: float = 20.0,
    loop: bool = True,
    scale: int = 1,
    crf: int = 16,
    total: int | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    provenance: Provenance | None = None,
) -> Path:
    """Write ``frames`` (uint8 H×W×C, C 1 or 3, all of one size) and return the path written.

    ``fps`` frames a second; ``loop`` repeats without end (an MP4 leaves that to the player); ``scale`` enlarges by a whole
    factor; ``crf`` is H.264's constant rate factor, 0 (best) to 51. ``progress`` gets the part done when ``total`` frames are
    announced. APNG and WebP are lossless, GIF is too up to 256 colours. Raises :class:`UsageError` for an unknown suffix or
    frames that don't fit, :class:`Cancelled` when ``cancelled()`` says so: nothing half-made is left behind.
    """
    raise NotImplementedError
