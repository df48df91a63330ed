"""Layout of the pane *Sliders*: the large picture, the original beside it, the pad, and the bank of sliders.

In a wide pane the bank is to the right of the picture, in a narrow one below it, in a slim one all is in a column.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from genstudio.core.messages import _, translate
from genstudio.studio.pane_view.stale_line import StaleLine
from genstudio.studio.panes.sliders.bank import SliderBank
from genstudio.studio.plots.plane_pad import PlanePad
from genstudio.studio.theme import font
from genstudio.studio.widgets.card import Caption
from genstudio.studio.widgets.controls import link
from genstudio.studio.widgets.image_grid import ImageGrid
from genstudio.studio.widgets.image_view import ImageView
from genstudio.viewing.content import Picture

if TYPE_CHECKING:
    import numpy as np

Shape = Literal["wide", "narrow", "slim"]
WIDE = 800  # logical pixels from which the bank is to the right
NARROW = 360  # ... and from which there is room beside the picture
PAD, SMALL_PAD = 144, 104
SMALL, LARGE = 68, 128  # sides of the originals, in a narrow and in a wide pane
BANK_WIDTH = 2 * LARGE + PAD + 24


class Original(QWidget):
    """One small picture with its name under it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pixels: np.ndarray | None = None
        self.view = ImageView(SMALL, self)
        self.text_label = QLabel(self)
        self.text_label.setObjectName("fact")
        self.text_label.setFont(font(11))
        self.text_label.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.view, 0, Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.text_label)
        column.addStretch(1)

    def show_picture(self, picture: Picture) -> None:
        if picture.pixels is self._pixels:  # as while a slider is dragged: there is nothing to paint
            return
        self._pixels = picture.pixels
        text = translate(picture.label)
        self.view.show_pixels(picture.pixels)
        self.text_label.setText(text)
        self.view.setAccessibleName(text)

    def set_side(self, side: int) -> None:
        self.view.set_side(side)
        self.setFixedWidth(side)


class SlidersLayout(QWidget):
    """``grid`` is the caller's; ``bank``, ``pad`` and the links ``reset``, ``randomise`` and ``again`` are made here."""

    def __init__(self, grid: ImageGrid, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid = grid
        self.bank = SliderBank(self)
        self.pad = PlanePad(PAD, self)
        self.originals = [Original(self), Original(self)]
        self.reset = link(_("Reset all"), _("All unlocked sliders to 0 (Ctrl+Home)"), self)
        self.randomise = link(_("Randomise"), _("All unlocked sliders to random values (R)"), self)
        self.again = link(
            _("Find again"), _("Find directions for the weights that are shown; they replace these"), self
        )
        self.note = QLabel(self)
        self.note.setObjectName("fact")
        self.note.setFont(font(12))
        self.note.setWordWrap(True)
        self.note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.note.hide()
        self._shape: Shape | None = None
        self._lay_out()
        self._arrange("narrow")

    def show_originals(self, pictures: Sequence[Picture]) -> None:
        """The image that was encoded, where there is one, and what the model makes of the start. Copied at once."""
        for k, original in enumerate(self.originals):
            original.setVisible(k < len(pictures))
            if k < len(pictures):
                original.show_picture(pictures[k])

    def show_notes(self, message: Sequence[str]) -> None:
        """Show notes on what is missing, and why; hide them where there are none."""
        text = "\n".join(message)
        if text != self.note.text():
            self.note.setText(text)
            self.note.setAccessibleDescription(text)
        self.note.setVisible(bool(text))

    def _lay_out(self) -> None:
        self._beside = QWidget(self)
        self._beside.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._in_beside = QBoxLayout(QBoxLayout.Direction.TopToBottom, self._beside)
        self._in_beside.setContentsMargins(0, 0, 0, 0)
        self._in_beside.setSpacing(8)
        pair = QHBoxLayout()
        pair.setSpacing(8)
        for original in self.originals:
            pair.addWidget(original, 0, Qt.AlignmentFlag.AlignTop)
        pair.addStretch(1)
        self._in_beside.addLayout(pair)
        self._in_beside.addWidget(self.pad, 0, Qt.AlignmentFlag.AlignTop)
        self._in_beside.addStretch(1)
        self._column = QWidget(self)
        column = QVBoxLayout(self._column)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(Caption(_("Sliders"), self))
        head.addStretch(1)
        for part in (self.again, self.randomise, self.reset):
            head.addWidget(part)
        column.addLayout(head)
        column.addWidget(self.note)
        column.addWidget(self.bank, 1)
        self.stale = StaleLine(self, linked=False)  # its link is above
        column.addWidget(self.stale)  # below the bank, which scrolls: where it comes and goes, no slider moves
        self._cells = QGridLayout(self)
        self._cells.setContentsMargins(0, 0, 0, 0)
        self._cells.setHorizontalSpacing(12)
        self._cells.setVerticalSpacing(8)

    def _arrange(self, shape: Shape) -> None:
        if shape == self._shape:
            return
        self._shape = shape
        cells, directions, spare = self._cells, QBoxLayout.Direction, 16_777_215
        for part in (self.grid, self._beside, self._column):
            cells.removeWidget(part)
        for original in self.originals:
            original.set_side(LARGE if shape == "wide" else SMALL)
        self.pad.set_side(SMALL_PAD if shape == "slim" else PAD)
        self._in_beside.setDirection(directions.TopToBottom if shape == "narrow" else directions.LeftToRight)
        self._column.setMinimumWidth(BANK_WIDTH if shape == "wide" else 0)
        self._column.setMaximumWidth(BANK_WIDTH if shape == "wide" else spare)
        # (row, column, rows, columns) of the picture, of what is beside it, of the bank; and the rows' stretch.
        places = {
            "wide": ((0, 0, 2, 1), (0, 1, 1, 1), (1, 1, 1, 1), (0, 1, 0)),
            "narrow": ((0, 0, 1, 1), (0, 1, 1, 1), (1, 0, 1, 2), (4, 3, 0)),
            "slim": ((0, 0, 1, 1), (1, 0, 1, 1), (2, 0, 1, 1), (4, 0, 3)),
        }[shape]
        for part, place in zip((self.grid, self._beside, self._column), places[:3], strict=True):
            cells.addWidget(part, *place)
        for row, stretch in enumerate(places[3]):
            cells.setRowStretch(row, stretch)
        cells.setColumnStretch(0, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange("wide" if self.width() >= WIDE else "narrow" if self.width() >= NARROW else "slim")
