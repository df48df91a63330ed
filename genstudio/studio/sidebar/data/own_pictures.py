"""Choosing a folder or a zip of the user's own pictures: a button with a menu, and paths that are dropped."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from genstudio.core.messages import _
from genstudio.studio.widgets.controls import IconButton


class OwnPicturesButton(IconButton):
    """``path_chosen`` carries the path of a folder or a zip."""

    path_chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("folder", _("Train on your own pictures (or drop a folder here)"), parent)
        menu = QMenu(self)
        menu.addAction(_("A folder of pictures…")).triggered.connect(self._choose_folder)
        menu.addAction(_("A zip of pictures…")).triggered.connect(self._choose_zip)
        self.setMenu(menu)

    @Slot()
    def _choose_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, _("A folder of pictures"))
        if path:
            self.path_chosen.emit(path)

    @Slot()
    def _choose_zip(self) -> None:
        path, _kind = QFileDialog.getOpenFileName(self, _("A zip of pictures"), "", "Zip (*.zip)")
        if path:
            self.path_chosen.emit(path)


def dropped_path(event: QDropEvent) -> str:
    """Path of the first folder or zip among what is dropped; empty where there is none."""
    for url in event.mimeData().urls():
        path = Path(url.toLocalFile())
        if path.is_dir() or path.suffix.lower() == ".zip":
            return str(path)
    return ""
