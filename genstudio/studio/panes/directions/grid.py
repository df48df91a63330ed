"""Grid of rows of pictures with text and a box to hold each fixed, or a matrix of numbers with names around it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from genstudio.core.messages import _
from genstudio.studio.theme import font, theme
from genstudio.studio.widgets.image_grid import ImageGrid
from genstudio.studio.widgets.image_sheet import MARGIN
from genstudio.studio.widgets.titles import literal

if TYPE_CHECKING:
    import numpy as np

    from genstudio.viewing.content import Picture

BESIDE_FROM = 660  # logical pixels: in a narrower pane text is under the rows, not beside them
TEXT = 250  # logical pixels: the least that words beside a row need
ALONE = 160  # logical pixels: the side of the one picture there is while nothing is found
TALLEST = 136  # logical pixels: a cell is not made larger than this
BOX, LINE = 20, 15  # logical pixels: the box with the name, and each line under it
GUTTER = 2
WIDEST_NAME = 120
NUMBERS_FROM = 24  # logical pixels: in a narrower cell a number can't be read


WRAPPED = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap


@dataclass(frozen=True)
class RowText:
    """Text beside a row: its ``title``, whether it is ``fixed``, and lines of words."""

    title: str
    fixed: bool
    lines: tuple[str, ...]


class DirectionGrid(ImageGrid):
    """``fixed_changed(row, fixed)``: a box was ticked. ``moved_to(rect)``: the focused cell, to be scrolled into view."""

    fixed_changed = Signal(int, bool)
    moved_to = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[RowText, ...] = ()
        self.columns: tuple[str, ...] = ()
        self.places: tuple[str, ...] = ()
        self.numbers: np.ndarray | None = None
        self.boxes: list[QCheckBox] = []
        self.room = 0  # logical pixels: how tall the part in sight is

    # -- what is shown -------------------------------------------------------------------------------------------

    def show_rows(self, picture: Picture, rows: Sequence[RowText], places: Sequence[str] = ()) -> None:
        """Show rows of pictures, with text beside or under them, and over each column its place in σ."""
        before = self.picture
        begins = before is None or before.columns == 1
        in_the_middle = before is not None and self.focused_cell[1] == before.columns // 2
        self.rows, self.columns, self.numbers = tuple(rows), (), None
        self.places = tuple(places)
        self._arrange(picture)
        self.show_picture(picture)
        if begins or in_the_middle:  # the code itself
            self._focus = (0 if begins else self._focus[0], picture.columns // 2)
        self._place_boxes()

    def show_matrix(self, picture: Picture, rows: Sequence[str], columns: Sequence[str], numbers: np.ndarray) -> None:
        """Show numbers as colours, with the names of the rows at their left and those of the columns above."""
        self.rows = tuple(RowText(title, False, ()) for title in rows)
        self.columns, self.numbers = tuple(columns), numbers
        self._arrange(picture)
        self.show_picture(picture)
        self._place_boxes()

    @property
    def beside(self) -> bool:
        """True if text is beside the rows."""
        return self.width() >= BESIDE_FROM

    def columns_that_fit(self, height: int, width: int) -> Literal[5, 7]:
        """Number of pictures of height×width pixels in a row: seven, unless five would be larger and seven small."""
        seven, five = self._factor(7, height, width), self._factor(5, height, width)
        side = width * seven / self.devicePixelRatioF()
        return 7 if seven >= 1 and (seven == five or side >= 56) else 5

    def _factor(self, columns: int, height: int, width: int) -> float:
        """Enlargement in rows of so many columns: whole, or under 1."""
        ratio = self.devicePixelRatioF()
        text = TEXT if self.beside else 0
        room = (self.width() - text - 2 * MARGIN - (columns - 1) * GUTTER) * ratio
        factor = min(room / (columns * width), TALLEST * ratio / height)
        return float(int(factor)) if factor >= 1 else max(factor, 0.05)

    def _arrange(self, picture: Picture) -> None:
        """Leave room for the text, and be as tall as all rows need."""
        height, width = picture.cell or picture.pixels.shape[:2]
        if self.columns:
            names = self.fontMetrics()
            left = max((names.horizontalAdvance(row.title) for row in self.rows), default=0)
            above = max((names.horizontalAdvance(name) for name in self.columns), default=0)
            self.below = 0
            self.around = (min(left, WIDEST_NAME) + 4, min(above, WIDEST_NAME) + 4, 0, 0)
            self.setMinimumHeight(160)
        elif self.rows:
            ratio, factor = self.devicePixelRatioF(), self._factor(picture.columns, height, width)
            tall = int(height * factor / ratio)
            across = int(picture.columns * (width * factor / ratio + GUTTER)) - GUTTER + 2 * MARGIN
            left_over = max(0, self.width() - across)
            room = (left_over if self.beside else self.width()) - 2 * MARGIN
            text = BOX + max(self._height_of(row, room) for row in self.rows) + 8
            self.below = max(8, text - tall) if self.beside else text
            needed = len(self.rows) * (tall + GUTTER + self.below) + 2 * MARGIN + LINE
            self.around = (0, LINE, left_over, max(0, self.height() - needed))
            self.setMinimumHeight(max(160, needed))
        else:
            across, down = max(0, self.width() - ALONE) // 2, max(0, self.room - ALONE) // 2
            self.below, self.around = 0, (across, down, across, down)
            self.setMinimumHeight(160)

    def _height_of(self, row: RowText, width: int) -> int:
        """Height of a row's lines; at least three, so that rows keep their places when effects come in."""
        text = QFontMetrics(font(12)).boundingRect(0, 0, max(width, 1), 1000, WRAPPED, "\n".join(row.lines))
        return max(3 * LINE, text.height())

    def _place_boxes(self) -> None:
        n_boxes = 0 if self.columns else len(self.rows)
        while len(self.boxes) < n_boxes:
            box = QCheckBox(self)
            box.setFont(font(13, QFont.Weight.DemiBold))
            box.setObjectName("on_surround")
            box.setProperty("number", len(self.boxes))
            box.clicked.connect(self._ticked)
            self.boxes.append(box)
        for number, box in enumerate(self.boxes):
            shown = number < n_boxes and not self.text_rect(number).isEmpty()
            box.setVisible(shown)
            if shown:
                row, rect = self.rows[number], self.text_rect(number)
                box.setText(literal(row.title))
                box.setChecked(row.fixed)
                box.setToolTip(_("Hold {name} fixed along all the others (F)", name=row.title))
                box.setAccessibleName(_("Hold {name} fixed", name=row.title))
                box.setAccessibleDescription(". ".join(row.lines))
                box.setGeometry(int(rect.x()), int(rect.y()) - 2, int(rect.width()), BOX)

    def text_rect(self, row: int) -> QRectF:
        """Rectangle of the text beside a row, its box on top."""
        if self.picture is None or row >= self.picture.rows or self.columns:
            return QRectF()
        first, last = self.cell_rect(row, 0), self.cell_rect(row, self.picture.columns - 1)
        if not self.beside:
            return QRectF(first.x(), first.bottom() + 3, self.width() - first.x() - 8, self.below - 3)
        x = last.right() + 12
        return QRectF(x, last.y(), max(0.0, self.width() - x - 8), last.height() + self.below)

    # -- painting ------------------------------------------------------------------------------------------------

    def paint_over(self, painter: QPainter) -> None:
        ink = QColor("#000000" if theme().current.name == "light" else "#ffffff")
        painter.setPen(ink)
        painter.setFont(font(12))
        if self.columns:
            self._paint_names(painter)
            self._paint_numbers(painter)
            return
        for number, place in enumerate(self.places if self.rows else ()):
            cell = self.cell_rect(0, number)
            above = QRectF(cell.x() - 8, cell.y() - LINE - 1, cell.width() + 16, LINE)
            painter.drawText(above, Qt.AlignmentFlag.AlignCenter, place)
        for number, row in enumerate(self.rows):
            rect = self.text_rect(number).adjusted(2, BOX, 0, 0)
            painter.drawText(rect, WRAPPED, "\n".join(row.lines))

    def _paint_names(self, painter: QPainter) -> None:
        if self.cell_rect(0, 0).height() < LINE:
            painter.setFont(font(10))
        metrics = painter.fontMetrics()
        every = self.named_every(metrics.height())
        for number, row in list(enumerate(self.rows))[::every]:
            cell = self.cell_rect(number, 0)
            rect = QRectF(cell.x() - WIDEST_NAME - 6, cell.center().y() - LINE, WIDEST_NAME, 2 * LINE)
            text = metrics.elidedText(row.title, Qt.TextElideMode.ElideRight, WIDEST_NAME)
            painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        for number, name in list(enumerate(self.columns))[::every]:
            cell = self.cell_rect(0, number)
            painter.save()
            painter.translate(QPointF(cell.center().x(), cell.y() - 6))
            painter.rotate(-90)
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, WIDEST_NAME)
            rect = QRectF(0, -LINE, WIDEST_NAME, 2 * LINE)
            painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
            painter.restore()

    def named_every(self, line: float) -> int:
        """Interval between the named rows and columns of a matrix, in lines of that height: where cells are
        smaller, names would overlap. The others are shown for the cell under the pointer."""
        pitch = self.cell_rect(1, 0).y() - self.cell_rect(0, 0).y() if len(self.rows) > 1 else line
        return max(1, math.ceil(line / max(pitch, 1.0)))

    def _paint_numbers(self, painter: QPainter) -> None:
        picture = self.picture
        if self.numbers is None or picture is None or self.cell_rect(0, 0).width() < NUMBERS_FROM:
            return
        painter.setFont(font(10))
        for (row, column), number in zip(
            ((r, c) for r in range(picture.rows) for c in range(picture.columns)), self.numbers.ravel(), strict=True
        ):
            red, green, blue = (int(value) for value in picture.at(row, column)[0, 0])
            dark = 0.299 * red + 0.587 * green + 0.114 * blue < 140
            painter.setPen(QColor("#ffffff" if dark else "#000000"))
            if number == number:  # not NaN
                painter.drawText(self.cell_rect(row, column), Qt.AlignmentFlag.AlignCenter, cell_text(float(number)))

    # -- input ---------------------------------------------------------------------------------------------------

    @Slot(bool)
    def _ticked(self, fixed: bool) -> None:
        self.fixed_changed.emit(int(self.sender().property("number")), fixed)

    def _set_focus_cell(self, cell: tuple[int, int]) -> None:
        super()._set_focus_cell(cell)
        self.moved_to.emit(self.cell_rect(*cell))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the rows scroll

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.picture is not None:
            self._arrange(self.picture)
            self._compose()
            self._place_boxes()


def cell_text(number: float) -> str:
    """ "1.0", ".8", "−2.1": one decimal, since cells are narrow."""
    text = f"{number:.1f}".replace("-0.0", "0.0").replace("-", "−")
    return text.replace("0.", ".", 1) if abs(number) < 0.95 else text
