"""Base of panes with a histogram below their images: a click on a bar shows its images, a second one all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from genstudio.core.messages import _, translate
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.plots.histogram_view import HistogramView
from genstudio.viewing.charts.histograms import Histograms

if TYPE_CHECKING:
    from genstudio.core.messages import Message
    from genstudio.studio.threads.rendering import Rendered
    from genstudio.viewing.bar_state import BarState


class BarsView(PaneView):
    """``key``: the number of each image that the histogram counts, in the values of its cell. The content's values have the
    histogram's ``ends`` and its ``axis``; what lies beyond the ends is counted in the outermost bars."""

    state: BarState
    key = ""
    has_codes = False

    def make_pictures(self) -> QWidget:
        pictures = QWidget(self)
        column = QVBoxLayout(pictures)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.histogram = HistogramView(pictures)
        self.histogram.setAccessibleName(_("Histogram of {pane}", pane=translate(self.pane.title)))
        self.histogram.picked.connect(self._bar_picked)
        self.offer_saving(self.histogram, "histogram")
        column.addWidget(self.grid, 1)
        column.addWidget(self.histogram)
        return pictures

    def number_text(self, number: float) -> str:
        """Text of the number of an image."""
        return f"{number:,.2f}".replace("-", "−")

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
        """Text on an image: which one it is, and its number."""
        picture = self.grid.picture
        if picture is None or self.key not in picture.values or row >= picture.rows or column >= picture.columns:
            return super().describe_cell(row, column)
        number, index = picture.values[self.key][row, column], picture.values["index"][row, column]
        return _("Image {k}: {number}", k=f"{int(index):,}", number=self.number_text(float(number)))

    def _show_pointed(self) -> None:
        """Show where the image stands in the histogram."""
        super()._show_pointed()
        picture, cell = self.grid.picture, self._pointed or self.grid.focused_cell
        if not hasattr(self, "histogram"):
            return
        known = picture is not None and self.key in picture.values
        inside = known and picture is not None and cell[0] < picture.rows and cell[1] < picture.columns
        self.histogram.point_out(float(picture.values[self.key][cell]) if inside and picture is not None else None)

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
