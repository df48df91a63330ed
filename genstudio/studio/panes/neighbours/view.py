"""Qt view of the pane Nearest neighbours: each sample framed before its neighbours, distances and verdict below."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from genstudio.core.messages import Message, _, translate
from genstudio.panes.neighbours.content import NeighboursState
from genstudio.studio.forms.pane_controls import PaneControls
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.panes.neighbours.audit_news import PANE, AuditNews
from genstudio.studio.panes.neighbours.audit_panel import AuditPanel
from genstudio.studio.panes.neighbours.audits import Audits, shown_with
from genstudio.studio.widgets.marked_grid import TEXT_HEIGHT, MarkedGrid

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QShowEvent

    from genstudio.core.spec import ImageSpec
    from genstudio.studio.pane_view.services import PaneServices
    from genstudio.studio.panes.neighbours.audits import Audited
    from genstudio.studio.threads.jobs import PaneJob
    from genstudio.studio.threads.rendering import Rendered
    from genstudio.viewing.content import Content
    from genstudio.viewing.pane import Pane
    from genstudio.viewing.pane_state import PaneState

MOST_BESIDE = 16


@pane_view(PANE)
class NeighboursView(PaneView):
    """Neighbours are rendered; the audit is a job of its own (``audits``), begun by a button, or automatically
    for a model that draws fast."""

    state: NeighboursState
    has_codes = False
    audits: Audits | None = None

    def __init__(self, pane: Pane, state: PaneState, parent: QWidget | None = None) -> None:
        self._plain: Rendered | None = None  # what was rendered, without the audit
        self._spec: ImageSpec | None = None
        super().__init__(pane, state, parent)

    # -- laid out ------------------------------------------------------------------------------------------------

    def make_grid(self) -> MarkedGrid:
        grid = MarkedGrid(self)
        grid.below = TEXT_HEIGHT
        grid.marked = self.is_sample
        grid.describe_cell = self.distance_text
        grid.resized.connect(self._fit_again)
        return grid

    def make_pictures(self) -> QWidget:
        pictures = QWidget(self)
        column = QVBoxLayout(pictures)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.audit = AuditPanel(pictures)
        self.verdict, self.audit_button, self.histogram = self.audit.verdict, self.audit.button, self.audit.histogram
        self.audit_button.clicked.connect(self.audit_or_stop)
        column.addWidget(self.grid, 1)
        self.offer_saving(self.histogram, "histogram")
        column.addWidget(self.audit)
        return pictures

    def make_controls(self) -> PaneControls:
        controls = PaneControls(NeighboursState)
        self.add_resample(controls, _("Draw from another seed (R)"))
        return controls

    # -- what is shown -------------------------------------------------------------------------------------------

    def resolved(self, state: PaneState) -> NeighboursState:
        """Without the audit; where no number is chosen, with as many samples side by side as let the images be largest."""
        assert isinstance(state, NeighboursState)
        state = replace(state, audited=0)  # by a job, see _show_audit
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

    def sync(self, rendered: Rendered) -> None:
        if rendered.snapshot is not None and self._spec != rendered.snapshot.spec:
            self._spec = rendered.snapshot.spec  # only now is it known how large the images are
            self.inspector.controls.rows["compared"].setVisible(not self._spec.is_point)

    @Slot()
    def _fit_again(self) -> None:
        """Another number side by side, where that makes the pictures larger: nothing is searched again for it."""
        if self.rendered is None or self.rendered.content is None:
            return
        shown, resolved = self.rendered.state, self.resolved(self.state)
        assert isinstance(shown, NeighboursState)
        shown = replace(shown, audited=0)
        if resolved != shown and replace(resolved, beside=0) == replace(shown, beside=0):
            self.resized.emit()

    def show_rendered(self, rendered: Rendered) -> None:
        same = self._plain is not None and self._plain.content is rendered.content is not None
        self._plain = rendered
        if same:  # while it searches on, the same content comes again
            self._follow_audit()
            return
        super().show_rendered(rendered)
        if rendered.content is not None:
            self._follow_audit()
            self._fit_again()

    def show_message(self, text: Message | str) -> None:
        self._plain = None
        super().show_message(text)
        self.audit.clear()

    # -- the audit -----------------------------------------------------------------------------------------------

    @classmethod
    def make_shared(cls, services: PaneServices) -> Audits:
        audits = Audits(services)
        AuditNews(services, audits, partial(_is_shown, services.views))
        return audits

    def set_shared(self, shared: Audits) -> None:
        self.audits = shared
        shared.changed.connect(self._follow_audit)

    @property
    def audited_state(self) -> NeighboursState:
        """State on screen with the audit that is requested."""
        shown = self._plain.state if self._plain is not None else self.state
        assert isinstance(shown, NeighboursState)
        return replace(shown, audited=self.state.audited)

    @property
    def idle(self) -> bool:
        """Not while an audit that began by itself runs: its verdict is of the weights that are shown."""
        job = self._job()
        return job is None or not job.by_itself

    @Slot()
    def audit_or_stop(self) -> None:
        """Audit the samples of the weights that are shown, or stop that."""
        job = self._job()
        if self.audits is None or self._plain is None:
            return
        if job is not None:
            self.audits.stop(job)
        else:
            self.audits.start(self._plain, self.audited_state)

    def shows(self, what: Audited) -> bool:
        """True if the result of this audit is on screen."""
        if self.audits is None or self._plain is None or self._plain.content is None:
            return False
        return self.isVisible() and self.audits.what(self._plain, self.audited_state) == what

    def show_state(self, state: PaneState) -> None:
        super().show_state(state)
        self._follow_audit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self.audits is not None:
            self.audits.stop_by_itself()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow_audit()

    def _job(self) -> PaneJob | None:
        if self.audits is None or self._plain is None:
            return None
        return self.audits.job(self._plain, self.audited_state)

    @Slot()
    def _follow_audit(self) -> None:
        """Show what is known of the audit; begin it where that takes a moment."""
        made, audits = self._plain, self.audits
        if made is None or made.content is None:
            return
        if audits is not None and made.final and "verdict" not in made.content.values:
            if self._starts_automatically(made):
                audits.start(made, self.audited_state, by_itself=True)
            if (found := audits.result(made, self.audited_state)) is not None:
                made = shown_with(made, self.audited_state, found)
        self.rendered = made
        assert made.content is not None
        self.audit.show_result(made.content, reserved=self._audits(made.content))
        self._show_button(made)

    def _starts_automatically(self, made: Rendered) -> bool:
        """Models that decode draw hundreds of samples in a second or two; those that draw pixel by pixel take minutes."""
        return made.latent_dim is not None and self._audits(made.content) and self.isVisible()

    def _show_button(self, made: Rendered) -> None:
        """*Audit 300 samples*, or *Stop* beside how far it is; neither once its verdict is shown."""
        n, job = self.state.audited, self._job()
        known = made.content is not None and "verdict" in made.content.values
        can = self.audits is not None and made.final and not known and self._audits(made.content)
        self.audit.show_button(n, job, shown=can)
        if job is not None and not known:
            self.audit.show_progress(n, job.share)

    def _audits(self, content: Content | None) -> bool:
        """True if a histogram will come: its space is reserved, so that the pictures don't move."""
        neighbours = content is not None and "index" in content.pictures[0].values
        return neighbours and isinstance(self.state, NeighboursState) and self.state.audited > 0

    def is_sample(self, row: int, column: int) -> bool:
        picture = self.grid.picture
        return picture is not None and "index" in picture.values and bool(picture.values["index"][row, column] < 0)

    def distance_text(self, row: int, column: int) -> str:
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
            "distance": self.distance_text(row, column),
            "unit": translate(content.values["unit"]) if content is not None else "",
            "sample": number,
        }
        text = _("Training image {k}: {distance} {unit} from sample {sample}", **facts)
        copies = int(picture.values["copies"][row, column])
        return text if copies == 1 else _("{text}; {n} times in the data", text=text, n=copies)

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


def _is_shown(views: Mapping[str, QWidget], what: Audited) -> bool:
    view = views.get(PANE)
    return isinstance(view, NeighboursView) and view.shows(what)
