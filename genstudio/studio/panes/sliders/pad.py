"""A square in which one point moves two sliders."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from genstudio.core.messages import _
from genstudio.studio.pane_view.step_row import StepRow
from genstudio.studio.theme import colour, font, theme

FINE, COARSE = 0.1, 0.5  # σ for a key
SNAP = 4  # pixels within which the point snaps to an axis
RIM = 8  # pixels between the plane and the edge


class PlanePad(QWidget):
    """``moved(u, v)`` in standard deviations, between ``drag_started`` and ``drag_ended``. Arrows go .1 σ, with Shift
    .5; Home and a double click are the middle."""

    moved = Signal(float, float)
    drag_started = Signal()
    drag_ended = Signal()

    def __init__(self, side: int = 144, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self._names = ("", "")
        self._place = (0.0, 0.0)
        self._reach = 2.0
        self._dragging = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(side, side)
        self.setToolTip(_("Drag: both at once. Arrows: .1 σ, with Shift .5. Home or a double click: the middle."))
        self.steps = StepRow(self)
        self.steps.began.connect(self.drag_started)
        self.steps.ended.connect(self.drag_ended)
        self.setEnabled(False)  # until there is a plane
        theme().changed.connect(self._recolour)
        self._describe()

    def show_plane(self, names: tuple[str, str], place: tuple[float, float], reach: float) -> None:
        """The names of what grows to the right and upwards (empty: nothing can be moved yet), where the point is, and how
        far the plane reaches."""
        if (names, place, reach) != (self._names, self._place, self._reach):
            self._names, self._place, self._reach = names, place, reach
            self.setEnabled(all(names))
            self._describe()
            self.update()

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
            self.update()

    # -- painting ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(colour("accent"), 2) if self.hasFocus() else QPen(colour("border"), 1))
        painter.setBrush(colour("field"))
        painter.drawRoundedRect(edge, 6, 6)
        middle = self.place_of(0, 0)
        painter.setPen(QPen(colour("border"), 1))
        for k in range(1, int(self._reach) + 1):
            low, high = self.place_of(-k, -k), self.place_of(k, k)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(low.x(), high.y(), high.x() - low.x(), low.y() - high.y()))
        painter.setPen(QPen(colour("disabled"), 1))
        painter.drawLine(QPointF(RIM, middle.y()), QPointF(self._side - RIM, middle.y()))
        painter.drawLine(QPointF(middle.x(), RIM), QPointF(middle.x(), self._side - RIM))
        self._paint_names(painter)
        if self.isEnabled():
            painter.setPen(QPen(colour("card"), 2))
            painter.setBrush(colour("accent"))
            painter.drawEllipse(self.place_of(*self._place), 6.5, 6.5)
        painter.end()

    def _paint_names(self, painter: QPainter) -> None:
        painter.setFont(font(11))
        painter.setPen(colour("muted"))
        across, up = self._names
        inside = QRectF(self.rect()).adjusted(RIM, RIM - 2, -RIM, -RIM + 2)
        width = int(inside.width() * 0.62)
        metrics, right = painter.fontMetrics(), Qt.TextElideMode.ElideRight
        if across:
            text = metrics.elidedText(f"{across} →", right, width)
            painter.drawText(inside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, text)
        if up:
            text = metrics.elidedText(f"↑ {up}", right, width)
            painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, text)

    @Slot()
    def _recolour(self) -> None:
        self.update()

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
