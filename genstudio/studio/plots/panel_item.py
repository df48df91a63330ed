"""pyqtgraph items of one panel: a view with its axis, lines, title, cursor and annotations."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF

from genstudio.core.messages import translate
from genstudio.studio.plots.axis import LEFT, LONG_TEXT, TEXT, WIDE_LEFT, Axis
from genstudio.studio.plots.canvas import MovedView
from genstudio.studio.plots.line_items import LineItems, thin_pen
from genstudio.studio.theme import colour, font
from genstudio.viewing.charts.chart import AnnotationAt, Chart, Panel

FLAG, FLAG_SHARE = 5, 0.06  # the flag of an annotation: pixels across, share of the panel's height
TITLE = 13  # pixels: a title above its panel


class PanelItem:
    """One panel of a chart. ``view`` and ``axis`` are put into the plot's rows by their owner."""

    def __init__(self, *, moves: bool = True, title_inside: bool = True) -> None:
        self.view = MovedView(moves=moves)
        self.axis = Axis("left", grid=True)
        self.axis.linkToView(self.view)
        self.title = pg.LabelItem(justify="right" if title_inside else "left")
        self._title_inside = title_inside
        if title_inside:
            self.title.setParentItem(self.view)
            self.title.setZValue(20)
        self.lines: dict[str, LineItems] = {}
        self.cursor = pg.InfiniteLine(angle=90, movable=False)
        self.cursor.hide()
        self._add(self.cursor, 10)
        # All annotations are two items: pyqtgraph's infinite lines take a quarter of a millisecond each.
        self.annotations, self.flags = pg.VTickGroup([], [0, 1]), pg.VTickGroup([], [1 - FLAG_SHARE, 1])
        self._add(self.annotations, 2)
        self._add(self.flags, 2)
        self.boundary: pg.InfiniteLine | None = None
        self.breaks = pg.VTickGroup([], [0, 1])
        self._add(self.breaks, 6)
        self._annotated: tuple[AnnotationAt, ...] = ()
        self._text = self.shown_title = ""
        self.view.sigResized.connect(self._fit_title)
        self.recolour()

    def _add(self, item: Any, height: int = 0) -> None:
        if height:
            item.setZValue(height)
        item.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        item.setAcceptHoverEvents(False)
        self.view.addItem(item, ignoreBounds=True)

    def recolour(self) -> None:
        """Take the theme's colours."""
        self.axis.recolour()
        self.cursor.setPen(thin_pen(colour("muted")))
        self.breaks.setPen(thin_pen(colour("bad"), (2, 2)))
        self.annotations.setPen(thin_pen(colour("accent"), (1, 3)))
        self.flags.setPen(pg.mkPen(colour("accent"), width=FLAG))
        if self.boundary is not None:
            self.boundary.setPen(thin_pen(colour("muted"), (4, 3)))
        self._fit_title()

    def show(self, panel: Panel, chart: Chart) -> None:
        """Show ``panel`` of ``chart``; its ranges are set by the owner."""
        if self.axis.logMode != panel.log:  # setting it paints the axis again
            self.axis.setLogMode(panel.log)
        self.axis.set_unit(panel.unit if panel.unit == "%" else "")
        for name in [name for name in self.lines if name not in {line.name for line in panel.lines}]:
            for item in self.lines.pop(name):
                self.view.removeItem(item)
        for line in panel.lines:
            if line.name not in self.lines:
                self.lines[line.name] = LineItems(self._add)
            self.lines[line.name].show(line)
        self._show_title(translate(panel.title), panel.unit)
        self._annotate(chart.annotations)
        self._show_boundary(chart.boundary)
        if list(chart.breaks) != self.breaks.xvals:
            self.breaks.setXVals(list(chart.breaks))
            self.breaks.update()

    def set_extent(self, across: tuple[float, float] | None, up: tuple[float, float]) -> None:
        """Show these ranges of x (``None``: as it is) and y."""
        if across is not None and tuple(self.view.viewRange()[0]) != across:
            self.view.setXRange(*across, padding=0)
        if tuple(self.view.viewRange()[1]) != up:
            self.view.setYRange(*up, padding=0)

    def needed_width(self, panel: Panel) -> int:
        """Pixels that the axis needs for its texts: one of two widths, so that it seldom moves."""
        low, high = panel.extent
        spacing = (high - low) / 4 or 1.0
        texts = self.axis.tickStrings([low, high], 1.0, spacing) if not panel.log else [""]
        return WIDE_LEFT if max(map(len, texts)) > LONG_TEXT + 1 else LEFT

    # -- parts ---------------------------------------------------------------------------------------------------

    def _show_title(self, text: str, unit: str = "") -> None:
        text = f"{text} ({unit})" if text and unit and not self._title_inside else text
        if text != self._text:
            self._text = text
            self._fit_title()

    def _fit_title(self, _view: Any = None) -> None:
        """Write the title, shortened to the room there is."""
        role, size = ("muted", TEXT) if self._title_inside else ("text", TITLE)
        text_font = font(size, QFont.Weight.Normal if self._title_inside else QFont.Weight.Bold)
        room = self.view.width() + (0 if self._title_inside else self.axis.width()) - 4 * FLAG
        self.shown_title = QFontMetricsF(text_font).elidedText(self._text, Qt.TextElideMode.ElideRight, max(0.0, room))
        text = html.escape(self.shown_title)
        self.title.setText(text, color=colour(role), size=f"{size}px", bold=not self._title_inside)
        self.title.setToolTip(self._text if self.shown_title != self._text else "")
        self.title.setVisible(bool(text))
        if self._title_inside:
            self.title.anchor(itemPos=(1, 0), parentPos=(1, 0), offset=(-2, 0))

    def _annotate(self, annotations: Sequence[AnnotationAt]) -> None:
        if tuple(annotations) == self._annotated:
            return
        self._annotated = tuple(annotations)
        places = list(dict.fromkeys(annotation.x for annotation in annotations))
        for ticks in (self.annotations, self.flags):
            ticks.setXVals(places)
            ticks.update()

    def _show_boundary(self, boundary: AnnotationAt | None) -> None:
        if boundary is None:
            if self.boundary is not None:
                self.view.removeItem(self.boundary)
                self.boundary = None
            return
        if self.boundary is None:
            self.boundary = pg.InfiniteLine(
                angle=90, movable=False, label=" ",
                labelOpts={"position": 0.9, "anchors": [(0, 0.5), (0, 0.5)], "color": colour("muted")},
            )  # fmt: skip
            self.boundary.setPen(thin_pen(colour("muted"), (4, 3)))
            self.boundary.label.setFont(font(TEXT))
            self._add(self.boundary, 9)
        self.boundary.label.setColor(colour("muted"))
        self.boundary.label.setFormat(translate(boundary.text).replace("{", "{{").replace("}", "}}"))
        self.boundary.setValue(boundary.x)
