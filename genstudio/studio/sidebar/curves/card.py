"""The curves card: what falls and what rises, as it happens; under it one line on the run's health."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from genstudio.core.messages import _, translate
from genstudio.core.metrics import Metric, title_of
from genstudio.studio.plots.legend import Legend, number
from genstudio.studio.session.session import IDLE, Session
from genstudio.studio.settings import Settings
from genstudio.studio.sidebar.curves.go_on_line import GoOnLine
from genstudio.studio.sidebar.curves.menu import CurvesMenu
from genstudio.studio.sidebar.curves.options import CurveOptions
from genstudio.studio.sidebar.run.health_line import HealthLine
from genstudio.studio.sidebar.run.rows import RunRows
from genstudio.studio.theme import theme
from genstudio.studio.widgets.card import Card
from genstudio.studio.widgets.titles import as_time
from genstudio.viewing.charts.best import best_of
from genstudio.viewing.charts.curve_data import CurveData
from genstudio.viewing.charts.curve_groups import into_groups

if TYPE_CHECKING:
    from genstudio.studio.plots.loss_plot import LossPlot

EMPTY_HEIGHT, HEIGHT = 116, 210


class CurvesCard(Card):
    """Made before numpy is there: :meth:`make_plot` puts the plot in when it has been imported."""

    failed = Signal(object)
    exported = Signal(str)

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(_("Losses"), parent)
        self.session = session
        self.rows = RunRows(session, self)
        self.plot: LossPlot | None = None
        self._metrics_of: dict[str, dict[str, Metric]] = {}
        self._known: set[str] = set()
        self._group: str | None = None  # chosen by hand; else that of what is trained
        self._styles: dict[str, int] = {}  # places in the theme's list
        self._sections: dict[str, str] = {}
        self._build(settings)
        self._connect()
        self._lay_out()

    @property
    def data(self) -> CurveData:
        """The open run's curves."""
        return self.rows.data

    def set_metrics(self, metrics: Mapping[str, dict[str, Metric]]) -> None:
        """Set the metrics that a run may report, by model and by name."""
        self._metrics_of = dict(metrics)
        self._lay_out()

    @property
    def metrics(self) -> dict[str, Metric]:
        """Metrics of the open run, by name."""
        recipe = self.session.recipe
        return self._metrics_of.get(recipe.model, {}) if recipe is not None else {}

    def make_plot(self) -> None:
        """Put the plot in; what it needs has been imported by now."""
        from genstudio.studio.plots.loss_plot import LossPlot

        self.plot = LossPlot(self)
        self.plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.plot.setMinimumHeight(120)
        self.plot.hovered.connect(self._show_values)
        self.plot.log_chosen.connect(self.options.toggle_log)
        self.plot.save_requested.connect(self.more.save)
        self.body.insertWidget(self.body.indexOf(self.empty), self.plot, 1)
        self.plot.set_data(self.data)
        self._take_options()
        self._annotated()

    def shutdown(self) -> None:
        """End the thread that draws."""
        if self.plot is not None:
            self.plot.shutdown()

    # -- numbers -------------------------------------------------------------------------------------------------

    @Slot()
    def _begun(self) -> None:
        """Clear the curves for another run, or the same one restarted."""
        if self.plot is not None:
            self.plot.set_data(self.data)
        self.health.clear()
        self._lay_out()

    @Slot()
    def _grown(self) -> None:
        if set(self.data.names()) != self._known:
            self._lay_out()
        if self.plot is not None:
            self.plot.grown()
        self._show_values(math.nan if self.plot is None else self.plot.at)
        self.health.consider(self.data, self.session)

    @Slot()
    def _rested(self) -> None:
        self.health.consider(self.data, self.session, now=True)
        self._offer_more()

    @Slot()
    def _offer_more(self) -> None:
        """Offer further steps of a run that is finished."""
        session = self.session
        planned = int(session.recipe.plan.steps) if session.recipe is not None else 0
        finished = session.run is not None and session.state == IDLE and 0 < planned <= session.step
        self.go_on.setVisible(finished)
        if finished:
            self.go_on.propose(planned)

    @Slot(object)
    def _happened(self, event: Any) -> None:
        if type(event).__name__ == "Alarm":
            self.health.show_alarm(event)

    @Slot(float)
    def _show_values(self, at: float) -> None:
        """The newest values, or those at the pointer."""
        axis = self.plot.axis if self.plot is not None else "step"
        for name, entry in self.legend.entries.items():
            if math.isnan(at):
                own, held = self.data.last(f"train/{name}"), self.data.last(self.data.held_out_key(name))
            else:
                found = self.data.nearest(f"train/{name}", at, axis)
                ring = self.data.nearest(self.data.held_out_key(name), at, axis)
                own, held = found and found[1], ring and ring[1]
            entry.show_value(number(own), number(held))
        if math.isnan(at):
            self.fact.setText(self._best_text())
        else:
            place = _("at step {n}", n=f"{at:,.0f}") if axis == "step" else _("at {time}", time=as_time(at))
            # A mark is told by the keyboard too, and to a screen reader.
            near = self.plot.text_near(self.plot.pixel_of(at)) if self.plot is not None else ""
            self.fact.setText(near or place)
            if self.plot is not None:
                self.plot.setAccessibleDescription(near or place)

    def _best_text(self) -> str:
        """The best held-out value of the group's curves, and how long ago it was; empty where none has a best."""
        for name in self.legend.entries:
            metric, held_out = self.metrics.get(name), self.data.held_out(name)
            best = best_of(metric, held_out) if metric is not None else None
            if best is not None and metric is not None and len(held_out[0]) > 1:
                step, value = best
                facts = {"title": translate(metric.title), "value": number(value), "n": f"{step:,.0f}"}
                ago = max(0, self.session.step - int(step))
                if ago:
                    return _("best {title}: {value} at step {n}, {ago} steps ago", ago=f"{ago:,}", **facts)
                return _("best {title}: {value} now", **facts)
        return ""

    # -- legend and units ----------------------------------------------------------------------------------------

    @Slot()
    def _lay_out(self) -> None:
        """Names into groups of one unit or one game; the group that is shown into the legend and the plot."""
        names = self.data.names()
        self._known = set(names)
        metrics = self.metrics
        found = into_groups(names, metrics, self.rows.parts, lambda name: self.data.has(f"train/{name}"))
        groups = {group.key: group for group in found}
        shown = self._group if self._group in groups else next(iter(groups), "")
        self.options.show_groups({key: translate(group.title) for key, group in groups.items()}, shown)
        sections = groups[shown].sections if shown in groups else ()
        chosen = [name for section in sections for name in section.names]
        self._sections = {name: translate(section.title) for section in sections for name in section.names}
        self._styles = {name: place for place, name in enumerate(chosen)}
        trained = [name for name in chosen if self.data.has(f"train/{name}")]
        off = [name for name in chosen if trained and name not in trained]
        self.legend.set_names({name: title_of(name, metrics) for name in chosen}, self._styles, off)
        self.legend.setVisible(bool(chosen))
        self.empty.setVisible(not names)
        self.empty.setText(
            _("Reading the curves of this run.")
            if self.rows.is_reading
            else _("The curves of the losses appear here when training starts.")
        )
        self.setMinimumHeight(EMPTY_HEIGHT if not names else HEIGHT)
        if self.plot is not None:
            self.plot.setVisible(bool(names))
            self._toggled()

    @Slot()
    def _toggled(self) -> None:
        if self.plot is not None:
            self.plot.set_names(self.legend.shown(), self._styles, self._sections, self.metrics)

    @Slot()
    def _annotated(self) -> None:
        """Something happened that the curves show: a mark, or whose they are."""
        if self.plot is not None:
            self.plot.set_annotations(
                [(annotation.step, translate(annotation.message)) for annotation in self.rows.annotations]
            )
        self._lay_out()

    @Slot(str)
    def _group_chosen(self, group: str) -> None:
        self._group = group
        self._lay_out()
        self._show_values(math.nan)

    @Slot()
    def _take_options(self) -> None:
        if self.plot is not None:
            self.plot.set_options(log=self.options.log, smoothing=self.options.smoothing, axis=self.options.axis)

    @Slot(object)
    def _compared(self, others: dict[str, CurveData]) -> None:
        if self.plot is not None:
            self.plot.set_others(others)

    # -- making --------------------------------------------------------------------------------------------------

    def _build(self, settings: Settings) -> None:
        self.options = CurveOptions(settings, self)
        self.options.add_to(self.head)
        self.more = CurvesMenu(self.session, self.options, self)
        self.head.addWidget(self.more)
        self.legend = Legend(self)
        self.body.addWidget(self.legend)
        self.empty = QLabel(self)
        self.empty.setObjectName("hint")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setMinimumHeight(64)
        self.body.addWidget(self.empty, 1)
        self.health = HealthLine(self)
        self.body.addWidget(self.health)
        self.go_on = GoOnLine(self)
        self.go_on.hide()
        self.body.addWidget(self.go_on)

    def _connect(self) -> None:
        self.rows.began.connect(self._begun)
        self.rows.grew.connect(self._grown)
        self.rows.rested.connect(self._rested)
        self.rows.annotated.connect(self._annotated)
        self.rows.failed.connect(self.failed)
        self.session.happened.connect(self._happened)
        self.session.changed.connect(self._offer_more)
        self.options.changed.connect(self._take_options)
        self.options.group_chosen.connect(self._group_chosen)
        self.more.compared.connect(self._compared)
        self.more.exported.connect(self.exported)
        self.more.failed.connect(self.failed)
        self.legend.toggled.connect(self._toggled)
        theme().changed.connect(self._lay_out)
