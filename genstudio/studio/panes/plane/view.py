"""Qt view of the pane Plane: the wheel zooms about the pointer, a drag moves, Home shows the whole square again."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from genstudio.core.messages import Message, _, translate
from genstudio.panes.plane.content import DATA, SAMPLES
from genstudio.panes.plane.drawing import MIDDLE
from genstudio.panes.plane.state import PlaneState
from genstudio.studio.forms.control import SliderControl
from genstudio.studio.forms.pane_controls import PaneControls
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.plots.field_plot import FieldPlot
from genstudio.studio.threads.rendering import Rendered
from genstudio.studio.widgets.controls import Button
from genstudio.viewing.content import Content
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
        self._state_pressed = self.state  # where a drag began
        self.pan_and_zoom = self.make_pan_and_zoom(self.plot)
        self.pan_and_zoom.zoomed.connect(self._zoom)
        self.pan_and_zoom.pressed.connect(self._press)
        self.pan_and_zoom.moved.connect(self._move)
        self.pan_and_zoom.home_requested.connect(self.go_home)

    def make_pictures(self) -> QWidget:
        """The plot; the grid in its place for what is said without one."""
        self.front = QStackedWidget(self)
        self.plot = FieldPlot(self.front)
        self.plot.setAccessibleName(translate(self.pane.title))
        self.plot.set_colours(MIDDLE, DATA, SAMPLES)
        self.plot.resized.connect(self.resized)
        self.offer_saving(self.plot, "plot")
        self.front.addWidget(self.grid)
        self.front.addWidget(self.plot)
        return self.front

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
        room = int(self.plot.side * self.devicePixelRatioF())
        factor = max(1, -(-room // LARGEST))
        return replace(state, side=min(LARGEST, max(SMALLEST, room // factor)))

    def show_state(self, state: PaneState) -> None:
        assert isinstance(state, PlaneState)
        super().show_state(state)
        self._home.setEnabled(state.zoom != 1.0)
        left, top = state.corner
        self.plot.show_extent(left, left + 1 / state.zoom, top - 1 / state.zoom, top)

    def sync(self, rendered: Rendered) -> None:
        values = rendered.content.values if rendered.content is not None else {}
        controls = self.inspector.controls
        for name in ("field", "arrows"):
            controls.rows[name].setEnabled(bool(values.get("discriminates")))
        controls.rows["label"].setVisible(bool(values.get("classes")))

    def show_picture(self, content: Content) -> None:
        super().show_picture(content)
        if content.field_chart is not None:
            self.plot.show_chart(content.field_chart)
            self.plot.setAccessibleDescription(translate(content.caption))
            self._bring_to_front(self.plot)

    def show_message(self, text: Message | str) -> None:
        super().show_message(text)
        self._bring_to_front(self.grid)

    def _bring_to_front(self, shown: QWidget) -> None:
        had_focus = self.grid.hasFocus() or self.plot.hasFocus()
        self.front.setCurrentWidget(shown)
        self.grid.setFocusProxy(self.plot if shown is self.plot else None)  # type: ignore[arg-type]
        if had_focus:
            shown.setFocus(Qt.FocusReason.OtherFocusReason)

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
