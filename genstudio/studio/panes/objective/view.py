"""The objective: curves fill the pane, and the axis can be chosen where there are two."""

from __future__ import annotations

from genstudio.core.messages import _
from genstudio.panes.objective.content import ObjectiveState
from genstudio.studio.forms.pane_controls import ChoiceControl, PaneControls
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.threads.render_thread import Rendered


@pane_view("objective")
class ObjectiveView(PaneView):
    state: ObjectiveState
    has_codes = False
    has_cells = False

    def make_controls(self) -> PaneControls:
        infos = {info.name: info for info in ObjectiveState.controls()}
        axes = [("probability", _("probability")), ("output", _("output"))]
        return PaneControls(ObjectiveState, {"axis": ChoiceControl(infos["axis"], axes)})

    def sync(self, rendered: Rendered) -> None:
        told = rendered.content.values if rendered.content is not None else {}
        self.inspector.controls.controls["axis"].widget.setVisible(bool(told.get("logit")))
