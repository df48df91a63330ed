"""A window of its own for one pane, with its inspector."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from genstudio.core.messages import _
from genstudio.studio.pane_view.view import PaneView


class PaneWindow(QWidget):
    """Closing it gives the view back: ``closed`` carries the pane's name."""

    closed = Signal(str)

    def __init__(self, view: PaneView, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(f"{view.accessibleName()} - genstudio")
        self.setAccessibleName(_("{pane}, in its own window", pane=view.accessibleName()))
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 12, 12, 12)
        line.setSpacing(12)
        self.show_view(view)
        self.resize(900, 720)

    def show_view(self, view: PaneView) -> None:
        """Show ``view`` with its inspector; the caller takes away the one that was here."""
        self.view = view
        line = self.layout()
        assert isinstance(line, QHBoxLayout)
        line.addWidget(view, 1)
        line.addWidget(view.inspector)
        view.window_button.setVisible(False)
        view.beside_button.setVisible(False)
        view.show()
        view.inspector.show()

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()
        self.closed.emit(self.view.pane.name)
