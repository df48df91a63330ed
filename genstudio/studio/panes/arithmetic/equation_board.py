"""The terms of a sum side by side, as in a figure: columns that scroll when there are many, and a button for one more."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QWidget

from genstudio.core.messages import _
from genstudio.studio.panes.arithmetic.term_column import NARROWEST, ShownTerm, TermColumn
from genstudio.studio.widgets.controls import Button

AROUND = 66  # of a column's height: sign, name, margins and gaps


class EquationBoard(QScrollArea):
    """``acted(k, what, value)``: see :class:`TermColumn`; also ``add``. ``made(column)``: a column was added."""

    acted = Signal(int, str, object)
    made = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.columns: list[TermColumn] = []
        self._heights = (44, 76)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        inside = QWidget()
        inside.setObjectName("scrolled")
        self._row = QHBoxLayout(inside)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self.add = Button("+", _("One more term"), inside)
        self.add.setAccessibleName(_("One more term"))
        self.add.setObjectName("add")
        self.add.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.add.setFixedWidth(28)
        self.add.clicked.connect(self._add)
        self._row.addWidget(self.add)
        self._row.addStretch(1)
        self.setWidget(inside)
        self._fit()

    def show_terms(self, terms: Sequence[ShownTerm], most: int) -> None:
        """Show terms; ``most``: how many there may be."""
        while len(self.columns) > len(terms):
            column = self.columns.pop()
            self._row.removeWidget(column)
            column.hide()
            column.deleteLater()
        while len(self.columns) < len(terms):
            column = TermColumn(len(self.columns), self.widget())
            column.acted.connect(self.acted)
            column.set_heights(*self._heights)
            self._row.insertWidget(len(self.columns), column)
            self.columns.append(column)
            self.made.emit(column)
        self._share()
        for column, term in zip(self.columns, terms, strict=True):
            column.show_term(term)
        self.add.setEnabled(len(terms) < most)

    def set_heights(self, exemplars: int, mean: int) -> None:
        """Set the heights of the pictures of each term, in logical pixels."""
        if (exemplars, mean) != self._heights:
            self._heights = (exemplars, mean)
            for column in self.columns:
                column.set_heights(exemplars, mean)
            self._fit()

    def focus_on(self, k: int) -> None:
        """Move the focus to a term."""
        if 0 <= k < len(self.columns):
            self.columns[k].exemplars.setFocus(Qt.FocusReason.OtherFocusReason)
            self.ensureWidgetVisible(self.columns[k])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        """Make all columns equally wide to the pixel, so that their pictures have one size."""
        if self.columns:
            room = self.viewport().width() - self.add.width() - self._row.spacing() * len(self.columns)
            for column in self.columns:
                column.setFixedWidth(max(NARROWEST, room // len(self.columns)))

    def _fit(self) -> None:
        self.setFixedHeight(AROUND + sum(self._heights))

    @Slot()
    def _add(self) -> None:
        self.acted.emit(len(self.columns), "add", None)
