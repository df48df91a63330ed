"""The series of a content as curves: one panel a group, with axes, a legend, marks on the curves, and a readout on hover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from genstudio.core.messages import _, translate
from genstudio.studio.plots.curve_painting import pen_for, polygon
from genstudio.studio.plots.ticks import across, upward
from genstudio.studio.theme import colour, font, theme
from genstudio.studio.widgets.rounded_frame import ROUND

if TYPE_CHECKING:
    from genstudio.viewing.content import Content, Series

EDGE = 16.0  # logical pixels, around all
LEFT, BELOW = 44.0, 26.0  # for the ticks' texts
HEAD, LINE = 24.0, 20.0  # a panel's title, and a line of its legend
BETWEEN = 20.0  # two panels
SAMPLE, GAP = 26.0, 20.0  # of a curve in the legend, and between two entries
ROOM = 0.06  # of a range, above and below
VALUE = "  −00.00"  # room for it
CENTRED = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
DOT, RING = 3.0, 6.0  # radius of a mark, and of the mean of all


@dataclass(frozen=True)
class _Panel:
    """One group: its series with their numbers in the whole, the box of its axes, and the range upwards."""

    title: str
    series: tuple[tuple[int, Series], ...]
    box: QRectF
    low: float
    high: float

    def pixel(self, y: Any) -> Any:
        return self.box.bottom() - (y - self.low) / (self.high - self.low) * self.box.height()


class SeriesPlot(QWidget):
    """``show_content`` draws the series of a content."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._series: tuple[Series, ...] = ()
        self._across = ""
        self._range = (0.0, 1.0)
        self._hover: float | None = None  # x under the pointer
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 240)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(_("Curves"))
        theme().changed.connect(self._recolour)

    def sizeHint(self) -> QSize:
        return QSize(560, 560)

    def show_content(self, content: Content) -> None:
        """Show the series of ``content``, each group on axes of its own over one x."""
        self._series = content.series
        self._across = translate(content.across)
        self._range = (min(float(s.x[0]) for s in self._series), max(float(s.x[-1]) for s in self._series))
        self.setAccessibleDescription(translate(content.caption))
        self._show_cut_titles()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_cut_titles()

    def _show_cut_titles(self) -> None:
        """The tooltip has what there is no room for, whole."""
        panels = self.panels() if self._series else []
        titles = [panel.title for panel in panels if self._title(panel) != panel.title]
        titles += [
            translate(s.name) for panel in panels for _n, s in panel.series if self._name(s) != translate(s.name)
        ]
        self.setToolTip("\n".join(dict.fromkeys(titles)))

    # -- where things are ----------------------------------------------------------------------------------------

    def panels(self) -> list[_Panel]:
        """The groups from the top down, as high as each other."""
        groups: dict[str, list[tuple[int, Series]]] = {}
        for number, series in enumerate(self._series):
            groups.setdefault(translate(series.group), []).append((number, series))
        left, right = EDGE + LEFT, self.width() - EDGE
        heads = [HEAD + LINE * len(self._lines([s for _n, s in its])) for its in groups.values()]
        room = self.height() - 2 * EDGE - BELOW - self._foot_height() - sum(heads) - BETWEEN * (len(groups) - 1)
        tall, y = max(24.0, room / max(1, len(groups))), EDGE
        found = []
        for (title, its), head in zip(groups.items(), heads, strict=True):
            box = QRectF(left, y + head, max(24.0, right - left), tall)
            low, high = min(float(s.y.min()) for _n, s in its), max(float(s.y.max()) for _n, s in its)
            pad = ROOM * (high - low) or 1.0
            unit = its[0][1].unit
            found.append(_Panel(f"{title} ({unit})" if unit else title, tuple(its), box, low - pad, high + pad))
            y += head + tall + BETWEEN
        return found

    def x_pixel(self, x: Any) -> Any:
        """x (a number or an array) as logical pixels from the left."""
        low, high = self._range
        return EDGE + LEFT + (x - low) / (high - low) * max(24.0, self.width() - 2 * EDGE - LEFT)

    def _foot_height(self) -> float:
        """Height of the title of the horizontal axis, in as many lines as it takes."""
        room = QRectF(0, 0, max(24.0, self.width() - 2 * EDGE), 1000)
        return QFontMetricsF(font(11)).boundingRect(room, CENTRED, self._across).height() + 4

    def _title(self, panel: _Panel) -> str:
        """Title of a panel, shortened to the room there is."""
        metrics = QFontMetricsF(font(13, QFont.Weight.DemiBold))
        return metrics.elidedText(panel.title, Qt.TextElideMode.ElideRight, self.width() - 2 * EDGE)

    def _name(self, series: Series) -> str:
        """Name of a curve with its value, shortened to the room there is."""
        metrics = QFontMetricsF(font(12))
        room = self.width() - 2 * EDGE - SAMPLE - 8 - metrics.horizontalAdvance(VALUE)
        return metrics.elidedText(translate(series.name), Qt.TextElideMode.ElideRight, max(0.0, room))

    def _text(self, series: Series) -> str:
        """A curve's name, and what it is under the pointer."""
        if self._hover is None:
            return self._name(series)
        import numpy as np

        return f"{self._name(series)}  {float(series.at(np.array(self._hover))):+.2f}".replace("-", "−")

    def _lines(self, group: list[Series]) -> list[list[Series]]:
        """The legend's entries, line by line."""
        metrics = QFontMetricsF(font(12))
        lines: list[list[Series]] = [[]]
        x, width = 0.0, self.width() - 2 * EDGE
        for series in group:
            # With room for a value, so that nothing moves when the pointer comes.
            wide = SAMPLE + 8 + metrics.horizontalAdvance(self._name(series) + VALUE) + GAP
            if lines[-1] and x + wide > width:
                lines.append([])
                x = 0.0
            lines[-1].append(series)
            x += wide
        return lines

    # -- painting ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour("border"), 1))
        painter.setBrush(colour("card"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), ROUND, ROUND)
        panels = self.panels() if self._series else []
        for panel in panels:
            self._axes(painter, panel)
            self._legend(painter, panel)
            painter.save()
            painter.setClipRect(panel.box)
            for number, series in panel.series:
                self._curve(painter, panel, number, series)
            painter.restore()
            for number, series in panel.series:
                self._marks(painter, panel, number, series)
            if self._hover is not None:
                x = self.x_pixel(self._hover)
                painter.setPen(QPen(colour("muted"), 1))
                painter.drawLine(QPointF(x, panel.box.top()), QPointF(x, panel.box.bottom()))
        if panels:
            self._foot(painter, panels[-1])
        if self.hasFocus():
            painter.setPen(QPen(colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), ROUND, ROUND)
        painter.end()

    def _axes(self, painter: QPainter, panel: _Panel) -> None:
        painter.setFont(font(11))
        for tick in upward(panel.low, panel.high, panel.box.height(), log=False):
            y = panel.pixel(tick.at)
            painter.setPen(QPen(colour("grid"), 1))
            painter.drawLine(QPointF(panel.box.left(), y), QPointF(panel.box.right(), y))
            painter.setPen(colour("muted"))
            align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(EDGE, y - 8, LEFT - 8, 16), align, tick.text)
        painter.setPen(QPen(colour("border"), 1))
        painter.drawLine(panel.box.topLeft(), panel.box.bottomLeft())
        painter.drawLine(panel.box.bottomLeft(), panel.box.bottomRight())

    def _legend(self, painter: QPainter, panel: _Panel) -> None:
        lines = self._lines([series for _n, series in panel.series])
        y = panel.box.top() - HEAD - LINE * len(lines)
        painter.setFont(font(13, QFont.Weight.DemiBold))
        painter.setPen(colour("text"))
        painter.drawText(QRectF(EDGE, y, self.width(), HEAD - 4), Qt.AlignmentFlag.AlignVCenter, self._title(panel))
        painter.setFont(font(12))
        numbers = {id(series): number for number, series in panel.series}
        metrics = QFontMetricsF(font(12))
        for k, line in enumerate(lines):
            x, top = EDGE, y + HEAD - 4 + k * LINE
            for series in line:
                painter.setPen(self._pen(numbers[id(series)]))
                painter.drawLine(QPointF(x, top + LINE / 2), QPointF(x + SAMPLE, top + LINE / 2))
                painter.setPen(colour("text"))
                wide = metrics.horizontalAdvance(self._name(series) + VALUE) + GAP
                place = QRectF(x + SAMPLE + 8, top, wide, LINE)
                painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, self._text(series))
                x += SAMPLE + 8 + wide

    def _curve(self, painter: QPainter, panel: _Panel, number: int, series: Series) -> None:
        import numpy as np

        places = np.stack([self.x_pixel(series.x), panel.pixel(series.y)], 1)
        painter.setPen(self._pen(number))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(polygon(places))

    def _marks(self, painter: QPainter, panel: _Panel, number: int, series: Series) -> None:
        """A dot for each mark, and a ring at their mean."""
        import numpy as np

        if series.marks is None or not len(series.marks):
            return
        tint = self._tint(number)
        pale = QColor(tint)
        pale.setAlphaF(0.55)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(pale)
        x = np.clip(series.marks, *self._range)
        for at, height in zip(x.tolist(), series.at(x).tolist(), strict=True):
            painter.drawEllipse(QPointF(self.x_pixel(at), panel.pixel(height)), DOT, DOT)
        mean = np.array(x.mean())
        painter.setPen(QPen(tint, 2))
        painter.setBrush(colour("card"))
        painter.drawEllipse(QPointF(self.x_pixel(float(mean)), panel.pixel(float(series.at(mean)))), RING, RING)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _foot(self, painter: QPainter, panel: _Panel) -> None:
        """The ticks across, and what is across."""
        painter.setFont(font(11))
        painter.setPen(colour("muted"))
        for tick in across(*self._range, panel.box.width(), integer=False):
            x = self.x_pixel(tick.at)
            painter.drawLine(QPointF(x, panel.box.bottom()), QPointF(x, panel.box.bottom() + 4))
            painter.drawText(QRectF(x - 40, panel.box.bottom() + 6, 80, 16), Qt.AlignmentFlag.AlignHCenter, tick.text)
        tall, wide = self._foot_height(), self.width() - 2 * EDGE
        middle = panel.box.center().x()
        if 2 * (self.width() - EDGE - middle) >= QFontMetricsF(font(11)).horizontalAdvance(self._across):
            wide = 2 * (self.width() - EDGE - middle)  # under the middle of the axis
        place = QRectF(self.width() - EDGE - wide, panel.box.bottom() + 26, wide, tall)
        painter.drawText(place, CENTRED, self._across)

    def _tint(self, number: int) -> QColor:
        series = theme().current.series
        return QColor(series[number % len(series)].colour)

    def _pen(self, number: int) -> QPen:
        series = theme().current.series
        return pen_for(series[number % len(series)])

    # -- the pointer ---------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        low, high = self._range
        wide = max(24.0, self.width() - 2 * EDGE - LEFT)
        x = low + (event.position().x() - EDGE - LEFT) / wide * (high - low)
        self._hover = x if low <= x <= high else None
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()

    @Slot()
    def _recolour(self) -> None:
        self.update()
