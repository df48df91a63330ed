"""Qt view of the pane Objective: curves fill the pane, and the axis can be chosen where there are two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from genstudio.panes.objective.content import ObjectiveState
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.threads.rendering import Rendered

if TYPE_CHECKING:
    from genstudio.viewing.pane import Pane
    from genstudio.viewing.pane_state import PaneState


@pane_view("objective")
class ObjectiveView(PaneView):
    state: ObjectiveState
    has_codes = False
    has_cells = False

    def __init__(self, pane: Pane, state: PaneState, parent: QWidget | None = None) -> None:
        super().__init__(pane, state, parent)
        self.offer_saving(self.stack, "curves")

    def sync(self, rendered: Rendered) -> None:
        values = rendered.content.values if rendered.content is not None else {}
        self.inspector.controls.rows["axis"].setVisible(bool(values.get("logit")))
