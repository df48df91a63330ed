"""One picture, enlarged by the largest whole factor of device pixels that fits: what lies under the pointer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from genstudio.studio.theme import colour, theme
from genstudio.studio.widgets.sheet_layout import compose, lay_out

if TYPE_CHECKING:
    import numpy as np


class ImageView(QWidget):
    """Shows uint8 H×W×C. The pixels are copied when they are shown."""

    changed = Signal()

    def __init__(self, side: int = 192, parent: QWidget | None = None, *, widest: int = 0) -> None:
        """``side``: the largest height that a picture may take, and width, unless it may be as wide as ``widest``."""
        super().__init__(parent)
        self._side, self._widest = side, widest
        self._pixels: np.ndarray | None = None
        self.smooth = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self._recolour)

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def set_side(self, side: int) -> None:
        """The largest width and height that a picture may take."""
        if side != self._side:
            self._side = side
            self.setFixedSize(side, side)
            if self._pixels is not None:
                self._fit(*self._pixels.shape[:2])
            self.update()

    @property
    def pixels(self) -> np.ndarray | None:
        return self._pixels

    def show_pixels(self, pixels: np.ndarray | None) -> None:
        """Show one picture, or (``None``) the bare surround."""
        self._pixels = None if pixels is None else pixels.copy()
        if pixels is not None:
            self._fit(*pixels.shape[:2])
        self.changed.emit()
        self.update()

    def _fit(self, height: int, width: int) -> None:
        """Exactly as large as the picture at the largest whole factor, so that no rim of surround is left."""
        ratio = self.devicePixelRatioF()
        room = QSize(int(max(self._side, self._widest) * ratio), int(self._side * ratio))
        factor = min(room.width() // width, room.height() // height)
        size = QSize(width, height) * factor
        if not factor:
            size = QSize(width, height).scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        self.setFixedSize(QSize(math.ceil(size.width() / ratio), math.ceil(size.height() / ratio)))

    def set_smooth(self, smooth: bool) -> None:
        """Interpolate between pixels instead of showing squares."""
        self.smooth = smooth
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("surround"))
        if self._pixels is not None:
            from genstudio.viewing.content import Picture

            ratio = self.devicePixelRatioF()
            picture = Picture(self._pixels)
            layout = lay_out(picture, int(self.width() * ratio), int(self.height() * ratio), margin=0, gutter=0)
            image = compose(picture, layout, colour("surround"), smooth=self.smooth)
            image.setDevicePixelRatio(ratio)
            to_device = painter.deviceTransform()
            exact = to_device.map(QPointF(layout.x, layout.y) / ratio)
            painter.drawImage(to_device.inverted()[0].map(QPointF(round(exact.x()), round(exact.y()))), image)
        painter.end()

    @Slot()
    def _recolour(self) -> None:
        self.update()
