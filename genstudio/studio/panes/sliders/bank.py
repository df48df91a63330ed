"""Bank of dozens of sliders moved by mouse, wheel and keys.

Each row has a name, a track from -4 to 4 σ, its value and a lock. Mouse: drag, double click puts one back to 0, the wheel
moves the chosen row while the bank has the focus. Keys: see :meth:`SliderBank.keyPressEvent`.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from genstudio.core.messages import _
from genstudio.studio.pane_view.step_row import StepRow
from genstudio.studio.panes.sliders.bank_painting import ROW, Columns
from genstudio.studio.panes.sliders.painted_bank import FARTHEST, PaintedBank

FINE, COARSE = 0.1, 0.5  # σ for a key
NOTCH = 0.1  # σ for one notch of the wheel
SNAP = 4  # pixels within which a dragged slider snaps to 0


class SliderBank(PaintedBank):
    """``moved(name, σ)`` while one is dragged, between ``drag_started`` and ``drag_ended``. :meth:`show_values` sets what it
    shows."""

    moved = Signal(str, float)
    locked = Signal(str, bool)
    chosen = Signal(str)
    drag_started = Signal()
    drag_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self._grip: float | None = None  # pixels from the knob's middle to where it was pressed
        self.steps = StepRow(self)
        self.steps.began.connect(self.drag_started)
        self.steps.ended.connect(self.drag_ended)

    def choose(self, name: str) -> None:
        """Make a row the chosen one, and bring it into sight."""
        if name in self._rows:
            self._choose(self._rows.place(name))

    # -- mouse ---------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        k = self._row_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or k < 0:
            return
        self._choose(k)
        row, columns, x = self._rows[k], self._columns(), event.position().x()
        if columns.on_lock(x):
            self.steps.end()
            self.locked.emit(row.name, row.name not in self._locks)
        elif columns.on_track(x) and row.name not in self._locks:
            self.steps.end()
            self.drag_started.emit()
            knob = columns.x_of(self.value(row.name) / FARTHEST)
            # A press on the knob does not move it; anywhere else the knob jumps to the pointer.
            self._grip = x - knob if abs(x - knob) <= Columns.KNOB else 0.0
            if not abs(x - knob) <= Columns.KNOB:
                self._drag_to(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            self._drag_to(event.position().x())
            return
        self._point_at(self._row_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._grip is not None:
            self._grip = None
            self.drag_ended.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        k = self._row_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or k < 0:
            return
        if self._columns().on_lock(event.position().x()):
            self.mousePressEvent(event)
        else:
            self._move(self._rows[k].name, 0.0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        k, notches = self._row_at(event.position()), event.angleDelta().y() / 120
        if self.hasFocus() and k == self._current and self._columns().on_track(event.position().x()) and notches:
            self._step(NOTCH * notches)
            event.accept()
        else:
            super().wheelEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(-1)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            k = self._row_at(QPointF(event.pos()))
            if k >= 0:
                QToolTip.showText(event.globalPos(), self._tip(k, event.pos().x()), self)
            else:
                QToolTip.hideText()
            return True
        if event.type() == QEvent.Type.Leave:
            self._point_at(-1)
        return super().viewportEvent(event)

    def _tip(self, k: int, x: float) -> str:
        row = self._rows[k]
        if self._columns().on_lock(x):
            return _("Unlock it (L)") if row.name in self._locks else _("Lock it (L)")
        return f"{row.title}: {row.note}" if row.note else row.title

    def _drag_to(self, x: float) -> None:
        columns, row = self._columns(), self._rows[self._current]
        x -= self._grip or 0.0
        value = 0.0 if abs(x - columns.x_of(0.0)) < SNAP else columns.part_of(x) * FARTHEST
        self._move(row.name, value)

    def _point_at(self, k: int) -> None:
        if k != self._hover:
            for row in {k, self._hover} - {-1}:
                self.viewport().update(self.row_rect(self._rows[row].name))
            self._hover = k

    # -- keyboard ------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """↑ ↓ choose a row; ← → move it by .1 σ, with Shift or by Page ↑ ↓ by .5; Home is 0; L locks."""
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        moves = {
            Qt.Key.Key_Left: -(COARSE if shift else FINE),
            Qt.Key.Key_Right: COARSE if shift else FINE,
            Qt.Key.Key_PageUp: COARSE,
            Qt.Key.Key_PageDown: -COARSE,
        }
        if not self._rows or modifiers & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._choose(min(max(self._current + (1 if key == Qt.Key.Key_Down else -1), 0), len(self._rows) - 1))
        elif key in moves:
            self._step(moves[key])
        elif key == Qt.Key.Key_Home:
            self.steps.end()
            self._move(self.current, 0.0)
        elif key == Qt.Key.Key_L:
            self.steps.end()
            self.locked.emit(self.current, self.current not in self._locks)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._describe()
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.steps.end()
        self.viewport().update()

    def _choose(self, k: int) -> None:
        self._by_user = True
        if k != self._current:
            self.steps.end()
            self._current = k
            self._describe()
            self.chosen.emit(self.current)
        bar, top = self.verticalScrollBar(), self._rows.tops[k]
        if (first := self._rows.top_with_header(k)) < bar.value():
            bar.setValue(first)
        elif top + ROW > bar.value() + self.viewport().height():
            bar.setValue(top + ROW - self.viewport().height())
        self.viewport().update()

    def _step(self, by: float) -> None:
        """Move the current slider by ``by``; undo takes quick steps back together."""
        if self.current in self._locks:
            return
        self.steps.step()
        self._move(self.current, self.value(self.current) + by)

    def _move(self, name: str, value: float) -> None:
        if name not in self._locks:
            self.moved.emit(name, round(min(max(value, -FARTHEST), FARTHEST), 2))
