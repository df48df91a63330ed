"""A grid whose cells may be marked, and may have words under them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QWidget

from genstudio.studio.theme import colour, font, theme
from genstudio.studio.widgets.image_grid import ImageGrid

TEXT_HEIGHT = 14  # logical pixels
CORNER = 10.0  # side of the bent corner, at most


class MarkedGrid(ImageGrid):
    """``marked(row, column)`` says which cells have a frame and a bent corner (a shape: no colour is needed to see it),
    ``words(row, column)`` what stands under each. With ``below`` = 0 there are no words."""

    resized = Signal()  # there is another room for pictures

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.marked: Callable[[int, int], bool] = lambda row, column: False
        self.describe_cell: Callable[[int, int], str] = lambda row, column: ""

    def mark_rect(self, row: int, column: int) -> QRectF:
        """The frame of a marked cell: half within it."""
        return self.cell_rect(row, column).adjusted(0.5, 0.5, -0.5, -0.5)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def paint_over(self, painter: QPainter) -> None:
        picture = self.picture
        if picture is None:
            return
        painter.setFont(font(11))
        for number in range(len(picture)):
            row, column = divmod(number, picture.columns)
            if self.marked(row, column):
                self._mark(painter, self.mark_rect(row, column))
            if self.below:
                self._write(painter, row, column)

    def _mark(self, painter: QPainter, rect: QRectF) -> None:
        """A frame in the accent colour, light outside so that it shows on any picture, and the upper left corner filled."""
        side = min(CORNER, rect.width() / 3)
        corner = QPolygonF([rect.topLeft(), rect.topLeft() + QPointF(side, 0), rect.topLeft() + QPointF(0, side)])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(255, 255, 255, 210), 3))
        painter.drawRect(rect)
        painter.setPen(QPen(colour("accent"), 1.5))
        painter.drawRect(rect)
        painter.setPen(QPen(QColor(255, 255, 255, 230), 1))
        painter.setBrush(colour("accent"))
        painter.drawPolygon(corner)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _write(self, painter: QPainter, row: int, column: int) -> None:
        text = self.describe_cell(row, column)
        rect = self.cell_rect(row, column)
        if text and painter.fontMetrics().horizontalAdvance(text) <= rect.width() + 4:
            # On the surround, which is a middle grey in the light theme: black is read best there, white in the dark one.
            painter.setPen(QColor("#000000" if theme().current.name == "light" else "#ffffff"))
            painter.drawText(
                QRectF(rect.x() - 4, rect.bottom(), rect.width() + 8, TEXT_HEIGHT), Qt.AlignmentFlag.AlignCenter, text
            )
