"""A sheet of pictures on a neutral surround, with points and with frames for hover and focus.

Pictures are enlarged by whole factors of device pixels, so that at 125 and 150 % every pixel stays a square. The sheet is
composed once for each new picture or size; hover and focus only paint frames over it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from genstudio.core.messages import Message, translate
from genstudio.studio.theme import colour, font, theme
from genstudio.studio.widgets.rounded_frame import ROUND, behind, corners
from genstudio.studio.widgets.sheet_layout import SheetLayout, compose, lay_out

if TYPE_CHECKING:
    from genstudio.viewing.content import Picture, Points

MARGIN = 12  # logical pixels around the sheet
ROOMY = 240  # from this width on, a message is in large letters


class ImageSheet(QWidget):
    """Paints one :class:`Picture`, or a message. Cells are (row, column), places are 0 to 1 from the sheet's left and top
    edges. A subclass moves ``_hover`` and ``_focus``."""

    painted = Signal()  # a new picture is on screen

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 160)
        self.setAttribute(
            Qt.WidgetAttribute.WA_OpaquePaintEvent
        )  # else all that lies under it is painted each time too
        self.below = 0  # logical pixels under each row, for words
        self.around = (0, 0, 0, 0)  # logical pixels left of the sheet, above, right and below it, for words too
        self._picture: Picture | None = None
        self._points: Points | None = None
        self.smooth = False
        self.message = ""
        self.sheet_layout: SheetLayout | None = None
        self._image: QImage | None = None
        self._composed_for: tuple[int, int, float] | None = None
        self._fresh = False
        self._hover: tuple[int, int] | None = None
        self._focus = (0, 0)
        theme().changed.connect(self._recolour)

    # -- what is shown -------------------------------------------------------------------------------------------

    @property
    def picture(self) -> Picture | None:
        return self._picture

    @property
    def focused_cell(self) -> tuple[int, int]:
        return self._focus

    def show_picture(self, picture: Picture | None, points: Points | None = None) -> None:
        """Show a sheet, with points over it. The pixels are copied at once."""
        if self._picture is None and picture is not None:
            self._focus = (picture.rows // 2, picture.columns // 2)
        self._picture, self._points, self.message = picture, points, ""
        self._fresh = picture is not None
        self._compose()
        if picture is not None:
            row, column = self._focus
            self._focus = (min(row, picture.rows - 1), min(column, picture.columns - 1))
        self.update()

    def show_message(self, message: Message | str) -> None:
        """Show a message instead of a picture, such as what to do."""
        self._picture = self._points = self._image = self.sheet_layout = None
        self.message = translate(message)
        self.setAccessibleDescription(self.message)
        self.update()

    def crisp_cells(self, height: int, width: int) -> int:
        """Number of cells of height×width pixels along both sides with no pixel smaller than one of the device."""
        ratio = self.devicePixelRatioF()
        gutter, margin = max(1, round(ratio)), 2
        across = (int(self.width() * ratio) - 2 * margin + gutter) // (width + gutter)
        down = (int(self.height() * ratio) - 2 * margin + gutter) // (height + gutter)
        return min(across, down)

    def factor_for(self, rows: int, columns: int, height: int, width: int) -> float:
        """Enlargement of rows×columns cells of height×width pixels here: whole, or under 1."""
        ratio = self.devicePixelRatioF()
        gutter, margin = round(2 * ratio), round(MARGIN * ratio)
        across = (int(self.width() * ratio) - 2 * margin - (columns - 1) * gutter) / (columns * width)
        down = int(self.height() * ratio) - 2 * margin - (rows - 1) * gutter - rows * round(self.below * ratio)
        factor = min(across, down / (rows * height))
        return float(int(factor)) if factor >= 1 else factor

    def set_smooth(self, smooth: bool) -> None:
        """Interpolate between pixels instead of showing squares."""
        if smooth != self.smooth:
            self.smooth = smooth
            self._compose()
            self.update()

    def cell_rect(self, row: int, column: int) -> QRectF:
        """Rectangle of a cell, in the widget's logical coordinates."""
        if self.sheet_layout is None:
            return QRectF()
        x, y = self.sheet_layout.corner(row, column)
        ratio = self.devicePixelRatioF()
        return QRectF(x / ratio, y / ratio, self.sheet_layout.cell_w / ratio, self.sheet_layout.cell_h / ratio)

    def cell_at(self, position: QPointF) -> tuple[int, int] | None:
        """The filled cell under a point of the widget."""
        ratio = self.devicePixelRatioF()
        if self.sheet_layout is None or self._picture is None:
            return None
        cell = self.sheet_layout.cell_at(position.x() * ratio, position.y() * ratio)
        if cell is None or cell[0] * self.sheet_layout.columns + cell[1] >= len(self._picture):
            return None
        return cell

    def place_of(self, position: QPointF) -> tuple[float, float] | None:
        """The place on the sheet of a point of the widget; outside [0, 1] beside the sheet."""
        if self.sheet_layout is None:
            return None
        ratio = self.devicePixelRatioF()
        return self.sheet_layout.place(position.x() * ratio, position.y() * ratio)

    def sizeHint(self) -> QSize:
        return QSize(560, 560)

    # -- painting ------------------------------------------------------------------------------------------------

    def _compose(self) -> None:
        ratio = self.devicePixelRatioF()
        if self._picture is None:
            self._image = self.sheet_layout = None
            return
        width, height = int(self.width() * ratio), int(self.height() * ratio)
        gutter = round(2 * ratio) if self._picture.rows * self._picture.columns <= 64 else max(1, round(ratio))
        left, top, right, bottom = (round(side * ratio) for side in self.around)
        laid = lay_out(
            self._picture, width - left - right, height - top - bottom, margin=round(MARGIN * ratio), gutter=gutter,
            below=round(self.below * ratio),
        )  # fmt: skip
        self.sheet_layout = replace(laid, x=laid.x + left, y=laid.y + top)
        self._image = compose(
            self._picture, self.sheet_layout, colour("surround"), smooth=self.smooth, into=self._image
        )
        self._image.setDevicePixelRatio(ratio)
        self._composed_for = (self.width(), self.height(), ratio)

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if self._picture is not None and self._composed_for != (self.width(), self.height(), ratio):
            self._compose()
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("surround"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(corners(self.width(), self.height()), behind(self))
        if self._image is not None and self.sheet_layout is not None:
            self._paint_sheet(painter)
            if self._fresh:
                self._fresh = False
                self.painted.emit()
        elif self.message:
            painter.setPen(QColor("#ffffff"))
            edge = min(40, self.height() // 8, self.width() // 8)
            painter.setFont(font(15 if self.width() >= ROOMY else 12))
            room = self.rect().adjusted(edge, edge, -edge, -edge)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.message)
        if self.hasFocus() and self._image is None:
            painter.setPen(QPen(colour("accent"), 2))
            painter.drawRoundedRect(QRectF(self.rect()), ROUND, ROUND)
        painter.end()

    def _paint_sheet(self, painter: QPainter) -> None:
        assert self.sheet_layout is not None
        assert self._image is not None
        to_device = painter.deviceTransform()
        corner = QPointF(self.sheet_layout.x, self.sheet_layout.y) / self.devicePixelRatioF()
        # Under fractional scaling the widget itself may begin between two device pixels: begin on a whole one.
        exact = to_device.map(corner)
        snapped = to_device.inverted()[0].map(QPointF(round(exact.x()), round(exact.y())))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(snapped, self._image)
        if self._points is not None:
            self._paint_points(painter)
        self.paint_over(painter)
        if self._hover is not None:
            self._frame(painter, *self._hover, QColor(255, 255, 255, 230), 1.5)
        if self.hasFocus():
            self._frame(painter, *self._focus, colour("accent"), 2.5)

    def paint_over(self, painter: QPainter) -> None:
        """Paint marks and text on the sheet, under the frames of hover and focus; for subclasses."""

    def _paint_points(self, painter: QPainter) -> None:
        assert self._points is not None
        assert self.sheet_layout is not None
        ratio = self.devicePixelRatioF()
        size = 5.0 if len(self._points.xy) <= 2000 else 3.5
        rim = QPen(QColor(0, 0, 0, 170), 1)
        painter.setPen(rim)
        for (x, y), (r, g, b) in zip(self._points.xy.tolist(), self._points.colours.tolist(), strict=True):
            px, py = self.sheet_layout.pixel(x, y)
            painter.setBrush(QColor(r, g, b))
            painter.drawEllipse(QPointF(px / ratio, py / ratio), size / 2, size / 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _frame(self, painter: QPainter, row: int, column: int, tint: QColor, width: float) -> None:
        rect = self.cell_rect(row, column).adjusted(-0.5, -0.5, 0.5, 0.5)
        painter.setPen(QPen(QColor(0, 0, 0, 140), width + 2))
        painter.drawRect(rect)
        painter.setPen(QPen(tint, width))
        painter.drawRect(rect)

    @Slot()
    def _recolour(self) -> None:
        self._compose()
        self.update()
