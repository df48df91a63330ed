"""The distribution that one sub-pixel is drawn from: bars, a curve where there are many levels, and the drawn level marked.

Under the levels lies a strip of what they look like. The scale goes in steps (1, .5, .2, ...), so that it stays still while
one pixel follows the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from genstudio.core.messages import _
from genstudio.studio.theme import colour, font, theme
from genstudio.studio.widgets.rounded_frame import ROUND, behind

if TYPE_CHECKING:
    import numpy as np

SCALES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
LEFT, TOP, STRIP, BOTTOM = 30, 10, 8, 16  # logical pixels: tick labels, room for the marker, ramp, level labels
WIDEST_BAR = 44.0
MOST_BARS = 64
MOST_GROUNDS = 24  # scales times channels


@dataclass(frozen=True, eq=False)
class Distribution:
    """``probabilities``: float32 L, sums to 1. ``level``: the one that was drawn. ``channel``: 0 to 2, of ``channels``."""

    probabilities: np.ndarray
    level: int
    channel: int = 0
    channels: int = 1
    curve: bool = False


class DistributionView(QWidget):
    """Shows one :class:`Distribution`. ``picked`` carries a level: clicked, or Enter on the one that arrow keys chose."""

    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumHeight(76)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(_("Distribution of the pixel"))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._shown: Distribution | None = None
        self._grounds: dict[tuple[object, ...], QImage] = {}
        self._pointed: int | None = None
        self._chosen = 0
        theme().changed.connect(self._recolour)

    @property
    def shown(self) -> Distribution | None:
        return self._shown

    def sizeHint(self) -> QSize:
        return QSize(280, 120)

    def show_distribution(self, shown: Distribution | None) -> None:
        """``None``: nothing is drawn yet."""
        self._shown = shown
        if shown is not None:
            self._chosen = min(self._chosen if self.hasFocus() else shown.level, len(shown.probabilities) - 1)
            self.setAccessibleDescription(self._described(shown.level))
        else:
            self.setAccessibleDescription(_("Nothing is drawn yet."))
        self.update()

    def bar_rect(self, level: int) -> QRectF:
        """Rectangle of a level's bar, or of its part of the curve."""
        assert self._shown is not None
        n, room = len(self._shown.probabilities), self._room()
        slot = room.width() / n
        return QRectF(room.x() + level * slot, room.y(), slot, room.height())

    # -- painting ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        room = self._room()
        painter.drawImage(0, 0, self._ground(room))
        if self._shown is not None:
            if self._as_curve():
                self._paint_curve(painter, room)
            else:
                self._paint_bars(painter, room)
        if self.hasFocus():
            painter.setPen(QPen(colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), ROUND, ROUND)
        painter.end()

    def _ground(self, room: QRectF) -> QImage:
        """Lines, scale and levels: the same for all pixels, and text is slow to draw."""
        shown, ratio = self._shown, self.devicePixelRatioF()
        kind = None if shown is None else (len(shown.probabilities), shown.channel, shown.channels)
        key = (self.width(), self.height(), ratio, self._scale(), kind, behind(self).rgb())
        if key not in self._grounds:
            if len(self._grounds) >= MOST_GROUNDS:
                self._grounds.clear()
            made = QImage(self.size() * ratio, QImage.Format.Format_RGB32)
            made.setDevicePixelRatio(ratio)
            made.fill(behind(self))
            painter = QPainter(made)
            painter.setFont(font(11))
            self._paint_frame(painter, room)
            if shown is not None:
                self._paint_axis(painter, room, _ramp(*kind))  # type: ignore[misc]
            painter.end()
            self._grounds[key] = made
        return self._grounds[key]

    def _room(self) -> QRectF:
        return QRectF(LEFT, TOP, max(self.width() - LEFT - 4, 1), max(self.height() - TOP - STRIP - BOTTOM - 2, 1))

    def _scale(self) -> float:
        top = float(self._shown.probabilities.max()) if self._shown is not None else 1.0
        return next((scale for scale in SCALES if top <= scale), 1.0)

    def _as_curve(self) -> bool:
        shown = self._shown
        return shown is not None and (shown.curve or len(shown.probabilities) > MOST_BARS)

    def _paint_frame(self, painter: QPainter, room: QRectF) -> None:
        painter.setPen(QPen(colour("grid"), 1))
        for part in (0.0, 0.5):
            y = round(room.y() + part * room.height()) + 0.5
            painter.drawLine(QPointF(room.x(), y), QPointF(room.right(), y))
        if self._shown is None:
            return
        painter.setPen(colour("muted"))
        label = QRectF(0, room.y() - 8, LEFT - 6, 16)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(label, right, f"{self._scale():g}")
        if room.height() > 40:
            painter.drawText(label.translated(0, room.height() / 2), right, f"{self._scale() / 2:g}")

    def _paint_bars(self, painter: QPainter, room: QRectF) -> None:
        assert self._shown is not None
        scale, quiet, strong = self._scale(), colour("disabled"), colour("accent")
        for level, p in enumerate(self._shown.probabilities.tolist()):
            slot = self.bar_rect(level)
            width = min(WIDEST_BAR, slot.width() * 0.8 if slot.width() > 5 else slot.width())
            height = room.height() * p / scale
            bar = QRectF(slot.center().x() - width / 2, room.bottom() - height, width, height)
            painter.fillRect(bar, strong if level == self._shown.level else quiet)
            if level in (self._pointed, self._chosen if self.hasFocus() else None):
                painter.setPen(QPen(colour("text"), 1))
                painter.drawRect(QRectF(bar.x(), room.y(), bar.width(), room.height()))
        self._paint_marker(painter, self.bar_rect(self._shown.level).center().x(), room)

    def _paint_curve(self, painter: QPainter, room: QRectF) -> None:
        assert self._shown is not None
        scale, slot = self._scale(), room.width() / len(self._shown.probabilities)
        heights = (room.bottom() - self._shown.probabilities / scale * room.height()).tolist()
        points = [QPointF(room.x() + (k + 0.5) * slot, y) for k, y in enumerate(heights)]
        area = QPainterPath(QPointF(points[0].x(), room.bottom()))
        for point in points:
            area.lineTo(point)
        area.lineTo(points[-1].x(), room.bottom())
        quiet = colour("disabled")
        fill = QColor(quiet)
        fill.setAlpha(90)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(area, fill)
        painter.setPen(QPen(quiet, 1))
        painter.drawPolyline(points)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        x = room.x() + (self._shown.level + 0.5) * slot
        painter.setPen(QPen(colour("accent"), 2))
        painter.drawLine(QPointF(x, room.y()), QPointF(x, room.bottom()))
        for level in {self._pointed, self._chosen if self.hasFocus() else None} - {None, self._shown.level}:
            assert level is not None
            x_there = room.x() + (level + 0.5) * slot
            painter.setPen(QPen(colour("text"), 1))
            painter.drawLine(QPointF(x_there, room.y()), QPointF(x_there, room.bottom()))
        self._paint_marker(painter, x, room)

    def _paint_marker(self, painter: QPainter, x: float, room: QRectF) -> None:
        """Paint a triangle over the level that was drawn: visible by shape, not by colour alone."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("accent"))
        painter.drawPolygon(
            QPolygonF([QPointF(x - 5, room.y() - 8), QPointF(x + 5, room.y() - 8), QPointF(x, room.y() - 1)])
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_axis(self, painter: QPainter, room: QRectF, ramp: QImage) -> None:
        assert self._shown is not None
        strip = QRectF(room.x(), room.bottom() + 1, room.width(), STRIP)
        painter.drawImage(strip, ramp, QRectF(0, 0, ramp.width(), 1))
        painter.setPen(QPen(colour("border"), 1))
        painter.drawRect(strip)
        last = len(self._shown.probabilities) - 1
        painter.setPen(colour("muted"))
        centre = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        for level in dict.fromkeys((0, last)):
            x = self.bar_rect(level).center().x()
            x = min(max(x, room.x() + 10), room.right() - 10)
            painter.drawText(QRectF(x - 20, strip.bottom() + 1, 40, BOTTOM), centre, str(level))

    @Slot()
    def _recolour(self) -> None:
        self._grounds.clear()
        self.update()

    # -- input ---------------------------------------------------------------------------------------------------

    def _level_at(self, position: QPointF) -> int | None:
        if self._shown is None:
            return None
        room, n = self._room(), len(self._shown.probabilities)
        inside = room.x() <= position.x() < room.right() and position.y() <= room.bottom() + STRIP + 2
        return min(int((position.x() - room.x()) / room.width() * n), n - 1) if inside else None

    def _described(self, level: int) -> str:
        assert self._shown is not None
        p = float(self._shown.probabilities[level])
        text = _("level {level}: probability {p}", level=level, p=f"{p:.3g}")
        return _("{text}, drawn", text=text) if level == self._shown.level else text

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        level = self._level_at(event.position())
        if level != self._pointed:
            self._pointed = level
            self.update()
        if level is not None:
            QToolTip.showText(
                event.globalPosition().toPoint(), self._described(level) + "\n" + _("Click: draw it"), self
            )

    def leaveEvent(self, event: QEvent) -> None:
        self._pointed = None
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        level = self._level_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and level is not None:
            self.picked.emit(level)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if self._shown is not None and step is not None:
            self._chosen = min(max(self._chosen + step, 0), len(self._shown.probabilities) - 1)
            self.setAccessibleDescription(self._described(self._chosen))
            self.update()
        elif self._shown is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.picked.emit(self._chosen)
        else:
            super().keyPressEvent(event)


def _ramp(levels: int, channel: int, channels: int) -> QImage:
    """Colours of the levels, one pixel each: greys, or one channel's colour."""
    made = QImage(levels, 1, QImage.Format.Format_RGB32)
    for level in range(levels):
        value = round(255 * level / max(levels - 1, 1))
        shade = [value] * 3 if channels == 1 else [value if c == channel else 0 for c in range(3)]
        made.setPixelColor(level, 0, QColor(*shade))
    return made
