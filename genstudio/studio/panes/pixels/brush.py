"""Brush that erases pixels of a given image or restores them: a mask, one stroke at a time, and its painting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QTransform

from genstudio.studio.panes.pixels.masks import outline, stroked

if TYPE_CHECKING:
    import numpy as np

SLATE = (78, 88, 104)  # what is not drawn yet: a colour that no grey image has
Tool = Literal["point", "erase", "keep"]
Place = tuple[int, int]  # (row, column)


class Brush:
    """``mask`` (bool H×W, True is given) is the present one; a stroke changes a copy, which :meth:`end` returns."""

    def __init__(self) -> None:
        self.tool: Tool = "point"
        self.width = 3
        self.mask: np.ndarray | None = None
        self.cursor: Place | None = None  # its pixel, by keyboard
        self._stroke: tuple[np.ndarray, Place] | None = None  # the mask so far, and where the brush was last
        self._veil: QImage | None = None  # changes of the stroke, one pixel per image pixel
        self._border = QPainterPath()  # between given pixels and others, in pixels

    @property
    def painting(self) -> bool:
        return self._stroke is not None

    def show_mask(self, mask: np.ndarray | None) -> None:
        """Set the mask of given pixels; ``None``: nothing is given."""
        self.mask, self._veil, self._stroke = mask, None, None
        self._border = QPainterPath()
        for x0, y0, x1, y1 in outline(mask) if mask is not None else ():
            self._border.moveTo(x0, y0)
            self._border.lineTo(x1, y1)

    def take(self, tool: Tool, width: int) -> None:
        self.tool, self.width = tool, width
        self._stroke = self._veil = None
        if tool == "point":
            self.cursor = None

    def discard(self) -> None:
        """The image has another size."""
        self.cursor = self._stroke = self._veil = None

    # -- a stroke ------------------------------------------------------------------------------------------------

    def begin(self, place: Place) -> None:
        if self.mask is not None:
            self._stroke = (self.mask, place)
            self.go_on(place)

    def go_on(self, place: Place) -> bool:
        """The brush goes straight to ``place``; whether it was elsewhere."""
        assert self._stroke is not None
        mask, last = self._stroke
        self._stroke = (stroked(mask, last, place, self.width, self.tool == "keep"), place)
        self._make_veil(self._stroke[0])
        return place != last

    def end(self) -> np.ndarray | None:
        """The mask after the stroke; ``None`` when that changed nothing."""
        assert self._stroke is not None
        mask, self._stroke = self._stroke[0], None
        if self.mask is not None and bool((mask != self.mask).any()):
            return mask
        self._veil = None
        return None

    def move(self, down: int, right: int, height: int, width: int) -> Place:
        """Move by keyboard, from the middle at first."""
        row, column = self.cursor or (height // 2 - down, width // 2 - right)
        self.cursor = min(max(row + down, 0), height - 1), min(max(column + right, 0), width - 1)
        return self.cursor

    # -- how it looks --------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Paint the stroke's changes and the border of the given pixels over an image that fills ``rect``."""
        if self._veil is not None:
            painter.drawImage(rect, self._veil, QRectF(self._veil.rect()))
        if self.mask is None or self._border.isEmpty():
            return
        h, w = self.mask.shape
        border = QTransform(rect.width() / w, 0, 0, rect.height() / h, rect.x(), rect.y()).map(self._border)
        for tint, width in ((QColor(0, 0, 0, 150), 3), (QColor(255, 255, 255, 220), 1)):
            painter.setPen(QPen(tint, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawPath(border)

    def paint_ring(self, painter: QPainter, pixel: QRectF) -> None:
        """The brush itself, over the pixel that it is at. One of even width has its middle between two pixels."""
        middle = pixel.center() if self.width % 2 else pixel.topLeft()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for tint, width in ((QColor(0, 0, 0, 150), 3), (QColor(255, 255, 255, 230), 1)):
            painter.setPen(QPen(tint, width))
            painter.drawEllipse(middle, pixel.width() * self.width / 2, pixel.height() * self.width / 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _make_veil(self, mask: np.ndarray) -> None:
        """Erased pixels are slate, restored ones light."""
        import numpy as np

        assert self.mask is not None
        veil: Any = np.zeros(mask.shape, np.uint32)  # premultiplied ARGB, as numbers
        veil[self.mask & ~mask] = 0xFF000000 | SLATE[0] << 16 | SLATE[1] << 8 | SLATE[2]
        veil[~self.mask & mask] = 0x78787878
        kind = QImage.Format.Format_ARGB32_Premultiplied
        self._veil = QImage(veil.data, mask.shape[1], mask.shape[0], mask.shape[1] * 4, kind).copy()
