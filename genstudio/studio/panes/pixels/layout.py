"""Layout of the pane: the enlarged image over the distribution of its pixel, and beside them all the images."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from genstudio.core.messages import _
from genstudio.studio.panes.pixels.canvas import MARGIN as CANVAS_MARGIN
from genstudio.studio.panes.pixels.canvas import PixelCanvas
from genstudio.studio.plots.distribution_plot import DistributionView
from genstudio.studio.theme import colour, font
from genstudio.studio.widgets.card import Fact
from genstudio.studio.widgets.image_grid import ImageGrid

if TYPE_CHECKING:
    from genstudio.viewing.content import Picture

GAP, FACTS = 8, 18  # logical pixels: between parts, and the line of words over the distribution
DISTRIBUTION = (84, 160)  # its least and its most height


class Sheet(ImageGrid):
    """Grid of all images; the enlarged one has a frame. Space, Home and End are left to the transport."""

    smoothed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(16, 16)
        self._chosen: tuple[int, int] | None = None

    def set_smooth(self, smooth: bool) -> None:
        super().set_smooth(smooth)
        self.smoothed.emit(smooth)

    def choose(self, index: int) -> None:
        """The image that is enlarged."""
        chosen = None if self.picture is None else divmod(min(index, len(self.picture) - 1), self.picture.columns)
        if chosen != self._chosen:
            self._chosen = chosen
            self._focus = chosen or (0, 0)  # the keyboard begins at the enlarged image
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Plus, Qt.Key.Key_Minus):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _paint_sheet(self, painter: QPainter) -> None:
        super()._paint_sheet(painter)
        if self._chosen is not None and not (self.hasFocus() and self._chosen == self.focused_cell):
            self._frame(painter, *self._chosen, colour("accent"), 2)


class PixelLayout(QWidget):
    """``canvas``, ``facts``, ``distribution`` on the left, ``sheet`` on the right; of the room each gets what makes pictures
    largest by whole factors. A message is shown by the sheet alone."""

    def __init__(self, sheet: Sheet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.sheet = sheet
        self.canvas = PixelCanvas(self)
        self.facts = Fact(parent=self)
        self.facts.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.odds = QLabel(self)
        self.odds.setObjectName("fact")
        self.odds.setFont(font(12))
        self.odds.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.distribution = DistributionView(self)
        sheet.setParent(self)
        sheet.smoothed.connect(self.canvas.set_smooth)
        self._cells: tuple[int, int, int] | None = None  # how many, height, width
        self._columns = 0
        self._text_at = (0, 0)  # the line of words: its top and its width
        self.setMinimumSize(240, 200)
        self._arrange()

    def sizeHint(self) -> QSize:
        return QSize(560, 520)

    def show_sheet(self, picture: Picture | None, enlarged: int) -> None:
        """Show all images, in as many columns as make them largest here. ``None``: the sheet shows a message."""
        cells = None
        if picture is not None:
            height, width = picture.cell or picture.pixels.shape[:2]
            cells = (len(picture), int(height), int(width))
        if cells != self._cells:
            self._cells = cells
            self._arrange()
        if picture is not None:
            self.sheet.show_picture(in_columns(picture, self._columns))
            self.sheet.choose(enlarged)
            self.sheet.setAccessibleName(_("All {n} images", n=len(picture)))

    def show_text(self, facts: str, odds: str) -> None:
        """Show the text on the pixel: its place, the level drawn, the entropy."""
        self.odds.setText(odds)
        self.facts.setText(facts)
        self.distribution.setToolTip(odds)
        self._place_text()

    def _place_text(self) -> None:
        top, width = self._text_at
        right = self.odds.sizeHint().width() if self.odds.text() else 0
        if self.facts.fontMetrics().horizontalAdvance(self.facts.full_text()) + GAP + right > width:
            right = 0  # a narrow pane shows the pixel
        self.odds.setGeometry(width - right, top, right, FACTS)
        self.facts.setGeometry(0, top, max(width - right - GAP, 24), FACTS)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._arrange()

    def _arrange(self) -> None:
        width, height = self.width(), self.height()
        looking = self._cells is not None
        for part in (self.canvas, self.facts, self.odds, self.distribution):
            part.setVisible(looking)
        if self._cells is None:
            self.sheet.setVisible(True)
            self.sheet.setGeometry(0, 0, width, height)
            return
        n, h, w = self._cells
        taken, columns = self._room_for_sheet(n, h, w)
        self.sheet.setVisible(n > 1)
        left = width - taken - GAP if n > 1 else width
        if columns != self._columns and self.sheet.picture is not None:
            self.sheet.show_picture(in_columns(self.sheet.picture, columns))
        self._columns = columns
        self.sheet.setGeometry(QRect(width - taken, 0, taken, height))
        below = FACTS + 2 * GAP
        ratio = self.devicePixelRatioF()
        factor = self._factor(left, height - below - DISTRIBUTION[0], h, w)
        canvas = round(factor * h / ratio) + 2 * CANVAS_MARGIN if factor >= 1 else height - below - DISTRIBUTION[0]
        # What the image can't use by a whole factor goes to the distribution, up to its most; then back to the image's rim.
        canvas = max(canvas, height - below - DISTRIBUTION[1])
        self.canvas.setGeometry(0, 0, left, canvas)
        self._text_at = (canvas + GAP, left)
        self._place_text()
        top = canvas + below - GAP
        self.distribution.setGeometry(0, top, left, max(height - top, 1))

    def _room_for_sheet(self, n: int, h: int, w: int) -> tuple[int, int]:
        """Its width in logical pixels and its columns, weighed against what is left for the enlarged image."""
        ratio, margin = self.devicePixelRatioF(), 4
        gutter = round(2 * ratio) if n <= 64 else max(1, round(ratio))
        best: tuple[int, int, int] | None = None
        for columns in range(1, n + 1):
            rows = math.ceil(n / columns)
            across = int(self.height() * ratio - 2 * margin - (rows - 1) * gutter) // (rows * h)
            for factor in range(1, max(across, 0) + 1):
                taken = math.ceil((columns * (w * factor + gutter) - gutter + 2 * margin) / ratio)
                left = self.width() - taken - GAP
                large = self._factor(left, self.height() - FACTS - 2 * GAP - DISTRIBUTION[0], h, w)
                if large < max(2, 2 * factor):
                    break
                score = large * factor
                if best is None or score > best[0]:
                    best = (score, taken, columns)
        if best is None:  # too many or too large for whole factors: a third of the room, reduced
            taken = self.width() // 3
            columns = max(1, round(math.sqrt(n * h * taken / max(w * self.height(), 1))))
            return taken, min(columns, n)
        return best[1], best[2]

    def _factor(self, width: int, height: int, h: int, w: int) -> int:
        ratio, rim = self.devicePixelRatioF(), 2 * CANVAS_MARGIN
        return int(min((width - rim) * ratio / w, (height - rim) * ratio / h))


def in_columns(picture: Picture, columns: int) -> Picture:
    """Rearrange cells with so many in a row; empty places have the surround's colour."""
    import numpy as np

    from genstudio.viewing.decode import sheet

    if columns == picture.columns or columns < 1:
        return picture
    n = len(picture)
    rows = math.ceil(n / columns)
    empty = rows * columns - n
    cells, values = picture.cells(), {}
    around = colour("surround")
    ground = np.array([around.red(), around.green(), around.blue()][: cells.shape[3]], np.uint8)
    cells = np.concatenate([cells, np.broadcast_to(ground, (empty, *cells.shape[1:]))])
    for name, array in picture.values.items():
        flat = array.reshape(-1, *array.shape[2:])[:n]
        padding = np.zeros((empty, *flat.shape[1:]), flat.dtype)
        values[name] = np.concatenate([flat, padding]).reshape(rows, columns, *flat.shape[1:])
    return replace(picture, pixels=sheet(cells, rows, columns), values=values, count=n)
