"""A window of its own for one pane, with its inspector."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from genstudio.core.messages import _
from genstudio.studio.panes.view import PaneView


class PaneWindow(QWidget):
    """Closing it gives the view back: ``gave_back`` carries the pane's name."""

    gave_back = Signal(str)

    def __init__(self, view: PaneView, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.view = view
        self.setWindowTitle(f"{view.accessibleName()} - genstudio")
        self.setAccessibleName(_("{pane}, in a window of its own", pane=view.accessibleName()))
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 12, 12, 12)
        line.setSpacing(12)
        line.addWidget(view, 1)
        line.addWidget(view.inspector)
        view.show()
        view.inspector.show()
        self.resize(900, 720)

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()
        self.gave_back.emit(self.view.pane.name)
