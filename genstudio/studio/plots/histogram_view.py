"""Histograms on one scale, as steps: distinguished by colour and dash, with a legend, and read off bin by bin."""

from __future__ import annotations

import math
from dataclasses import replace

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QVBoxLayout, QWidget

from genstudio.core.messages import _, translate
from genstudio.studio.plots.axis import in_short
from genstudio.studio.plots.chart_plot import ChartPlot
from genstudio.studio.plots.legend import Legend
from genstudio.studio.plots.line_items import mixed, thin_pen
from genstudio.studio.theme import colour, theme
from genstudio.viewing.charts.chart import Extent
from genstudio.viewing.charts.histograms import Histograms, median

MARKED = 0.25  # share of the accent's colour behind a range that is chosen


class BinPlot(ChartPlot):
    """Plot over bins. ``pointed`` carries a bin or ``None``, ``picked`` one that was clicked or chosen by Enter."""

    pointed = Signal(object)
    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        self.histograms: Histograms | None = None
        self.bin: int | None = None
        self._pressed = QPointF()
        self._region: pg.LinearRegionItem | None = None
        self._marked: pg.LinearRegionItem | None = None
        self._value: pg.InfiniteLine | None = None
        super().__init__(parent, moves=False)

    def show_histograms(self, shown: Histograms, names: set[str]) -> None:
        """Show those series of ``shown`` whose lines have these names, on the scale of all."""
        self.histograms = shown
        if self.bin is not None and self.bin >= shown.bins:
            self.bin = None
        chart = shown.chart()
        lines = tuple(line for line in chart.panels[0].lines if line.name in names)
        self.show_chart(replace(chart, panels=(replace(chart.panels[0], lines=lines),)))

    def point_out(self, value: float | None) -> None:
        """Mark where an image that is pointed at stands: at the nearer end what lies outside."""
        if not self.panels or self.histograms is None:
            return
        if self._value is None or self._value.getViewBox() is not self.panels[0].view:
            self._value = pg.InfiniteLine(angle=90, movable=False)
            self._value.addMarker("v", position=1.0, size=10)
            self._value.setZValue(12)
            self.panels[0].view.addItem(self._value, ignoreBounds=True)
        self._value.setPen(thin_pen(colour("accent")))
        self._value.setVisible(value is not None)
        if value is not None:
            low, high = self.histograms.ends
            self._value.setValue(min(max(value, low), high))

    def mark(self, extent: Extent | None) -> None:
        """Mark a range of x that is chosen; none for ``None``."""
        if not self.panels:
            return
        if self._marked is None or self._marked.getViewBox() is not self.panels[0].view:
            self._marked = pg.LinearRegionItem(movable=False, pen=pg.mkPen(None))
            self._marked.setZValue(-6)
            self.panels[0].view.addItem(self._marked, ignoreBounds=True)
        self._marked.setBrush(mixed(colour("accent"), MARKED))
        self._marked.setVisible(extent is not None)
        if extent is not None:
            self._marked.setRegion(extent)

    def choose(self, number: int | None) -> None:
        """Mark a bin, and none for ``None``."""
        if number == self.bin:
            return
        self.bin = number
        if self.panels:
            self._show_bin()
        self.pointed.emit(number)

    def _show_bin(self) -> None:
        if self._region is None or self._region.getViewBox() is not self.panels[0].view:
            self._region = pg.LinearRegionItem(movable=False, pen=pg.mkPen(None))
            self._region.setZValue(-5)
            self.panels[0].view.addItem(self._region, ignoreBounds=True)
        self._region.setBrush(colour("hover"))
        self._region.setVisible(self.bin is not None)
        if self.bin is not None and self.histograms is not None:
            self._region.setRegion(self.histograms.edges(self.bin))

    # -- hands ---------------------------------------------------------------------------------------------------

    def point_at(self, x: float) -> None:
        """Choose the bin that ``x`` lies in."""
        if self.histograms is not None:
            self.choose(None if math.isnan(x) else self.histograms.bin_at(x))

    def bin_under(self, place: QPointF) -> int | None:
        """The bin at a place of the widget."""
        if self.histograms is None or self.panel_at(place) is None:
            return None
        return self.histograms.bin_at(self.x_at(place.x()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._pressed = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        under = self.bin_under(event.position())
        still = (event.position() - self._pressed).manhattanLength() < 4
        if event.button() == Qt.MouseButton.LeftButton and under is not None and still:
            self.picked.emit(under)

    def step_cursor(self, sign: int) -> None:
        """Choose the next bin to the right, or to the left."""
        if self.histograms is not None:
            last = self.histograms.bins - 1
            self.choose((0 if sign > 0 else last) if self.bin is None else min(max(self.bin + sign, 0), last))

    def take_key(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.bin is not None:
            self.picked.emit(self.bin)
            return True
        return super().take_key(event)


class HistogramView(QWidget):
    """Shows :class:`Histograms`. The last series is filled. ``pointed`` carries a bin, or ``None``; ``picked`` one that was
    clicked."""

    pointed = Signal(object)
    picked = Signal(int)
    save_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._shown: Histograms | None = None
        self.legend = Legend(self)
        self.plot = BinPlot(self)
        self.setFocusProxy(self.plot)
        self.setAccessibleName(_("Histogram"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.legend)
        column.addWidget(self.plot, 1)
        self.plot.pointed.connect(self._pointed)
        self.plot.picked.connect(self.picked)
        self.plot.save_requested.connect(self.save_requested)
        self.legend.toggled.connect(self._show)
        theme().changed.connect(self._dress)

    def sizeHint(self) -> QSize:
        return QSize(360, 156)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.plot.setAccessibleName(name)

    def setAccessibleDescription(self, text: str) -> None:
        super().setAccessibleDescription(text)
        self.plot.setAccessibleDescription(text)

    @property
    def shown(self) -> Histograms | None:
        return self._shown

    def show_histograms(self, shown: Histograms | None) -> None:
        """``None`` or no series: an empty frame."""
        self._shown = shown if shown is not None and shown.series else None
        self._dress()
        self._show()
        self.setAccessibleDescription(self.description())

    def point_out(self, value: float | None) -> None:
        """Mark where an image that is pointed at stands."""
        self.plot.point_out(value)

    def mark(self, extent: Extent | None) -> None:
        """Mark a range of x that is chosen; none for ``None``."""
        self.plot.mark(extent)

    def description(self, number: int | None = None) -> str:
        """Text on a bin; without one, on the median of each series."""
        if self._shown is None:
            return _("Nothing has been counted yet.")
        low, high = self._shown.ends
        step = (high - low) / 10
        if number is None:
            parts = [
                _("{name}: median {middle}", name=translate(s.name), middle=in_short(median(s), step))
                for s in self._shown.series
            ]
            return "; ".join(parts)
        low, high = self._shown.edges(number)
        step = (high - low) / 10
        shares = "\n".join(f"{translate(s.name)}: {s.y[number]:.1f} %" for s in self._shown.series)
        return _("{low} to {high}", low=in_short(low, step), high=in_short(high, step)) + "\n" + shares

    @Slot()
    def _dress(self) -> None:
        lines = self._shown.chart().lines if self._shown is not None else {}
        titles = {name: translate(line.title) for name, line in lines.items()}
        self.legend.set_names(titles, {name: line.style for name, line in lines.items()}, ())

    @Slot()
    def _show(self) -> None:
        self.plot.setVisible(self._shown is not None)
        if self._shown is not None:
            self.plot.show_histograms(self._shown, set(self.legend.shown()))

    @Slot(object)
    def _pointed(self, number: int | None) -> None:
        self.setAccessibleDescription(self.description(number))
        self.pointed.emit(number)
        if number is None or self._shown is None:
            QToolTip.hideText()
            return
        middle = sum(self._shown.edges(number)) / 2
        place = QPointF(self.plot.pixel_of(middle) + 12, 8)
        QToolTip.showText(self.plot.mapToGlobal(place).toPoint(), self.description(number), self.plot)
