"""The live curves, drawn with pyqtgraph. Importing this module imports pyqtgraph and numpy: late, off the GUI thread.

Each name has one colour and dash: raw training values faint, their debiased moving average on top, held-out values as
rings. Wide pens are slow in Qt, so the wide line is the smooth one, thinned to what the screen can show.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from genstudio.core.messages import _
from genstudio.export.smoothing import smooth
from genstudio.studio.theme import Series, colour, font, theme
from genstudio.studio.widgets.curve_data import Axis, CurveData, thin
from genstudio.studio.widgets.words import as_time

SMOOTH_POINTS = 160  # of the wide line: a point every other pixel
OVERLAY_POINTS = 400
NOT_FINITE_SHOWN = 24
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class ValueAxis(pg.AxisItem):
    """Ticks as people write them: 1,500 and, on the log scale, 10³ or 200."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        if self.logMode:
            return self.logTickStrings(values, scale, spacing)
        return [in_short(value * scale, spacing * scale) for value in values]

    def logTickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        low, high = self.range
        wide = high - low > 1.2
        return [log_tick(value, wide) for value in values]


class TimeAxis(ValueAxis):
    """Seconds of training as 1:30 or 2:05:00."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [as_time(value * scale) for value in values]


@dataclass
class _Line:
    """The items that draw one name."""

    raw: Any
    smooth: Any
    held_out: Any
    overlays: list[Any] = field(default_factory=list)


class LossPlot(QWidget):
    """``hovered(x)`` while the pointer or the arrow keys choose a place (NaN when they leave)."""

    hovered = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.data = CurveData()
        self.others: dict[str, CurveData] = {}
        self.names: list[str] = []
        self.styles: dict[str, Series] = {}
        self.axis: Axis = "step"
        self.log = False
        self.smoothing = 0.9
        self.at = math.nan
        self._lines: dict[str, _Line] = {}
        self._breaks: list[Any] = []
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(_("Curves"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        before = set(QApplication.topLevelWidgets())
        self.plot = pg.PlotWidget(
            self,
            axisItems={"left": ValueAxis("left"), "bottom": ValueAxis("bottom")},
            background=None,
            enableMenu=False,
        )
        for widget in set(QApplication.topLevelWidgets()) - before:
            widget.setParent(self)  # menus that pyqtgraph makes without an owner would outlive us
            widget.hide()
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.setStyleSheet("background: transparent; border: none;")
        self.plot.viewport().setAutoFillBackground(False)
        item = self.plot.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.getViewBox().setMouseEnabled(False, False)
        item.getViewBox().setDefaultPadding(0.03)
        item.setContentsMargins(0, 4, 6, 0)
        layout.addWidget(self.plot)
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self._cursor.hide()
        item.addItem(self._cursor, ignoreBounds=True)
        self.plot.viewport().setMouseTracking(True)
        self.plot.viewport().installEventFilter(self)
        theme().changed.connect(self._dress)
        self._dress()

    # -- what is shown -------------------------------------------------------------------------------------------

    def set_data(self, data: CurveData) -> None:
        """Show the curves of another run."""
        self.data = data
        self.redraw()

    def set_others(self, others: Mapping[str, CurveData]) -> None:
        """Runs drawn thinly behind, by name."""
        self.others = dict(others)
        for name in self._lines:
            self._dress_line(name)
        self.redraw()

    def set_names(self, names: Sequence[str], styles: Mapping[str, Series]) -> None:
        """Which names are drawn, and how."""
        if list(names) != self.names or dict(styles) != self.styles:
            self.names, self.styles = list(names), dict(styles)
            self.redraw()

    def set_axis(self, axis: Axis) -> None:
        """x in steps, or in seconds of training."""
        self.axis = axis
        made = TimeAxis("bottom") if axis == "time" else ValueAxis("bottom")
        self.plot.getPlotItem().setAxisItems({"bottom": made})
        self._dress()

    def set_log(self, log: bool) -> None:
        """True logarithm, or linear."""
        self.log = log
        self.redraw()

    def set_smoothing(self, weight: float) -> None:
        """How much of the past stays in the moving average, 0 (none of it) to just under 1."""
        self.smoothing = weight
        self.redraw()

    def redraw(self) -> None:
        """Bring every line up to date with the data."""
        item = self.plot.getPlotItem()
        for name in [name for name in self._lines if name not in self.names]:
            line = self._lines.pop(name)
            for each in (line.raw, line.smooth, line.held_out, *line.overlays):
                item.removeItem(each)
        item.setLogMode(x=False, y=self.log)
        for name in self.names:
            self._draw(name)
        self._mark_not_finite()

    # -- drawing -------------------------------------------------------------------------------------------------

    def _draw(self, name: str) -> None:
        line = self._lines.get(name) or self._make_line(name)
        x, y = self.data.curve(f"train/{name}", self.axis)
        with np.errstate(invalid="ignore", divide="ignore"):
            line.raw.setData(x, self._drawable(y))
            if self.smoothing > 0:
                line.smooth.setData(*thin(x, self._drawable(smooth(y, self.smoothing)), SMOOTH_POINTS))
            else:
                line.smooth.setData(*thin(x, self._drawable(y), SMOOTH_POINTS * 4))
            line.held_out.setData(*self._held_out(name))
            for overlay, other in zip(line.overlays, self.others.values(), strict=False):
                ox, oy = other.curve(f"train/{name}", self.axis)
                overlay.setData(*thin(ox, self._drawable(smooth(oy, self.smoothing)), OVERLAY_POINTS))

    def _held_out(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        for split in ("validation", "test"):
            if self.data.has(f"{split}/{name}"):
                x, y = self.data.curve(f"{split}/{name}", self.axis)
                shown = np.isfinite(y) & ((y > 0) | (not self.log))
                return x[shown], y[shown]
        return np.empty(0), np.empty(0)

    def _drawable(self, y: np.ndarray) -> np.ndarray:
        """What can't be drawn (not finite; not positive on the log scale) becomes a gap."""
        shown = np.isfinite(y)
        if self.log:
            shown &= y > 0
        return np.where(shown, y, np.nan)

    def _make_line(self, name: str) -> _Line:
        item = self.plot.getPlotItem()
        raw = item.plot(connect="finite", clipToView=False)
        raw.setDownsampling(auto=True, method="peak")
        wide = item.plot(connect="finite", antialias=True)
        rings = item.plot(pen=None, symbol="o", symbolSize=6)
        line = self._lines[name] = _Line(raw, wide, rings)
        self._dress_line(name)
        return line

    def _dress_line(self, name: str) -> None:
        item, line = self.plot.getPlotItem(), self._lines[name]
        style = self.styles.get(name) or theme().current.series[0]
        faint = QColor(style.colour)
        faint.setAlphaF(0.38)
        line.raw.setPen(pg.mkPen(faint, width=1))
        line.smooth.setPen(pen_for(style))
        line.held_out.setSymbolPen(pg.mkPen(style.colour, width=1.5))
        line.held_out.setSymbolBrush(colour("card"))
        for overlay in line.overlays[len(self.others) :]:
            item.removeItem(overlay)
        del line.overlays[len(self.others) :]
        while len(line.overlays) < len(self.others):
            line.overlays.append(item.plot(connect="finite"))
        thin_colour = QColor(style.colour)
        thin_colour.setAlphaF(0.6)
        for place, overlay in enumerate(line.overlays):
            overlay.setPen(pg.mkPen(thin_colour, width=1, dash=(2 + 2 * place, 3)))

    def _mark_not_finite(self) -> None:
        """A red line wherever a shown value was NaN or infinite: that is never smoothed over."""
        places: set[float] = set()
        for name in self.names:
            x, y = self.data.curve(f"train/{name}", self.axis)
            places |= set(x[~np.isfinite(y)][-NOT_FINITE_SHOWN:].tolist())
        item = self.plot.getPlotItem()
        wanted = sorted(places)[-NOT_FINITE_SHOWN:]
        if [line.value() for line in self._breaks] == wanted:
            return
        for line in self._breaks:
            item.removeItem(line)
        pen = pg.mkPen(colour("bad"), width=1, dash=(2, 2))
        self._breaks = [pg.InfiniteLine(x, angle=90, pen=pen) for x in wanted]
        for line in self._breaks:
            item.addItem(line)

    @Slot()
    def _dress(self) -> None:
        """Colours and fonts of the theme in force."""
        item = self.plot.getPlotItem()
        axis_pen = pg.mkPen(colour("border"), width=1)
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setStyle(tickFont=font(11), tickLength=-4, tickTextOffset=6, textFillLimits=[(0, 0.4)])
            axis.setTextPen(pg.mkPen(colour("muted")))
            axis.setPen(axis_pen)
            axis.setTickPen(pg.mkPen(colour("grid"), width=1))
        item.getAxis("left").setWidth(40)
        item.getAxis("bottom").setHeight(22)
        item.getAxis("left").setGrid(255)
        self._cursor.setPen(pg.mkPen(colour("muted"), width=1))
        for name in self._lines:
            self._dress_line(name)
        self._breaks_redressed()
        self.redraw()

    def _breaks_redressed(self) -> None:
        for line in self._breaks:
            self.plot.getPlotItem().removeItem(line)
        self._breaks = []

    # -- hovering ------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseMove:
            position = event.position()  # type: ignore[attr-defined]
            scene = self.plot.mapToScene(position.toPoint())
            self.point_at(self.plot.getPlotItem().getViewBox().mapSceneToView(QPointF(scene)).x())
        elif event.type() == QEvent.Type.Leave:
            self.point_at(math.nan)
        return False

    def point_at(self, x: float) -> None:
        """Put the cursor at the measured place nearest to ``x`` (NaN takes it away)."""
        found = [p for name in self.names if (p := self.data.nearest(f"train/{name}", x, self.axis))]
        self.at = found[0][0] if found and math.isfinite(x) else math.nan
        self._cursor.setVisible(math.isfinite(self.at))
        if math.isfinite(self.at):
            self._cursor.setValue(self.at)
        self.hovered.emit(self.at)

    def keyPressEvent(self, event: Any) -> None:
        moves = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        x, _y = self.data.curve(f"train/{self.names[0]}", self.axis) if self.names else (np.empty(0), None)
        if event.key() == Qt.Key.Key_Escape:
            self.point_at(math.nan)
        elif event.key() in moves and len(x):
            stride = max(1, len(x) // 50) * moves[event.key()]
            place = len(x) if math.isnan(self.at) else int(np.searchsorted(x, self.at))
            self.point_at(float(x[int(np.clip(place + stride, 0, len(x) - 1))]))
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: Any) -> None:
        super().focusOutEvent(event)
        self.point_at(math.nan)


def pen_for(style: Series, width: float = 2) -> QPen:
    """The wide pen of a curve: its colour and its dash."""
    pen = pg.mkPen(style.colour, width=width)
    if style.dash:
        pen.setDashPattern(list(style.dash))
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def log_tick(value: float, wide: bool) -> str:
    """A tick at 10^``value``: whole powers as 10³ (1 and 10 as themselves), others only where there is room."""
    whole = abs(value - round(value)) < 1e-6
    if whole and wide:
        power = round(value)
        return {0: "1", 1: "10"}.get(power, "10" + str(power).translate(SUPERSCRIPT))
    number = 10**value
    digit = round(number / 10 ** math.floor(value + 1e-9), 6)
    return in_short(number, number / 10) if not wide and digit in (1, 2, 3, 5) else ""


def in_short(value: float, spacing: float) -> str:
    """A number with as many digits as the spacing of the ticks asks for."""
    if value and (abs(value) >= 1e6 or abs(value) < 1e-4):
        return f"{value:.3g}"
    places = max(0, -math.floor(math.log10(spacing))) if spacing > 0 else 0
    return f"{value:,.{min(places, 6)}f}"
