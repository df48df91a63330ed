"""Qt view of the pane Loss per image: the histogram below the images; a click on a bar shows its images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from genstudio.core.messages import _
from genstudio.panes.image_losses.content import ImageLossesState
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.plots.histogram_view import HistogramView
from genstudio.viewing.charts.histograms import Histograms

if TYPE_CHECKING:
    from genstudio.core.messages import Message
    from genstudio.studio.threads.rendering import Rendered


@pane_view("image_losses")
class ImageLossesView(PaneView):
    state: ImageLossesState
    has_codes = False

    def make_pictures(self) -> QWidget:
        pictures = QWidget(self)
        column = QVBoxLayout(pictures)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.histogram = HistogramView(pictures)
        self.histogram.setAccessibleName(_("Histogram of the losses of images"))
        self.histogram.picked.connect(self._bar_picked)
        self.offer_saving(self.histogram, "histogram")
        column.addWidget(self.grid, 1)
        column.addWidget(self.histogram)
        return pictures

    def show_rendered(self, rendered: Rendered) -> None:
        super().show_rendered(rendered)
        content = rendered.content
        if content is None:
            return
        low, high = content.values["ends"]
        self.histogram.setVisible(bool(content.series))
        self.histogram.show_histograms(Histograms(content.series, (float(low), float(high)), content.values["axis"]))
        self.histogram.mark((self.state.low, self.state.high) if self.state.is_part else None)

    def show_message(self, text: Message | str) -> None:
        super().show_message(text)
        self.histogram.hide()

    def describe_cell(self, row: int, column: int) -> str:
        """Text on an image: its number and its loss."""
        picture = self.grid.picture
        if picture is None or "nats" not in picture.values or row >= picture.rows or column >= picture.columns:
            return super().describe_cell(row, column)
        nats, index = picture.values["nats"][row, column], picture.values["index"][row, column]
        return _("Image {k}: {nats} nats", k=f"{int(index):,}", nats=f"{float(nats):,.1f}")

    def _show_pointed(self) -> None:
        """Show where the image's loss stands in the histogram."""
        super()._show_pointed()
        picture, cell = self.grid.picture, self._pointed or self.grid.focused_cell
        if not hasattr(self, "histogram"):
            return
        known = picture is not None and "nats" in picture.values
        inside = known and picture is not None and cell[0] < picture.rows and cell[1] < picture.columns
        self.histogram.point_out(float(picture.values["nats"][cell]) if inside and picture is not None else None)

    @Slot(int)
    def _bar_picked(self, number: int) -> None:
        shown = self.histogram.shown
        if shown is None:
            return
        low, high = shown.edges(number)
        if self.state.is_part and self.state.low <= (low + high) / 2 < self.state.high:
            low = high = 0.0
        # The outermost bars count what lies beyond them.
        elif number == 0:
            low = -1e12
        elif number == shown.bins - 1:
            high = 1e12
        self.propose(_("images of a bar"), low=low, high=high)
