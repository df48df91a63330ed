"""Progress of the search for directions, with a button that stops it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from genstudio.core.messages import _
from genstudio.studio.widgets.controls import Button


class SearchProgress(QWidget):
    """A bar and a button; hidden until there is a search."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 100)
        self.bar.setAccessibleName(_("Progress of the search"))
        self.stop = Button(_("Stop"), _("Stop the search for directions (Escape)"), self, icon_name="close")
        line.addWidget(self.bar, 1)
        line.addWidget(self.stop)
        self.hide()
