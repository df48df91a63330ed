"""A user's own image: chosen in a file dialog or dropped onto a pane, read on a worker, put into the blob store."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMimeData, QObject, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QWidget
from shiboken6 import isValid

from genstudio.core.errors import GenstudioError
from genstudio.core.messages import _

if TYPE_CHECKING:
    import numpy as np

    from genstudio.studio.threads.background import Background
    from genstudio.viewing.blobs import Blobs

PATTERNS = "*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff"


class ImageDrop(QObject):
    """Reads image files for ``pane``. Without services (see :meth:`set_services`) nothing is read.

    ``target`` is handed through from the request to ``arrived``: where in the pane the image is to go.
    """

    arrived = Signal(object, object)  # the Blob of uint8 H×W×1 or H×W×3, and the target
    started = Signal()  # a file is being read
    failed = Signal(object)  # text: why a file could not be read

    def __init__(self, pane: QWidget) -> None:
        super().__init__(pane)
        self.pane = pane
        self._blobs: Blobs | None = None
        self._worker: Background | None = None
        self.choose_path: Callable[[], str] = self._choose_path
        self.target_of: Callable[[QDropEvent], Any] | None = None  # target of a drop; None: no drop has one

    def set_services(self, blobs: Blobs, worker: Background) -> None:
        """Set where images are stored, and the worker that reads files."""
        self._blobs, self._worker = blobs, worker

    @Slot()
    def browse(self) -> None:
        """Open the file dialog and read the chosen file, without a target."""
        self.open()

    def open(self, target: Any = None) -> None:
        """Open the file dialog and read the chosen file."""
        path = self.choose_path()
        if path:
            self.read(path, target)

    def read(self, path: str, target: Any = None) -> None:
        """Read an image file on the worker."""
        if self._worker is not None:
            self.started.emit()
            self._worker.submit(partial(_read, path), partial(self._finished, target), self._failed, key="own image")

    def enter(self, event: QDragEnterEvent) -> None:
        """Accept a drag of one local file."""
        if dropped_path(event.mimeData()):
            event.acceptProposedAction()

    def drop(self, event: QDropEvent) -> None:
        """Read the file that was dropped."""
        path = dropped_path(event.mimeData())
        if path:
            event.acceptProposedAction()
            self.read(path, self.target_of(event) if self.target_of is not None else None)

    def _finished(self, target: Any, pixels: np.ndarray) -> None:
        if isValid(self) and self._blobs is not None:  # the pane may have gone to another run while the file was read
            self.arrived.emit(self._blobs.put_array(pixels), target)

    def _failed(self, error: Exception) -> None:
        if isValid(self):
            self.failed.emit(str(error) if isinstance(error, GenstudioError) else f"{type(error).__name__}: {error}")

    def _choose_path(self) -> str:
        title, images = _("Open an image"), _("Images")
        path, _kind = QFileDialog.getOpenFileName(self.pane, title, "", f"{images} ({PATTERNS})")
        return path


def dropped_path(data: QMimeData) -> str:
    """The one local file that is dropped; empty for anything else."""
    urls = data.urls()
    return urls[0].toLocalFile() if len(urls) == 1 and urls[0].isLocalFile() else ""


def _read(path: str) -> np.ndarray:
    from genstudio.viewing.own_image import read_image

    return read_image(path)
