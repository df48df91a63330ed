"""Nearest neighbours in the hand: each sample in a frame before its neighbours, distances under them, the verdict below."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from genstudio.core.messages import Message, _, translate
from genstudio.explore.neighbours import NeighboursState
from genstudio.studio.panes.view import PaneView
from genstudio.studio.theme import font
from genstudio.studio.widgets.controls import Button, restyle
from genstudio.studio.widgets.histogram_view import Histograms, HistogramView
from genstudio.studio.widgets.marked_grid import WORDS, MarkedGrid
from genstudio.studio.widgets.pane_controls import ChoiceControl, PaneControls, SliderControl

if TYPE_CHECKING:
    from genstudio.core.spec import ImageSpec
    from genstudio.explore.base import Content, Pane, PaneState
    from genstudio.studio.workers.render_thread import Rendered

SURE = 0.001
MOST_BESIDE = 16


class NeighboursView(PaneView):
    state: NeighboursState
    has_codes = False

    def __init__(self, pane: Pane, state: PaneState, parent: QWidget | None = None) -> None:
        self._content: Content | None = None
        self._spec: ImageSpec | None = None
        super().__init__(pane, state, parent)
        shortcut = QShortcut(QKeySequence(Qt.Key.Key_R), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.resample)

    # -- laid out ------------------------------------------------------------------------------------------------

    def make_grid(self) -> MarkedGrid:
        grid = MarkedGrid(self)
        grid.below = WORDS
        grid.marked = self.is_sample
        grid.words = self.distance_in_words
        grid.resized.connect(self._fit_again)
        return grid

    def make_pictures(self) -> QWidget:
        whole = QWidget(self)
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.verdict = QLabel(whole)
        self.verdict.setFont(font(13))
        self.verdict.setWordWrap(True)
        self.verdict.setMinimumHeight(2 * self.verdict.fontMetrics().height())
        self.verdict.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.verdict.setAccessibleName(_("Does it copy?"))
        self.verdict.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.histogram = HistogramView(whole)
        self.histogram.setAccessibleName(_("How near samples and held-out images lie, as a histogram"))
        column.addWidget(self.grid, 1)
        column.addWidget(self.verdict)
        column.addWidget(self.histogram)
        return whole

    def make_controls(self) -> PaneControls:
        infos = {info.name: info for info in NeighboursState.controls()}
        orders = [("nearest", _("nearest first")), ("drawn", _("as drawn"))]
        spaces = [("pixels", _("pixels")), ("features", _("features"))]
        curves = [("distance", _("distances")), ("relative", _("relative ones"))]
        made = {
            "n": SliderControl(infos["n"], lambda value: f"{value:.0f}"),
            "k": SliderControl(infos["k"], lambda value: f"{value:.0f}"),
            "compared": ChoiceControl(infos["compared"], spaces),
            "order": ChoiceControl(infos["order"], orders),
            "curves": ChoiceControl(infos["curves"], curves, _("histogram")),
            "audited": SliderControl(infos["audited"], lambda value: f"{value:.0f}" if value else _("none")),
        }
        controls = PaneControls(NeighboursState, made, left_out=("beside",))
        self._resample = Button(_("Resample"), _("Draw from another seed (R)"), icon_name="reset")
        self._resample.clicked.connect(self.resample)
        controls.rows.insertWidget(0, self._resample)
        return controls

    # -- what is shown -------------------------------------------------------------------------------------------

    def fitted(self, state: PaneState) -> NeighboursState:
        """Where nobody chose: as many samples side by side as let the images stand largest in the pane."""
        assert isinstance(state, NeighboursState)
        if state.beside or self._spec is None:
            return state
        return replace(state, beside=self.most_beside(state, *self._spec.cell))

    def most_beside(self, state: NeighboursState, height: int, width: int) -> int:
        """Samples side by side at which height×width pixels have the largest factor; of equals the fewest."""
        each = 1 + state.k
        return max(
            range(1, min(state.n, MOST_BESIDE) + 1),
            key=lambda n: (self.grid.factor_for(math.ceil(state.n / n), n * each, height, width), -n),
        )

    def adapt(self, rendered: Rendered) -> None:
        if rendered.snapshot is not None and self._spec != rendered.snapshot.spec:
            self._spec = rendered.snapshot.spec  # only now is it known how large the images are
            self.inspector.controls.controls["compared"].widget.setVisible(not self._spec.is_point)

    @Slot()
    def _fit_again(self) -> None:
        """Another number side by side, where that makes the pictures larger: nothing is searched again for it."""
        if self.rendered is None or self.rendered.content is None:
            return
        shown, wanted = self.rendered.state, self.fitted(self.state)
        assert isinstance(shown, NeighboursState)
        if wanted != shown and replace(wanted, beside=0) == replace(shown, beside=0):
            self.resized.emit()

    def show_rendered(self, rendered: Rendered) -> None:
        if rendered.content is not None and rendered.content is self._content:
            self.rendered = rendered  # while it searches on, the same content comes again
            return
        self._content = rendered.content
        super().show_rendered(rendered)
        if rendered.content is not None:
            self._show_audit(rendered.content)
            self._fit_again()

    def show_message(self, words: Message | str) -> None:
        self._content = None
        super().show_message(words)
        self.verdict.hide()
        self.histogram.hide()

    def _show_audit(self, content: Content) -> None:
        said = [translate(content.values[name]) for name in ("note", "verdict") if content.values.get(name)]
        words = "\n".join(said)
        self.verdict.setText(words)
        self.verdict.setAccessibleDescription(self.verdict.text())
        bad = content.values.get("p_copies", 1.0) < SURE
        self.verdict.setObjectName("words" if bad else "")
        self.verdict.setProperty("level", "bad" if bad else "")
        restyle(self.verdict)
        self.verdict.setVisible(bool(words) or self._audits(content))
        self.histogram.setVisible(bool(content.series) or self._audits(content))
        if content.series:
            low, high = content.values["ends"]
            self.histogram.show_histograms(
                Histograms(content.series, (float(low), float(high)), content.values["axis"])
            )
        else:
            self.histogram.show_histograms(None)

    def _audits(self, content: Content) -> bool:
        """Whether a histogram will come: its room is kept, so that the pictures stay where they are."""
        return (
            "index" in content.pictures[0].values and isinstance(self.state, NeighboursState) and self.state.audited > 0
        )

    def is_sample(self, row: int, column: int) -> bool:
        picture = self.grid.picture
        return picture is not None and "index" in picture.values and bool(picture.values["index"][row, column] < 0)

    def distance_in_words(self, row: int, column: int) -> str:
        picture = self.grid.picture
        if picture is None or "distance" not in picture.values or self.is_sample(row, column):
            return ""
        distance = float(picture.values["distance"][row, column])
        content = self.rendered.content if self.rendered is not None else None
        return f"{distance:.{content.values['decimals'] if content is not None else 1}f}"

    def describe_cell(self, row: int, column: int) -> str:
        """A sample, or a training image: how far, and how often it is there."""
        picture = self.grid.picture
        if picture is None or "sample" not in picture.values or row >= picture.rows or column >= picture.columns:
            return super().describe_cell(row, column)
        number = int(picture.values["sample"][row, column]) + 1
        if self.is_sample(row, column):
            return _("Sample {k}", k=number)
        content = self.rendered.content if self.rendered is not None else None
        facts = {
            "k": f"{int(picture.values['index'][row, column]):,}",
            "distance": self.distance_in_words(row, column),
            "unit": translate(content.values["unit"]) if content is not None else "",
            "sample": number,
        }
        words = _("Training image {k}: {distance} {unit} from sample {sample}", **facts)
        copies = int(picture.values["copies"][row, column])
        return words if copies == 1 else _("{words}; {n} times in the data", words=words, n=copies)

    def _show_pointed(self) -> None:
        super()._show_pointed()
        if not hasattr(self, "histogram"):
            return
        picture, cell = self.grid.picture, self._pointed or self.grid.focused_cell
        known = (
            picture is not None
            and "distance" in picture.values
            and cell[0] < picture.rows
            and cell[1] < picture.columns
        )
        by_distance = isinstance(self.state, NeighboursState) and self.state.curves == "distance"
        if picture is None or not known or not by_distance or self.is_sample(*cell):
            self.histogram.point_out(None)
        else:
            self.histogram.point_out(float(picture.values["distance"][cell]))

    # -- hands ---------------------------------------------------------------------------------------------------

    @Slot()
    def resample(self) -> None:
        """Another seed."""
        self.proposed.emit(self.state.resampled(), _("resample"))
