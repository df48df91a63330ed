"""Qt view of the pane Sliders: the bank, the pad and the picture itself all move the same values."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from genstudio.core.messages import _, translate
from genstudio.core.seeding import derive
from genstudio.panes.sliders.sliders import COORDINATES, NAMED, PRINCIPAL, SliderRow, row_title
from genstudio.panes.sliders.state import SlidersState
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.panes.sliders.bank_rows import BankRow
from genstudio.studio.panes.sliders.controls import SHEETS, SlidersControls
from genstudio.studio.panes.sliders.found_sliders import FoundSliders, stale_step
from genstudio.studio.panes.sliders.layout import SlidersLayout

if TYPE_CHECKING:
    from genstudio.core.messages import Message
    from genstudio.studio.pane_view.direction_store import DirectionStore
    from genstudio.studio.threads.background import Background
    from genstudio.studio.threads.rendering import Rendered
    from genstudio.viewing.blobs import Blob, Blobs
    from genstudio.viewing.content import Content
    from genstudio.viewing.pane import Pane
    from genstudio.viewing.pane_state import PaneState


@pane_view("sliders")
class SlidersView(PaneView):
    state: SlidersState
    has_cells = False
    takes_own_z = False
    opens_images = True

    def __init__(self, pane: Pane, state: PaneState, parent: QWidget | None = None) -> None:
        self._content: Content | None = None
        self.rows: tuple[SliderRow, ...] = ()
        self._names: frozenset[str] = frozenset()
        self._shown_in_inspector: tuple[Any, ...] = ()
        self.pair = ("", "")
        self._encodes, self._has_images = True, True
        self._finding = False
        self._found: tuple[Any, ...] = ()
        super().__init__(pane, state, parent)
        self.found_sliders = FoundSliders(self)
        self.found_sliders.changed.connect(self.resized)  # what is rendered is another state now
        self._state_pressed = self.state  # where a drag of the picture began
        self._connect_parts()

    # -- laid out ------------------------------------------------------------------------------------------------

    def make_pictures(self) -> SlidersLayout:
        self.stage = SlidersLayout(self.grid, self)
        self.bank, self.pad = self.stage.bank, self.stage.pad
        return self.stage

    def make_controls(self) -> SlidersControls:
        self.tools = SlidersControls()
        return self.tools

    def _connect_parts(self) -> None:
        self.bank.moved.connect(self._slider_moved)
        self.bank.locked.connect(self._lock_chosen)
        self.pad.moved.connect(self._pad_moved)
        for part in (self.bank, self.pad):
            part.drag_started.connect(self.drag_started)
            part.drag_ended.connect(self.drag_ended)
        drag = self.make_pan_and_zoom(zooms=False)
        drag.pressed.connect(self._press)
        drag.moved.connect(self._move)
        drag.home_requested.connect(self._pad_home)
        self.image_drop.arrived.connect(self._image_arrived)
        self.stage.reset.clicked.connect(self.reset)
        self.stage.randomise.clicked.connect(self.randomise)
        self.stage.again.clicked.connect(self.find_again)
        self.tools.another.clicked.connect(self.another)
        self.tools.open.clicked.connect(self.image_drop.browse)
        for key, slot in (("Ctrl+Home", self.reset), ("R", self.randomise), ("N", self.another)):
            self.add_shortcut(key, slot)

    def set_services(self, blobs: Blobs, background: Background, found: DirectionStore | None = None) -> None:
        super().set_services(blobs, background, found)
        self.found_sliders.set_services(blobs, found)

    # -- what is shown -------------------------------------------------------------------------------------------

    def resolved(self, state: PaneState) -> SlidersState:
        """State with what was found for this run, and as many cells as fit."""
        assert isinstance(state, SlidersState)
        state = self.found_sliders.resolved(state, self._run)
        return replace(state, cells=self._fitting_cells(state))

    def _fitting_cells(self, state: SlidersState) -> int:
        """Number of cells where the user chose none: of 5 to 9 the one that fills the pane best, preferably more."""
        snapshot = self.rendered.snapshot if self.rendered is not None else None
        if state.cells or state.show not in SHEETS or snapshot is None:
            return state.cells
        height, width = snapshot.spec.cell
        rows = {n: n if state.show == "figure" else 1 for n in range(5, 10)}
        return max(rows, key=lambda n: (n * self.grid.factor_for(rows[n], n, height, width), n))

    @property
    def _run(self) -> str:
        snapshot = self.rendered.snapshot if self.rendered is not None else None
        return "" if snapshot is None else snapshot.run

    @property
    def idle(self) -> bool:
        """True if newer weights may be shown: not while directions are searched."""
        return not self._finding

    @property
    def restarts(self) -> bool:
        return not self._finding

    @property
    def film(self) -> dict[str, Any]:
        return {"slider": self.bank.current}

    def show_state(self, state: PaneState) -> None:
        assert isinstance(state, SlidersState)
        self.state = state
        # A slider that moves changes nothing in the inspector.
        values = (replace(state, values=(), locked=()), self._encodes, self._has_images, self.pair, self._names)
        if values != self._shown_in_inspector:
            self._shown_in_inspector = values
            start = state.start_of(self._encodes, self._has_images)
            self.tools.show_sliders(state, start, self._pair_of(state))
        self.bank.show_values(dict(state.values), state.locked)
        self._show_pad()
        self.grid.draggable = state.show == "picture" and all(self.pair)
        self.stage.reset.setEnabled(state.reset() != state)
        self.stage.randomise.setEnabled(bool(self.rows))

    def show_rendered(self, rendered: Rendered) -> None:
        if rendered.content is not None and rendered.content is self._content:
            self.rendered = rendered  # while it searches on, the same content comes again
            return
        self._content = rendered.content
        self._finding = rendered.content is not None and "finding" in rendered.content.values
        super().show_rendered(rendered)

    def show_message(self, text: Message | str) -> None:
        self._content = None
        super().show_message(text)
        self.stage.show_originals(())
        self.stage.show_notes(())

    def sync(self, rendered: Rendered) -> None:
        content = rendered.content
        assert content is not None
        values = content.values
        self.stage.show_originals(content.pictures[1:])
        self.stage.show_notes([translate(note) for note in values["notes"]])
        self.stage.again.setVisible(self._found_before(rendered, values))
        stale = stale_step(rendered, values)
        self.stage.stale.show_steps(stale, rendered.step)
        found = (
            stale,
            values["sliders"],
            values["pair"],
            values["encodes"],
            values["has_images"],
            values.get("class_names"),
        )
        if found != self._found:
            self._found = found
            self.rows, self.pair = values["sliders"], values["pair"]
            self._names = frozenset(row.name for row in self.rows)
            self._shown_in_inspector = ()
            self._encodes, self._has_images = values["encodes"], values["has_images"]
            self.bank.set_rows(bank_rows(self.rows, stale))
            self.tools.fit(values, self._encodes)
            self.show_state(self.state)
        self._store_found(rendered, values)
        if isinstance(rendered.state, SlidersState) and rendered.state.cells != self._fitting_cells(self.state):
            self.resized.emit()  # only now is it known how large the images are

    def _found_before(self, rendered: Rendered, values: dict[str, Any]) -> bool:
        """True if the directions are of other weights than those shown, or unusable here."""
        if self._finding:
            return False
        return stale_step(rendered, values) is not None or "found_at" not in values or bool(values["notes"])

    def _store_found(self, rendered: Rendered, values: dict[str, Any]) -> None:
        state = rendered.state
        if not isinstance(state, SlidersState) or rendered.snapshot is None:
            return
        self.found_sliders.take(rendered, state, values)
        resolved = self.resolved(self.state)
        if rendered.final and (resolved.directions, resolved.basis) != (state.directions, state.basis):
            self.resized.emit()  # what is shown, and exported, is to carry them; or another run was opened

    def _pair_of(self, state: SlidersState) -> tuple[str, str]:
        """The pair that the content will have: what is chosen, where there is such a slider."""
        return (
            state.across if state.across in self._names else self.pair[0],
            state.up if state.up in self._names else self.pair[1],
        )

    def _show_pad(self) -> None:
        across, up = self._pair_of(self.state)
        self.pad.show_plane(
            (row_title(across), row_title(up)), (self.state.value(across), self.state.value(up)), self.state.reach
        )

    def describe_cell(self, row: int, column: int) -> str:
        picture = self.grid.picture
        if picture is None or "across" not in picture.values or row >= picture.rows or column >= picture.columns:
            return self.caption.full_text()
        across, up = self.pair
        values: dict[str, Any] = {"across": row_title(across), "up": row_title(up)}
        values |= {
            "u": f"{picture.values['across'][row, column]:+.2f}",
            "v": f"{picture.values['up'][row, column]:+.2f}",
        }
        if self.state.show == "row":
            return _("{across} {u} σ", **values)
        return _("{across} {u} σ, {up} {v} σ", **values)

    # -- actions -------------------------------------------------------------------------------------------------

    @Slot(str, float)
    def _slider_moved(self, name: str, value: float) -> None:
        self.proposed.emit(self.state.with_values({name: value}), name)

    @Slot(str, bool)
    def _lock_chosen(self, name: str, locked: bool) -> None:
        text = _("lock {name}", name=name) if locked else _("unlock {name}", name=name)
        self.proposed.emit(self.state.with_lock(name, locked), text)

    @Slot(float, float)
    def _pad_moved(self, u: float, v: float) -> None:
        across, up = self._pair_of(self.state)
        self.proposed.emit(self.state.with_values({across: u, up: v}), _("pad"))

    @Slot()
    def _pad_home(self) -> None:
        self._pad_moved(0.0, 0.0)

    @Slot()
    def _press(self) -> None:
        self._state_pressed = self.state

    @Slot(float, float, float, float)
    def _move(self, x0: float, y0: float, x: float, y: float) -> None:
        """Move the pad's two sliders; the picture's width is the pad's."""
        pressed = self._state_pressed
        across, up = self._pair_of(pressed)
        u = pressed.value(across) + 2 * pressed.reach * (x - x0)
        v = pressed.value(up) - 2 * pressed.reach * (y - y0)
        self.proposed.emit(pressed.with_values({across: u, up: v}), _("pad"))

    @Slot(int, int)
    def _picked(self, row: int, column: int) -> None:
        """A cell of the figure: there the sliders go, and its picture is shown. The picture itself: its z goes to the other
        panes in sight."""
        picture = self.grid.picture
        if picture is None or "across" not in picture.values or self.state.show not in SHEETS:
            super()._picked(row, column)
            return
        across, up = self.pair
        places = {across: float(picture.values["across"][row, column])}
        if self.state.show == "figure":
            places[up] = float(picture.values["up"][row, column])
        self.proposed.emit(replace(self.state.with_values(places), show="picture"), _("go to a picture of the figure"))

    @Slot()
    def reset(self) -> None:
        """All unlocked sliders to 0."""
        self.proposed.emit(self.state.reset(), _("reset all"))

    @Slot()
    def randomise(self) -> None:
        """All unlocked sliders to places drawn by chance, which the state then holds."""
        groups = {
            group: [row.name for row in self.rows if row.group == group and row.name not in self.state.locked]
            for group in (NAMED, PRINCIPAL, COORDINATES)
        }
        moved = self.state.randomised(groups, random.SystemRandom().getrandbits(31))
        self.proposed.emit(moved, _("randomise"))

    @Slot()
    def another(self) -> None:
        """The next image, or another seed: each follows from the one before."""
        start = self.state.start_of(self._encodes, self._has_images)
        if start == "data":
            self.propose(_("another image"), start="data", index=self.state.index + 1)
        elif start == "seed":
            self.propose(_("another seed"), start="seed", seed=derive(self.state.seed, "another") % 2**31)

    @Slot()
    def find_again(self) -> None:
        """Find sliders for the weights that are shown, in place of those that were found before."""
        self.found_sliders.discard_basis()
        if self.state.directions is not None:
            self.propose(_("find directions again"), directions=None, basis=None)
        self.found_sliders.find_again()

    @Slot(object)
    def _image_arrived(self, own: Blob) -> None:
        self.propose(_("my image"), start="own", own=own)


def bank_rows(rows: tuple[SliderRow, ...], stale_at: int | None = None) -> list[BankRow]:
    """The rows in words; their groups say at which step they were found, where that is ``stale_at``."""
    titles = {NAMED: _("Named"), PRINCIPAL: _("Principal components"), COORDINATES: _("Coordinates, by activity")}
    if stale_at is not None:
        titles = {k: _("{group} · step {step}", group=title, step=f"{stale_at:,}") for k, title in titles.items()}
    return [BankRow(row.name, row.title, titles[row.group], translate(row.note)) for row in rows]
