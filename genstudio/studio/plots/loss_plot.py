"""The live curves. Each name has one colour and dash: raw training values faint, their debiased moving average on top,
held-out values as rings. Curves of very different size stand in strips of their own, one above the other over the same x.

The GUI thread only says what is to be drawn and shows the picture that comes back: sorting long arrays, drawing axes and
stroking wide lines take many times what an event may (see ``docs/adr/0011-curves-are-drawn-off-the-gui-thread.md``).
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from genstudio.core.messages import _
from genstudio.core.metrics import Metric, title_of
from genstudio.studio.plots.curve_chart import AnnotationAt, Chart, ChartRequest, Curve, arrange
from genstudio.viewing.charts.curve_data import Axis, CurveData
from genstudio.studio.plots.curve_painting import paint
from genstudio.studio.theme import Series, colour, theme
from genstudio.studio.threads.background import Background

REST = 0.16  # seconds between two drawings of growing curves
SHARE = 0.1  # of a core's time that drawing may take, however long the curves are
NEAR = 5.0  # pixels from a mark that count as pointing at it
UNSEEN, IDLE_REST = 0.5, 2.0  # growth in pixels that is not worth a drawing, for this many seconds


class LossPlot(QWidget):
    """``hovered(x)`` while the pointer or the arrow keys choose a place (NaN when they leave); ``drawn`` when a new picture
    is there. Owns the thread that draws: :meth:`shutdown` ends it."""

    hovered = Signal(float)
    drawn = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.data = CurveData()
        self.others: dict[str, CurveData] = {}
        self.annotations: tuple[tuple[int, str], ...] = ()  # step and words
        self.sections: dict[str, str] = {}
        self.metrics: dict[str, Metric] = {}
        self.names: list[str] = []
        self.styles: dict[str, Series] = {}
        self.axis: Axis = "step"
        self.log = False
        self.smoothing = 0.9
        self.at = math.nan
        self.chart: Chart | None = None  # what is on screen
        self._image: QImage | None = None
        self._requested_at, self._took = -math.inf, 0.0  # the last drawing
        self.drawing = False  # whether a picture is being made
        self._stale = False
        self._drawer = Background("curves", self, low_priority=False)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self._rested)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # the card beneath need not be painted each time
        self.setAccessibleName(_("Curves"))
        theme().changed.connect(self.redraw)

    def sizeHint(self) -> QSize:
        return QSize(390, 200)

    def shutdown(self) -> None:
        """End the thread that draws. Safe to call twice."""
        self._rest.stop()
        self._drawer.stop()

    # -- what is shown -------------------------------------------------------------------------------------------

    def set_data(self, data: CurveData) -> None:
        """Show the curves of another run."""
        self.data = data
        self.redraw()

    def set_others(self, others: Mapping[str, CurveData]) -> None:
        """Runs drawn thinly behind, by name."""
        self.others = dict(others)
        self.redraw()

    def set_annotations(self, annotations: Sequence[tuple[int, str]]) -> None:
        """Set the annotations by the step before which they hold: an upright line each, with its text where it is pointed
        at."""
        if tuple(annotations) != self.annotations:
            self.annotations = tuple(annotations)
            self.redraw()

    def set_names(
        self,
        names: Sequence[str],
        styles: Mapping[str, Series],
        sections: Mapping[str, str] | None = None,
        metrics: Mapping[str, Metric] | None = None,
    ) -> None:
        """Set the names that are drawn, their styles, their players where there are several, and their metrics."""
        now = list(names), dict(styles), dict(sections or {}), dict(metrics or {})
        if now != (self.names, self.styles, self.sections, self.metrics):
            self.names, self.styles, self.sections, self.metrics = now
            self.redraw()

    def set_options(self, *, log: bool | None = None, smoothing: float | None = None, axis: Axis | None = None) -> None:
        """``log``: true logarithm, or linear; ``smoothing``: how much of the past stays in the moving average, 0 (none of
        it) to just under 1; ``axis``: x in steps, or in seconds of training. What is not given stays."""
        self.log = self.log if log is None else log
        self.smoothing = self.smoothing if smoothing is None else smoothing
        if axis is not None and axis != self.axis:
            self.axis = axis
            self.point_at(math.nan)
        self.redraw()

    # -- drawing -------------------------------------------------------------------------------------------------

    @Slot()
    def redraw(self) -> None:
        """Redraw as soon as possible."""
        self._stale = True
        if not self.drawing:
            self._ask()

    def grown(self) -> None:
        """The curves have grown: draw them when it is time again."""
        if self.drawing or self._rest.isActive():
            return
        due = self._requested_at + max(REST, self._took / SHARE)
        self._rest.start(max(0, math.ceil((due - time.monotonic()) * 1000)))

    @Slot()
    def _rested(self) -> None:
        idle_until = self._requested_at + IDLE_REST - time.monotonic()
        if self.chart is not None and idle_until > 0 and not self._stale:
            newest = ChartRequest(self._curves(), theme().current, 0, 0, axis=self.axis).newest
            if abs(self.chart.pixel(newest) - self.chart.pixel(self.chart.request.newest)) < UNSEEN:
                self._rest.start(math.ceil(idle_until * 1000))
                return
        if not self.drawing:
            self._ask()

    def _ask(self) -> None:
        """Have the newest drawn. One at a time: what comes meanwhile waits as one request."""
        if not self.isVisible() or self.width() < 8 or self.height() < 8:
            return  # drawn when it is shown
        request, before = self._request(), self.chart
        self._stale, self.drawing, self._requested_at = False, True, time.monotonic()

        def draw() -> tuple[Chart, QImage, float]:
            began = time.thread_time()
            chart = arrange(request, before)
            return chart, paint(chart), time.thread_time() - began

        self._drawer.submit(draw, self._drawn, self._not_drawn)

    @Slot(object)
    def _drawn(self, made: tuple[Chart, QImage, float]) -> None:
        self.chart, self._image, self._took = made
        self.drawing = False
        self.update()
        self.drawn.emit()
        if self._stale:
            self._ask()

    @Slot(object)
    def _not_drawn(self, error: Exception) -> None:
        self.drawing = False
        raise error  # a line of text for the person, a traceback in the log

    def _request(self) -> ChartRequest:
        width, height, ratio = float(self.width()), float(self.height()), self.devicePixelRatioF()
        annotations = tuple(AnnotationAt(self._across(step), text) for step, text in self.annotations)
        return ChartRequest(
            self._curves(),
            theme().current,
            width,
            height,
            ratio,
            self.axis,
            self.log,
            self.smoothing,
            annotations,
            self.data,
        )

    def _across(self, step: float) -> float:
        """Position of a step on the axis that is shown."""
        return step if self.axis == "step" else self.data.seconds_at(step)

    def _curves(self) -> tuple[Curve, ...]:
        return tuple(
            Curve(
                name,
                self.styles.get(name) or theme().current.series[0],
                self.data.curve(f"train/{name}", self.axis),
                self.data.held_out(name, self.axis),
                self.metrics.get(name) or Metric(title_of(name, {})),
                tuple(other.curve(f"train/{name}", self.axis) for other in self.others.values()),
                self.sections.get(name, ""),
            )
            for name in self.names
        )

    # -- the widget ----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        size = self._image.deviceIndependentSize().toSize() if self._image is not None else QSize()
        # Under fractional scaling a rim of one device pixel may belong to no widget, and this widget promises to
        # paint all of it.
        fractional = self.devicePixelRatioF() % 1 != 0
        if fractional or size.width() < self.width() or size.height() < self.height():
            painter.fillRect(self.rect().adjusted(-1, -1, 1, 1), colour("card"))
        if self._image is not None:
            # Under fractional scaling the widget may begin between two device pixels: begin on a whole one.
            to_device = painter.deviceTransform()
            corner = to_device.map(QPointF(0, 0))
            painter.drawImage(to_device.inverted()[0].map(QPointF(round(corner.x()), round(corner.y()))), self._image)
            self._paint_cursor(painter)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colour("accent"), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def _paint_cursor(self, painter: QPainter) -> None:
        if self.chart is None or math.isnan(self.at):
            return
        x = float(self.chart.pixel(self.at))
        for strip in self.chart.strips:
            painter.fillRect(QRectF(round(x), strip.top, 1, strip.bottom - strip.top), colour("muted"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.redraw()

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self.redraw()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.shutdown()
        super().closeEvent(event)

    # -- hovering ------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.chart is not None:
            self.point_at(self.chart.x_at(event.position().x()))
            text = self.text_near(event.position().x())
            QToolTip.showText(event.globalPosition().toPoint(), text, self) if text else QToolTip.hideText()

    def text_near(self, pixel: float) -> str:
        """Text of the annotations within a few pixels: "step 1,240: discriminator lr 0.0002 → 0.0001"."""
        if self.chart is None:
            return ""
        near = [
            _("step {n}: {what}", n=f"{step:,}", what=text)
            for step, text in self.annotations
            if abs(float(self.chart.pixel(self._across(step))) - pixel) <= NEAR
        ]
        return "\n".join(near)

    def leaveEvent(self, event: Any) -> None:
        self.point_at(math.nan)

    def point_at(self, x: float) -> None:
        """Put the cursor at the measured place nearest to ``x`` (NaN takes it away)."""
        found = [p for name in self.names if (p := self.data.nearest(self._key(name), x, self.axis))]
        at = found[0][0] if found and math.isfinite(x) else math.nan
        if at == self.at or (math.isnan(at) and math.isnan(self.at)):
            return
        self.at = at
        self.update()
        self.hovered.emit(self.at)

    def _key(self, name: str) -> str:
        """Curve that a name is read from: training's, or the one beside it where training has none."""
        return key if self.data.has(key := f"train/{name}") else self.data.held_out_key(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        x = self.data.curve(self._key(self.names[0]), self.axis)[0] if self.names else np.empty(0)
        if event.key() == Qt.Key.Key_Escape:
            self.point_at(math.nan)
        elif event.key() in moves and len(x):
            stride = max(1, len(x) // 50) * moves[Qt.Key(event.key())]
            place = len(x) if math.isnan(self.at) else int(np.searchsorted(x, self.at))
            self.point_at(float(x[int(np.clip(place + stride, 0, len(x) - 1))]))
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: Any) -> None:
        super().focusOutEvent(event)
        self.point_at(math.nan)
