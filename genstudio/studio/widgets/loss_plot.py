"""The live curves, drawn with pyqtgraph. Importing this module imports pyqtgraph and numpy: late, off the GUI thread.

Each name has one colour and dash: raw training values faint, their debiased moving average on top, held-out values as
rings.

Curves of very different size stand in strips of their own, one above the other over the same x. Wide pens are slow in
Qt, so the wide line is the smooth one, thinned to what the screen can show.
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
from genstudio.studio.widgets.strips import Extent, extent, held_range, into_strips
from genstudio.studio.widgets.words import as_time

SMOOTH_POINTS = 160  # of the wide line: a point every other pixel
OVERLAY_POINTS = 400
NOT_FINITE_SHOWN = 24
DECADES_FOR_LOG = 0.5  # a log scale over less looks like a linear one and has no round ticks
VISIBLE = 0.98  # of the values of a curve that stands alone: its first steps would flatten all that follows
AXIS_WIDTH, AXIS_HEIGHT = 46, 22
WIDE_AXIS = 62  # for ticks such as −14,000, which pyqtgraph leaves out rather than cuts
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
    strip: int = 0
    overlays: list[Any] = field(default_factory=list)

    def items(self) -> list[Any]:
        return [self.raw, self.smooth, self.held_out, *self.overlays]


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
        self._breaks: list[tuple[Any, Any]] = []  # (strip's plot, red line)
        self._strips: list[Any] = []  # plots, from the top down
        self._cursors: list[Any] = []
        self.groups: list[list[str]] = [[]]  # the names of each strip
        self._judged: tuple[Any, int] = (None, 0)
        self._held: list[Extent | None] = []  # each strip's range upwards, and the one across that all share
        self._held_across: Extent | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(_("Curves"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.plot = pg.GraphicsLayoutWidget(self)
        self.plot.setBackground(None)
        self.plot.ci.layout.setContentsMargins(0, 4, 6, 0)
        self.plot.ci.layout.setVerticalSpacing(4)
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.setStyleSheet("background: transparent; border: none;")
        self.plot.viewport().setAutoFillBackground(False)
        layout.addWidget(self.plot)
        self._add_strip()
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
        self._held_across = None
        for item in self._strips:
            item.setAxisItems({"bottom": _across(axis)})
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
        self._judge()
        places = {name: place for place, group in enumerate(self.groups) for name in group}
        for name, line in list(self._lines.items()):
            if places.get(name) != line.strip:
                for each in self._lines.pop(name).items():
                    self._strips[line.strip].removeItem(each)
        for name in self.names:
            self._draw(name)
        self._mark_not_finite()
        self._fit()

    def _fit(self) -> None:
        """Ranges that hold all that is drawn and move seldom: pyqtgraph's own would draw every axis anew at every point."""
        reach: list[float] = []
        for place, group in enumerate(self.groups):
            heights: list[np.ndarray] = []
            for name in group:
                line = self._lines.get(name)
                for item in line.items() if line is not None else ():
                    x, y = item.getOriginalDataset()
                    if x is None or y is None or not len(x):
                        continue
                    reach += [float(np.nanmin(x)), float(np.nanmax(x))]
                    heights.append(y[np.isfinite(y)])
            values = np.concatenate(heights) if heights else np.empty(0)
            if self._strips[place].getAxis("left").logMode:
                values = np.log10(values[values > 0])
            if not len(values):
                continue
            # The first steps of a curve that stands alone would flatten all that follows.
            edges = (50 * (1 - VISIBLE), 50 * (1 + VISIBLE)) if len(self.groups) > 1 and len(values) > 50 else (0, 100)
            low, high = (float(v) for v in np.percentile(values, edges))
            held = held_range(low, high, self._held[place])
            if held != self._held[place]:
                self._held[place] = held
                self._strips[place].setYRange(*held, padding=0.03)
        if reach:
            across = held_range(min(reach), max(reach), self._held_across, room_below=False)
            if across != self._held_across:
                self._held_across = across
                self._strips[0].setXRange(*across, padding=0.03)

    # -- strips --------------------------------------------------------------------------------------------------

    def _judge(self) -> None:
        """Which curves share a strip: asked anew when others are shown or there is half as much again to see."""
        seen = max((len(c.values) for n in self.names if (c := self.data.columns.get(f"train/{n}"))), default=0)
        asked = (self.data, tuple(self.names), self.log)
        if asked == self._judged[0] and seen < 1.5 * self._judged[1] + 1:
            return
        self._judged = (asked, seen)
        values = {name: self.data.curve(f"train/{name}", self.axis)[1] for name in self.names}
        extents = {name: extent(its, log=self.log and _is_positive(its)) for name, its in values.items()}
        # What has no logarithm shares no axis with what has one.
        kinds = [[n for n in self.names if _is_positive(values[n]) or not self.log]]
        kinds.append([n for n in self.names if n not in kinds[0]])
        groups = [group for kind in kinds for group in into_strips(kind, extents)] or [[]]
        groups.sort(key=lambda group: self.names.index(group[0]) if group else 0)
        while len(self._strips) < len(groups):
            self._add_strip()
        for place, item in enumerate(self._strips):
            item.setVisible(place < len(groups))
            item.setMaximumHeight(16_777_215 if place < len(groups) else 0)
            if place < len(groups):
                self._scale(item, groups[place], extents)
                item.getAxis("bottom").setStyle(showValues=place == len(groups) - 1)
                item.getAxis("bottom").setHeight(AXIS_HEIGHT if place == len(groups) - 1 else 2)
        below = min((float(np.nanmin(its)) for its in values.values() if np.isfinite(its).any()), default=0.0)
        for item in self._strips:
            item.getAxis("left").setWidth(WIDE_AXIS if below <= -1000 else AXIS_WIDTH)
        self.groups = groups

    def _scale(self, item: Any, names: list[str], extents: Mapping[str, Any]) -> None:
        """Logarithmic where that was chosen and shows something. Its range is chosen anew by :meth:`_fit`."""
        found = [held for name in names if (held := extents.get(name)) is not None]
        positive = all(_is_positive(self.data.curve(f"train/{name}", self.axis)[1]) for name in names)
        wide = not found or max(h for _, h in found) - min(low for low, _ in found) >= DECADES_FOR_LOG
        item.setLogMode(x=False, y=self.log and positive and wide)
        self._held[self._strips.index(item)] = None

    def _is_log(self, name: str) -> bool:
        strip = self._lines[name].strip if name in self._lines else self._place(name)
        return bool(self._strips[strip].getAxis("left").logMode)

    def _place(self, name: str) -> int:
        return next((place for place, group in enumerate(self.groups) if name in group), 0)

    def _add_strip(self) -> None:
        before = set(QApplication.topLevelWidgets())
        item = pg.PlotItem(axisItems={"left": ValueAxis("left"), "bottom": _across(self.axis)}, enableMenu=False)
        for widget in set(QApplication.topLevelWidgets()) - before:
            widget.setParent(self)  # menus that pyqtgraph makes without an owner would outlive us
            widget.hide()
        item.hideButtons()
        item.getViewBox().setMouseEnabled(False, False)
        item.getViewBox().setDefaultPadding(0.03)
        self.plot.ci.addItem(item, row=len(self._strips), col=0)
        if self._strips:
            item.setXLink(self._strips[0])
        cursor = pg.InfiniteLine(angle=90, movable=False)
        cursor.hide()
        item.addItem(cursor, ignoreBounds=True)
        item.disableAutoRange()
        self._strips.append(item)
        self._held.append(None)
        self._cursors.append(cursor)
        self._dress_strip(item, cursor)

    # -- drawing -------------------------------------------------------------------------------------------------

    def _draw(self, name: str) -> None:
        line = self._lines.get(name) or self._make_line(name)
        x, y = self.data.curve(f"train/{name}", self.axis)
        with np.errstate(invalid="ignore", divide="ignore"):
            line.raw.setData(x, self._drawable(name, y))
            if self.smoothing > 0:
                line.smooth.setData(*thin(x, self._drawable(name, smooth(y, self.smoothing)), SMOOTH_POINTS))
            else:
                line.smooth.setData(*thin(x, self._drawable(name, y), SMOOTH_POINTS * 4))
            line.held_out.setData(*self._held_out(name))
            for overlay, other in zip(line.overlays, self.others.values(), strict=False):
                ox, oy = other.curve(f"train/{name}", self.axis)
                overlay.setData(*thin(ox, self._drawable(name, smooth(oy, self.smoothing)), OVERLAY_POINTS))

    def _held_out(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        for split in ("validation", "test"):
            if self.data.has(f"{split}/{name}"):
                x, y = self.data.curve(f"{split}/{name}", self.axis)
                shown = np.isfinite(y) & ((y > 0) | (not self._is_log(name)))
                return x[shown], y[shown]
        return np.empty(0), np.empty(0)

    def _drawable(self, name: str, y: np.ndarray) -> np.ndarray:
        """What can't be drawn (not finite; not positive on the log scale) becomes a gap."""
        shown = np.isfinite(y)
        if self._is_log(name):
            shown &= y > 0
        return np.where(shown, y, np.nan)

    def _make_line(self, name: str) -> _Line:
        strip = self._place(name)
        item = self._strips[strip]
        raw = item.plot(connect="finite", clipToView=False)
        raw.setDownsampling(auto=True, method="peak")
        wide = item.plot(connect="finite", antialias=True)
        rings = item.plot(pen=None, symbol="o", symbolSize=6)
        line = self._lines[name] = _Line(raw, wide, rings, strip)
        self._dress_line(name)
        return line

    def _dress_line(self, name: str) -> None:
        line = self._lines[name]
        item = self._strips[line.strip]
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
        shown = self._strips[: len(self.groups)]
        wanted = [(item, x) for item in shown for x in sorted(places)[-NOT_FINITE_SHOWN:]]
        if [(item, line.value()) for item, line in self._breaks] == wanted:
            return
        self._forget_breaks()
        pen = pg.mkPen(colour("bad"), width=1, dash=(2, 2))
        self._breaks = [(item, pg.InfiniteLine(x, angle=90, pen=pen)) for item, x in wanted]
        for item, line in self._breaks:
            item.addItem(line)

    @Slot()
    def _dress(self) -> None:
        """Colours and fonts of the theme in force."""
        for item, cursor in zip(self._strips, self._cursors, strict=True):
            self._dress_strip(item, cursor)
        for name in self._lines:
            self._dress_line(name)
        self._forget_breaks()
        self.redraw()

    def _dress_strip(self, item: Any, cursor: Any) -> None:
        axis_pen = pg.mkPen(colour("border"), width=1)
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setStyle(tickFont=font(11), tickLength=-4, tickTextOffset=6, textFillLimits=[(0, 0.4)])
            axis.setTextPen(pg.mkPen(colour("muted")))
            axis.setPen(axis_pen)
            axis.setTickPen(pg.mkPen(colour("grid"), width=1))
        last = item is self._strips[len(self.groups) - 1]
        item.getAxis("bottom").setStyle(showValues=last)
        item.getAxis("bottom").setHeight(AXIS_HEIGHT if last else 2)
        item.getAxis("left").setGrid(255)
        cursor.setPen(pg.mkPen(colour("muted"), width=1))

    def _forget_breaks(self) -> None:
        for item, line in self._breaks:
            item.removeItem(line)
        self._breaks = []

    # -- hovering ------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseMove:
            position = event.position()  # type: ignore[attr-defined]
            scene = self.plot.mapToScene(position.toPoint())
            self.point_at(self._strips[0].getViewBox().mapSceneToView(QPointF(scene)).x())
        elif event.type() == QEvent.Type.Leave:
            self.point_at(math.nan)
        return False

    def point_at(self, x: float) -> None:
        """Put the cursor at the measured place nearest to ``x`` (NaN takes it away)."""
        found = [p for name in self.names if (p := self.data.nearest(f"train/{name}", x, self.axis))]
        self.at = found[0][0] if found and math.isfinite(x) else math.nan
        for cursor in self._cursors:
            cursor.setVisible(math.isfinite(self.at))
            if math.isfinite(self.at):
                cursor.setValue(self.at)
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


def _across(axis: Axis) -> Any:
    return TimeAxis("bottom") if axis == "time" else ValueAxis("bottom")


def _is_positive(values: np.ndarray) -> bool:
    """Whether a logarithmic axis can show these values, but for a few of them."""
    known = values[np.isfinite(values)]
    return not len(known) or float(np.median(known)) > 0


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
    return f"{value:,.{min(places, 6)}f}".replace("-", "−")
