"""Histograms on one scale, as steps: distinguished by colour and dash, with a legend, and read off bin by bin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from genstudio.core.messages import Message, _, translate
from genstudio.studio.plots.curve_painting import pen_for
from genstudio.studio.plots.ticks import Tick, in_short, multiples, nice_step, upward
from genstudio.studio.theme import colour, font, theme
from genstudio.studio.widgets.rounded_frame import ROUND, behind

if TYPE_CHECKING:
    from genstudio.viewing.content import Series

LEFT, RIGHT, BOTTOM = 42.0, 10.0, 20.0  # logical pixels: tick labels, axis below
LINE = 17.0  # of the legend above, and of the axis' name where it has one to itself
SHORT = 60.0  # a name that stands beside the ticks
ROOM = 64.0  # from one text of the lower axis to the next, at least
FILL = 36  # of 255: how strongly the last series, the one that is judged, is filled
DASH = 22.0  # of a line in the legend


@dataclass(frozen=True, eq=False)
class Histograms:
    """``series`` over the same bins (x: their middles, y: per cent), ``ends`` of the axis, what the axis is called, and a
    place to be marked, with its name."""

    series: tuple[Series, ...]
    ends: tuple[float, float]
    axis: Message | str = ""
    mark: float | None = None
    mark_text: Message | str = ""


class HistogramView(QWidget):
    """Shows :class:`Histograms`. The last series is filled. ``pointed`` carries a bin, or ``None``."""

    pointed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(_("Histogram"))
        self._shown: Histograms | None = None
        self._at: float | None = None  # a place that is pointed out from elsewhere
        self._bin: int | None = None
        theme().changed.connect(self._recolour)

    def sizeHint(self) -> QSize:
        return QSize(360, 138)

    @property
    def shown(self) -> Histograms | None:
        return self._shown

    def show_histograms(self, shown: Histograms | None) -> None:
        """``None`` or no series: an empty frame."""
        self._shown = shown if shown is not None and shown.series else None
        if self._shown is None or (self._bin or 0) >= len(self._shown.series[0].x):
            self._bin = None
        self.setAccessibleDescription(self.description())
        self.update()

    def point_out(self, value: float | None) -> None:
        """Mark where an image that is pointed at stands."""
        if value != self._at:
            self._at = value
            self.update()

    def description(self, number: int | None = None) -> str:
        """Text on a bin; without one, on the median of each series."""
        if self._shown is None:
            return _("Nothing has been counted yet.")
        if number is None:
            parts = [
                _("{name}: median {middle}", name=translate(s.name), middle=in_short(_median(s), self._step()))
                for s in self._shown.series
            ]
            return "; ".join(parts)
        low, high = self._edges(number)
        shares = "\n".join(f"{translate(s.name)}: {s.y[number]:.1f} %" for s in self._shown.series)
        step = (high - low) / 10
        return _("{low} to {high}", low=in_short(low, step), high=in_short(high, step)) + "\n" + shares

    # -- places --------------------------------------------------------------------------------------------------

    def room(self) -> QRectF:
        """Rectangle of the plot area."""
        top = 5 + LINE * (1 + max((line for line, _ in self._legend_places()), default=0))
        bottom = BOTTOM + (0 if self._name_wide() <= SHORT else LINE - 3)
        return QRectF(LEFT, top, max(self.width() - LEFT - RIGHT, 1), max(self.height() - top - bottom, 1))

    def _name_wide(self) -> float:
        name = translate(self._shown.axis) if self._shown is not None else ""
        return QFontMetricsF(font(11)).horizontalAdvance(name)

    def _legend_places(self) -> list[tuple[int, float]]:
        """(line, x) of each series' name."""
        metrics, line, x = QFontMetricsF(font(11)), 0, LEFT
        places = []
        for series in self._shown.series if self._shown is not None else ():
            wide = DASH + 6 + metrics.horizontalAdvance(translate(series.name))
            if x + wide > self.width() and x > LEFT:
                line, x = line + 1, LEFT
            places.append((line, x))
            x += wide + 18
        return places

    def across(self, value: float) -> float:
        """The x of a value; what lies outside is put at the nearer end."""
        assert self._shown is not None
        (low, high), room = self._shown.ends, self.room()
        return room.x() + min(max((value - low) / (high - low), 0.0), 1.0) * room.width()

    def _edges(self, number: int) -> tuple[float, float]:
        assert self._shown is not None
        (low, high), bins = self._shown.ends, len(self._shown.series[0].x)
        width = (high - low) / bins
        return low + number * width, low + (number + 1) * width

    def _step(self) -> float:
        """Between two texts of the lower axis."""
        assert self._shown is not None
        low, high = self._shown.ends
        return nice_step((high - low) * ROOM / max(self.room().width(), ROOM))

    def _tallest(self) -> float:
        assert self._shown is not None
        tallest = max(float(series.y.max()) for series in self._shown.series)
        return max(min(nice_step(max(tallest, 1e-9) / 4) * 4, 100.0), tallest)

    # -- painting ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), behind(self))
        painter.setFont(font(11))
        if self._shown is not None:
            self._paint_axes(painter)
            self._paint_marks(painter)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for number in range(len(self._shown.series)):
                self._paint_steps(painter, number)
            self._paint_legend(painter)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), ROUND, ROUND)
        painter.end()

    def _paint_axes(self, painter: QPainter) -> None:
        assert self._shown is not None
        room, (low, high), step = self.room(), self._shown.ends, self._step()
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for tick in upward(0.0, self._tallest(), room.height(), log=False):
            y = round(room.bottom() - tick.at / self._tallest() * room.height()) + 0.5
            painter.setPen(QPen(colour("grid"), 1))
            painter.drawLine(QPointF(room.x(), y), QPointF(room.right(), y))
            if tick.text:
                painter.setPen(colour("muted"))
                painter.drawText(QRectF(0, y - 8, LEFT - 6, 16), right, f"{tick.text} %")
        painter.setPen(QPen(colour("border"), 1))
        painter.drawLine(QPointF(room.x(), room.bottom() + 0.5), QPointF(room.right(), room.bottom() + 0.5))
        name = translate(self._shown.axis)
        metrics = QFontMetricsF(painter.font())
        alone = self._name_wide() > SHORT
        free = room.right() + RIGHT if alone else room.right() - self._name_wide() - 16
        painter.setPen(colour("muted"))
        painter.drawText(QRectF(0, room.bottom() + (LINE if alone else 3), room.right(), 16), right, name)
        for tick in [Tick(at, in_short(at, step)) for at in multiples(step, low, high)]:
            x = self.across(tick.at)
            wide = metrics.horizontalAdvance(tick.text)
            if x + wide / 2 < free:
                place = QRectF(max(x - wide / 2 - 2, 0), room.bottom() + 3, wide + 4, 16)
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, tick.text)

    def _paint_marks(self, painter: QPainter) -> None:
        """The boundary, dashed with its name; the bin under the pointer; where the image that is pointed at stands."""
        assert self._shown is not None
        room = self.room()
        if self._bin is not None:
            low, high = map(self.across, self._edges(self._bin))
            painter.fillRect(QRectF(low, room.y(), high - low, room.height()), colour("hover"))
        if self._shown.mark is not None:
            x = round(self.across(self._shown.mark)) + 0.5
            painter.setPen(QPen(colour("muted"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, room.y()), QPointF(x, room.bottom()))
            painter.setPen(colour("muted"))
            painter.drawText(
                QRectF(x + 5, room.y(), room.width(), 14), Qt.AlignmentFlag.AlignLeft, translate(self._shown.mark_text)
            )
        if self._at is not None:
            x = self.across(self._at)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("accent"))
            painter.drawPolygon(
                QPolygonF([QPointF(x - 5, room.y() - 1), QPointF(x + 5, room.y() - 1), QPointF(x, room.y() + 6)])
            )
            painter.setPen(QPen(colour("accent"), 1))
            painter.drawLine(QPointF(x, room.y()), QPointF(x, room.bottom()))
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_steps(self, painter: QPainter, number: int) -> None:
        assert self._shown is not None
        series, room, tallest = self._shown.series[number], self.room(), self._tallest()
        style = theme().current.series[number % len(theme().current.series)]
        points = [QPointF(room.x(), room.bottom())]
        for k, share in enumerate(series.y.tolist()):
            y = room.bottom() - share / tallest * room.height()
            points += [QPointF(self.across(edge), y) for edge in self._edges(k)]
        points.append(QPointF(room.right(), room.bottom()))
        if number == len(self._shown.series) - 1:
            fill = QColor(style.colour)
            fill.setAlpha(FILL)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.drawPolygon(QPolygonF(points))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen_for(style, 1.75))
        painter.drawPolyline(QPolygonF(points))

    def _paint_legend(self, painter: QPainter) -> None:
        """Names with their dashes, above, in as many lines as it takes."""
        assert self._shown is not None
        styles = theme().current.series
        for number, (series, (line, x)) in enumerate(zip(self._shown.series, self._legend_places(), strict=True)):
            y = 2 + line * LINE
            painter.setPen(pen_for(styles[number % len(styles)], 2.0))
            painter.drawLine(QPointF(x, y + 8), QPointF(x + DASH, y + 8))
            painter.setPen(colour("text"))
            place = QRectF(x + DASH + 6, y, max(self.width() - x - DASH - 6, 1), 16)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, translate(series.name))

    @Slot()
    def _recolour(self) -> None:
        self.update()

    # -- hands ---------------------------------------------------------------------------------------------------

    def _choose(self, number: int | None) -> None:
        if number != self._bin:
            self._bin = number
            self.setAccessibleDescription(self.description(number))
            self.pointed.emit(number)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        room, inside = self.room(), None
        if self._shown is not None and room.contains(event.position()):
            bins = len(self._shown.series[0].x)
            inside = min(int((event.position().x() - room.x()) / room.width() * bins), bins - 1)
        self._choose(inside)
        if inside is not None:
            QToolTip.showText(event.globalPosition().toPoint(), self.description(inside), self)

    def leaveEvent(self, event: QEvent) -> None:
        self._choose(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if self._shown is None or step is None:
            super().keyPressEvent(event)
            return
        last = len(self._shown.series[0].x) - 1
        self._choose((0 if step > 0 else last) if self._bin is None else min(max(self._bin + step, 0), last))
        place = QPointF(self.across(sum(self._edges(self._bin or 0)) / 2), self.room().y())
        QToolTip.showText(self.mapToGlobal(place).toPoint(), self.description(self._bin), self)


def _median(series: Series) -> float:
    """Median of a series, to one bin."""
    import numpy as np

    total = np.cumsum(series.y)
    return float(series.x[int(np.searchsorted(total, total[-1] / 2))])
