"""Layout of the pane: the equation above, its result below, the images to choose from below or beside."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from genstudio.core.messages import Message, _, translate
from genstudio.studio.panes.arithmetic.equation_board import EquationBoard
from genstudio.studio.panes.arithmetic.sample_browser import SampleBrowser
from genstudio.studio.theme import font
from genstudio.studio.widgets.card import Caption
from genstudio.studio.widgets.controls import restyle
from genstudio.studio.widgets.image_grid import ImageGrid

WIDE = 860  # from this width on, the browser is beside
TALL = 720  # from this height on, the terms are larger
SMALL_HEIGHTS, LARGE_HEIGHTS = (44, 76), (72, 140)
RESULT = 270  # logical pixels that the sum has before the browser has a second row
LEAST, MOST = 104, 260  # height of a browser below
SIDE = 3  # of the sheet of variations


class EquationLayout(QWidget):
    """``grid``: the sum and eight variations. ``pixels``: the same sum in pixels. ``verdict``, ``pixel_verdict``: what the
    judge says of them. ``notice``: what the user should know first."""

    def __init__(self, grid: ImageGrid, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.board = EquationBoard(self)
        self.grid = grid
        grid.setMinimumSize(120, 120)
        # It takes what is left: a picture that wants more than there is would push into the terms.
        grid.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.pixels = ImageGrid(self)
        self.pixels.setMinimumSize(72, 72)
        self.pixels.setAccessibleName(_("The same sum in pixels"))
        self.notice, self.verdict, self.pixel_verdict = (self._label() for _n in range(3))
        self.verdict.setAccessibleName(_("The judge's verdict on the sum"))
        self.pixel_verdict.setAccessibleName(_("The judge's verdict on the sum in pixels"))
        self.notice.setObjectName("message")
        self.notice.setProperty("level", "warn")
        restyle(self.notice)
        self.notice.hide()
        self.browser = SampleBrowser(self)
        self._wide = False
        self._both = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._lay_out()

    def show_notice(self, text: Message | str) -> None:
        """Show the notice; hide it where there is none."""
        self.notice.setText(translate(text))
        self.notice.setVisible(bool(text))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        self.fit_pixels()

    # -- plumbing ------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._both.setContentsMargins(0, 0, 0, 0)
        self._both.setSpacing(8)
        upper = QWidget(self)
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.board)
        column.addWidget(self.notice)
        column.addWidget(self._result(), 1)
        self._both.addWidget(upper, 2)
        self._both.addWidget(self.browser, 1)

    def _result(self) -> QWidget:
        result = QWidget(self)
        row = QHBoxLayout(result)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        equals = QLabel("=", result)
        equals.setObjectName("equals")
        equals.setFont(font(26))
        equals.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        row.addWidget(equals)
        row.addLayout(_column(_("Codes added"), self.grid, self.verdict, 1), 3)
        beside = _column(_("Pixels added"), self.pixels, self.pixel_verdict, 0)
        beside.addStretch(1)
        row.addLayout(beside, 1)
        return result

    def _label(self) -> QLabel:
        label = QLabel(self)
        label.setFont(font(12))
        label.setWordWrap(True)
        label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def _arrange(self) -> None:
        wide = self.width() >= WIDE
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._both.direction() != direction:
            self._both.setDirection(direction)
        self.board.set_heights(*(LARGE_HEIGHTS if self.height() >= TALL else SMALL_HEIGHTS))
        left = self.height() - self.board.height() - RESULT
        self.browser.set_height(0 if wide else max(LEAST, min(MOST, left)))
        if wide != self._wide:
            self._wide = wide
            self.browser.filter.setChecked(wide)  # where there is room, all filters are visible

    @Slot()
    def fit_pixels(self) -> None:
        """Make the sum in pixels as large as one of the nine."""
        picture = self.pixels.picture
        height, width = (48, 48) if picture is None else picture.pixels.shape[:2]
        factor = self.grid.factor_for(SIDE, SIDE, height, width)
        self.pixels.setFixedHeight(max(72, round(height * factor / self.devicePixelRatioF()) + 8))


def _column(text: str, picture: QWidget, verdict: QWidget, share: int) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(4)
    column.addWidget(Caption(text))
    column.addWidget(picture, share)
    column.addWidget(verdict)
    return column
