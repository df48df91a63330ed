"""A chart as a picture. Runs on whichever thread asks: Qt paints on images off the GUI thread too.

Qt holds Python's lock for as long as one call lasts, and the window waits for it. So long lines are painted in pieces of
less than a millisecond each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QByteArray, QDataStream, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from genstudio.studio.plots.curve_chart import Chart, Line, Strip
from genstudio.studio.theme import Series, font

if TYPE_CHECKING:
    from genstudio.viewing.charts.curve_data import Points

TEXT = 11  # pixels
FAINT, BEHIND = 0.38, 0.6  # opacity of raw values, of other runs, on a screen of ordinary density
WIDE, BARE, RING = 2.0, 1.25, 3.0  # pixels: a line's width, one's that is not smoothed, a ring's radius
TITLE, FLAG = 14.0, 4.0  # pixels: a strip's title, half a mark's flag
LONG_PIECE, PIECE = 96, 32  # points painted in one call: with the thinnest pen, with a wide one


def paint(chart: Chart) -> QImage:
    """The chart on the card's colour, in device pixels, opaque."""
    request = chart.request
    size = QSize(max(1, round(request.width * request.ratio)), max(1, round(request.height * request.ratio)))
    image = QImage(size, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(request.ratio)
    image.fill(QColor(request.palette.card))
    painter = QPainter(image)
    painter.setFont(font(TEXT))
    _Brush(painter, chart).paint()
    painter.end()
    return image


class _Brush:
    """Paints one chart with one painter."""

    def __init__(self, painter: QPainter, chart: Chart) -> None:
        self.painter, self.chart = painter, chart
        self.palette = chart.request.palette
        self.ratio = chart.request.ratio
        self.hair = max(1, round(self.ratio)) / self.ratio  # a line of whole device pixels, in logical ones

    def paint(self) -> None:
        for strip in self.chart.strips:
            self._scale(strip)
        self._foot()
        self._annotations()
        for strip in self.chart.strips:
            self.painter.setClipRect(
                QRectF(self.chart.left, strip.top, self.chart.right - self.chart.left, strip.bottom - strip.top)
            )
            self._breaks(strip)
            for line in strip.lines:
                self._behind(strip, line)
            for line in strip.lines:
                self._line(strip, line)
            self.painter.setClipping(False)
        for strip in self.chart.strips:
            self._title(strip)

    # -- axes ----------------------------------------------------------------------------------------------------

    def _scale(self, strip: Strip) -> None:
        """Lines across at the ticks, their texts, and the frame's left and lower edge."""
        chart, grid, border = self.chart, QColor(self.palette.grid), QColor(self.palette.border)
        pale = QColor(grid)
        pale.setAlphaF(0.5)
        self.painter.setPen(QColor(self.palette.muted))
        for tick in strip.ticks:
            y = float(strip.pixel(tick.at))
            self._across(chart.left, chart.right, y, grid if tick.text or not strip.log else pale)
            if tick.text:
                self.painter.drawText(
                    QRectF(0, y - 10, chart.left - 6, 20),
                    Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                    tick.text,
                )
        self._across(chart.left, chart.right, strip.bottom, border)
        self._upward(chart.left, strip.top, strip.bottom + self.hair, border)

    def _foot(self) -> None:
        """Steps or times under the lowest strip."""
        bottom = self.chart.strips[-1].bottom
        self.painter.setPen(QColor(self.palette.muted))
        metrics = self.painter.fontMetrics()
        for tick in self.chart.ticks:
            x, wide = float(self.chart.pixel(tick.at)), metrics.horizontalAdvance(tick.text)
            self._upward(x, bottom, bottom + 4, QColor(self.palette.border))
            if x + wide / 2 <= self.chart.request.width:
                place = QRectF(x - wide / 2 - 4, bottom + 5, wide + 8, 16)
                self.painter.drawText(place, Qt.AlignmentFlag.AlignCenter, tick.text)

    def _title(self, strip: Strip) -> None:
        """Paint the strip's title in the right corner that has more room, on a ground of its own."""
        if not strip.title:
            return
        metrics, room = self.painter.fontMetrics(), int(self.chart.right - self.chart.left) - 8
        title = metrics.elidedText(strip.title, Qt.TextElideMode.ElideRight, room)  # the legend has all names
        wide = metrics.horizontalAdvance(title)
        left = self.chart.right - wide - 8
        place = QRectF(left, title_top(self.chart, strip, left), wide + 8, TITLE)
        ground = QColor(self.palette.card)
        ground.setAlphaF(0.8)
        self.painter.fillRect(place, ground)
        self.painter.setPen(QColor(self.palette.muted))
        self.painter.drawText(place, Qt.AlignmentFlag.AlignCenter, title)

    def _annotations(self) -> None:
        """An upright dotted line wherever something happened, with a small flag on its top."""
        chart, tint = self.chart, QColor(self.palette.accent)
        pen = QPen(tint, 1)
        pen.setCosmetic(True)
        pen.setDashPattern([1, 3])
        top, bottom = chart.strips[0].top, chart.strips[-1].bottom
        for x in dict.fromkeys(annotation.x for annotation in chart.request.annotations):
            across = self._snapped(float(chart.pixel(x)))
            if not chart.left <= across <= chart.right:
                continue
            self.painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            self.painter.setPen(pen)
            self.painter.drawLine(QPointF(across, top), QPointF(across, bottom))
            self.painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            self.painter.setPen(Qt.PenStyle.NoPen)
            self.painter.setBrush(tint)
            self.painter.drawPolygon(
                [
                    QPointF(across - FLAG, top - FLAG),
                    QPointF(across + FLAG + 1, top - FLAG),
                    QPointF(across + 0.5, top + FLAG),
                ]
            )
            self.painter.setBrush(Qt.BrushStyle.NoBrush)

    def _across(self, left: float, right: float, y: float, tint: QColor) -> None:
        self.painter.fillRect(QRectF(left, self._snapped(y), right - left, self.hair), tint)

    def _upward(self, x: float, top: float, bottom: float, tint: QColor) -> None:
        self.painter.fillRect(QRectF(self._snapped(x), top, self.hair, bottom - top), tint)

    def _snapped(self, place: float) -> float:
        return round(place * self.ratio - self.hair * self.ratio / 2) / self.ratio

    # -- curves --------------------------------------------------------------------------------------------------

    def _breaks(self, strip: Strip) -> None:
        """A red line wherever a shown value was NaN or infinite."""
        pen = QPen(QColor(self.palette.bad), 1)
        pen.setCosmetic(True)
        pen.setDashPattern([2, 2])
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self.painter.setPen(pen)
        for x in self.chart.breaks:
            across = float(self.chart.pixel(x))
            self.painter.drawLine(QPointF(across, strip.top), QPointF(across, strip.bottom))

    def _behind(self, strip: Strip, line: Line) -> None:
        """Other runs, thin and dashed, and the raw values, faint."""
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for place, points in enumerate(line.others):
            pen = self._thinnest(line.style, BEHIND)
            pen.setDashPattern([2 + 2 * place, 3])
            self._stroke(strip, points, pen, LONG_PIECE)
        self._stroke(strip, line.raw, self._thinnest(line.style, FAINT), LONG_PIECE)

    def _line(self, strip: Strip, line: Line) -> None:
        """The smooth line, wide, and the held-out values as rings: joined where they are all there is, as of a measure."""
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        width = WIDE if self.chart.request.smoothing > 0 else BARE
        self._stroke(strip, line.smooth, pen_for(line.style, width), PIECE)
        if not len(line.smooth[0]):
            self._stroke(strip, line.held_out, pen_for(line.style, BARE), PIECE)
        self.painter.setPen(QPen(QColor(line.style.colour), 1.5))
        self.painter.setBrush(QColor(self.palette.card))
        x, y = line.held_out
        for place in zip(self.chart.pixel(x).tolist(), strip.pixel(y).tolist(), strict=True):
            self.painter.drawEllipse(QPointF(*place), RING, RING)
        self.painter.setBrush(Qt.BrushStyle.NoBrush)

    def _thinnest(self, style: Series, opacity: float) -> QPen:
        """One device pixel, the only width that Qt paints quickly; the denser the screen, the less faint."""
        tint = QColor(style.colour)
        tint.setAlphaF(min(1.0, opacity * (1 + self.ratio) / 2))
        pen = QPen(tint, 1)
        pen.setCosmetic(True)
        return pen

    def _stroke(self, strip: Strip, points: Points, pen: QPen, piece: int) -> None:
        """One line in pieces, each from the last point of the one before, its dash going on."""
        where = np.stack([self.chart.pixel(points[0]), strip.pixel(points[1])], 1)
        # Far outside there is nothing to see, and Qt's dashes would be counted there one by one.
        where[:, 1] = np.clip(where[:, 1], strip.top - 2000, strip.bottom + 2000)
        unit = 1.0 / self.ratio if pen.isCosmetic() else pen.widthF()
        for run in _runs(where):
            steps = np.hypot(*np.diff(run, axis=0).T)
            reached = np.concatenate([[0.0], np.cumsum(steps)]) / unit
            for start in range(0, max(1, len(run) - 1), piece):
                if pen.style() == Qt.PenStyle.CustomDashLine:
                    pen.setDashOffset(float(reached[start]))
                self.painter.setPen(pen)
                self.painter.drawPolyline(polygon(run[start : start + piece + 1]))


def pen_for(style: Series, width: float = WIDE) -> QPen:
    """The wide pen of a curve: its colour and its dash."""
    pen = QPen(QColor(style.colour), width)
    if style.dash:
        pen.setDashPattern(list(style.dash))
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
    return pen


def _runs(where: np.ndarray) -> Iterator[np.ndarray]:
    """The parts of a line (n×2) between its gaps."""
    known = np.isfinite(where).all(1)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]])))
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        yield where[start:end]


def polygon(points: np.ndarray) -> QPolygonF:
    """Points (n×2) for Qt, in its own format for files: no loop, no memory shared."""
    made = QPolygonF()
    packed = np.array([len(points)], ">u4").tobytes() + points.astype(">f8").tobytes()
    QDataStream(QByteArray(packed)) >> made
    return made


def title_top(chart: Chart, strip: Strip, left: float) -> float:
    """The upper edge of a title that reaches from ``left`` to the strip's right end: at the strip's top, or at its bottom
    where fewer points of its curves lie there."""
    above, below = strip.top + 1, strip.bottom - TITLE - 1
    heights = [strip.pixel(y[chart.pixel(x) >= left]) for x, y in (line.smooth for line in strip.lines)]
    at = np.concatenate([np.empty(0), *heights])
    covered = [int(np.count_nonzero((at >= top) & (at <= top + TITLE))) for top in (above, below)]
    return above if covered[0] <= covered[1] else below
