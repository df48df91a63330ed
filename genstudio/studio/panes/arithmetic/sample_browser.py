"""Images to choose from, filtered by attributes that are high, low, or any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from genstudio.core.messages import Message, _, translate
from genstudio.studio.panes.arithmetic.pick_grid import PickGrid, relaid
from genstudio.studio.theme import font
from genstudio.studio.widgets.card import Fact
from genstudio.studio.widgets.controls import IconButton, link, restyle
from genstudio.studio.widgets.flow import Flow
from genstudio.studio.widgets.titles import literal

if TYPE_CHECKING:
    from genstudio.viewing.content import Picture

ChipTexts = tuple[str, Message | str, Message | str]
"""(attribute, its title where it is low, where it is high)."""
SIDE = 60  # logical pixels: an image is about as large
EDGE, GAP = 4, 2
LINES = 54  # logical pixels: two lines of chips
BAR = 12  # a scroll bar
QWIDGETSIZE_MAX = 16_777_215
_NEXT = {"": "high", "high": "low", "low": ""}


class Chip(QToolButton):
    """One attribute: a click filters by high, another by low, a third by neither."""

    turned = Signal(str, str)

    def __init__(self, text: ChipTexts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.attribute = text[0]
        self.side = "-"
        shown = text[0].replace("_", " ")
        self._text = {"": shown, "low": translate(text[1]), "high": translate(text[2])}
        self.setProperty("chip", True)
        self.setFont(font(12))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(_("Click: {high}; again: {low}; again: any", high=self._text["high"], low=self._text["low"]))
        self.clicked.connect(self._clicked)
        self.show_side("")

    def show_side(self, side: str) -> None:
        if side != self.side:
            self.side = side
            self.setText(literal(self._text[side]))
            self.setAccessibleName(f"{self._text['']}: {self._text[side] if side else _('any')}")
            self.setProperty("side", side)
            restyle(self)

    @Slot()
    def _clicked(self) -> None:
        self.turned.emit(self.attribute, _NEXT[self.side])


class SampleBrowser(QWidget):
    """``turned(attribute, side)``: filter by "high", "low", or "" for any. ``paged(n)``: so many pages on."""

    turned = Signal(str, str)
    paged = Signal(int)
    refit = Signal()  # there is another room for images

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chips: dict[str, Chip] = {}
        self._text: tuple[ChipTexts, ...] = ()
        self._picture: Picture | None = None
        self.count = Fact(parent=self)
        self.count.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.filter = link(_("Filter"), _("Show all attributes to filter by"), self)
        self.filter.setCheckable(True)
        self.back = IconButton("to-start", _("Page back (Page Up)"), self)
        self.on = IconButton("to-end", _("Next page (Page Down)"), self)
        self.place = QLabel(self)
        self.place.setObjectName("fact")
        self.place.setFont(font(12))
        self.note = QLabel(self)
        self.note.setObjectName("message")
        self.note.setWordWrap(True)
        self.note.hide()
        self.grid = PickGrid(self)
        self.grid.setAccessibleName(_("Images to choose from"))
        self.grid.setToolTip(_("Drag an image into a term; Enter or a double click adds it to the active term."))
        self._flow_in = QWidget()
        self._flow_in.setObjectName("scrolled")
        self._flow = Flow(self._flow_in)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._flow_in)
        self._below = False  # whether there is little room
        self._lay_out()
        self.grid.resized.connect(self._resized)
        self.filter.toggled.connect(self._show_chips)
        self.back.clicked.connect(self._back)
        self.on.clicked.connect(self._on)

    def show_chips(self, text: Sequence[ChipTexts], attribute_filter: Mapping[str, str]) -> None:
        """Show the attributes, and which of them filter."""
        if tuple(text) != self._text:
            self._text = tuple(text)
            for chip in self.chips.values():
                self._flow.removeWidget(chip)
                chip.hide()
                chip.deleteLater()
            self.chips = {}
            for one in text:
                self.chips[one[0]] = chip = Chip(one, self._flow_in)
                chip.turned.connect(self.turned)
                self._flow.addWidget(chip)
        for name, chip in self.chips.items():
            chip.show_side(attribute_filter.get(name, ""))
        self.filter.setVisible(bool(self.chips))
        self._show_chips()

    def show_page(self, picture: Picture, page: int, pages: int, note: Message | str = "") -> None:
        """Show a page of images; the label of ``picture`` says how many there are."""
        self._picture = picture
        self.count.setText(translate(picture.label))
        self.place.setText(f"{page + 1} / {pages}")
        for part in (self.back, self.on, self.place):
            part.setVisible(pages > 1)
        self.show_note(note)
        self._show_cells()

    def show_note(self, note: Message | str) -> None:
        """Show a text instead of images, or above them."""
        self.note.setText(translate(note))
        self.note.setVisible(bool(note))

    def clear(self) -> None:
        """Show no images."""
        self._picture = None
        self.count.setText("")
        for part in (self.back, self.on, self.place):
            part.hide()
        self.grid.show_message("")

    def set_height(self, height: int) -> None:
        """Fix the height; 0: as high as there is room."""
        self._below = height > 0
        self.setMinimumHeight(height)
        self.setMaximumHeight(height or QWIDGETSIZE_MAX)
        self._fit_chips()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_chips()

    def room(self, height: int, width: int) -> int:
        """Number of images of height×width pixels that fit at a readable size."""
        side = self._side(height, width)
        return max(1, self._fits(self.grid.width(), side[1])) * max(1, self._fits(self.grid.height(), side[0]))

    # -- plumbing ------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.count, 1)
        for part in (self.filter, self.back, self.place, self.on):
            head.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._scroll)
        column.addWidget(self.note)
        column.addWidget(self.grid, 1)

    def _side(self, height: int, width: int) -> tuple[int, int]:
        """Logical pixels of an image: a whole number of device pixels for each of its own, where it is small."""
        ratio = self.devicePixelRatioF()
        factor = max(1, int(SIDE * 1.15 * ratio / max(height, width)))
        if height * factor > 1.5 * SIDE * ratio:
            return SIDE, round(SIDE * width / height)
        return round(height * factor / ratio), round(width * factor / ratio)

    def _fits(self, room: int, side: int) -> int:
        return (room - 2 * EDGE + GAP) // (side + GAP)

    def _show_cells(self) -> None:
        picture = self._picture
        if picture is None:
            return
        if not len(picture):
            self.grid.show_message("")
            return
        height, width = picture.cell or picture.pixels.shape[:2]
        columns = self._fits(self.grid.width(), self._side(height, width)[1])
        self.grid.show_picture(relaid(picture, max(1, columns)))

    @Slot()
    def _resized(self) -> None:
        self._show_cells()
        self.refit.emit()

    @Slot()
    def _show_chips(self) -> None:
        for chip in self.chips.values():
            chip.setVisible(self.filter.isChecked() or bool(chip.side))
        self._flow.invalidate()
        self._fit_chips()

    def _fit_chips(self) -> None:
        """Set the height to that of all chips; where there is little room, to two lines of them, which scroll."""
        self._scroll.setVisible(any(not chip.isHidden() for chip in self.chips.values()))
        needed = self._flow.heightForWidth(self.width() - (BAR if self._below else 0))
        self._scroll.setFixedHeight(min(needed, LINES) if self._below else needed)

    @Slot()
    def _back(self) -> None:
        self.paged.emit(-1)

    @Slot()
    def _on(self) -> None:
        self.paged.emit(1)
