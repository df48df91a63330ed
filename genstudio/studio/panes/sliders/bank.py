"""Bank of dozens of sliders in one scroll area, painted without a widget for each: invisible ones cost nothing.

Each row has a name, a track from -4 to 4 σ, its value and a lock. Mouse: drag, double click puts one back to 0, the wheel
moves the chosen row while the bank has the focus. Keys: see :meth:`SliderBank.keyPressEvent`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from genstudio.core.messages import _
from genstudio.studio.panes.sliders.bank_painting import HEADER, ROW, Columns, paint_header, paint_message, paint_row
from genstudio.studio.panes.sliders.bank_rows import BankRow, Rows
from genstudio.studio.theme import theme

FARTHEST = 4.0  # σ
FINE, COARSE = 0.1, 0.5  # σ for a key
NOTCH = 0.1  # σ for one notch of the wheel
REST_MS = 500  # a pause that ends a row of small steps, which undo takes back as one
SNAP = 4  # pixels within which a slider that is dragged stands at 0


class SliderBank(QAbstractScrollArea):
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
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(200, 3 * ROW)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self._rows = Rows()
        self._values: Mapping[str, float] = {}
        self._locks: frozenset[str] = frozenset()
        self._current = 0
        self._by_user = False  # whether the user chose it
        self._hover = -1
        self._grip: float | None = None  # pixels from the knob's middle to where it was pressed
        self.painted_rows = 0  # by the last paint event
        self._steps = QTimer(self)
        self._steps.setSingleShot(True)
        self._steps.setInterval(REST_MS)
        self._steps.timeout.connect(self.drag_ended)
        theme().changed.connect(self._recolour)
        self._describe()

    # -- what is shown -------------------------------------------------------------------------------------------

    @property
    def current(self) -> str:
        """The name of the chosen row; empty where there is none."""
        return self._rows[self._current].name if self._rows else ""

    @property
    def groups(self) -> list[str]:
        """Titles of the groups."""
        return [title for _top, title in self._rows.headers]

    def set_rows(self, rows: Sequence[BankRow]) -> None:
        """Set the sliders; the selected one stays selected where it is among them."""
        if tuple(rows) == self._rows.rows:
            return
        name = self.current if self._by_user else ""
        self._rows = Rows(rows)
        self._current = self._rows.place(name, 0)
        self._hover = -1
        self._fit()
        self._describe()
        self.viewport().update()

    def show_values(self, values: Mapping[str, float], locked: Sequence[str] = ()) -> None:
        """Set the values of the sliders (0 where none is given), and which are locked."""
        locks = frozenset(locked)
        changed = {name for name in {*values, *self._values} if values.get(name) != self._values.get(name)}
        changed |= locks ^ self._locks
        self._values, self._locks = dict(values), locks
        for name in changed:
            if name in self._rows:
                self.viewport().update(self.row_rect(name))
        if self.current in changed:
            self._describe()

    def value(self, name: str) -> float:
        return self._values.get(name, 0.0)

    def choose(self, name: str) -> None:
        """Make a row the chosen one, and bring it into sight."""
        if name in self._rows:
            self._choose(self._rows.place(name))

    def row_rect(self, name: str) -> QRect:
        """Rectangle of a row, in the viewport."""
        top = self._rows.tops[self._rows.place(name)] - self.verticalScrollBar().value()
        return QRect(0, top, self.viewport().width(), ROW)

    def place_of(self, name: str, value: float) -> QPoint:
        """The point of the viewport at which that slider stands at ``value``."""
        rect = self.row_rect(name)
        return QPoint(round(self._columns().x_of(value / FARTHEST)), rect.center().y())

    def lock_place(self, name: str) -> QPoint:
        """The middle of a row's lock, in the viewport."""
        return QPoint(self._columns().lock_middle, self.row_rect(name).center().y())

    def sizeHint(self) -> QSize:
        return QSize(320, 10 * ROW)

    # -- painting ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        offset, room, columns = self.verticalScrollBar().value(), event.rect(), self._columns()
        for top, title in self._rows.headers:
            rect = QRect(0, top - offset, self.viewport().width(), HEADER)
            if rect.intersects(room):
                paint_header(painter, rect, title)
        if not self._rows:
            paint_message(painter, self.viewport().rect(), _("The sliders appear as soon as directions are found."))
        self.painted_rows = 0
        for k in self._rows.between(room.top() + offset, room.bottom() + offset):
            row = self._rows[k]
            self.painted_rows += 1
            paint_row(
                painter,
                QRect(0, self._rows.tops[k] - offset, self.viewport().width(), ROW),
                columns,
                row.title,
                self.value(row.name),
                FARTHEST,
                locked=row.name in self._locks,
                hover=k == self._hover,
                chosen=k == self._current,
                focus=k == self._current and self.hasFocus(),
            )
        painter.end()

    def _columns(self) -> Columns:
        return Columns.of(self.viewport().width())

    def _fit(self) -> None:
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, self._rows.length - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(ROW)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _recolour(self) -> None:
        self.viewport().update()

    # -- mouse ---------------------------------------------------------------------------------------------------

    def _row_at(self, point: QPointF) -> int:
        """The row under a point of the viewport, or -1."""
        return self._rows.at(round(point.y()) + self.verticalScrollBar().value())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        k = self._row_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or k < 0:
            return
        self._choose(k)
        row, columns, x = self._rows[k], self._columns(), event.position().x()
        if columns.on_lock(x):
            self._end_steps()
            self.locked.emit(row.name, row.name not in self._locks)
        elif columns.on_track(x) and row.name not in self._locks:
            self._end_steps()
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
            self._end_steps()
            self._move(self.current, 0.0)
        elif key == Qt.Key.Key_L:
            self._end_steps()
            self.locked.emit(self.current, self.current not in self._locks)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._describe()
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._end_steps()
        self.viewport().update()

    def _choose(self, k: int) -> None:
        self._by_user = True
        if k != self._current:
            self._end_steps()
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
        if not self._steps.isActive():
            self.drag_started.emit()
        self._steps.start()
        self._move(self.current, self.value(self.current) + by)

    def _end_steps(self) -> None:
        """End the present command."""
        if self._steps.isActive():
            self._steps.stop()
            self.drag_ended.emit()

    def _move(self, name: str, value: float) -> None:
        if name not in self._locks:
            self.moved.emit(name, round(min(max(value, -FARTHEST), FARTHEST), 2))

    # -- spoken --------------------------------------------------------------------------------------------------

    def _describe(self) -> None:
        """Name and description are those of the chosen row, for the screen reader."""
        if not self._rows:
            self.setAccessibleName(_("Sliders"))
            self.setAccessibleDescription("")
            return
        row = self._rows[self._current]
        facts = {"value": f"{self.value(row.name):+.2f}", "group": row.group, "note": row.note}
        text = _("{value} σ, locked. {group}. {note}", **facts) if row.name in self._locks else _(
            "{value} σ. {group}. {note}", **facts
        )  # fmt: skip
        self.setAccessibleName(row.title)
        self.setAccessibleDescription(text)
        for what in (QAccessible.Event.NameChanged, QAccessible.Event.DescriptionChanged):
            QAccessible.updateAccessibility(QAccessibleEvent(self, what))
