"""Rows of knobs below each other: what the forms of settings and the controls of panes are made of."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from genstudio.studio.forms.knob_row import KnobRow


class KnobRows(QWidget):
    """``rows`` by the knob's name, laid out in ``column``; the signals are those of the rows."""

    edited = Signal(str, object)
    marked = Signal()  # an entry is pending or refused, or no longer
    drag_started = Signal()
    drag_ended = Signal()

    def __init__(self, parent: QWidget | None = None, *, spacing: int) -> None:
        super().__init__(parent)
        self.rows: dict[str, KnobRow] = {}
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(spacing)

    def add_row(self, row: KnobRow, column: QVBoxLayout | None = None) -> None:
        """Append a row, to ``column`` if it is given."""
        self.rows[row.info.name] = row
        row.edited.connect(self._row_edited)
        row.marked.connect(self.marked)
        row.drag_started.connect(self.drag_started)
        row.drag_ended.connect(self.drag_ended)
        (self.column if column is None else column).addWidget(row)

    @Slot(str, object)
    def _row_edited(self, name: str, value: Any) -> None:
        self.edited.emit(name, value)
