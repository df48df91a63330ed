"""The live curves. Each name has one colour and dash: raw training values faint, their debiased moving average on top,
held-out values as rings, other runs thinly behind. Curves of very different size stand in panels of their own, one above
the other over the same x.

The GUI thread says what is to be shown, and gives pyqtgraph the few points that come back: long arrays are smoothed and
reduced on another thread (see ``docs/adr/0022-every-plot-is-pyqtgraphs.md``).
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from genstudio.core.messages import _
from genstudio.core.metrics import Metric, title_of
from genstudio.studio.plots.chart_plot import ChartPlot
from genstudio.studio.threads.background import Background
from genstudio.viewing.charts.chart import AnnotationAt, Behind, Extent
from genstudio.viewing.charts.curve_data import Axis, CurveData
from genstudio.viewing.charts.curve_panels import Curve
from genstudio.viewing.charts.curves import Arranged, CurvesRequest, arrange

REST = 0.16  # seconds between two refreshes of growing curves
SHARE = 0.1  # of a core's time that refreshing may take, however long the curves are
NEAR = 5.0  # pixels from an annotation or a line that count as pointing at it
UNSEEN, IDLE_REST = 0.5, 2.0  # growth in pixels that is not worth a refresh, for this many seconds


class LossPlot(ChartPlot):
    """``drawn`` when new curves are shown; ``log_chosen`` from the menu. Owns the thread that arranges: :meth:`shutdown`
    ends it."""

    drawn = Signal()
    log_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        self.data = CurveData()
        self.others: dict[str, CurveData] = {}
        self.annotations: tuple[tuple[int, str], ...] = ()  # step and words
        self.sections: dict[str, str] = {}
        self.metrics: dict[str, Metric] = {}
        self.names: list[str] = []
        self.styles: dict[str, int] = {}
        self.axis: Axis = "step"
        self.log = False
        self.smoothing = 0.9
        self.arranged: Arranged | None = None  # what is on screen
        self.drawing = False  # whether curves are being arranged
        self.painting = False  # whether what was shown is still to be painted
        self.took = self.gui_took = 0.0  # seconds of CPU of the last refresh: all of it, and on this thread
        self._requested_at = -math.inf
        self._stale = self._grew = False
        super().__init__(parent)
        self.setAccessibleName(_("Losses"))
        self._drawer = Background("curves", self, low_priority=False)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self._rested)
        self.looked_at.connect(self._looked)

    def shutdown(self) -> None:
        """End the thread that arranges. Safe to call twice."""
        self._rest.stop()
        self._drawer.stop()

    # -- what is shown -------------------------------------------------------------------------------------------

    def set_data(self, data: CurveData) -> None:
        """Show the curves of another run, all of them."""
        self.data = data
        self.following = True
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
        styles: Mapping[str, int],
        sections: Mapping[str, str] | None = None,
        metrics: Mapping[str, Metric] | None = None,
    ) -> None:
        """Set the names that are drawn, their places in the theme's list of styles, their players where there are several,
        and their metrics."""
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
            self.following = True
            self.point_at(math.nan)
        self.redraw()

    # -- refreshing ----------------------------------------------------------------------------------------------

    @Slot()
    def redraw(self) -> None:
        """Refresh as soon as possible."""
        self._stale = True
        if not self.drawing:
            self._ask()

    def grown(self) -> None:
        """The curves have grown: show them when it is time again."""
        self._grew = self.drawing
        if self.drawing or self._rest.isActive():
            return
        due = self._requested_at + max(REST, self.took / SHARE)
        self._rest.start(max(0, math.ceil((due - time.monotonic()) * 1000)))

    @Slot()
    def _rested(self) -> None:
        idle_until = self._requested_at + IDLE_REST - time.monotonic()
        if self.arranged is not None and self.panels and idle_until > 0 and not self._stale:
            newest = CurvesRequest(self._curves(), axis=self.axis).newest
            if abs(self.pixel_of(newest) - self.pixel_of(self.arranged.request.newest)) < UNSEEN:
                self._rest.start(math.ceil(idle_until * 1000))
                return
        if not self.drawing:
            self._ask()

    @Slot(object)
    def _looked(self, part: Extent | None) -> None:
        """Another part is seen: it gets its own points, when they have been reduced."""
        self.redraw()

    def _ask(self) -> None:
        """Have the newest arranged. One at a time: what comes meanwhile waits as one request."""
        if not self.isVisible() or self.width() < 8 or self.height() < 8:
            return  # arranged when it is shown
        request, before = self._request(), self.arranged
        self._stale, self.drawing, self._requested_at = False, True, time.monotonic()

        def work() -> tuple[Arranged, float]:
            began = time.thread_time()
            return arrange(request, before), time.thread_time() - began

        self._drawer.submit(work, self._arranged, self._not_arranged)

    @Slot(object)
    def _arranged(self, made: tuple[Arranged, float]) -> None:
        began = time.thread_time()
        self.arranged, took = made
        self.show_chart(self.arranged.chart)
        self.gui_took = time.thread_time() - began
        self.took = took + self.gui_took
        self.drawing, self.painting = False, True
        self.drawn.emit()
        if self._stale:
            self._ask()
        elif self._grew:
            self.grown()

    @Slot(object)
    def _not_arranged(self, error: Exception) -> None:
        self.drawing = False
        raise error  # a line of text for the person, a traceback in the log

    def _request(self) -> CurvesRequest:
        annotations = tuple(AnnotationAt(self._across(step), text, step) for step, text in self.annotations)
        within = None if self.following or not self.panels else self.shown_extent
        return CurvesRequest(
            self._curves(), self.width(), self.axis, self.log, self.smoothing, annotations, self.data, within
        )

    def _across(self, step: float) -> float:
        """Position of a step on the axis that is shown."""
        return step if self.axis == "step" else self.data.seconds_at(step)

    def _curves(self) -> tuple[Curve, ...]:
        return tuple(
            Curve(
                name,
                self.styles.get(name, 0),
                self.data.curve(f"train/{name}", self.axis),
                self.data.held_out(name, self.axis),
                self.metrics.get(name) or Metric(title_of(name, {})),
                tuple(
                    Behind(run, other.curve(f"train/{name}", self.axis), place)
                    for place, (run, other) in enumerate(self.others.items())
                ),
                self.sections.get(name, ""),
            )
            for name in self.names
        )

    # -- the widget ----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        began = time.thread_time()
        super().paintEvent(event)
        if self.painting:
            self.painting = False
            self.gui_took += time.thread_time() - began
            self.took += time.thread_time() - began

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "_drawer"):
            self.redraw()

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self.redraw()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.shutdown()
        super().closeEvent(event)

    def recolour(self) -> None:
        super().recolour()
        if hasattr(self, "_drawer"):
            self.redraw()

    def add_actions(self, menu: QMenu) -> None:
        super().add_actions(menu)
        action = menu.addAction(_("Logarithmic scale"))
        action.setCheckable(True)
        action.setChecked(self.log)
        action.triggered.connect(self.log_chosen)

    # -- hovering ------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if event.buttons() == Qt.MouseButton.NoButton:
            place = event.position()
            text = self.text_near(place.x()) or self.run_near(place.x(), place.y())
            QToolTip.showText(event.globalPosition().toPoint(), text, self) if text else QToolTip.hideText()

    def text_near(self, pixel: float) -> str:
        """Text of the annotations within a few pixels: "step 1,240: discriminator lr 0.0002 → 0.0001"."""
        near = [
            _("step {n}: {what}", n=f"{step:,}", what=text)
            for step, text in self.annotations
            if abs(self.pixel_of(self._across(step)) - pixel) <= NEAR
        ]
        return "\n".join(near)

    def run_near(self, pixel: float, down: float) -> str:
        """Name of the other run whose curve passes within a few pixels of a place of the widget."""
        if self.chart is None or not self.others:
            return ""
        nearest = (NEAR, "")
        x = self.x_at(pixel)
        for item, panel in zip(self.panels, self.chart.panels, strict=True):
            for one in (one for line in panel.lines for one in line.behind if len(one.points[0])):
                y = float(np.interp(x, *one.points))
                if math.isfinite(y):
                    distance = abs(item.view.mapViewToScene(QPointF(x, y)).y() - down)
                    nearest = min(nearest, (distance, one.run))
        return nearest[1]

    def point_at(self, x: float) -> None:
        """Put the cursor at the measured place nearest to ``x`` (NaN takes it away)."""
        found = [p for name in self.names if (p := self.data.nearest(self._key(name), x, self.axis))]
        super().point_at(found[0][0] if found and math.isfinite(x) else math.nan)

    def _key(self, name: str) -> str:
        """Curve that a name is read from: training's, or the one beside it where training has none."""
        return key if self.data.has(key := f"train/{name}") else self.data.held_out_key(name)

    def step_cursor(self, sign: int) -> None:
        """Move the cursor by a fiftieth of the points that are shown."""
        x = self.data.curve(self._key(self.names[0]), self.axis)[0] if self.names else np.empty(0)
        low, high = self.shown_extent
        first, last = int(np.searchsorted(x, low)), int(np.searchsorted(x, high, side="right"))
        if last > first:
            place = (last if sign < 0 else first - 1) if math.isnan(self.at) else int(np.searchsorted(x, self.at))
            stride = max(1, (last - first) // 50)
            self.point_at(float(x[int(np.clip(place + sign * stride, first, last - 1))]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_L and not event.modifiers():
            self.log_chosen.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: Any) -> None:
        super().focusOutEvent(event)
        self.point_at(math.nan)
