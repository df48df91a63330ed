"""A row of small images from a data set: whole factors of device pixels, as many as fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    import numpy as np

TILE = 40  # device-independent pixels, at most
ALONE = 120  # of one picture instead of several
GAP = 4


class Thumbnails(QWidget):
    """``show_images`` takes uint8 H×W×C arrays, C 1 or 3. Hidden while there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._images: list[QImage] = []
        self.setFixedHeight(TILE)
        self.hide()

    def show_images(self, images: Sequence[np.ndarray], text: str) -> None:
        """Show ``images``; ``text`` describes them to a screen reader."""
        self._images = [_as_qimage(image) for image in images]
        self.setAccessibleName(text)
        self.setVisible(bool(self._images))
        if self._images:
            self.setFixedHeight(self._side().height())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(8 * (TILE + GAP), TILE)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._images:
            return
        painter = QPainter(self)
        side = self._side()
        smaller = self._images[0].width() > self._tile * self.devicePixelRatioF()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smaller)
        count = max(1, (self.width() + GAP) // (side.width() + GAP))
        for position, image in enumerate(self._images[:count]):
            box = QRectF(position * (side.width() + GAP), 0, side.width(), side.height())
            rounded = QPainterPath()
            rounded.addRoundedRect(box, 3, 3)
            painter.setClipPath(rounded)
            painter.drawImage(box, image)
        painter.end()

    @property
    def _tile(self) -> int:
        return ALONE if len(self._images) == 1 and self._images[0].width() > ALONE else TILE

    def _side(self) -> QSize:
        """The size of one image on screen: the largest whole factor of device pixels that fits the tile."""
        ratio, tile = self.devicePixelRatioF(), self._tile
        first = self._images[0]
        longest = max(first.width(), first.height())
        factor = max(1, int(tile * ratio // longest))
        shrink = min(1.0, tile * ratio / longest)
        scale = factor * shrink / ratio
        return QSize(max(1, round(first.width() * scale)), max(1, round(first.height() * scale)))


def _as_qimage(pixels: np.ndarray) -> QImage:
    height, width, channels = pixels.shape
    kind = QImage.Format.Format_Grayscale8 if channels == 1 else QImage.Format.Format_RGB888
    contiguous = pixels.tobytes()
    # The copy matters: a QImage does not keep the memory that it was made over.
    return QImage(contiguous, width, height, width * channels, kind).copy()
