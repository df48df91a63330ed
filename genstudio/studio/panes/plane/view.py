"""Qt view of the pane Plane: the wheel zooms about the pointer, a drag moves, Home shows the whole square again."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from genstudio.core.messages import _
from genstudio.panes.plane.state import PlaneState
from genstudio.studio.forms.control import SliderControl
from genstudio.studio.forms.pane_controls import PaneControls
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.threads.rendering import Rendered
from genstudio.studio.widgets.controls import Button
from genstudio.studio.widgets.image_sheet import MARGIN
from genstudio.viewing.pane import Pane
from genstudio.viewing.pane_state import PaneState

SMALLEST, LARGEST = 160, 1000  # pixels along each side; a larger picture is shown with each of them repeated


@pane_view("plane")
class PlaneView(PaneView):
    state: PlaneState
    has_codes = False
    has_cells = False

    def __init__(self, pane: Pane, state: PaneState, parent: QWidget | None = None) -> None:
        super().__init__(pane, state, parent)
        self.grid.draggable = True
        self._state_pressed = self.state  # where a drag began
        self.pan_and_zoom = self.make_pan_and_zoom()
        self.pan_and_zoom.zoomed.connect(self._zoom)
        self.pan_and_zoom.pressed.connect(self._press)
        self.pan_and_zoom.moved.connect(self._move)
        self.pan_and_zoom.home_requested.connect(self.go_home)

    def make_controls(self) -> PaneControls:
        infos = {info.name: info for info in PlaneState.controls()}
        controls = PaneControls(PlaneState, {"n": SliderControl(replace(infos["n"], minimum=50))})
        controls.rows["label"].hide()  # until there is a discriminator that knows classes
        self._home = Button(_("The whole square"), _("Undo zoom and pan (Home)"), icon_name="reset")
        self._home.clicked.connect(self.go_home)
        controls.column.addWidget(self._home)
        return controls

    def resolved(self, state: PaneState) -> PlaneState:
        """The picture as large as the pane, in pixels of the device: of a very large one, halves."""
        assert isinstance(state, PlaneState)
        if state.side:
            return state
        ratio = self.devicePixelRatioF()
        room = int((min(self.grid.width(), self.grid.height()) - 2 * MARGIN) * ratio)
        factor = max(1, -(-room // LARGEST))
        return replace(state, side=min(LARGEST, max(SMALLEST, room // factor)))

    def show_state(self, state: PaneState) -> None:
        assert isinstance(state, PlaneState)
        super().show_state(state)
        self._home.setEnabled(state.zoom != 1.0)

    def sync(self, rendered: Rendered) -> None:
        values = rendered.content.values if rendered.content is not None else {}
        controls = self.inspector.controls
        for name in ("field", "arrows"):
            controls.rows[name].setEnabled(bool(values.get("discriminates")))
        controls.rows["label"].setVisible(bool(values.get("classes")))

    def describe_cell(self, row: int, column: int) -> str:
        """Text of the picture."""
        return self.caption.full_text()

    # -- pan and zoom --------------------------------------------------------------------------------------------

    @Slot(float, float, float)
    def _zoom(self, x: float, y: float, factor: float) -> None:
        self.proposed.emit(self.state.zoomed(x, y, factor), _("zoom"))

    @Slot()
    def _press(self) -> None:
        self._state_pressed = self.state

    @Slot(float, float, float, float)
    def _move(self, x0: float, y0: float, x: float, y: float) -> None:
        self.proposed.emit(self._state_pressed.moved(x0, y0, x, y), _("move"))

    @Slot()
    def go_home(self) -> None:
        """Show the whole square again."""
        self.propose(_("the whole square"), centre_x=0.5, centre_y=0.5, zoom=1.0)
