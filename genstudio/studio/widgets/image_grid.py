"""A sheet of pictures with a focused cell, hover, click, drag and wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from genstudio.core.messages import _
from genstudio.studio.widgets.image_sheet import ImageSheet

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class ImageGrid(ImageSheet):
    """Emits what the user does with cells (row, column) and places, 0 to 1 from the sheet's left and top edges."""

    pointed = Signal(object)  # the (row, column) under the pointer; None: it left, or the focus moved by keyboard
    picked = Signal(int, int)  # clicked, or Enter on the focused cell
    drag_began = Signal(float, float)  # the place at which a drag began
    dragged = Signal(float, float)  # the place that it is at now
    drag_ended = Signal()
    wheeled = Signal(float, float, float)  # place, and notches away from the person (zoom in)
    went_home = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(_("Pictures"))
        self.draggable = False
        self.describe: Callable[[int, int], str] = self._plain_description
        self._pressed: QPoint | None = None
        self._dragging = False

    # -- mouse ---------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position = event.position()
        if self._pressed is not None and self.draggable and not self._dragging:
            far = (position.toPoint() - self._pressed).manhattanLength() >= QApplication.startDragDistance()
            place = self.place_of(QPointF(self._pressed))
            if far and place is not None:
                self._dragging = True
                self._hover = None
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
                self.drag_began.emit(*place)
        if self._dragging:
            place = self.place_of(position)
            if place is not None:
                self.dragged.emit(*place)
            return
        self._point_at(self.cell_at(position))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position().toPoint()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        self._pressed = None
        if self._dragging:
            self._dragging = False
            self.unsetCursor()
            self.drag_ended.emit()
            return
        cell = self.cell_at(event.position())
        if cell is not None:
            self._set_focus_cell(cell)
            self.picked.emit(*cell)

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        place = self.place_of(event.position())
        if place is not None and event.angleDelta().y():
            self.wheeled.emit(*place, event.angleDelta().y() / 120)
            event.accept()

    def _point_at(self, cell: tuple[int, int] | None) -> None:
        if cell != self._hover:
            self._hover = cell
            self.pointed.emit(cell)
            self.update()

    # -- keyboard ------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._picture is None:
            super().keyPressEvent(event)
        elif event.key() in KEYS and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            down, right = KEYS[Qt.Key(event.key())]
            row = min(max(self._focus[0] + down, 0), self._picture.rows - 1)
            column = min(max(self._focus[1] + right, 0), self._picture.columns - 1)
            if row * self._picture.columns + column < len(self._picture):
                self._set_focus_cell((row, column))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.picked.emit(*self._focus)
        elif event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            row, column = self._focus
            place = ((column + 0.5) / self._picture.columns, (row + 0.5) / self._picture.rows)
            self.wheeled.emit(*place, -1.0 if event.key() == Qt.Key.Key_Minus else 1.0)
        elif event.key() == Qt.Key.Key_Home:
            self.went_home.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._picture is not None and event.reason() != Qt.FocusReason.MouseFocusReason:
            self._set_focus_cell(self._focus)

    def _set_focus_cell(self, cell: tuple[int, int]) -> None:
        self._focus = cell
        self._hover = None
        self.setAccessibleDescription(self.describe(*cell))
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
        self.pointed.emit(None)
        self.update()

    def _plain_description(self, row: int, column: int) -> str:
        return _("Row {row}, column {column}", row=row + 1, column=column + 1)
