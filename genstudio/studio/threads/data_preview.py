"""Opening a data set to look at it: on the loader's thread, with progress and cancel."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from genstudio.core.messages import Message

if TYPE_CHECKING:
    import numpy as np

    from genstudio.data.dataset import DataSet

SHOWN = 12
POINTS, SIDE = 4_000, 240  # points of the plane that lie on one picture, and its pixels along each side
SHORTEST_PAUSE = 0.05  # seconds between two words of progress: signals are for rare things


@dataclass(frozen=True)
class Preview:
    """An open data set, and a few of its images as uint8 H×W×C: of points of the plane, one picture with many."""

    data: DataSet
    images: list[np.ndarray]


def open_preview(
    name: str, values: dict[str, Any], progress: Callable[[float, Message], None], cancelled: Callable[[], bool]
) -> Preview:
    """Open (decode if need be) and pick a few images, evenly spread. Raises what ``open_data`` raises."""
    import numpy as np

    from genstudio.core.scatter import scatter
    from genstudio.data.dataset import open_data

    data = open_data(name, values, progress=at_most_often(progress), cancelled=cancelled)
    if data.spec.is_point:
        return Preview(data, [scatter(data.points(np.arange(min(POINTS, len(data)))), SIDE)])
    places = np.linspace(0, len(data) - 1, min(SHOWN, len(data))).astype(np.int64)
    images = data.bytes(places).transpose(0, 2, 3, 1)
    if images.shape[-1] not in (1, 3):
        images = images[..., :1]
    return Preview(data, [np.ascontiguousarray(image) for image in images])


def fetch(name: str, progress: Callable[[float, Message], None], cancelled: Callable[[], bool]) -> None:
    """Download ``name`` into the person's cache. Raises what ``download`` raises."""
    from genstudio.data.files.download import download

    download(name, at_most_often(progress), cancelled)


def at_most_often(progress: Callable[[float, Message], None]) -> Callable[[float, Message], None]:
    """``progress`` called at most twenty times a second (and always at the end)."""
    last = 0.0

    def report(share: float, words: Message) -> None:
        nonlocal last
        now = time.monotonic()
        if share >= 1 or now - last >= SHORTEST_PAUSE:
            last = now
            progress(share, words)

    return report
