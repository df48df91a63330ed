"""A square in which one point moves two sliders."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QContextMenuEvent,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from genstudio.core.messages import _
from genstudio.studio.pane_view.step_row import StepRow
from genstudio.studio.plots.canvas import Canvas, MovedView
from genstudio.studio.plots.line_items import CurveItem, thin_pen
from genstudio.studio.theme import colour, font
from genstudio.studio.widgets.rounded_frame import ROUND, behind, corners

FINE, COARSE = 0.1, 0.5  # σ for a key
SNAP = 4  # pixels within which the point snaps to an axis
RIM = 8  # pixels between the plane and the edge
TEXT, POINT = 11, 14  # pixels: names, the point
NAME = 0.62  # of the plane's side: the longest name


class PlanePad(Canvas):
    """``moved(u, v)`` in standard deviations, between ``drag_started`` and ``drag_ended``. Arrows go .1 σ, with Shift
    .5; Home and a double click are the middle."""

    moved = Signal(float, float)
    drag_started = Signal()
    drag_ended = Signal()

    def __init__(self, side: int = 144, parent: QWidget | None = None) -> None:
        self._side = side
        self._names = ("", "")
        self._place = (0.0, 0.0)
        self._reach = 2.0
        self._dragging = False
        super().__init__(parent)
        self._make_items()
        self.recolour()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(side, side)
        self.setToolTip(_("Drag: both at once. Arrows: .1 σ, with Shift .5. Home or a double click: the middle."))
        self.steps = StepRow(self)
        self.steps.began.connect(self.drag_started)
        self.steps.ended.connect(self.drag_ended)
        self.setEnabled(False)  # until there is a plane
        self._show()
        self._describe()

    def show_plane(self, names: tuple[str, str], place: tuple[float, float], reach: float) -> None:
        """The names of what grows to the right and upwards (empty: nothing can be moved yet), where the point is, and how
        far the plane reaches."""
        if (names, place, reach) != (self._names, self._place, self._reach):
            self._names, self._place, self._reach = names, place, reach
            self.setEnabled(all(names))
            self._describe()
            self._show()

    def place_of(self, u: float, v: float) -> QPointF:
        """Position of (u, v) in the widget."""
        room = self._side - 2 * RIM

        def along(value: float) -> float:
            return RIM + (min(max(value / self._reach, -1.0), 1.0) + 1) / 2 * room

        return QPointF(along(u), self._side - along(v))

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def set_side(self, side: int) -> None:
        if side != self._side:
            self._side = side
            self.setFixedSize(side, side)
            self._show()

    # -- items ---------------------------------------------------------------------------------------------------

    def _make_items(self) -> None:
        self.view = MovedView(moves=False)
        self.rows.addItem(self.view, 0, 0)
        self._squares, self._axes = CurveItem(), CurveItem()
        self._point = pg.ScatterPlotItem(size=POINT, antialias=True)
        self._texts = pg.TextItem(anchor=(1, 1)), pg.TextItem(anchor=(0, 0))
        for height, item in enumerate((self._squares, self._axes, *self._texts, self._point)):
            item.setZValue(height)
            item.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
            self.view.addItem(item, ignoreBounds=True)

    def _show(self) -> None:
        """Put the items where they belong now."""
        reach, room = self._reach, self._side - 2 * RIM
        end = reach * (1 + 2 * RIM / room)
        self.view.setRange(xRange=(-end, end), yRange=(-end, end), padding=0)
        sides = np.arange(1, int(reach) + 1, dtype=np.float64)
        # Each square is five corners and a gap.
        corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1], [np.nan, np.nan]])
        squares = (sides[:, None, None] * corners).reshape(-1, 2)
        self._squares.show_points((squares[:, 0], squares[:, 1]))
        across, up = np.array([-reach, reach, np.nan, 0, 0]), np.array([0, 0, np.nan, -reach, reach])
        self._axes.show_points((across, up))
        u, v = self._place
        self._point.setData([u] if self.isEnabled() else [], [v] if self.isEnabled() else [])
        metrics, width = QFontMetricsF(font(TEXT)), NAME * room
        marks = ("{name} →", "↑ {name}")
        for item, mark, name, corner in zip(self._texts, marks, self._names, (-1, 1), strict=True):
            text = mark.format(name=name) if name else ""
            item.setText(metrics.elidedText(text, Qt.TextElideMode.ElideRight, width))
            item.setPos(-corner * end, corner * end)

    def recolour(self) -> None:
        self.setBackground(colour("field"))
        if not hasattr(self, "_point"):
            return
        self._squares.set_pen(thin_pen(colour("border")))
        self._axes.set_pen(thin_pen(colour("disabled")))
        self._point.setPen(pg.mkPen(colour("card"), width=2))
        self._point.setBrush(colour("accent"))
        for item in self._texts:
            item.setColor(colour("muted"))
            item.setFont(font(TEXT))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.recolour()  # the base takes what it stands on for its ground

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(corners(self.width(), self.height()), behind(self))
        painter.setPen(QPen(colour("accent"), 2) if self.hasFocus() else QPen(colour("border"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.viewport().rect()).adjusted(0.5, 0.5, -0.5, -0.5), ROUND, ROUND)

    # -- input ---------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.steps.end()
            self._dragging = True
            self.drag_started.emit()
            self._drag_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self._drag_to(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._dragging:
            self._dragging = False
            self.drag_ended.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._move(0.0, 0.0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # it scrolls what the pad stands in

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        far = COARSE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else FINE
        moves = {
            Qt.Key.Key_Left: (-far, 0.0),
            Qt.Key.Key_Right: (far, 0.0),
            Qt.Key.Key_Up: (0.0, far),
            Qt.Key.Key_Down: (0.0, -far),
            Qt.Key.Key_PageUp: (0.0, COARSE),
            Qt.Key.Key_PageDown: (0.0, -COARSE),
        }
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        elif event.key() in moves:
            self.steps.step()
            across, up = moves[Qt.Key(event.key())]
            self._move(self._place[0] + across, self._place[1] + up)
        elif event.key() == Qt.Key.Key_Home:
            self.steps.end()
            self._move(0.0, 0.0)
        else:
            event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.steps.end()

    def _drag_to(self, point: QPointF) -> None:
        middle, room = self._side / 2, self._side - 2 * RIM

        def value(offset: float) -> float:
            return 0.0 if abs(offset) < SNAP else 2 * offset / room * self._reach

        self._move(value(point.x() - middle), value(middle - point.y()))

    def _move(self, u: float, v: float) -> None:
        reach = self._reach
        self.moved.emit(round(min(max(u, -reach), reach), 2), round(min(max(v, -reach), reach), 2))

    def _describe(self) -> None:
        across, up = self._names
        self.setAccessibleName(_("Pad: {across} across, {up} up", across=across or "-", up=up or "-"))
        facts = {"across": across, "up": up, "u": f"{self._place[0]:+.2f}", "v": f"{self._place[1]:+.2f}"}
        self.setAccessibleDescription(_("{across} {u} σ, {up} {v} σ", **facts))
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
