"""The plane in the hand: wheel zooms about the pointer, dragging moves it, Home shows the whole square again."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QWidget

from genstudio.core.messages import _
from genstudio.panes.plane.state import PlaneState
from genstudio.studio.forms.pane_controls import Control, PaneControls, SliderControl
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.threads.render_thread import Rendered
from genstudio.studio.widgets.controls import Button
from genstudio.studio.widgets.image_grid import MARGIN
from genstudio.viewing.pane import Pane
from genstudio.viewing.pane_state import PaneState

NOTCH = 1.2  # one notch of the wheel
WHEEL_REST_MS = 400  # a pause that ends one turn of the wheel, which undo takes back as one
SMALLEST, LARGEST = 160, 1000  # pixels along each side; a larger picture is shown with each of them repeated
BY_HAND = ("centre_x", "centre_y", "side")


@pane_view("plane")
class PlaneView(PaneView):
    state: PlaneState
    has_codes = False
    has_cells = False

    def __init__(self, pane: Pane, state: PaneState, parent: QWidget | None = None) -> None:
        super().__init__(pane, state, parent)
        self.grid.draggable = True
        self._held: tuple[PlaneState, float, float] | None = None
        self._wheel_rest = QTimer(self)
        self._wheel_rest.setSingleShot(True)
        self._wheel_rest.setInterval(WHEEL_REST_MS)
        self._wheel_rest.timeout.connect(self.drag_ended)
        self.grid.wheeled.connect(self._wheeled)
        self.grid.drag_began.connect(self._drag_began)
        self.grid.dragged.connect(self._dragged)
        self.grid.drag_ended.connect(self._drag_ended)
        self.grid.went_home.connect(self.go_home)

    def make_controls(self) -> PaneControls:
        infos = {info.name: info for info in PlaneState.controls()}
        made: dict[str, Control] = {
            "n": SliderControl(replace(infos["n"], minimum=50), lambda value: f"{value:.0f}"),
            "zoom": SliderControl(infos["zoom"], lambda value: f"× {value:.1f}"),
        }
        controls = PaneControls(PlaneState, made, BY_HAND)
        controls.controls["label"].widget.hide()  # until there is a discriminator that knows classes
        self._home = Button(_("The whole square"), _("Undo zoom and pan (Home)"), icon_name="reset")
        self._home.clicked.connect(self.go_home)
        controls.rows.addWidget(self._home)
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
        told = rendered.content.values if rendered.content is not None else {}
        controls = self.inspector.controls.controls
        for name in ("field", "arrows"):
            controls[name].widget.setEnabled(bool(told.get("discriminates")))
        controls["label"].widget.setVisible(bool(told.get("classes")))

    def describe_cell(self, row: int, column: int) -> str:
        """The one picture, in words."""
        return self.words.whole()

    # -- hands ---------------------------------------------------------------------------------------------------

    @Slot(float, float, float)
    def _wheeled(self, x: float, y: float, notches: float) -> None:
        if not self._wheel_rest.isActive():
            self.drag_started.emit()
        self._wheel_rest.start()
        inside = min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
        self.proposed.emit(self.state.zoomed(*inside, NOTCH**notches), _("zoom"))

    @Slot(float, float)
    def _drag_began(self, x: float, y: float) -> None:
        self._held = (self.state, x, y)
        self.drag_started.emit()

    @Slot(float, float)
    def _dragged(self, x: float, y: float) -> None:
        if self._held is not None:
            held, x0, y0 = self._held
            self.proposed.emit(held.moved(x0, y0, x, y), _("move"))

    @Slot()
    def _drag_ended(self) -> None:
        self._held = None
        self.drag_ended.emit()

    @Slot()
    def go_home(self) -> None:
        """The whole square."""
        self.propose(_("the whole square"), centre_x=0.5, centre_y=0.5, zoom=1.0)
