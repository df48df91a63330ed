"""The legend of the curves: one toggle a name, with its colour, its dash and its newest (or hovered) value."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QWidget

from genstudio.core.messages import _
from genstudio.studio.theme import Series, colour, font, line_style

GAP = 8
MOST_PER_ROW = 4
SAMPLE = 18  # pixels of line in front of the name


class Entry(QAbstractButton):
    """One name. Off: drawn pale, and its curve is hidden."""

    widened = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.looks = Series("#000000", ())
        self.value = ""
        self.held_out = ""
        self._widest = 0
        self.setCheckable(True)
        self.setChecked(True)
        self.setFont(font(12))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_value(self, value: str, held_out: str) -> None:
        if (value, held_out) != (self.value, self.held_out):
            self.value, self.held_out = value, held_out
            text = f"{self.title} {value}"
            self.setAccessibleName(text + (f", {_('held out')} {held_out}" if held_out else ""))
            self.update()
            if self._needed() > self._widest:  # never narrower again: running numbers must not shake the legend
                self._widest = self._needed()
                self.updateGeometry()
                self.widened.emit()

    def sizeHint(self) -> QSize:
        return QSize(max(self._widest, self._needed()), 20)

    def _needed(self) -> int:
        width = SAMPLE + 9
        for text, extra in ((self.title, 6), (self.value, 6), (self.held_out, 17)):
            width += self.fontMetrics().horizontalAdvance(text) + extra if text else 0
        return width

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        line = QPen(QColor(self.looks.colour), 2)
        if self.looks.dash:
            line.setDashPattern(list(self.looks.dash))
        line.setCapStyle(Qt.PenCapStyle.FlatCap)
        if not self.isChecked():
            painter.setOpacity(0.45)
        painter.setPen(line)
        painter.drawLine(0, round(middle), SAMPLE, round(middle))
        painter.setPen(colour("text"))
        x = SAMPLE + 7
        metrics = self.fontMetrics()
        for text, role in ((self.title, "text"), (self.value, "text"), (self.held_out, "muted")):
            if not text:
                continue
            if role == "muted":
                painter.setPen(QPen(QColor(self.looks.colour), 1.4))
                painter.drawEllipse(QRect(x + 1, round(middle) - 3, 6, 6))
                x += 11
            painter.setPen(colour(role))
            room = max(0, self.width() - x)
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRect(x, 0, room, self.height()), Qt.AlignmentFlag.AlignVCenter, shown)
            x += metrics.horizontalAdvance(text) + 6
        if self.hasFocus():
            painter.setOpacity(1)
            painter.setPen(QPen(colour("accent"), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)
        painter.end()


class Legend(QWidget):
    """``toggled``: the person switched a curve on or off."""

    toggled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entries: dict[str, Entry] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GAP)
        self._grid.setVerticalSpacing(0)
        self._per_row = 0
        self.setMinimumWidth(120)

    def set_names(self, names: Mapping[str, str], styles: Mapping[str, int], off: Sequence[str]) -> None:
        """Show one entry per name, in this order; ``names`` to their titles."""
        for name in [n for n in self.entries if n not in names]:
            entry = self.entries.pop(name)
            entry.toggled.disconnect(self._toggled)
            entry.widened.disconnect(self._place)
            self._grid.removeWidget(entry)
            entry.hide()
            entry.deleteLater()
        for name, title in names.items():
            if name not in self.entries:
                made = self.entries[name] = Entry(title, self)
                made.setChecked(name not in off)
                made.toggled.connect(self._toggled)
                made.widened.connect(self._place)
            entry = self.entries[name]
            entry.setToolTip(title + "\n" + _("Show or hide this curve. Ring: on held-out images"))
            entry.title, entry.looks = title, line_style(styles[name])
            entry.update()
        self.entries = {name: self.entries[name] for name in names}
        self._per_row = 0
        self._place()

    @Slot()
    def _place(self) -> None:
        """As many names a row as have room for their numbers."""
        widths = [entry.sizeHint().width() for entry in self.entries.values()]

        def needed(per_row: int) -> int:
            return sum(max(widths[column::per_row]) for column in range(per_row)) + GAP * (per_row - 1)

        most = min(len(widths), MOST_PER_ROW)
        per_row = next((n for n in range(most, 1, -1) if needed(n) <= self.width()), 1)
        if per_row == self._per_row:
            return
        self._per_row = per_row
        for place, entry in enumerate(self.entries.values()):
            self._grid.addWidget(entry, place // per_row, place % per_row)
        for column in range(MOST_PER_ROW + 1):
            self._grid.setColumnStretch(column, int(column == per_row))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def shown(self) -> list[str]:
        """The names that are on."""
        return [name for name, entry in self.entries.items() if entry.isChecked()]

    @Slot()
    def _toggled(self) -> None:
        self.toggled.emit()


def number(value: float | None) -> str:
    """Four figures: 214.8, 17.93, 1,204, 0.0132."""
    if value is None:
        return ""
    if not math.isfinite(value):
        return _("not finite")
    size = abs(value)
    if value < 0:
        return "−" + number(-value)
    if size >= 1000:
        return f"{value:,.0f}"
    if size and size < 0.001:
        return f"{value:.2e}"
    return f"{value:.{1 if size >= 100 else 2 if size >= 10 else 3}f}"
