"""A small grid to choose from: a click moves the focus, a double click or Enter chooses, and cells are dragged out of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QPoint, Qt, Signal
from PySide6.QtGui import QDrag, QKeyEvent, QMouseEvent, QPainter, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QApplication, QWidget

from genstudio.studio.theme import colour
from genstudio.studio.widgets.image_grid import ImageGrid
from genstudio.viewing.content import Picture


class PickGrid(ImageGrid):
    """``picked(row, column)``: chosen. ``mime(row, column)`` returns the payload of a drag, ``None`` where there is none.
    ``keys``: those that ``pressed(key)`` reports instead of moving the focus."""

    pressed = Signal(int)
    resized = Signal()

    def __init__(self, parent: QWidget | None = None, least: int = 40) -> None:
        super().__init__(parent)
        self.setMinimumSize(least, least)
        self.mime: Callable[[int, int], QMimeData | None] = lambda row, column: None
        self.keys: frozenset[int] = frozenset()
        self.crossed: Callable[[int, int], bool] = lambda row, column: False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        cell = self.cell_at(event.position())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self._set_focus_cell(cell)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            super().mouseMoveEvent(event)
        elif (event.position().toPoint() - self._pressed).manhattanLength() >= QApplication.startDragDistance():
            start, self._pressed = self._pressed, None
            cell = self.cell_at(start.toPointF())
            if cell is not None:
                self._drag(*cell)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(*cell)

    def _drag(self, row: int, column: int) -> None:
        data = self.mime(row, column)
        if data is None:
            return
        drag = QDrag(self)
        drag.setMimeData(data)
        rect = self.cell_rect(row, column).toRect()
        pixmap: QPixmap = self.grab(rect)
        drag.setPixmap(pixmap)
        drag.setHotSpot(QPoint(rect.width() // 2, rect.height() // 2))
        drag.exec(Qt.DropAction.CopyAction)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in self.keys and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.pressed.emit(event.key())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def paint_over(self, painter: QPainter) -> None:
        """Paint a cross over what is left out."""
        for number in range(len(self.picture) if self.picture is not None else 0):
            assert self.picture is not None
            row, column = divmod(number, self.picture.columns)
            if self.crossed(row, column):
                rect = self.cell_rect(row, column)
                painter.setPen(QPen(colour("bad"), 3))
                painter.drawLine(rect.topLeft(), rect.bottomRight())
                painter.drawLine(rect.topRight(), rect.bottomLeft())


def relaid(picture: Picture, columns: int) -> Picture:
    """The filled cells of ``picture`` in so many columns, with their values."""
    import numpy as np

    from genstudio.viewing.decode import sheet

    n = max(len(picture), 1)
    columns = max(1, min(columns, n))
    rows = -(-n // columns)
    values = {}
    for name, one in picture.values.items():
        flat = one.reshape(-1, *one.shape[2:])[: len(picture)]
        padded = np.zeros((rows * columns, *flat.shape[1:]), one.dtype)
        padded[: len(flat)] = flat
        values[name] = padded.reshape(rows, columns, *flat.shape[1:])
    return Picture(sheet(picture.cells(), rows, columns), picture.label, picture.cell, values, len(picture))
