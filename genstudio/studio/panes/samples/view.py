"""Qt view of the pane Samples: resample with R, and the neighbours of a z that was sent here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from genstudio.core.messages import _
from genstudio.panes.samples.content import SamplesState
from genstudio.studio.forms.pane_controls import PaneControls
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.widgets.controls import Button

if TYPE_CHECKING:
    from genstudio.studio.threads.rendering import Rendered
    from genstudio.viewing.pane_state import PaneState


@pane_view("samples")
class SamplesView(PaneView):
    state: SamplesState

    def make_controls(self) -> PaneControls:
        controls = PaneControls(SamplesState)
        self._discard = Button(_("Discard this z"), _("Draw from the whole prior again"))
        self._discard.clicked.connect(self.discard_z)
        controls.column.insertWidget(0, self._discard)
        self.add_resample(controls, _("Draw from another seed (R)"))
        return controls

    def show_state(self, state: PaneState) -> None:
        assert isinstance(state, SamplesState)
        super().show_state(state)
        near = state.around is not None
        self._discard.setVisible(near)
        self.inspector.controls.rows["spread"].setVisible(near)

    def sync(self, rendered: Rendered) -> None:
        controls, has_code = self.inspector.controls, rendered.latent_dim is not None
        values = rendered.content.values if rendered.content is not None else {}
        controls.rows["shown"].setVisible(has_code and bool(values.get("has_mean", True)))
        controls.rows["temperature"].setVisible(has_code or bool(values.get("pixelwise")))

    @Slot()
    def discard_z(self) -> None:
        """Draw from the whole prior instead of a z's neighbours."""
        self.propose(_("discard this z"), around=None)
