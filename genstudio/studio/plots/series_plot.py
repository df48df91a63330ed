"""The series of a content as curves: one panel a group, with a legend that switches them and reads them off."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from genstudio.core.messages import translate
from genstudio.studio.plots.chart_plot import ChartPlot
from genstudio.studio.plots.legend import Legend
from genstudio.studio.theme import font, theme
from genstudio.viewing.charts.chart import Chart, Line
from genstudio.viewing.charts.series import series_chart

if TYPE_CHECKING:
    from genstudio.viewing.content import Content

MARGIN = 16


class SeriesPlot(QFrame):
    """``show_content`` shows the series of a content. ``save_requested``: png, svg or csv was chosen in the menu."""

    save_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 240)
        self.chart: Chart | None = None
        self.legend = Legend(self)
        self.plot = ChartPlot(self, title_inside=False)
        self.across = QLabel(self)
        self.across.setObjectName("fact")
        self.across.setFont(font(11))
        self.across.setWordWrap(True)
        self.across.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setFocusProxy(self.plot)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN - 4, MARGIN, MARGIN - 4)
        column.setSpacing(8)
        column.addWidget(self.legend)
        column.addWidget(self.plot, 1)
        column.addWidget(self.across)
        self.plot.hovered.connect(self._show_values)
        self.plot.save_requested.connect(self.save_requested)
        self.legend.toggled.connect(self._show)
        theme().changed.connect(self._recolour)

    def sizeHint(self) -> QSize:
        return QSize(560, 560)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.plot.setAccessibleName(name)

    def show_content(self, content: Content) -> None:
        """Show the series of ``content``, each group on axes of its own over one x."""
        self.chart = series_chart(content)
        self.plot.setAccessibleDescription(translate(content.caption))
        self.across.setText(translate(content.across))
        self.across.setVisible(bool(content.across))
        self._dress()
        self._show()
        self._show_values(self.plot.at)

    def _dress(self) -> None:
        lines = self.chart.lines if self.chart is not None else {}
        titles = self._titles()
        self.legend.set_names(titles, {name: line.style for name, line in lines.items()}, ())

    def _titles(self) -> dict[str, str]:
        """Titles of the lines by name; where two have one title, with that of their panel."""
        panels = self.chart.panels if self.chart is not None else ()
        own = {line.name: translate(line.title) for panel in panels for line in panel.lines}
        of_panel = {line.name: translate(panel.title) for panel in panels for line in panel.lines}
        known = list(own.values())
        return {
            name: f"{of_panel[name]}, {title}" if known.count(title) > 1 and of_panel[name] else title
            for name, title in own.items()
        }

    @Slot()
    def _show(self) -> None:
        """Show the lines that are switched on; a panel keeps its place and its range without them."""
        if self.chart is None:
            return
        shown = set(self.legend.shown())
        panels = (
            replace(panel, lines=tuple(line for line in panel.lines if line.name in shown))
            for panel in self.chart.panels
        )
        self.plot.show_chart(replace(self.chart, panels=tuple(panels), across_title=""))

    @Slot(float)
    def _show_values(self, x: float) -> None:
        """Read the curves off at the cursor."""
        for name, line in (self.chart.lines if self.chart is not None else {}).items():
            self.legend.entries[name].show_value(value_text(line, x), "")

    @Slot()
    def _recolour(self) -> None:
        self._dress()


def value_text(line: Line, x: float) -> str:
    """Value of a line at ``x`` as text; none at NaN."""
    if math.isnan(x):
        return ""
    return f"{float(np.interp(x, *line.points)):+.2f}".replace("-", "−")
