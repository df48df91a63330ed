"""A sheet of pictures with a ring at the place of a chosen code, which need not lie on a cell."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from genstudio.studio.theme import colour
from genstudio.studio.widgets.image_grid import ImageGrid

RADIUS = 8.0  # logical pixels


class ChosenGrid(ImageGrid):
    """``mark``: the place of the ring on the sheet, 0 to 1 from its left and top edges; ``None`` or outside: no ring."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mark: tuple[float, float] | None = None

    def show_mark(self, place: tuple[float, float] | None) -> None:
        """Mark another place, or none."""
        if place != self.mark:
            self.mark = place
            self.update()

    @property
    def marks_inside(self) -> bool:
        """True if the ring is visible."""
        return self.mark is not None and all(0 <= part <= 1 for part in self.mark)

    def mark_centre(self) -> QPointF | None:
        """Place of the ring, in the widget's logical coordinates."""
        if self.mark is None or self.sheet_layout is None or not self.marks_inside:
            return None
        x, y = self.sheet_layout.pixel(*self.mark)
        return QPointF(x, y) / self.devicePixelRatioF()

    def paint_over(self, painter: QPainter) -> None:
        centre = self.mark_centre()
        if centre is None:
            return
        for tint, width in ((QColor(0, 0, 0, 200), 5.0), (QColor(255, 255, 255), 3.5), (colour("accent"), 2.0)):
            painter.setPen(QPen(tint, width))
            painter.drawEllipse(centre, RADIUS, RADIUS)
