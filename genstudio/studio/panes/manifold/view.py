"""The manifold in the hand: wheel zooms about the pointer, dragging moves the plane, Home goes back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from genstudio.core.messages import Message, _, translate
from genstudio.panes.manifold.content import PRINCIPAL
from genstudio.panes.manifold.overlay import overlay_choices
from genstudio.panes.manifold.state import MOST_BY_ITSELF, ManifoldState
from genstudio.studio.forms.pane_controls import ChoiceControl, PaneControls, SliderControl
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView, z_in_words
from genstudio.studio.panes.manifold.chosen_grid import ChosenGrid
from genstudio.studio.panes.manifold.principal_anchor import PrincipalAnchor
from genstudio.studio.widgets.card import Caption
from genstudio.studio.widgets.controls import Button

if TYPE_CHECKING:
    import numpy as np

    from genstudio.core.spec import ImageSpec
    from genstudio.studio.threads.render_thread import Rendered
    from genstudio.viewing.blobs import Blob
    from genstudio.viewing.pane import Pane
    from genstudio.viewing.pane_state import PaneState

FEWEST = 5  # cells along a side
NOTCH = 1.2  # one notch of the wheel
WHEEL_REST_MS = 400  # a pause that ends one turn of the wheel, which undo takes back as one
BY_HAND = (
    "axes", "across", "up", "label", "overlay", "overlay_count", "centre_u", "centre_v", "zoom", "chosen", "anchor",
)  # fmt: skip
_LEAST, _MOST = 0.1, 6.0  # ends of the range's slider
OFF_PLANE = 0.01  # length in latent space from which on a chosen code is said to lie off the plane


@pane_view("manifold")
class ManifoldView(PaneView):
    """The grid, and one chosen code: a z, which stays what it is when the window into the plane or the weights move on."""

    state: ManifoldState
    grid: ChosenGrid

    def __init__(self, pane: Pane, state: PaneState, parent: QWidget | None = None) -> None:
        self._latent_dim = 2
        self._by_itself: Literal["latent", "principal"] = "latent"  # what the plane lies along where nobody chose
        self._spec: ImageSpec | None = None  # of the images that are looked at
        self._adapted_to: tuple[object, ...] = ()
        self._anchor = PrincipalAnchor()
        self._chosen: tuple[str, Blob] | None = None  # of which run, and the z
        self._focus_at: tuple[int, int] | None = None  # the focused cell when the code was chosen
        super().__init__(pane, state, parent)
        self.grid.draggable = True
        self._held: tuple[ManifoldState, float, float] | None = None
        self._wheel_rest = QTimer(self)
        self._wheel_rest.setSingleShot(True)
        self._wheel_rest.setInterval(WHEEL_REST_MS)
        self._wheel_rest.timeout.connect(self._wheel_ended)
        self.grid.wheeled.connect(self._wheeled)
        self.grid.drag_began.connect(self._drag_began)
        self.grid.dragged.connect(self._dragged)
        self.grid.drag_ended.connect(self._drag_ended)
        self.grid.went_home.connect(self.go_home)

    def make_grid(self) -> ChosenGrid:
        return ChosenGrid(self)

    def make_controls(self) -> PaneControls:
        infos = {info.name: info for info in ManifoldState.controls()}
        made = {
            "reach": SliderControl(infos["reach"], self._reach_in_words),
            "cells": SliderControl(replace(infos["cells"], minimum=FEWEST), lambda value: f"{value:.0f} × {value:.0f}"),
            "spacing": ChoiceControl(infos["spacing"], [("gauss", _("Gaussian")), ("linear", _("linear"))]),
        }
        controls = PaneControls(ManifoldState, made, BY_HAND)
        self._plane = ChoiceControl(
            infos["axes"], [("latent", _("two of z")), ("principal", _("principal"))], _("plane")
        )
        self._across = ChoiceControl(infos["across"], [(1, "z1"), (2, "z2")], _("across"), bare=True)
        self._up = ChoiceControl(infos["up"], [(1, "z1"), (2, "z2")], _("up"), bare=True)
        self._class = ChoiceControl(infos["label"], [(0, "0")], _("class"))
        self._class.widget.hide()  # until there is a model that knows classes
        self._overlay = ChoiceControl(infos["overlay"], [("", _("none"))], _("images"))
        self._count = SliderControl(infos["overlay_count"], lambda value: f"{value:.0f}")
        self._plane.widget.hide()  # until there is a model with more dimensions than two
        self._home = Button(_("Back to the middle"), _("Undo zoom and pan (Home)"), icon_name="reset")
        self._home.clicked.connect(self.go_home)
        rows = controls.rows
        rows.insertWidget(0, Caption(_("Axes")))
        rows.insertWidget(1, self._plane.widget)
        rows.insertWidget(2, self._pair())
        rows.insertWidget(3, self._class.widget)
        rows.addWidget(self._home)
        caption = Caption(_("Encoded images"))
        caption.setContentsMargins(0, 8, 0, 0)
        rows.addWidget(caption)
        rows.addWidget(self._overlay.widget)
        rows.addWidget(self._count.widget)
        for control in (self._plane, self._across, self._up, self._class, self._overlay, self._count):
            controls.add(control, placed=False)
        return controls

    def _pair(self) -> QWidget:
        """ "across [z1] up [z2]" on one line."""
        pair = QWidget()
        line = QHBoxLayout(pair)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        for control in (self._across, self._up):
            label = QLabel(control.combo.accessibleName(), pair)
            control.combo.setMinimumContentsLength(2)
            control.combo.setMinimumWidth(60)
            label.setBuddy(control.combo)
            line.addWidget(label)
            line.addWidget(control.combo, 1)
        return pair

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
        axes = self._by_itself if state.axes == "auto" else state.axes
        # The range is that of what is seen: the number here, the words under the picture and its cells agree.
        seen = min(max(state.half, _LEAST), _MOST)
        self.inspector.controls.show_state(replace(self.resolved(state), axes=axes, reach=seen, zoom=1.0))
        self._count.widget.setVisible(bool(state.overlay))
        moved = (state.centre_u, state.centre_v, state.zoom) != (0.0, 0.0, 1.0)
        self._home.setVisible(moved)
        for control in (self._across, self._up):
            control.combo.setEnabled(axes == "latent" and self._latent_dim > 1)

    def sync(self, rendered: Rendered) -> None:
        told = self._told_of_chosen
        self.grid.show_mark(tuple(map(float, told["chosen_xy"])) if told else None)  # type: ignore[arg-type]
        self._latent_dim = dim = rendered.latent_dim or 2
        if rendered.content is not None:
            self._by_itself = "principal" if rendered.content.values["names"] == PRINCIPAL else "latent"
            self._show_classes(rendered.content.values.get("class_names", ()))
        if rendered.snapshot is not None:
            self._spec = rendered.snapshot.spec
            places = rendered.content.values.get("anchor") if rendered.content is not None else None
            if self.blobs is not None and self._anchor.take(rendered.snapshot.run, places, self.blobs):
                self.resized.emit()  # what is shown, and exported, is to carry it
        fits = (dim, self._by_itself, self._spec, self.resolved(self.state))
        if fits != self._adapted_to:  # newer weights come several times a second, and change none of this
            self._adapted_to = fits
            self._fit_controls(dim)
        if isinstance(rendered.state, ManifoldState) and rendered.state.cells != self.resolved(self.state).cells:
            self.resized.emit()  # only now is it known how large the images are

    def _show_classes(self, names: tuple[str, ...]) -> None:
        if names:
            self._class.set_choices(list(enumerate(names)))
            self._class.show(self.state.label)
        self._class.widget.setVisible(bool(names))

    def _fit_controls(self, dim: int) -> None:
        dims = [(k + 1, f"z{k + 1}") for k in range(dim)]
        self._across.set_choices(dims)
        self._up.set_choices(dims)
        # Principal directions that somebody chose for a larger model stay, and so does the way back from them.
        self._plane.widget.setVisible(dim > 2 or self.state.axes == "principal")
        if self._spec is not None:
            self._overlay.set_choices([(value, translate(words)) for value, words in overlay_choices(self._spec)])
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
    def _told_of_chosen(self) -> dict[str, Any]:
        """Text on the chosen code; empty while none is chosen."""
        content = self.rendered.content if self.rendered is not None else None
        return content.values if content is not None and "chosen_z" in content.values else {}

    @property
    def current_z(self) -> np.ndarray | None:
        """The chosen code; the focused cell's where none is chosen, or the focus has been moved on since."""
        told = self._told_of_chosen
        if told and self._focus_at == self.grid.focused_cell:
            z: np.ndarray = told["chosen_z"]
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

    def forget_chosen(self) -> None:
        """Choose no code any more."""
        self._chosen = self._focus_at = None
        self.resized.emit()

    def show_rendered(self, rendered: Rendered) -> None:
        super().show_rendered(rendered)
        if self._told_of_chosen and not self.grid.marks_inside:
            self.words.setText(_("{words} · the chosen z is outside the view", words=self.words.whole()))

    def show_message(self, words: Message | str) -> None:
        self.grid.show_mark(None)
        super().show_message(words)

    def _show_pointed(self) -> None:
        told = self._told_of_chosen
        if not told or self._pointed is not None or self._focus_at != self.grid.focused_cell:
            super()._show_pointed()
            return
        assert self.rendered is not None
        assert self.rendered.content is not None
        (across, up), (u, v) = self.rendered.content.values["names"], told["chosen_uv"]
        lines = [f"{across} {u:.2f}, {up} {v:.2f}".replace("-", "−")]
        if told["chosen_away"] > OFF_PLANE:
            lines.append(_("{distance} off this plane", distance=f"{told['chosen_away']:.2f}"))
        if not self.grid.marks_inside:
            lines.append(_("outside the view"))
        self.inspector.show_cell(
            told["chosen_image"], z_in_words(told["chosen_z"]), "\n".join(lines), caption=_("Chosen z")
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._chosen is not None and not self.showing_help:
            self.forget_chosen()
        else:
            super().keyPressEvent(event)

    # -- hands ---------------------------------------------------------------------------------------------------

    def _reach_in_words(self, value: float) -> str:
        """ "±0.5 σ": of what is seen, which zoom may have brought beyond the ends of the slider."""
        half = self.state.half
        return f"±{half if value in (_LEAST, _MOST) and not _LEAST <= half <= _MOST else value:.3g} σ"

    @Slot(str, object)
    def _edited(self, name: str, value: Any) -> None:
        """The range is set as it is seen: it takes the place of a zoom."""
        if name == "reach":
            if value != self.state.half:
                self.propose(_("range"), reach=value, zoom=1.0)
        else:
            super()._edited(name, value)

    @Slot(float, float, float)
    def _wheeled(self, x: float, y: float, notches: float) -> None:
        if not self._wheel_rest.isActive():
            self.drag_started.emit()
        self._wheel_rest.start()
        inside = min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
        zoomed = self.resolved(self.state).zoomed(*inside, NOTCH**notches)
        self.proposed.emit(replace(zoomed, cells=self.state.cells), _("zoom"))

    @Slot()
    def _wheel_ended(self) -> None:
        self.drag_ended.emit()

    @Slot(float, float)
    def _drag_began(self, x: float, y: float) -> None:
        self._held = (self.state, x, y)
        self.drag_started.emit()

    @Slot(float, float)
    def _dragged(self, x: float, y: float) -> None:
        if self._held is not None:
            held, x0, y0 = self._held
            moved = self.resolved(held).moved(x0, y0, x, y)
            self.proposed.emit(replace(moved, cells=held.cells), _("move"))

    @Slot()
    def _drag_ended(self) -> None:
        self._held = None
        self.drag_ended.emit()

    @Slot()
    def go_home(self) -> None:
        """The middle of the prior, at the chosen range."""
        self.propose(_("back to the middle"), centre_u=0.0, centre_v=0.0, zoom=1.0)
