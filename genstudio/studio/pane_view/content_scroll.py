"""A scroll area that is as tall as what is in it, where there is room."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget


class ContentScroll(QScrollArea):
    """Scroll area as tall as its content, where there is room."""

    def __init__(self, inside: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inside = inside
        self._widget: QWidget | None = None
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setMinimumHeight(120)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        inside.installEventFilter(self)

    def sizeHint(self) -> QSize:
        return QSize(420, self._inside.sizeHint().height())

    def bring_into_sight(self, widget: QWidget) -> None:
        """Scroll so that as much of ``widget``, which has just grown, is visible as there is room for, its top first."""
        self._widget = widget
        QTimer.singleShot(0, self._scroll)  # once it has its new place and size

    @Slot()
    def _scroll(self) -> None:
        if self._widget is not None:
            top = self._widget.mapTo(self._inside, QPoint(0, 0)).y()
            self.ensureVisible(0, top + min(self._widget.height(), self.viewport().height()), 0, 0)
            self.ensureVisible(0, top, 0, 0)
            self._widget = None

    def eventFilter(self, watched: Any, event: Any) -> bool:
        if event.type() == event.Type.LayoutRequest:
            self.updateGeometry()
        return False
