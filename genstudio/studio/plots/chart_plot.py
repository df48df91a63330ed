"""Plot of a chart: its panels over one x, moved by hand, with a cursor."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from genstudio.core.messages import _, translate
from genstudio.studio.plots.axis import BELOW, LEFT, TEXT, TITLE, Axis
from genstudio.studio.plots.canvas import Canvas
from genstudio.studio.plots.panel_item import PanelItem
from genstudio.studio.theme import colour
from genstudio.studio.widgets.controls import Button
from genstudio.viewing.charts.chart import Chart, Extent

ZOOM, PAN = 0.8, 0.1  # of a key
EDGE = 6  # pixels between the last panel and the right end
BETWEEN = 8  # pixels between two panels


class ChartPlot(Canvas):
    """``hovered(x)`` while the pointer or the arrow keys choose a place (NaN when they leave), ``looked_at`` when another
    part is seen: a range of x, or ``None`` for all of a chart that may go on growing."""

    hovered = Signal(float)
    looked_at = Signal(object)

    def __init__(self, parent: QWidget | None = None, *, moves: bool = True, title_inside: bool = True) -> None:
        self.panels: list[PanelItem] = []
        self.chart: Chart | None = None
        self.at = math.nan
        self.following = True
        """True while all is shown, and goes on being shown when the chart grows."""
        self._moves, self._title_inside = moves, title_inside
        self._structure: tuple[Any, ...] = ()
        self._foot: Axis | None = None
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.all_button = Button(_("Show all"), _("Show all, and follow what comes (A)"), parent=self)
        self.all_button.setProperty("quiet", True)
        self.all_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the key A does the same
        self.all_button.clicked.connect(self.show_all)
        self.all_button.hide()
        self.setAccessibleName(_("Curves"))

    def sizeHint(self) -> QSize:
        return QSize(390, 200)

    # -- what is shown -------------------------------------------------------------------------------------------

    def show_chart(self, chart: Chart) -> None:
        """Show ``chart``; the part that is looked at stays, if its panels are the same as before."""
        structure = tuple((tuple(line.name for line in panel.lines), panel.log) for panel in chart.panels), chart.across
        part = None if self.following or not self.panels else self.shown_extent
        changed = structure != self._structure
        if changed:
            self._lay_out(chart)
            self._structure = structure
        self.chart = chart
        for item, panel in zip(self.panels, chart.panels, strict=True):
            item.show(panel, chart)
        self._name_foot(translate(chart.across_title))
        self._fit_axes()
        if self.following or changed:
            self._show_extents(part)
        self._follow(self.following)

    @property
    def shown_extent(self) -> Extent:
        """The range of x that is seen."""
        low, high = self.panels[0].view.viewRange()[0] if self.panels else (0.0, 1.0)
        return float(low), float(high)

    @Slot()
    def show_all(self) -> None:
        """Show all of the chart, and follow it when it grows."""
        self._follow(True)
        self._show_extents()
        self.looked_at.emit(None)

    def look_at(self, low: float, high: float) -> None:
        """Show a part of x; it stays when the chart grows."""
        if self.panels:
            self.panels[0].view.setXRange(low, high, padding=0)
            self._moved()

    def recolour(self) -> None:
        super().recolour()
        for panel in self.panels:
            panel.recolour()
        if self._foot is not None:
            self._foot.recolour()
        if self.chart is not None:
            self.show_chart(self.chart)

    def _show_extents(self, part: Extent | None = None) -> None:
        """Show the chart's ranges, or a part of its x."""
        assert self.chart is not None
        for number, (item, panel) in enumerate(zip(self.panels, self.chart.panels, strict=True)):
            item.set_extent((part or self.chart.extent) if number == 0 else None, panel.extent)

    def _follow(self, following: bool) -> None:
        self.following = following
        if self.all_button.isHidden() != following:
            self.all_button.setVisible(not following)
            self._place_button()

    # -- layout --------------------------------------------------------------------------------------------------

    def _lay_out(self, chart: Chart) -> None:
        """Replace all panels: one above the other, the axis of x below the last."""
        self.panels = []
        self.new_rows(0, 4, EDGE, 0)
        grid, row = self.rows.layout, 0
        for number, _panel in enumerate(chart.panels):
            item = PanelItem(moves=self._moves, title_inside=self._title_inside)
            if not self._title_inside:
                self.rows.addItem(item.title, row, 0, 1, 2)
                row += 1
            self.rows.addItem(item.axis, row, 0)
            self.rows.addItem(item.view, row, 1)
            grid.setRowStretchFactor(row, 100)
            if number + 1 < len(chart.panels):
                grid.setRowSpacing(row, BETWEEN)
            item.view.sigRangeChangedManually.connect(self._moved)
            item.view.all_requested.connect(self.show_all)
            item.view.menu_requested.connect(self.show_menu)
            if number:
                item.view.setXLink(self.panels[0].view)
            self.panels.append(item)
            row += 1
        self._foot = Axis("bottom", chart.across)
        self._foot.linkToView(self.panels[-1].view)
        self.rows.addItem(self._foot, row, 1)
        grid.setColumnStretchFactor(1, 100)
        self.rows.setGeometry(self.range)  # pyqtgraph does so only when the widget's size changes

    def _fit_axes(self) -> None:
        """Give all panels axes of one width."""
        assert self.chart is not None
        pairs = zip(self.panels, self.chart.panels, strict=True)
        wide = max((item.needed_width(panel) for item, panel in pairs), default=LEFT)
        for item in self.panels:
            if item.axis.width() != wide or item.axis.minimumWidth() != wide:
                item.axis.setWidth(wide)

    def _name_foot(self, title: str) -> None:
        assert self._foot is not None
        if title != self._foot.labelText or not self._foot.height():
            style = {"color": colour("muted").name(), "font-size": f"{TEXT}px"}
            self._foot.setLabel(title or None, **style)
            self._foot.showLabel(bool(title))
            self._foot.setHeight(BELOW + (TITLE if title else 0))

    def _place_button(self) -> None:
        self.all_button.adjustSize()
        foot = BELOW + (TITLE if self.chart is not None and self.chart.across_title else 0)
        right, low = self.width() - self.all_button.width() - EDGE - 2, self.height() - self.all_button.height()
        self.all_button.move(right, low - foot - 4)
        self.all_button.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "all_button"):  # pyqtgraph resizes while it is made
            self._place_button()

    # -- hands ---------------------------------------------------------------------------------------------------

    @Slot()
    def _moved(self) -> None:
        """A person looks at a part: it stays."""
        self._follow(False)
        self.looked_at.emit(self.shown_extent)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        place = event.position()
        inside = self.panel_at(place)
        self.point_at(self.x_at(place.x()) if inside is not None else math.nan)

    def leaveEvent(self, event: Any) -> None:
        super().leaveEvent(event)
        self.point_at(math.nan)

    def panel_at(self, place: QPointF) -> PanelItem | None:
        """The panel under a place of the widget."""
        scene = self.mapToScene(place.toPoint())
        return next((item for item in self.panels if item.view.sceneBoundingRect().contains(scene)), None)

    def x_at(self, pixel: float) -> float:
        """x at a pixel from the left of the widget."""
        view = self.panels[0].view
        return float(view.mapSceneToView(QPointF(pixel, view.sceneBoundingRect().center().y())).x())

    def pixel_of(self, x: float) -> float:
        """Pixels from the left of the widget at which x stands."""
        return float(self.panels[0].view.mapViewToScene(QPointF(x, 0.0)).x()) if self.panels else math.nan

    def point_at(self, x: float) -> None:
        """Put the cursor at ``x`` (NaN takes it away)."""
        if x == self.at or (math.isnan(x) and math.isnan(self.at)):
            return
        self.at = x
        self._show_cursor()
        self.hovered.emit(x)

    def _show_cursor(self) -> None:
        for item in self.panels:
            item.cursor.setVisible(not math.isnan(self.at))
            if not math.isnan(self.at):
                item.cursor.setValue(self.at)

    # -- keys and menu -------------------------------------------------------------------------------------------

    def take_key(self, event: QKeyEvent) -> bool:
        key, shift = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        zooms = {Qt.Key.Key_Plus: ZOOM, Qt.Key.Key_Equal: ZOOM, Qt.Key.Key_Minus: 1 / ZOOM}
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        if key in (Qt.Key.Key_A, Qt.Key.Key_Home) and self._moves:
            self.show_all()
        elif key in zooms and self.panels and self._moves:
            self._zoom(zooms[Qt.Key(key)])
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self.panels:
            sign = 1 if key == Qt.Key.Key_Right else -1
            if shift and self._moves:
                low, high = self.shown_extent
                self.look_at(*(end + sign * PAN * (high - low) for end in (low, high)))
            else:
                self.step_cursor(sign)
        elif key == Qt.Key.Key_Escape and not math.isnan(self.at):
            self.point_at(math.nan)
        else:
            return False
        return True

    def _zoom(self, factor: float) -> None:
        """Zoom across about the cursor, or the middle."""
        low, high = self.shown_extent
        about = (low + high) / 2 if math.isnan(self.at) else self.at
        self.look_at(*(about + factor * (end - about) for end in (low, high)))

    def step_cursor(self, sign: int) -> None:
        """Move the cursor a fiftieth of what is shown to the right, or to the left."""
        low, high = self.shown_extent
        before = (high if sign < 0 else low) if math.isnan(self.at) else self.at
        self.point_at(min(max(before + sign * (high - low) / 50, low), high))

    def add_actions(self, menu: QMenu) -> None:
        if self._moves:
            action = menu.addAction(_("Show all"))
            action.setEnabled(not self.following)
            action.triggered.connect(self.show_all)
