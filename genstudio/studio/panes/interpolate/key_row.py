"""Row of key frames: thumbnails with text under them, selected, moved and removed by mouse and keyboard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from genstudio.core.messages import _
from genstudio.studio.theme import colour, font, theme
from genstudio.studio.widgets.rounded_frame import behind, corners
from genstudio.studio.widgets.sheet_layout import qimage

if TYPE_CHECKING:
    import numpy as np

SIDE, TEXT_HEIGHT, PITCH = 64, 28, 92  # logical pixels: a thumbnail, the text under it, from one to the next
TOP, LEFT = 14, 8  # above the thumbnails there is a mark where the path is
MARK = 10  # the room of the mark
HEIGHT = TOP + SIDE + 4 + TEXT_HEIGHT + 4
_KEY = Qt.Key


@dataclass(frozen=True, eq=False)
class Key:
    """pixels: uint8 h×w×C; ``None``: not known yet. problem: why there is no code, in words."""

    text: str
    pixels: np.ndarray | None = None
    problem: str = ""


class KeyRow(QWidget):
    """``chosen(k)`` by a click or the arrow keys, ``went_to(k)`` by a click or Enter, ``moved(k, to)`` by a drag or Alt and
    arrows, ``removed(k)`` by Delete, ``more_requested`` by Insert or plus, ``menu_requested(k, where on screen)``."""

    chosen = Signal(int)
    went_to = Signal(int)
    moved = Signal(int, int)
    removed = Signal(int)
    more_requested = Signal()
    menu_requested = Signal(int, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        self.setMinimumWidth(120)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(_("Key frames"))
        self.current = 0
        self._keys: tuple[Key, ...] = ()
        self._images: list[QImage | None] = []
        self._mark: float | None = None  # where the path is, in key frames from the first
        self._offset = 0  # how far it is scrolled
        self._pressed: tuple[int, QPoint] | None = None
        self._dragged_to: int | None = None
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(4 * PITCH, HEIGHT)

    # -- what is shown -------------------------------------------------------------------------------------------

    @property
    def keys(self) -> tuple[Key, ...]:
        return self._keys

    def show_keys(self, keys: tuple[Key, ...]) -> None:
        """Show key frames in order. The selected one stays, by its place in the row."""
        same = len(keys) == len(self._keys) and all(a.pixels is b.pixels for a, b in zip(keys, self._keys, strict=True))
        if not same:
            self._images = [None if key.pixels is None else qimage(key.pixels) for key in keys]
        self._keys = keys
        self.choose(self.current)
        self._scroll_to(self._offset)
        self.update()

    def show_mark(self, place: float | None) -> None:
        """Mark a place of the path: 1.5 is half way from the second to the third; from the last, on to the first again."""
        if place != self._mark:
            self._mark = place
            self.update(0, 0, self.width(), MARK)

    def choose(self, k: int) -> None:
        """Select key frame ``k`` for keys and inspector, without a signal."""
        self.current = max(0, min(k, len(self._keys) - 1))
        text = self.describe(self.current)
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
        self.update()

    def describe(self, k: int) -> str:
        """A key frame in words, for the screen reader."""
        if not self._keys:
            return _("There are no key frames.")
        key = self._keys[k]
        text = _("Key frame {k} of {n}: {text}", k=k + 1, n=len(self._keys), text=key.text)
        return f"{text}. {key.problem}" if key.problem else text

    def rect_of(self, k: int) -> QRect:
        """The thumbnail of key frame ``k``, in the widget's coordinates."""
        return QRect(LEFT + (PITCH - SIDE) // 2 + k * PITCH - self._offset, TOP, SIDE, SIDE)

    def index_at(self, position: QPoint) -> int | None:
        """The key frame under a point of the widget."""
        if not self.rect().contains(position):
            return None
        k = (position.x() - LEFT + self._offset) // PITCH
        return k if 0 <= k < len(self._keys) else None

    # -- painting ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("surround"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = QColor("#000000" if theme().current.name == "light" else "#ffffff")
        painter.setFont(font(11))
        redraws_keys = event.rect().bottom() >= MARK  # while it plays the mark alone moves
        for k, key in enumerate(self._keys if redraws_keys else ()):
            rect = self.rect_of(k)
            if rect.right() + PITCH >= 0 and rect.left() - PITCH <= self.width():
                self._paint_key(painter, k, key, rect, ink)
        if self._mark is not None and self._keys:
            self._paint_mark(painter, ink)
        if self._dragged_to is not None:
            x = self.rect_of(self._dragged_to).center().x()
            after = self._pressed is not None and self._dragged_to > self._pressed[0]
            x += PITCH // 2 if after else -PITCH // 2
            painter.fillRect(QRect(x - 1, TOP - 4, 3, SIDE + 8), colour("accent"))
        painter.fillPath(corners(self.width(), self.height()), behind(self))
        painter.end()

    def _paint_key(self, painter: QPainter, k: int, key: Key, rect: QRect, ink: QColor) -> None:
        image = self._images[k]
        painter.setOpacity(0.45 if self._dragged_to is not None and self._pressed and self._pressed[0] == k else 1.0)
        if key.problem or image is None:
            painter.fillRect(rect, QColor(0, 0, 0, 70))
            painter.setPen(QColor("#ffffff"))
            painter.setFont(font(20))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, "!" if key.problem else "…")
            painter.setFont(font(11))
        else:
            self._paint_image(painter, image, rect)
        if k == self.current:
            frame = QRectF(rect).adjusted(-2, -2, 2, 2)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(255, 255, 255, 210), 4))
            painter.drawRect(frame)
            painter.setPen(QPen(colour("accent"), 3 if self.hasFocus() else 2))
            painter.drawRect(frame)
        painter.setPen(ink)
        room = QRect(rect.center().x() - PITCH // 2 + 3, rect.bottom() + 5, PITCH - 6, TEXT_HEIGHT)
        painter.drawText(
            room, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, key.text
        )
        painter.setOpacity(1.0)

    def _paint_image(self, painter: QPainter, image: QImage, rect: QRect) -> None:
        """Crisp where a whole factor fits, reduced smoothly where the image is larger."""
        ratio = self.devicePixelRatioF()
        factor = int(SIDE * ratio) // max(image.width(), image.height())
        size = QSize(image.width() * factor, image.height() * factor)
        if factor < 1:
            size = image.size().scaled(QSize(int(SIDE * ratio), int(SIDE * ratio)), Qt.AspectRatioMode.KeepAspectRatio)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, factor < 1)
        shown = QRectF(0, 0, size.width() / ratio, size.height() / ratio)
        shown.moveCenter(QRectF(rect).center())
        shown.moveTo(round(shown.x() * ratio) / ratio, round(shown.y() * ratio) / ratio)
        painter.drawImage(shown, image)

    def _paint_mark(self, painter: QPainter, ink: QColor) -> None:
        """A triangle that points down at where the path is."""
        assert self._mark is not None
        last = len(self._keys) - 1
        place = self._mark
        if place > last + 0.5:  # on the way from the last to the first again
            place -= last + 1
        x = LEFT + PITCH / 2 + place * PITCH - self._offset
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawPolygon(QPolygonF([QPointF(x - 5, 2), QPointF(x + 5, 2), QPointF(x, MARK - 1)]))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    # -- scrolling -----------------------------------------------------------------------------------------------

    def _scroll_to(self, offset: int) -> None:
        most = max(0, 2 * LEFT + len(self._keys) * PITCH - self.width())
        self._offset = max(0, min(offset, most))
        self.update()

    def _show(self, k: int) -> None:
        left = LEFT + k * PITCH
        if left - LEFT < self._offset:
            self._scroll_to(left - LEFT)
        elif left + PITCH + LEFT > self._offset + self.width():
            self._scroll_to(left + PITCH + LEFT - self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._scroll_to(self._offset)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().x() or event.angleDelta().y()
        self._scroll_to(self._offset - turn * PITCH // 120)
        event.accept()

    # -- mouse ---------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        k = self.index_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and k is not None:
            self._pressed = (k, event.position().toPoint())
            self._choose(k)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position = event.position().toPoint()
        if self._pressed is None:
            k = self.index_at(position)
            self.setToolTip("" if k is None else self.describe(k))
            return
        if self._dragged_to is None:
            if (position - self._pressed[1]).manhattanLength() < QApplication.startDragDistance():
                return
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        k = (position.x() - LEFT + self._offset) // PITCH
        self._dragged_to = max(0, min(k, len(self._keys) - 1))
        self._show(self._dragged_to)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        (k, _at), to = self._pressed, self._dragged_to
        self._drag_ended()
        if to is None:
            self.went_to.emit(k)
        elif to != k:
            self._move(k, to)

    def _drag_ended(self) -> None:
        self._pressed = self._dragged_to = None
        self.unsetCursor()
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self._keys:
            return
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        k = self.index_at(event.pos()) if by_mouse else self.current
        if k is not None:
            self._choose(k)
            where = event.globalPos() if by_mouse else self.mapToGlobal(self.rect_of(k).center())
            self.menu_requested.emit(k, where)

    # -- keyboard ------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._key(event):
            super().keyPressEvent(event)

    def _key(self, event: QKeyEvent) -> bool:
        key, alt = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if key in (_KEY.Key_Insert, _KEY.Key_Plus, _KEY.Key_Equal):
            self.more_requested.emit()
        elif not self._keys:
            return False
        elif key == _KEY.Key_Escape and self._pressed is not None:
            self._drag_ended()
        elif key in (_KEY.Key_Left, _KEY.Key_Right, _KEY.Key_Up, _KEY.Key_Down):
            to = self.current + (1 if key in (_KEY.Key_Right, _KEY.Key_Down) else -1)
            if 0 <= to < len(self._keys):
                self._move(self.current, to) if alt else self._choose(to)
        elif key in (_KEY.Key_Home, _KEY.Key_End):
            self._choose(0 if key == _KEY.Key_Home else len(self._keys) - 1)
        elif key in (_KEY.Key_Delete, _KEY.Key_Backspace):
            self.removed.emit(self.current)
        elif key in (_KEY.Key_Return, _KEY.Key_Enter):
            self.went_to.emit(self.current)
        else:
            return False
        return True

    def _choose(self, k: int) -> None:
        self.choose(k)
        self._show(k)
        self.chosen.emit(k)

    def _move(self, k: int, to: int) -> None:
        self.moved.emit(k, to)
        self._choose(to)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()
