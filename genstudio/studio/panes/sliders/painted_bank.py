"""Bank of dozens of sliders as it is painted: rows in groups, in one scroll area without a widget for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from genstudio.core.messages import _
from genstudio.studio.panes.sliders.bank_painting import HEADER, ROW, Columns, paint_header, paint_message, paint_row
from genstudio.studio.panes.sliders.bank_rows import BankRow, Rows
from genstudio.studio.theme import theme

FARTHEST = 4.0  # σ


class PaintedBank(QAbstractScrollArea):
    """Shows the rows, values and locks that are set; a subclass moves ``_current``, the chosen row, and ``_hover``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(200, 3 * ROW)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self._rows = Rows()
        self._values: Mapping[str, float] = {}
        self._locks: frozenset[str] = frozenset()
        self._current = 0
        self._by_user = False  # whether the user chose it
        self._hover = -1
        self.painted_rows = 0  # by the last paint event
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

    def row_rect(self, name: str) -> QRect:
        """Rectangle of a row, in the viewport."""
        top = self._rows.tops[self._rows.place(name)] - self.verticalScrollBar().value()
        return QRect(0, top, self.viewport().width(), ROW)

    def place_of(self, name: str, value: float) -> QPoint:
        """Point of the viewport at which a slider has ``value``."""
        rect = self.row_rect(name)
        return QPoint(round(self._columns().x_of(value / FARTHEST)), rect.center().y())

    def lock_place(self, name: str) -> QPoint:
        """The middle of a row's lock, in the viewport."""
        return QPoint(self._columns().lock_middle, self.row_rect(name).center().y())

    def sizeHint(self) -> QSize:
        return QSize(320, 10 * ROW)

    def _row_at(self, point: QPointF) -> int:
        """The row under a point of the viewport, or -1."""
        return self._rows.at(round(point.y()) + self.verticalScrollBar().value())

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
