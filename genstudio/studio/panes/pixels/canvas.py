"""One image, enlarged and crisp: the pixel just drawn is framed, any can be clicked, changed by the wheel, or painted.

The image is one small QImage that is drawn enlarged; everything over it is a few lines and rectangles. While a stroke is
painted only a veil as small as the image changes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from genstudio.core.messages import _
from genstudio.studio.panes.pixels.brush import Brush, Place, Tool
from genstudio.studio.theme import colour, theme
from genstudio.studio.widgets.image_grid import KEYS
from genstudio.studio.widgets.rounded_frame import ROUND, behind, corners
from genstudio.studio.widgets.sheet_layout import qimage

if TYPE_CHECKING:
    import numpy as np

MARGIN = 8  # logical pixels


class PixelCanvas(QWidget):
    """Shows uint8 H×W×C. ``tool`` says what a click does: ``point`` at a pixel, ``erase`` it from the mask, ``keep`` it."""

    clicked = Signal(int, int)  # row, column: with the pointing tool
    wheeled = Signal(int)  # notches, over the selected pixel
    pointed = Signal(object)  # the (row, column) under the pointer, or None
    stroked = Signal(object)  # the mask (bool H×W) after one stroke of the brush
    escaped = Signal()  # Escape: back to the pointing tool

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(_("Enlarged image"))
        self.setMinimumSize(96, 96)
        self._image: QImage | None = None
        self._pixels: np.ndarray | None = None
        self._size = (0, 0)
        self._smooth = False
        self._current: Place | None = None
        self._selected: Place | None = None
        self._edited: tuple[Place, ...] = ()
        self._hover: Place | None = None
        self._brush = Brush()
        self._by_keyboard = False  # came the focus by the keyboard? Then it is framed
        theme().changed.connect(self._recolour)

    # -- what is shown -------------------------------------------------------------------------------------------

    def show_pixels(self, pixels: np.ndarray | None, current: Place | None = None) -> None:
        """Show an image (copied) and the pixel drawn last. Only rows that differ are repainted."""
        size = (0, 0) if pixels is None else (int(pixels.shape[0]), int(pixels.shape[1]))
        changed = self._changed_rows(pixels, current) if size == self._size else None
        self._image = None if pixels is None else qimage(pixels).convertToFormat(QImage.Format.Format_RGB32)
        self._pixels = pixels
        if size != self._size:
            self._size, self._hover = size, None
            self._brush.discard()
        self._current = current
        if changed is None:
            self.update()
        elif changed[0] <= changed[1]:
            rows = self.pixel_rect(changed[0], 0).united(self.pixel_rect(changed[1], self._size[1] - 1))
            self.update(rows.adjusted(-4, -4, 4, 4).toAlignedRect())

    def _changed_rows(self, pixels: np.ndarray | None, current: Place | None) -> tuple[int, int] | None:
        """The first and the last row that look otherwise than before; ``None``: all may."""
        import numpy as np

        if pixels is None or self._pixels is None or pixels.shape != self._pixels.shape:
            return None
        rows = np.flatnonzero((pixels != self._pixels).any(axis=(1, 2))).tolist()
        rows += [place[0] for place in (current, self._current) if place is not None and current != self._current]
        return (min(rows), max(rows)) if rows else (1, 0)

    def show_marks(self, selected: Place | None, edited: tuple[Place, ...]) -> None:
        """Mark the selected pixel and those that were changed."""
        if (selected, edited) != (self._selected, self._edited):
            self._selected, self._edited = selected, edited
            self.update()

    def show_mask(self, mask: np.ndarray | None) -> None:
        """Show the mask of given pixels, bool H×W, by its border. ``None``: nothing is given."""
        if mask is not self._brush.mask:
            self._brush.show_mask(mask)
            self.update()

    def set_tool(self, tool: Tool, brush: int = 3) -> None:
        self._brush.take(tool, brush)
        self.setCursor(Qt.CursorShape.ArrowCursor if tool == "point" else Qt.CursorShape.CrossCursor)
        self.update()

    def set_smooth(self, smooth: bool) -> None:
        self._smooth = smooth
        self.update()

    def describe(self, text: str) -> None:
        """Set the spoken description."""
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)
            if self.hasFocus():
                QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))

    def factor(self) -> int:
        """Device pixels along one side of a pixel; 0 when the image has to be reduced."""
        return self.factor_in(self.width(), self.height())

    def factor_in(self, width: int, height: int) -> int:
        """Enlargement in a widget of another size."""
        h, w = self._size
        ratio, room = self.devicePixelRatioF(), 2 * MARGIN
        return int(min((width - room) * ratio / w, (height - room) * ratio / h)) if h and w else 0

    def image_rect(self) -> QRectF:
        """Rectangle of the image, in logical coordinates."""
        h, w = self._size
        if not h or not w:
            return QRectF()
        ratio = self.devicePixelRatioF()
        scale: float = self.factor()
        if scale < 1:
            scale = min((self.width() - 2 * MARGIN) * ratio / w, (self.height() - 2 * MARGIN) * ratio / h)
        width, height = int(w * scale), int(h * scale)
        x, y = (int(self.width() * ratio) - width) // 2, (int(self.height() * ratio) - height) // 2
        return QRectF(x / ratio, y / ratio, width / ratio, height / ratio)

    def pixel_rect(self, row: int, column: int) -> QRectF:
        """Rectangle of a pixel, in logical coordinates."""
        rect, (h, w) = self.image_rect(), self._size
        side_x, side_y = rect.width() / w, rect.height() / h
        return QRectF(rect.x() + column * side_x, rect.y() + row * side_y, side_x, side_y)

    def pixel_at(self, position: QPointF) -> Place | None:
        """The pixel under a point of the widget."""
        rect, (h, w) = self.image_rect(), self._size
        if not h or not rect.contains(position):
            return None
        row = int((position.y() - rect.y()) / rect.height() * h)
        column = int((position.x() - rect.x()) / rect.width() * w)
        return min(row, h - 1), min(column, w - 1)

    def sizeHint(self) -> QSize:
        return QSize(320, 320)

    # -- painting ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), colour("surround"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(corners(self.width(), self.height()), behind(self))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if self._image is not None:
            rect = self._snapped(painter, self.image_rect())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._smooth)
            painter.drawImage(rect, self._image, QRectF(self._image.rect()))
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            self._brush.paint(painter, rect)
            self._paint_marks(painter)
        if self.hasFocus() and self._by_keyboard:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour("accent"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), ROUND, ROUND)
        painter.end()

    def _snapped(self, painter: QPainter, rect: QRectF) -> QRectF:
        """``rect`` moved to a whole device pixel: under fractional scaling the widget may begin between two."""
        to_device = painter.deviceTransform()
        exact = to_device.map(rect.topLeft())
        corner = to_device.inverted()[0].map(QPointF(round(exact.x()), round(exact.y())))
        return QRectF(corner, rect.size())

    def _paint_marks(self, painter: QPainter) -> None:
        for place in self._edited:
            rect = self.pixel_rect(*place)
            dot = max(3.0, min(rect.width(), 12.0) / 3)
            corner = QRectF(rect.right() - dot - 1, rect.y() + 1, dot, dot)
            painter.fillRect(corner.adjusted(-1, -1, 1, 1), QColor(0, 0, 0, 160))
            painter.fillRect(corner, QColor(255, 170, 0))
        if self._brush.tool != "point":
            at = self._hover or (self._brush.cursor if self.hasFocus() else None)
            if at is not None:
                self._brush.paint_ring(painter, self.pixel_rect(*at))
            return
        if self._hover is not None and self._hover != self._current:
            self._frame(painter, self._hover, QColor(255, 255, 255, 230), 1)
        if self._selected is not None:
            self._frame(painter, self._selected, QColor(255, 170, 0), 2)
        if self._current is not None:
            self._frame(painter, self._current, colour("accent"), 2)

    def _frame(self, painter: QPainter, place: Place, tint: QColor, width: int) -> None:
        rect = self.pixel_rect(*place).adjusted(-0.5, -0.5, 0.5, 0.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(0, 0, 0, 170), width + 2))
        painter.drawRect(rect)
        painter.setPen(QPen(tint, width))
        painter.drawRect(rect)

    @Slot()
    def _recolour(self) -> None:
        self.update()

    # -- mouse ---------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._brush.tool == "point":
            return
        place = self.pixel_at(event.position())
        if place is not None:
            self._brush.begin(place)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self.pixel_at(event.position())
        if self._brush.painting and self._brush.go_on(place or self._nearest(event.position())):
            self.update()
        if place != self._hover:
            self._hover = place
            self.pointed.emit(place)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._brush.painting:
            self._lift()
        elif self._brush.tool == "point":
            place = self.pixel_at(event.position())
            if place is not None:
                self.clicked.emit(*place)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.pointed.emit(None)
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = round(event.angleDelta().y() / 120)
        if notches and self._brush.tool == "point" and self._selected is not None:
            self.wheeled.emit(notches)
            event.accept()
        else:
            event.ignore()

    def _nearest(self, position: QPointF) -> Place:
        rect, (h, w) = self.image_rect(), self._size
        row = math.floor((position.y() - rect.y()) / rect.height() * h)
        column = math.floor((position.x() - rect.x()) / rect.width() * w)
        return min(max(row, 0), h - 1), min(max(column, 0), w - 1)

    # -- keyboard ------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle keys of the brush: arrows move it, Enter paints, Escape ends it. All others go to the owner."""
        key = Qt.Key(event.key())
        if self._brush.tool == "point" or self._image is None:
            event.ignore()
        elif key in KEYS:
            row, column = self._brush.move(*KEYS[key], *self._size)
            self._hover = None
            self.describe(_("Brush at row {row}, column {column}", row=row + 1, column=column + 1))
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._dab()
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._dab()
        elif key == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            event.ignore()

    def _dab(self) -> None:
        if self._brush.cursor is not None and self._brush.mask is not None:
            self._brush.begin(self._brush.cursor)
            self._lift()

    def _lift(self) -> None:
        mask = self._brush.end()
        if mask is not None:
            self.stroked.emit(mask)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        reasons = Qt.FocusReason
        self._by_keyboard = event.reason() in (reasons.TabFocusReason, reasons.BacktabFocusReason)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
