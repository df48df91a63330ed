"""Layout of the pane: the picture or the strip, the transport under it, the key frames in a row."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from genstudio.core.messages import _
from genstudio.studio.panes.interpolate.key_row import KeyRow
from genstudio.studio.panes.interpolate.transport import PathTransport
from genstudio.studio.theme import font
from genstudio.studio.widgets.card import Caption
from genstudio.studio.widgets.controls import Button
from genstudio.studio.widgets.marked_grid import MarkedGrid

_KEY = Qt.Key
TRANSPORT = (_KEY.Key_Space, _KEY.Key_Home, _KEY.Key_End, _KEY.Key_Plus, _KEY.Key_Equal, _KEY.Key_Minus)
ARROWS = (_KEY.Key_Left, _KEY.Key_Right, _KEY.Key_Up, _KEY.Key_Down)


class PathGrid(MarkedGrid):
    """The picture, or the strip with the place where one is marked. Keys that move nothing in it go to the transport."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alone = self.picture is not None and len(self.picture) == 1
        if event.key() in TRANSPORT or (alone and event.key() in ARROWS):
            event.ignore()
        else:
            super().keyPressEvent(event)


class PathLayout(QWidget):
    """``grid`` over ``transport``, ``row`` with its button ``add``, and what went wrong."""

    def __init__(self, grid: PathGrid, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.transport = PathTransport(self)
        self.row = KeyRow(self)
        self.add = Button(f"{_('Add')}  ▸", _("One more key frame (Insert)"), self)
        self.add.setAccessibleName(_("Add a key frame"))
        self.add.setMenu(QMenu(self.add))
        self.note = QLabel(self)
        self.note.setObjectName("message")
        self.note.setProperty("level", "bad")
        self.note.setFont(font(12))
        self.note.setWordWrap(True)
        self.note.setAccessibleName(_("What went wrong"))
        self.note.hide()
        head = QWidget(self)
        line = QHBoxLayout(head)
        line.setContentsMargins(0, 2, 0, 0)
        line.setSpacing(6)
        line.addWidget(Caption(_("Key frames"), head))
        line.addStretch(1)
        line.addWidget(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(grid, 1)
        self._lower = (self.transport, head, self.row)
        for part in (*self._lower, self.note):
            column.addWidget(part)

    def show_lower(self, shown: bool) -> None:
        """Transport and key frames: not where there is no model yet."""
        for part in self._lower:
            part.setVisible(shown)

    def show_note(self, text: str) -> None:
        """Show an error in full; hide it for an empty text."""
        self.note.setText(text)
        self.note.setAccessibleDescription(text)
        self.note.setVisible(bool(text))
