"""Plot of a field and of points of the plane. Zoom and place are its owner's: it says what a hand does."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from genstudio.studio.plots.axis import Axis
from genstudio.studio.plots.canvas import Canvas, MovedView
from genstudio.studio.plots.line_items import CurveItem, thin_pen
from genstudio.viewing.charts.field import FieldChart

LEFT, BELOW, EDGE = 40, 22, 12  # pixels: ticks' texts, and the rim
DATA_SIZE, SAMPLE_SIZE = 6, 8  # pixels across
LINE, RIM = QColor(92, 92, 92), QColor(255, 255, 255)
KEY_PAN = 0.1  # of what is shown


class FieldPlot(Canvas):
    """Places are shares of the square, from its left and from its top.

    ``wheeled`` (a place and notches), ``drag_began`` (a place), ``dragged`` (a place), ``drag_ended``, ``went_home``: as of
    :class:`genstudio.studio.widgets.image_grid.ImageGrid`. ``resized``: the square has another size.
    """

    wheeled = Signal(float, float, float)
    drag_began = Signal(float, float)
    dragged = Signal(float, float)
    drag_ended = Signal()
    went_home = Signal()
    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        self.chart: FieldChart | None = None
        self._pressed: QPointF | None = None
        self._dragging = False
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 160)
        self.view = MovedView(moves=False)
        self.view.menu_requested.connect(self.show_menu)
        self._axis, self._foot = Axis("left"), Axis("bottom")
        self._axis.setWidth(LEFT)
        self._foot.setHeight(BELOW)
        for axis in (self._axis, self._foot):
            axis.linkToView(self.view)
        self.rows.addItem(self._axis, 0, 0)
        self.rows.addItem(self.view, 0, 1)
        self.rows.addItem(self._foot, 1, 1)
        self._field = pg.ImageItem(axisOrder="row-major")
        self._zero, self._arrows = CurveItem(thick=True), CurveItem(thick=True)
        self._data = pg.ScatterPlotItem(size=DATA_SIZE, symbol="o", antialias=True)
        self._samples = pg.ScatterPlotItem(size=SAMPLE_SIZE, symbol="d", antialias=True)
        for height, item in enumerate((self._field, self._zero, self._data, self._samples, self._arrows)):
            item.setZValue(height)
            item.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
            self.view.addItem(item, ignoreBounds=True)
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._zero.set_pen(thin_pen(LINE))
        self._arrows.set_pen(thin_pen(QColor(30, 30, 30)))

    def sizeHint(self) -> QSize:
        return QSize(560, 560)

    @property
    def side(self) -> int:
        """Pixels along each side of the square."""
        return max(1, min(self.width() - LEFT - 2 * EDGE, self.height() - BELOW - 2 * EDGE))

    # -- what is shown -------------------------------------------------------------------------------------------

    def set_colours(
        self, ground: tuple[int, int, int], data: tuple[int, int, int], samples: tuple[int, int, int]
    ) -> None:
        """Set the colours of the empty square, of the data and of the samples."""
        self.view.setBackgroundColor(QColor(*ground))
        for item, tint in ((self._data, data), (self._samples, samples)):
            item.setBrush(QColor(*tint))
            item.setPen(pg.mkPen(RIM, width=0.8))

    def show_chart(self, chart: FieldChart) -> None:
        """Show a field and points; the part that is seen stays (:meth:`show_extent`)."""
        self.chart = chart
        self._field.setVisible(chart.colours is not None)
        if chart.colours is not None:
            left, right, bottom, top = chart.extent
            self._field.setImage(chart.colours[::-1], autoLevels=False, levels=(0, 255))
            self._field.setRect(QRectF(left, bottom, right - left, top - bottom))
        for line, points in ((self._zero, chart.zero), (self._arrows, chart.arrows)):
            line.show_points(points)
        for item, places in ((self._data, chart.data), (self._samples, chart.samples)):
            found = places if places is not None else np.empty((0, 2))
            item.setData(found[:, 0].astype(np.float64), found[:, 1].astype(np.float64))

    def show_extent(self, left: float, right: float, bottom: float, top: float) -> None:
        """Show this part of the plane, at once: what was shown is moved until the next chart comes."""
        self.view.setRange(xRange=(left, right), yRange=(bottom, top), padding=0)

    def recolour(self) -> None:
        super().recolour()
        if hasattr(self, "_foot"):
            for axis in (self._axis, self._foot):
                axis.recolour()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if hasattr(self, "view"):
            across = max(0, (self.width() - LEFT - 2 * EDGE - self.side) // 2)
            down = max(0, (self.height() - BELOW - 2 * EDGE - self.side) // 2)
            self.rows.layout.setContentsMargins(EDGE + across, EDGE + down, EDGE + across, EDGE + down)
        super().resizeEvent(event)
        if hasattr(self, "view"):
            self.resized.emit()

    # -- hands ---------------------------------------------------------------------------------------------------

    def place_of(self, position: QPointF) -> tuple[float, float]:
        """Shares of the square's width and height at a position of the widget."""
        box = self.view.sceneBoundingRect()
        at = self.mapToScene(position.toPoint())
        return (at.x() - box.left()) / max(box.width(), 1.0), (at.y() - box.top()) / max(box.height(), 1.0)

    def position_of(self, across: float, down: float) -> QPointF:
        """Position in the widget of a place: the inverse of :meth:`place_of`."""
        box = self.view.sceneBoundingRect()
        place = QPointF(box.left() + across * box.width(), box.top() + down * box.height())
        return QPointF(self.mapFromScene(place))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.angleDelta().y():
            self.wheeled.emit(*self.place_of(event.position()), event.angleDelta().y() / 120)
            event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._pressed = event.position()
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            super().mouseMoveEvent(event)
            return
        far = (event.position() - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if far and not self._dragging:
            self._dragging = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.drag_began.emit(*self.place_of(self._pressed))
        if self._dragging:
            self.dragged.emit(*self.place_of(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            super().mouseReleaseEvent(event)
            return
        self._pressed = None
        if self._dragging:
            self._dragging = False
            self.unsetCursor()
            self.drag_ended.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.went_home.emit()

    def take_key(self, event: QKeyEvent) -> bool:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        notches = {Qt.Key.Key_Plus: 1.0, Qt.Key.Key_Equal: 1.0, Qt.Key.Key_Minus: -1.0}
        ways = {Qt.Key.Key_Left: (1, 0), Qt.Key.Key_Right: (-1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}
        key = Qt.Key(event.key())
        if key in notches:
            self.wheeled.emit(0.5, 0.5, notches[key])
        elif key in ways:
            across, down = ways[key]
            self.drag_began.emit(0.5, 0.5)
            self.dragged.emit(0.5 + KEY_PAN * across, 0.5 + KEY_PAN * down)
            self.drag_ended.emit()
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_A):
            self.went_home.emit()
        else:
            return False
        return True
