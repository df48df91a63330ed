"""Legend of the colours of points, in as many lines under the picture as it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from genstudio.core.messages import translate
from genstudio.studio.theme import colour, font, theme

if TYPE_CHECKING:
    from genstudio.viewing.content import Legend

HEIGHT, BAR = 20, 120
BETWEEN = 8  # a bar and its ends


class PointsLegend(QWidget):
    """Dots with names for classes, a bar with its two ends for numbers, or both. Hidden when there is no legend."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._legend: Legend | None = None
        self._y = 0.0  # of the line that is painted
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self._recolour)

    def sizeHint(self) -> QSize:  # Qt's name
        return QSize(240, self._lines() * HEIGHT)

    def show_legend(self, legend: Legend | None) -> None:
        if legend == self._legend:
            return
        self._legend = legend
        self.setVisible(legend is not None)
        self.setAccessibleName(
            "" if legend is None else "; ".join(map(_described, filter(None, (legend, legend.scale))))
        )
        self.setToolTip(self.accessibleName())
        self.updateGeometry()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._legend is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(12))
        self._y = 0.0
        if self._legend.continuous:
            self._bar(painter, self._legend, 0)
        else:
            self._word(painter, 0, translate(self._legend.title), "muted")
            self._dots(painter)
        if self._legend.scale is not None:
            line, x = self._end()
            self._y = line * HEIGHT
            self._bar(painter, self._legend.scale, x)
        painter.end()

    def _word(self, painter: QPainter, x: float, text: str, role: str) -> float:
        """Write ``text`` from ``x`` on, with dots where there is no room (the tooltip has all); where it ends."""
        painter.setPen(colour(role))
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, int(self.width() - x)))
        width = metrics.horizontalAdvance(shown)
        painter.drawText(QRectF(x, self._y, width + 2, HEIGHT), Qt.AlignmentFlag.AlignVCenter, shown)
        return x + width

    def _places(self) -> list[tuple[int, float]]:
        """(line, x) of each class; later lines begin under the first class."""
        if self._legend is None or self._legend.continuous:
            return []
        metrics = QFontMetricsF(font(12))
        title = translate(self._legend.title)
        first = metrics.horizontalAdvance(title) + 12 if title else 0.0
        line, x, found = 0, first, []
        for text, _ in self._legend.entries:
            width = 12 + metrics.horizontalAdvance(translate(text))
            if x + width > self.width() and x > first:
                line, x = line + 1, first
            found.append((line, x))
            x += width + 12
        return found

    def _end(self) -> tuple[int, float]:
        """(line, x) where a bar behind the classes begins: on a line of its own where there is no room."""
        if self._legend is None or self._legend.scale is None or not self._places():
            return 0, 0.0
        line, x = self._places()[-1]
        x += 12 + QFontMetricsF(font(12)).horizontalAdvance(translate(self._legend.entries[-1][0])) + 28
        return (line, x) if x + _width(self._legend.scale) <= self.width() else (line + 1, 0.0)

    def _lines(self) -> int:
        if self._legend is None:
            return 1
        bar = self._legend if self._legend.continuous else self._legend.scale
        of_bar = 0 if bar is None else self._end()[0] + (2 if _width(bar) > self.width() else 1)
        return max(1 + max((line for line, _ in self._places()), default=0), of_bar)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def _dots(self, painter: QPainter) -> None:
        assert self._legend is not None
        rim = colour("text")  # dark points are visible on a dark card too
        rim.setAlphaF(0.66)
        for (text, rgb), (line, at) in zip(self._legend.entries, self._places(), strict=True):
            self._y = line * HEIGHT
            painter.setPen(QPen(rim, 1))
            painter.setBrush(QColor(*rgb))
            painter.drawEllipse(QPointF(at + 4, self._y + HEIGHT / 2), 4, 4)
            self._word(painter, at + 12, translate(text), "text")

    def _bar(self, painter: QPainter, legend: Legend, x: float) -> None:
        from genstudio.viewing.palette import CONTINUOUS

        (low, _), *between, (high, _) = legend.entries
        tints = [rgb for _, rgb in legend.entries] if between else CONTINUOUS
        x = self._word(painter, x, translate(legend.title), "muted") + 12
        narrow = _width(legend) > self.width()  # then the ends are below the bar
        x = x if narrow else self._word(painter, x, translate(low), "text") + BETWEEN
        wide = max(0.0, self.width() - x) if narrow else BAR
        fill = QLinearGradient(x, 0, x + wide, 0)
        for k, rgb in enumerate(tints):
            fill.setColorAt(k / (len(tints) - 1), QColor(*rgb))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(QRectF(x, self._y + HEIGHT / 2 - 4, wide, 8), 3, 3)
        if narrow:
            self._y += HEIGHT
            left = self._word(painter, 0, translate(low), "text") + BETWEEN
            x = max(left, self.width() - QFontMetricsF(font(12)).horizontalAdvance(translate(high)) - 1)
            self._word(painter, x, translate(high), "text")
        else:
            self._word(painter, x + BAR + BETWEEN, translate(high), "text")

    @Slot()
    def _recolour(self) -> None:
        self.update()


def _width(legend: Legend) -> float:
    """Width of a bar on one line with its title and its ends."""
    metrics = QFontMetricsF(font(12))
    message = (legend.title, legend.entries[0][0], legend.entries[-1][0])
    return sum(metrics.horizontalAdvance(translate(text)) for text in message) + 12 + BETWEEN + BAR + BETWEEN


def _described(legend: Legend) -> str:
    """ "class: 0, 1, 2"."""
    message, title = ", ".join(translate(text) for text, _ in legend.entries if text), translate(legend.title)
    return f"{title}: {message}" if title else message
