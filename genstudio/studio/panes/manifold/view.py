"""Qt view of the pane Manifold: the wheel zooms about the pointer, a drag moves the plane, Home goes back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from genstudio.core.messages import Message, _, translate
from genstudio.panes.manifold.content import PRINCIPAL
from genstudio.panes.manifold.overlay import overlay_choices
from genstudio.panes.manifold.state import MOST_BY_ITSELF, ManifoldState
from genstudio.studio.forms.pane_controls import PaneControls
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView, z_text
from genstudio.studio.panes.manifold.chosen_grid import ChosenGrid
from genstudio.studio.panes.manifold.controls import FEWEST, ManifoldControls
from genstudio.studio.panes.manifold.principal_anchor import PrincipalAnchor

if TYPE_CHECKING:
    import numpy as np

    from genstudio.core.spec import ImageSpec
    from genstudio.studio.threads.rendering import Rendered
    from genstudio.viewing.blobs import Blob
    from genstudio.viewing.pane import Pane
    from genstudio.viewing.pane_state import PaneState

_LEAST, _MOST = 0.1, 6.0  # ends of the range's slider
OFF_PLANE = 0.01  # length in latent space from which on a chosen code is reported to lie off the plane


@pane_view("manifold")
class ManifoldView(PaneView):
    """The grid, and one chosen code: a z, which stays what it is when the window into the plane or the weights move on."""

    state: ManifoldState
    grid: ChosenGrid

    def __init__(self, pane: Pane, state: PaneState, parent: QWidget | None = None) -> None:
        self._latent_dim = 2
        self._automatic_axes: Literal["latent", "principal"] = "latent"  # axes of the plane where the user chose none
        self._spec: ImageSpec | None = None  # of the images that are looked at
        self._adapted_to: tuple[object, ...] = ()
        self._anchor = PrincipalAnchor()
        self._chosen: tuple[str, Blob] | None = None  # of which run, and the z
        self._focus_at: tuple[int, int] | None = None  # the focused cell when the code was chosen
        super().__init__(pane, state, parent)
        self.grid.draggable = True
        self._state_pressed = self.state  # where a drag began
        self.pan_and_zoom = self.make_pan_and_zoom()
        self.pan_and_zoom.zoomed.connect(self._zoom)
        self.pan_and_zoom.pressed.connect(self._press)
        self.pan_and_zoom.moved.connect(self._move)
        self.pan_and_zoom.home_requested.connect(self.go_home)

    def make_grid(self) -> ChosenGrid:
        return ChosenGrid(self)

    def make_controls(self) -> PaneControls:
        self.tools = ManifoldControls(self._reach_text)
        self.tools.home.clicked.connect(self.go_home)
        return self.tools

    def resolved(self, state: PaneState) -> ManifoldState:
        """State with the chosen code and the plane's anchor; where the user chose no number of cells, the most that stand
        crisply in the pane."""
        assert isinstance(state, ManifoldState)
        run = self._run
        if self._chosen is not None and self._chosen[0] == run:
            state = replace(state, chosen=self._chosen[1])
        if state.anchor is None:
            state = replace(state, anchor=self._anchor.of(run))
        if state.cells:
            return state
        if self._spec is None:
            return replace(state, cells=MOST_BY_ITSELF)
        fit = self.grid.crisp_cells(*self._spec.cell)
        return replace(state, cells=max(FEWEST, min(MOST_BY_ITSELF, fit)))

    def show_state(self, state: PaneState) -> None:
        assert isinstance(state, ManifoldState)
        self.state = state
        axes = self._automatic_axes if state.axes == "auto" else state.axes
        # The range shown includes the zoom: the number here, the text under the picture and its cells agree.
        shown = min(max(state.half, _LEAST), _MOST)
        self.inspector.controls.show_state(replace(self.resolved(state), axes=axes, reach=shown, zoom=1.0))
        self.inspector.controls.rows["overlay_count"].setVisible(bool(state.overlay))
        moved = (state.centre_u, state.centre_v, state.zoom) != (0.0, 0.0, 1.0)
        self.tools.home.setVisible(moved)
        for control in (self.tools.across, self.tools.up):
            control.field.setEnabled(axes == "latent" and self._latent_dim > 1)

    def sync(self, rendered: Rendered) -> None:
        values = self._chosen_values
        self.grid.show_mark(tuple(map(float, values["chosen_xy"])) if values else None)  # type: ignore[arg-type]
        self._latent_dim = dim = rendered.latent_dim or 2
        if rendered.content is not None:
            self._automatic_axes = "principal" if rendered.content.values["names"] == PRINCIPAL else "latent"
        if rendered.snapshot is not None:
            self._spec = rendered.snapshot.spec
            places = rendered.content.values.get("anchor") if rendered.content is not None else None
            if self.blobs is not None and self._anchor.take(rendered.snapshot.run, places, self.blobs):
                self.resized.emit()  # what is shown, and exported, is to carry it
        fits = (dim, self._automatic_axes, self._spec, self.resolved(self.state))
        if fits != self._adapted_to:  # newer weights come several times a second, and change none of this
            self._adapted_to = fits
            self._fit_controls(dim)
        if isinstance(rendered.state, ManifoldState) and rendered.state.cells != self.resolved(self.state).cells:
            self.resized.emit()  # only now is it known how large the images are

    def _fit_controls(self, dim: int) -> None:
        dims = [(k + 1, f"z{k + 1}") for k in range(dim)]
        self.tools.across.set_choices(dims)
        self.tools.up.set_choices(dims)
        # Principal axes that were chosen for a larger model stay, and can be changed back.
        self.tools.rows["axes"].setVisible(dim > 2 or self.state.axes == "principal")
        if self._spec is not None:
            self.tools.overlay.set_choices([(value, translate(text)) for value, text in overlay_choices(self._spec)])
        self.show_state(self.state)

    def describe_cell(self, row: int, column: int) -> str:
        content = self.rendered.content if self.rendered else None
        if content is None or "u" not in content.values or row >= len(content.values["v"]):
            return super().describe_cell(row, column)
        across, up = content.values["names"]
        u, v = float(content.values["u"][column]), float(content.values["v"][row])
        where = _("Row {row}, column {column}", row=row + 1, column=column + 1)
        return f"{where}: {across} {u:.2f}, {up} {v:.2f}"

    # -- the chosen code -----------------------------------------------------------------------------------------

    @property
    def _run(self) -> str:
        snapshot = self.rendered.snapshot if self.rendered is not None else None
        return "" if snapshot is None else snapshot.run

    @property
    def _chosen_values(self) -> dict[str, Any]:
        """Values of the chosen code; empty while none is chosen."""
        content = self.rendered.content if self.rendered is not None else None
        return content.values if content is not None and "chosen_z" in content.values else {}

    @property
    def current_z(self) -> np.ndarray | None:
        """The chosen code; the focused cell's where none is chosen, or the focus has been moved on since."""
        values = self._chosen_values
        if values and self._focus_at == self.grid.focused_cell:
            z: np.ndarray = values["chosen_z"]
            return z
        return super().current_z

    @Slot(int, int)
    def _picked(self, row: int, column: int) -> None:
        z = self.z_at((row, column))
        if z is None or self.blobs is None:
            return
        self._chosen = (self._run, self.blobs.put_array(z.copy()))
        self._focus_at = self.grid.focused_cell
        self.picked_z.emit(z.copy())
        self.resized.emit()  # what is rendered is another state now

    def discard_chosen(self) -> None:
        """Choose no code any more."""
        self._chosen = self._focus_at = None
        self.resized.emit()

    def show_rendered(self, rendered: Rendered) -> None:
        super().show_rendered(rendered)
        if self._chosen_values and not self.grid.marks_inside:
            self.caption.setText(_("{text} · the chosen z is outside the view", text=self.caption.full_text()))

    def show_message(self, text: Message | str) -> None:
        self.grid.show_mark(None)
        super().show_message(text)

    def _show_pointed(self) -> None:
        values = self._chosen_values
        if not values or self._pointed is not None or self._focus_at != self.grid.focused_cell:
            super()._show_pointed()
            return
        assert self.rendered is not None
        assert self.rendered.content is not None
        (across, up), (u, v) = self.rendered.content.values["names"], values["chosen_uv"]
        lines = [f"{across} {u:.2f}, {up} {v:.2f}".replace("-", "−")]
        if values["chosen_away"] > OFF_PLANE:
            lines.append(_("{distance} off this plane", distance=f"{values['chosen_away']:.2f}"))
        if not self.grid.marks_inside:
            lines.append(_("outside the view"))
        self.inspector.show_cell(
            values["chosen_image"], z_text(values["chosen_z"]), "\n".join(lines), caption=_("Chosen z")
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._chosen is not None and not self.showing_help:
            self.discard_chosen()
        else:
            super().keyPressEvent(event)

    # -- pan and zoom --------------------------------------------------------------------------------------------

    def _reach_text(self, value: float) -> str:
        """ "±0.5 σ": the range shown, which zoom may have brought beyond the ends of the slider."""
        half = self.state.half
        return f"±{half if value in (_LEAST, _MOST) and not _LEAST <= half <= _MOST else value:.3g} σ"

    @Slot(str, object)
    def _edited(self, name: str, value: Any) -> None:
        """The range is set as it is shown: it replaces a zoom."""
        if name == "reach":
            if value != self.state.half:
                self.propose(_("range"), reach=value, zoom=1.0)
        else:
            super()._edited(name, value)

    @Slot(float, float, float)
    def _zoom(self, x: float, y: float, factor: float) -> None:
        zoomed = self.resolved(self.state).zoomed(x, y, factor)
        self.proposed.emit(replace(zoomed, cells=self.state.cells), _("zoom"))

    @Slot()
    def _press(self) -> None:
        self._state_pressed = self.state

    @Slot(float, float, float, float)
    def _move(self, x0: float, y0: float, x: float, y: float) -> None:
        pressed = self._state_pressed
        moved = self.resolved(pressed).moved(x0, y0, x, y)
        self.proposed.emit(replace(moved, cells=pressed.cells), _("move"))

    @Slot()
    def go_home(self) -> None:
        """The middle of the prior, at the chosen range."""
        self.propose(_("back to the middle"), centre_u=0.0, centre_v=0.0, zoom=1.0)
