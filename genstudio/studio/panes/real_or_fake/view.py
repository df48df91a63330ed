"""Qt view of the pane Real or fake?: marks that can be hidden, a guess that a click settles, the histogram below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from genstudio.core.messages import _
from genstudio.panes.real_or_fake.content import RealOrFakeState
from genstudio.studio.forms.pane_controls import PaneControls
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.plots.histogram_view import HistogramView
from genstudio.studio.widgets.marked_grid import MarkedGrid
from genstudio.viewing.charts.histograms import Histograms

if TYPE_CHECKING:
    import numpy as np

    from genstudio.core.messages import Message
    from genstudio.studio.threads.rendering import Rendered
    from genstudio.viewing.pane import Pane
    from genstudio.viewing.pane_state import PaneState


@pane_view("real_or_fake")
class RealOrFakeView(PaneView):
    state: RealOrFakeState
    has_codes = False

    def __init__(self, pane: Pane, state: PaneState, parent: QWidget | None = None) -> None:
        self._guessed: set[tuple[bool, int]] = set()  # (real, index) of images that were clicked
        super().__init__(pane, state, parent)
        self.add_shortcut("H", self.toggle_hidden)

    # -- laid out ------------------------------------------------------------------------------------------------

    def make_grid(self) -> MarkedGrid:
        grid = MarkedGrid(self)
        grid.marked = self.is_marked
        return grid

    def make_pictures(self) -> QWidget:
        pictures = QWidget(self)
        column = QVBoxLayout(pictures)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.histogram = HistogramView(pictures)
        self.histogram.setAccessibleName(_("Histogram of the discriminator's outputs"))
        self.offer_saving(self.histogram, "histogram")
        column.addWidget(self.grid, 1)
        column.addWidget(self.histogram)
        return pictures

    def make_controls(self) -> PaneControls:
        controls = PaneControls(RealOrFakeState)
        self.add_resample(controls, _("Other samples and other images (R)"))
        return controls

    # -- what is shown -------------------------------------------------------------------------------------------

    def show_state(self, state: PaneState) -> None:
        assert isinstance(state, RealOrFakeState)
        if not state.hide or state.seed != self.state.seed:
            self._guessed.clear()
        super().show_state(state)
        self.inspector.controls.rows["hide"].setEnabled(state.real)
        self.grid.update()
        self._show_pointed()

    def sync(self, rendered: Rendered) -> None:
        assert rendered.content is not None
        has_heat = "heat" in rendered.content.pictures[0].values
        self.inspector.controls.rows["overlay"].setVisible(has_heat)

    def show_rendered(self, rendered: Rendered) -> None:
        super().show_rendered(rendered)
        content = rendered.content
        if content is None:
            return
        values = content.values
        low, high = values["ends"]
        self.histogram.show()
        self.histogram.show_histograms(
            Histograms(
                content.series, (float(low), float(high)), values["axis"], values["boundary"], _("passes for real →")
            )
        )

    def show_message(self, text: Message | str) -> None:
        super().show_message(text)
        self.histogram.show_histograms(None)
        self.histogram.hide()

    def is_known(self, row: int, column: int) -> bool:
        """True if a cell's truth may be shown: nothing is hidden, or the user has guessed."""
        return not self.state.hide or self._key(row, column) in self._guessed

    def is_marked(self, row: int, column: int) -> bool:
        return self._key(row, column)[0] and self.is_known(row, column)

    def _key(self, row: int, column: int) -> tuple[bool, int]:
        picture = self.grid.picture
        if picture is None or "real" not in picture.values or row >= picture.rows or column >= picture.columns:
            return False, -1
        return bool(picture.values["real"][row, column]), int(picture.values["index"][row, column])

    def describe_cell(self, row: int, column: int) -> str:
        """Text on a cell: what it is (unless that is to be guessed), and the discriminator's output."""
        picture = self.grid.picture
        real, index = self._key(row, column)
        if picture is None or index < 0:
            return super().describe_cell(row, column)
        output = self._output_text(float(picture.values["output"][row, column]))
        if not self.is_known(row, column):
            return _("Real or fake? Click to see the answer. {output}", output=output)
        if real:
            return _("Held-out image {k}: {output}", k=f"{index:,}", output=output)
        return _("Sample {k}: {output}", k=index + 1, output=output)

    def _output_text(self, output: float) -> str:
        content = self.rendered.content if self.rendered is not None else None
        if content is not None and content.values.get("logit"):
            return f"D = {output:.3f}"
        return _("output {value}", value=f"{output:.3g}".replace("-", "−"))

    def _show_pointed(self) -> None:
        """Show the image beside where the discriminator looks at it."""
        super()._show_pointed()
        picture, cell = self.grid.picture, self._pointed or self.grid.focused_cell
        if not hasattr(self, "histogram"):
            return
        if picture is None or "output" not in picture.values or cell[0] >= picture.rows or cell[1] >= picture.columns:
            self.histogram.point_out(None)
            return
        if "heat" in picture.values:
            self.inspector.view.show_pixels(_side_by_side(picture.values["image"][cell], picture.values["heat"][cell]))
        self.histogram.point_out(float(picture.values["output"][cell]))

    # -- guesses -------------------------------------------------------------------------------------------------

    @Slot(int, int)
    def _picked(self, row: int, column: int) -> None:
        if self.state.hide:
            self._guessed.add(self._key(row, column))
            self.grid.update()
        super()._picked(row, column)
        self.grid.setAccessibleDescription(self.describe_cell(row, column))

    @Slot()
    def toggle_hidden(self) -> None:
        """Hide which images are real, or show it."""
        if self.state.real:
            self.propose(_("hide which is which"), hide=not self.state.hide)


def _side_by_side(image: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """Two pictures uint8 h×w×3 of one size beside each other."""
    import numpy as np

    return np.concatenate([image, heat], 1)
