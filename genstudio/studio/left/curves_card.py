"""The curves card: what falls and what rises, as it happens; under it one line on the run's health.

Reads ``telemetry.since(cursor)`` on a 20 Hz timer that runs only while something trains; older rows, and runs that
another process trains, come from the run's file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from genstudio.core.messages import _
from genstudio.studio.left.health_line import HealthLine
from genstudio.studio.settings import Settings
from genstudio.studio.theme import Series, font, theme
from genstudio.studio.widgets.card import Card
from genstudio.studio.widgets.controls import IconButton
from genstudio.studio.widgets.curve_data import CurveData
from genstudio.studio.widgets.legend import Legend, number
from genstudio.studio.widgets.words import as_time
from genstudio.studio.workers.run_reader import RunLine, read_rows, run_lines
from genstudio.studio.workers.session import IDLE, TRAINING, Session, in_words

if TYPE_CHECKING:
    from genstudio.studio.widgets.loss_plot import LossPlot

TICK_MS, WATCH_MS = 50, 1000
EMPTY_HEIGHT, HEIGHT = 116, 210
SMOOTHINGS = (0.0, 0.6, 0.9, 0.97, 0.99)


class CurvesCard(Card):
    """Made before pyqtgraph is there: :meth:`make_plot` puts the plot in when it has been imported."""

    failed = Signal(object)
    exported = Signal(str)

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(_("Losses"), parent)
        self.session, self.settings = session, settings
        self.data = CurveData()
        self.plot: LossPlot | None = None
        self.units: dict[str, str] = {}
        self._run_path = ""
        self._cursor = 0
        self._offset = 0
        self._file_read = False
        self._known: set[str] = set()
        self._unit: str | None = None  # chosen by hand; else that of what is trained
        self._styles: dict[str, Series] = {}
        self._others: dict[str, CurveData] = {}
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self._build()
        session.changed.connect(self._session_changed)
        session.happened.connect(self._happened)
        theme().changed.connect(self._restyle)

    # -- data ----------------------------------------------------------------------------------------------------

    def set_units(self, units: Mapping[str, str]) -> None:
        """The unit of each term and measure by name."""
        self.units = dict(units)
        self._lay_out()

    @Slot()
    def _session_changed(self) -> None:
        path = str(self.session.run.path) if self.session.run is not None else ""
        if path != self._run_path:
            self._run_path = path
            self._begin_anew()
        watching = bool(path) and self.session.state == IDLE and self._trained_elsewhere()
        if self.session.state == TRAINING:
            self._timer.start(TICK_MS)
        elif watching:
            self._timer.start(WATCH_MS)
        else:
            self._timer.stop()
            self._tick()
            self.health.consider(self.data, self.session, now=True)

    def _trained_elsewhere(self) -> bool:
        run = self.session.run
        return run is not None and run.status == "training"

    def _begin_anew(self) -> None:
        """Forget what is drawn and read the open run's file."""
        self.data = CurveData()
        self._cursor = self._offset = 0
        self._file_read = not self._run_path
        if self.plot is not None:
            self.plot.set_data(self.data)
        self.health.clear()
        self._lay_out()
        if self._run_path:
            path = self._run_path
            self.session.background.submit(lambda: read_rows(path), self._rows_read, self._not_read, key="rows")

    @Slot(object)
    def _happened(self, event: Any) -> None:
        kind = type(event).__name__
        if kind == "Started":  # a resume cuts the file back to its checkpoint: read it as it is now
            self._begin_anew()
        elif kind == "Alarm":
            self.health.show_alarm(event)

    @Slot(object)
    def _rows_read(self, found: tuple[list[Any], int]) -> None:
        rows, self._offset = found
        self._file_read = True
        if self.data.add(rows):
            self._refresh()
        self._tick()

    @Slot(object)
    def _not_read(self, error: Exception) -> None:
        self._file_read = True
        self.failed.emit(in_words(error))

    @Slot()
    def _tick(self) -> None:
        if self.session.state == IDLE and self._timer.isActive():
            path, offset = self._run_path, self._offset
            self.session.background.submit(
                lambda: read_rows(path, offset), self._rows_read_live, self._not_read, key="rows"
            )
            return
        telemetry = self.session.telemetry
        if telemetry is None or not self._file_read:
            return
        rows, self._cursor = telemetry.since(self._cursor)
        if rows and self.data.add(rows):
            self._refresh()

    @Slot(object)
    def _rows_read_live(self, found: tuple[list[Any], int]) -> None:
        rows, self._offset = found
        if self.data.add(rows):
            self._refresh()
        self.session.look_again()
        if not self._trained_elsewhere():
            self._timer.stop()

    def _refresh(self) -> None:
        if set(self.data.names()) != self._known:
            self._lay_out()
        if self.plot is not None and self.isVisible():
            self.plot.redraw()
        self._show_values(math.nan if self.plot is None else self.plot.at)
        self.health.consider(self.data, self.session)

    # -- legend and units ----------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        """Names into groups of one unit; the group that is shown into the legend and the plot."""
        names = self.data.names()
        self._known = set(names)
        groups: dict[str, list[str]] = {}
        for name in names:
            unit = "bits/dim" if name.endswith("bits_per_dim") else self.units.get(name, "")
            groups.setdefault(unit, []).append(name)
        groups = dict(sorted(groups.items(), key=lambda group: not self._is_trained(group[1])))
        unit = self._unit if self._unit in groups else next(iter(groups), "")
        self.unit_menu.clear()
        for each in groups:
            self.unit_menu.addAction(each or _("no unit")).setData(each)
        self.unit.setVisible(len(groups) > 1)
        self.unit.setText((unit or _("no unit")) + " ▾")
        self.unit_label.setVisible(len(groups) == 1)
        self.unit_label.setText(unit)
        chosen = groups.get(unit, [])
        series = theme().current.series
        styles = {name: series[place % len(series)] for place, name in enumerate(chosen)}
        trained = [name for name in chosen if self.data.has(f"train/{name}")]
        off = [name for name in chosen if trained and name not in trained]
        self.legend.set_names(chosen, styles, off)
        self._styles = styles
        self.legend_row.setVisible(bool(chosen))
        self.empty.setVisible(not names)
        self.setMinimumHeight(EMPTY_HEIGHT if not names else HEIGHT)
        if self.plot is not None:
            self.plot.setVisible(bool(names))
            self.plot.set_names(self.legend.shown(), styles)

    def _is_trained(self, names: list[str]) -> bool:
        return any(self.data.has(f"train/{name}") for name in names)

    def _show_values(self, at: float) -> None:
        """The newest values, or those at the pointer."""
        axis = self.plot.axis if self.plot is not None else "step"
        for name, entry in self.legend.entries.items():
            if math.isnan(at):
                own, held = self.data.last(f"train/{name}"), self.data.last(f"validation/{name}")
            else:
                found = self.data.nearest(f"train/{name}", at, axis)
                ring = self.data.nearest(f"validation/{name}", at, axis)
                own, held = found and found[1], ring and ring[1]
            entry.show_value(number(own), number(held))
        if math.isnan(at):
            self.fact.setText("")
        else:
            self.fact.setText(_("at step {n}", n=f"{at:,.0f}") if axis == "step" else _("at {time}", time=as_time(at)))

    @Slot()
    def _toggled(self) -> None:
        if self.plot is not None:
            self.plot.set_names(self.legend.shown(), self._styles)

    @Slot()
    def _restyle(self) -> None:
        self._lay_out()
        if self.plot is not None:
            self.plot.redraw()

    @Slot(float)
    def _hovered(self, at: float) -> None:
        self._show_values(at)

    # -- making --------------------------------------------------------------------------------------------------

    def make_plot(self) -> None:
        """Put the plot in; pyqtgraph has been imported by now."""
        from genstudio.studio.widgets.loss_plot import LossPlot

        self.plot = LossPlot(self)
        self.plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.plot.setMinimumHeight(120)
        self.plot.hovered.connect(self._hovered)
        self.body.insertWidget(self.body.indexOf(self.empty), self.plot, 1)
        self.plot.set_data(self.data)
        self._take_options()
        self._lay_out()

    def _build(self) -> None:
        self.log = _option(_("Logarithmic or linear scale"), self)
        self.log.clicked.connect(self._toggle_log)
        self.smooth = _option(_("Smoothing: the weight of the past. The raw curve stays behind it"), self)
        self.smooth_menu = QMenu(self)
        for weight in SMOOTHINGS:
            action = self.smooth_menu.addAction(_("smooth {w}", w=_weight(weight)) if weight else _("raw only"))
            action.setData(weight)
        self.smooth_menu.triggered.connect(self._smoothing_chosen)
        self.smooth.setMenu(self.smooth_menu)
        self.axis = _option(_("Across: steps, or time spent training"), self)
        self.axis.clicked.connect(self._toggle_axis)
        self.more = IconButton("more", _("Other runs behind this one, and export"), self)
        self.menu = QMenu(self)
        self.others_menu = self.menu.addMenu(_("Compare with"))
        self.others_menu.aboutToShow.connect(self._list_others)
        self.others_menu.triggered.connect(self._other_chosen)
        self.menu.addSeparator()
        for kind in ("PNG", "SVG", "CSV"):
            action = self.menu.addAction(_("Save the curves as {kind}…", kind=kind))
            action.setData(kind.lower())
            action.triggered.connect(self._save)
        self.more.setMenu(self.menu)
        for widget in (self.log, self.smooth, self.axis, self.more):
            self.head.addWidget(widget)
        self.legend_row = QWidget(self)
        row = QHBoxLayout(self.legend_row)
        row.setContentsMargins(0, 0, 0, 0)
        self.legend = Legend(self.legend_row)
        self.legend.toggled.connect(self._toggled)
        self.unit_label = QLabel(self)
        self.unit_label.setObjectName("fact")
        self.unit_label.setFont(font(12))
        self.unit_label.setContentsMargins(4, 0, 4, 0)
        self.unit = _option(_("Which unit: curves of one unit share an axis"), self)
        self.unit_menu = QMenu(self)
        self.unit_menu.triggered.connect(self._unit_chosen)
        self.unit.setMenu(self.unit_menu)
        row.addWidget(self.legend, 1)
        place = self.head.indexOf(self.more)
        self.head.insertWidget(place, self.unit)
        self.head.insertWidget(place, self.unit_label)
        self.body.addWidget(self.legend_row)
        self.empty = QLabel(_("The terms of the loss are drawn here as soon as something trains."), self)
        self.empty.setObjectName("hint")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setMinimumHeight(64)
        self.body.addWidget(self.empty, 1)
        self.health = HealthLine(self)
        self.body.addWidget(self.health)
        self._take_options()
        self._lay_out()

    # -- options -------------------------------------------------------------------------------------------------

    def _take_options(self) -> None:
        log = bool(self.settings.get("curves.log", True))
        weight = float(self.settings.get("curves.smoothing", 0.9))
        by_time = bool(self.settings.get("curves.time", False))
        self.log.setText(_("log") if log else _("linear"))
        self.smooth.setText(_("smooth {w}", w=_weight(weight)) if weight else _("raw"))
        self.axis.setText(_("time") if by_time else _("steps"))
        if self.plot is not None:
            self.plot.log, self.plot.smoothing = log, weight
            self.plot.set_axis("time" if by_time else "step")

    @Slot()
    def _toggle_log(self) -> None:
        self.settings.set("curves.log", not self.settings.get("curves.log", True))
        self._take_options()

    @Slot()
    def _toggle_axis(self) -> None:
        self.settings.set("curves.time", not self.settings.get("curves.time", False))
        self._take_options()

    @Slot(QAction)
    def _smoothing_chosen(self, action: QAction) -> None:
        self.settings.set("curves.smoothing", float(action.data()))
        self._take_options()

    @Slot(QAction)
    def _unit_chosen(self, action: QAction) -> None:
        self._unit = str(action.data() or "")
        self._lay_out()
        self._show_values(math.nan)

    # -- other runs, export --------------------------------------------------------------------------------------

    @Slot()
    def _list_others(self) -> None:
        self.session.background.submit(run_lines, self._others_listed, self._not_read, key="other runs")

    @Slot(object)
    def _others_listed(self, lines: list[RunLine]) -> None:
        self.others_menu.clear()
        for line in lines:
            if line.path != self._run_path:
                action = self.others_menu.addAction(line.words)
                action.setCheckable(True)
                action.setChecked(line.path in self._others)
                action.setData(line.path)
        if self.others_menu.isEmpty():
            self.others_menu.addAction(_("No other runs yet")).setEnabled(False)

    @Slot(QAction)
    def _other_chosen(self, action: QAction) -> None:
        path = action.data()
        if not path:
            return
        if path in self._others:
            del self._others[path]
            self._draw_others()
        else:
            self.session.background.submit(lambda: (path, read_rows(path)[0]), self._other_read, self._not_read)

    @Slot(object)
    def _other_read(self, found: tuple[str, list[Any]]) -> None:
        path, rows = found
        self._others[path] = CurveData()
        self._others[path].add(rows)
        self._draw_others()

    def _draw_others(self) -> None:
        if self.plot is not None:
            self.plot.set_others(self._others)

    @Slot()
    def _save(self) -> None:
        kind = self.sender().data()  # type: ignore[attr-defined]
        name = Path(self._run_path).name or "curves"
        path, _kind = QFileDialog.getSaveFileName(
            self, _("Save the curves"), f"{name}.{kind}", f"{kind.upper()} (*.{kind})"
        )
        if path:
            self.save_as(path if Path(path).suffix else f"{path}.{kind}")

    def save_as(self, path: str) -> None:
        """Write the open run's curves as they are shown, as PNG, SVG or CSV by the suffix; ``exported`` tells when."""
        run = self.session.run
        if run is None:
            self.failed.emit(_("There are no curves to save yet. Start a run, or open one."))
            return
        log = bool(self.settings.get("curves.log", True))
        weight = float(self.settings.get("curves.smoothing", 0.9))
        x = "time" if self.settings.get("curves.time", False) else "step"
        look = theme().current.name

        def work() -> str:
            from genstudio.export.curves import save_run_curves

            return str(save_run_curves(path, run, log=log, smoothing=weight, x=x, theme=look))

        self.session.background.submit(work, self.exported.emit, self._not_read)


def _option(tip: str, parent: QWidget) -> QToolButton:
    made = QToolButton(parent)
    made.setProperty("quiet", True)
    made.setFont(font(12))
    made.setToolTip(tip)
    made.setAccessibleName(tip)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return made


def _weight(weight: float) -> str:
    return f"{weight:g}".removeprefix("0")
