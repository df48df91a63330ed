"""Qt view of the pane of a package that is not genstudio's."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QPushButton

from genstudio.studio.forms.pane_controls import PaneControls
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView


@pane_view("wall")
class WallView(PaneView):
    """The pane with a button for the next seed."""

    has_codes = False

    def make_controls(self) -> PaneControls:
        controls = super().make_controls()
        self.next = QPushButton("Next", controls)
        self.next.clicked.connect(self._next)
        controls.column.insertWidget(0, self.next)
        return controls

    @Slot()
    def _next(self) -> None:
        self.propose("next seed", seed=self.state.seed + 1)
