"""A person's own image: chosen in a file dialog or dropped, read on a worker."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog
from shiboken6 import isValid

from genstudio.core.errors import GenstudioError
from genstudio.core.messages import _

if TYPE_CHECKING:
    import numpy as np

    from genstudio.studio.pane_view.view import PaneView
    from genstudio.studio.threads.background import Background

PATTERNS = "*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff"


class OwnImage(QObject):
    """``arrived`` carries uint8 H×W×1 or H×W×3 as read. ``view`` tells what could not be read."""

    arrived = Signal(object)
    failed = Signal(object)  # words

    def __init__(self, view: PaneView) -> None:
        super().__init__(view)
        self._view = view
        self.failed.connect(view.complain)
        self.choose_path: Callable[[], str] = self._ask

    def choose(self, worker: Background | None) -> None:
        """Let the person choose a file, and read it."""
        path = self.choose_path()
        if path:
            self.read(path, worker)

    def read(self, path: str, worker: Background | None) -> None:
        if worker is not None:
            self._view.trouble.clear()  # what was wrong with the last file says nothing of this one
            worker.submit(partial(_read, path), self._came, self._broke, key="own image")

    def enter(self, event: QDragEnterEvent) -> None:
        """A pane's answer to what is dragged over it: one file of a picture may be dropped."""
        if dropped_path(event.mimeData()):
            event.acceptProposedAction()

    def drop(self, event: QDropEvent, worker: Background | None) -> None:
        """Read the file that is dropped."""
        path = dropped_path(event.mimeData())
        if path:
            event.acceptProposedAction()
            self.read(path, worker)

    def _came(self, pixels: np.ndarray) -> None:
        if isValid(self):  # the pane may have gone on to another run while the file was read
            self.arrived.emit(pixels)

    def _broke(self, error: Exception) -> None:
        if not isValid(self):
            return
        words = str(error) if isinstance(error, GenstudioError) else f"{type(error).__name__}: {error}"
        self.failed.emit(words)

    def _ask(self) -> str:
        title, images = _("Open an image"), _("Images")
        path, _kind = QFileDialog.getOpenFileName(self._view, title, "", f"{images} ({PATTERNS})")
        return path


def dropped_path(data: QMimeData) -> str:
    """The one local file that is dropped; empty for anything else."""
    urls = data.urls()
    return urls[0].toLocalFile() if len(urls) == 1 and urls[0].isLocalFile() else ""


def _read(path: str) -> np.ndarray:
    from genstudio.viewing.own_image import read_image

    return read_image(path)
