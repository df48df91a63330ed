"""Opening the images that the data card names: one at a time on the loader's thread, with progress and cancel."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from genstudio.core.errors import Cancelled
from genstudio.core.messages import Message
from genstudio.studio.threads.background import Background
from genstudio.studio.threads.throttle import at_most_often

if TYPE_CHECKING:
    import numpy as np

    from genstudio.data.dataset import DataSet

KEY = "preview"
SHOWN = 12
POINTS, SIDE = 4_000, 240  # points of the plane that lie on one picture, and its pixels along each side


@dataclass(frozen=True)
class Preview:
    """An open data set, and a few of its images as uint8 H×W×C: of points of the plane, one picture with many."""

    data: DataSet
    images: list[np.ndarray]


class DataOpening(QObject):
    """``begun``: on its way. ``opened(Preview)`` or ``failed(Exception)``: how it went; the user's cancel is ``Cancelled``.
    ``fetched``: downloaded, and about to be opened."""

    begun = Signal()
    opened = Signal(object)
    failed = Signal(object)
    fetched = Signal()
    progressed = Signal(float, object)
    _reported = Signal(float, object)  # from the loader's thread

    def __init__(self, loader: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.loader = loader
        self.data: Any = None
        self._cancel = threading.Event()
        self._requested: tuple[str, dict[str, Any]] | None = None
        self._has_failed = False
        self._reported.connect(self._show_progress)

    @property
    def is_running(self) -> bool:
        """True while images are being opened."""
        return self.data is None and self._requested is not None and not self._has_failed

    def open(self, name: str, values: dict[str, Any]) -> None:
        """Open a data set with these knob values, unless that is what is open or being opened."""
        if (name, values) == self._requested:
            return
        self.cancel()
        self._requested, self.data, self._has_failed = (name, dict(values)), None, False
        self.begun.emit()
        report, cancelled = self._reported.emit, self._cancellable()
        self.loader.submit(lambda: open_preview(name, values, report, cancelled), self._opened, self._failed, key=KEY)

    def discard(self) -> None:
        """Discard the last request, so that the next one is opened even if it is equal."""
        self._requested = None

    def download(self, name: str) -> None:
        """Fetch a data set over the network; ``fetched`` is emitted when it is there."""
        self.cancel()
        self.begun.emit()
        report, cancelled = self._reported.emit, self._cancellable()
        self.loader.submit(lambda: fetch(name, report, cancelled), self._fetched, self._failed, key=KEY)

    def cancel(self) -> None:
        """Stop opening or downloading, without a signal."""
        self._cancel.set()
        self.loader.drop(KEY)

    @Slot()
    def cancel_and_report(self) -> None:
        """Stop it at the user's request: ``failed`` follows."""
        self.cancel()
        self.discard()
        self._failed(Cancelled("cancelled"))

    def _cancellable(self) -> Callable[[], bool]:
        """Check for the loader: true once this work was cancelled or the window is being closed."""
        cancel, loader = threading.Event(), self.loader
        self._cancel = cancel
        return lambda: cancel.is_set() or loader.isInterruptionRequested()

    @Slot(object)
    def _opened(self, preview: Preview) -> None:
        self.data = preview.data
        self.opened.emit(preview)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._has_failed, self.data = True, None
        self.failed.emit(error)

    @Slot(object)
    def _fetched(self, nothing: object) -> None:
        self.discard()
        self.fetched.emit()

    @Slot(float, object)
    def _show_progress(self, share: float, text: Message) -> None:
        if not self._cancel.is_set() and self.data is None:
            self.progressed.emit(share, text)


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
    """Download ``name`` into the user's cache. Raises what ``download`` raises."""
    from genstudio.data.files.download import download

    download(name, at_most_often(progress), cancelled)
