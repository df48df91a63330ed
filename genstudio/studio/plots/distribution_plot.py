"""The distribution that one sub-pixel is drawn from: bars, a curve where there are many levels, and the drawn level marked.
Under the levels lies a strip of what they look like."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from genstudio.core.messages import _
from genstudio.studio.plots.axis import Axis
from genstudio.studio.plots.canvas import Canvas, MovedView
from genstudio.studio.plots.line_items import CurveItem, mixed, thin_pen
from genstudio.studio.theme import colour
from genstudio.viewing.charts.distribution import Distribution

LEFT, STRIP, BELOW, TOP, RIGHT = 34, 9, 20, 6, 12  # pixels: ticks' texts, strip of colours, levels' texts, the marker
WIDEST_BAR = 44.0  # pixels
HEADROOM = 1.12  # of the scale: for the text of its upper end
FILLED = 0.35  # share of the bars' grey under the curve


class DistributionView(Canvas):
    """Shows one :class:`Distribution`. ``picked`` carries a level: clicked, or Enter on the one that arrow keys chose."""

    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._shown: Distribution | None = None
        self._pointed: int | None = None
        self._chosen = 0
        self._kind: tuple[Any, ...] = ()
        super().__init__(parent)
        self.setMinimumHeight(76)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(_("Distribution of the pixel"))
        self.rows.layout.setContentsMargins(0, TOP, RIGHT, 0)
        self.view = MovedView(moves=False)
        self.view.menu_requested.connect(self.show_menu)
        self._axis, self._foot = Axis("left", grid=True), Axis("bottom", "step")
        self._strip = pg.ImageItem(axisOrder="col-major")
        self._strip_view = MovedView(moves=False)
        self._strip_view.addItem(self._strip)
        self._strip_view.setYRange(0, 1, padding=0)
        self._strip_view.setFixedHeight(STRIP)
        for axis, view in ((self._axis, self.view), (self._foot, self._strip_view)):
            axis.linkToView(view)
        self._axis.setWidth(LEFT)
        self._axis.setTicks([[]])  # there is no scale yet
        for axis in (self._axis, self._foot):
            axis.setStyle(hideOverlappingLabels=False)  # there is room beyond the ends
        self._foot.setHeight(BELOW)
        for item, row, column in (
            (self._axis, 0, 0), (self.view, 0, 1), (self._strip_view, 1, 1), (self._foot, 2, 1)
        ):  # fmt: skip
            self.rows.addItem(item, row, column)
        self.rows.layout.setRowStretchFactor(0, 100)
        self._bars = pg.BarGraphItem(x=[0], height=[0], width=0.8)
        self._drawn_bar = pg.BarGraphItem(x=[0], height=[0], width=0.8)
        self._outlined = pg.BarGraphItem(x=[0], height=[0], width=0.8)
        self._curve = CurveItem()
        self._line = pg.InfiniteLine(angle=90, movable=False)
        self._line.addMarker("v", position=1.0, size=11)
        for item in (self._outlined, self._curve, self._bars, self._drawn_bar, self._line):
            item.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
            self.view.addItem(item, ignoreBounds=True)
        self.show_distribution(None)
        self.recolour()

    @property
    def shown(self) -> Distribution | None:
        return self._shown

    def sizeHint(self) -> QSize:
        return QSize(280, 120)

    def show_distribution(self, shown: Distribution | None) -> None:
        """``None``: nothing is drawn yet."""
        self._shown = shown
        if shown is not None:
            self._chosen = min(self._chosen if self.hasFocus() else shown.level, shown.levels - 1)
            self.setAccessibleDescription(self._described(shown.level))
            self._fit(shown)
            self._fill(shown)
        else:
            self.setAccessibleDescription(_("Nothing is drawn yet."))
        bars = shown is not None and not shown.as_curve
        self._bars.setVisible(bars)
        self._drawn_bar.setVisible(bars)
        self._curve.setVisible(shown is not None and not bars)
        for item in (self._line, self._strip, self._foot):
            item.show() if shown is not None else item.hide()  # an axis takes its height with it
        self._outline()

    def bar_rect(self, level: int) -> QRectF:
        """Rectangle of a level's bar, or of its part of the curve, in pixels of the widget."""
        box = self.view.sceneBoundingRect()
        left, right = (self.view.mapViewToScene(QPointF(level + side, 0.0)).x() for side in (-0.5, 0.5))
        return QRectF(left, box.top(), right - left, box.height())

    def recolour(self) -> None:
        super().recolour()
        if not hasattr(self, "_line"):
            return
        grey, accent = colour("disabled"), colour("accent")
        self._bars.setOpts(brush=grey, pen=pg.mkPen(None))
        self._drawn_bar.setOpts(brush=accent, pen=pg.mkPen(None))
        self._outlined.setOpts(brush=pg.mkBrush(None), pen=thin_pen(colour("text")))
        self._strip.setBorder(thin_pen(colour("border")))
        self._curve.set_pen(thin_pen(grey))
        self._curve.set_fill(mixed(grey, FILLED))
        self._line.setPen(thin_pen(accent))
        for axis in (self._axis, self._foot):
            axis.recolour()

    # -- items ---------------------------------------------------------------------------------------------------

    def _fit(self, shown: Distribution) -> None:
        """Set ranges, ticks and the strip, where they are others than before."""
        kind = (shown.levels, shown.channel, shown.channels, shown.scale)
        if kind == self._kind:
            return
        self._kind = kind
        for view in (self.view, self._strip_view):
            view.setXRange(-0.5, shown.levels - 0.5, padding=0)
        self.view.setYRange(0, HEADROOM * shown.scale, padding=0)
        self.view.updateMatrix()  # at once: left to the next painting, it asks for one more
        self._strip.setImage(shown.colours(), autoLevels=False, levels=(0, 255))
        self._strip.setRect(QRectF(-0.5, 0, shown.levels, 1))
        self._axis.setTicks([[(part * shown.scale, f"{part * shown.scale:g}") for part in (0.5, 1.0)]])
        self._foot.setTicks([[(level, str(level)) for level in dict.fromkeys((0, shown.levels - 1))]])

    def _fill(self, shown: Distribution) -> None:
        heights, width = shown.probabilities.astype(np.float64), self._bar_width(shown.levels)
        if shown.as_curve:
            self._curve.show_points((np.arange(float(shown.levels)), heights))
        else:
            self._bars.setOpts(x=np.arange(shown.levels), height=heights, width=width)
            self._drawn_bar.setOpts(x=[shown.level], height=[heights[shown.level]], width=width)
        self._line.setValue(shown.level)

    def _bar_width(self, levels: int) -> float:
        """Width of a bar in levels: most of its place, and not wider than a thumb."""
        place = max(self.width() - LEFT - RIGHT, 1) / levels
        return min(0.8 if place > 5 else 1.0, WIDEST_BAR / place)

    def _outline(self) -> None:
        """Outline the level under the pointer, and the one that arrow keys chose."""
        shown = self._shown
        levels = [self._pointed] if self._pointed is not None else []
        if self.hasFocus() and self._chosen != self._pointed:
            levels.append(self._chosen)
        self._outlined.setVisible(bool(levels) and shown is not None)
        if levels and shown is not None:
            height = [shown.scale] * len(levels)
            self._outlined.setOpts(x=levels, height=height, width=self._bar_width(shown.levels))

    # -- input ---------------------------------------------------------------------------------------------------

    def level_at(self, place: QPointF) -> int | None:
        """The level at a place of the widget."""
        shown, scene = self._shown, self.mapToScene(place.toPoint())
        inside = self.view.sceneBoundingRect().united(self._strip_view.sceneBoundingRect()).contains(scene)
        if shown is None or not inside:
            return None
        return int(min(max(round(self.view.mapSceneToView(scene).x()), 0), shown.levels - 1))

    def _described(self, level: int) -> str:
        assert self._shown is not None
        p = float(self._shown.probabilities[level])
        text = _("level {level}: probability {p}", level=level, p=f"{p:.3g}")
        return _("{text}, drawn", text=text) if level == self._shown.level else text

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        level = self.level_at(event.position())
        if level != self._pointed:
            self._pointed = level
            self._outline()
        if level is not None:
            text = self._described(level) + "\n" + _("Click: draw it")
            QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._pointed = None
        self._outline()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        level = self.level_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and level is not None:
            self.picked.emit(level)

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        self._outline()

    def focusOutEvent(self, event: Any) -> None:
        super().focusOutEvent(event)
        self._outline()

    def take_key(self, event: QKeyEvent) -> bool:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if self._shown is not None and step is not None:
            self._chosen = min(max(self._chosen + step, 0), self._shown.levels - 1)
            self.setAccessibleDescription(self._described(self._chosen))
            self._outline()
            return True
        if self._shown is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.picked.emit(self._chosen)
            return True
        return super().take_key(event)
