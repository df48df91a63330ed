"""Qt view of the pane Directions: rows that scroll, boxes to hold some fixed, names for components, and the search."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from genstudio.core.messages import Message, _, translate
from genstudio.latent.directions.direction import COMPONENTS
from genstudio.panes.directions.state import DirectionsState
from genstudio.studio.forms.pane_controls import PaneControls
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView, z_text
from genstudio.studio.panes.directions.controls import DirectionsControls
from genstudio.studio.panes.directions.grid import DirectionGrid, RowText
from genstudio.studio.panes.directions.layout import DirectionsLayout

if TYPE_CHECKING:
    from genstudio.core.spec import ImageSpec
    from genstudio.studio.pane_view.direction_store import DirectionStore
    from genstudio.studio.threads.background import Background
    from genstudio.studio.threads.rendering import Rendered
    from genstudio.viewing.blobs import Blobs
    from genstudio.viewing.content import Content
    from genstudio.viewing.pane import Pane
    from genstudio.viewing.pane_state import PaneState


@pane_view("directions")
class DirectionsView(PaneView):
    state: DirectionsState
    grid: DirectionGrid
    takes_own_z = False  # a click sends a code elsewhere; it is no start of a walk

    def __init__(self, pane: Pane, state: PaneState, parent: QWidget | None = None) -> None:
        self._content: Content | None = None
        self._spec: ImageSpec | None = None
        self._can_encode = True
        super().__init__(pane, state, parent)
        self.grid.fixed_changed.connect(self._fixed_changed)
        self.add_shortcut("F", self.fix_focused)

    # -- laid out ------------------------------------------------------------------------------------------------

    def make_grid(self) -> DirectionGrid:
        return DirectionGrid(self)

    def make_pictures(self) -> DirectionsLayout:
        self.stage = DirectionsLayout(self.grid, self)
        self.stage.stale.link.clicked.connect(self.find_again)
        self.stage.progress.stop.clicked.connect(self.stop_search)
        return self.stage

    def make_controls(self) -> PaneControls:
        self.tools = DirectionsControls()
        self.again, self.back = self.tools.again, self.tools.back
        self.attribute_choice, self.name = self.tools.attribute_choice, self.tools.name
        self.again.clicked.connect(self.find_again)
        self.back.clicked.connect(self._discard_z)
        self.attribute_choice.chosen.connect(self._choose_attributes)
        self.name.completed.connect(self._named)
        return self.tools

    def set_services(self, blobs: Blobs, background: Background, found: DirectionStore | None = None) -> None:
        super().set_services(blobs, background, found)
        if found is not None:
            found.changed.connect(self.resized)  # other directions are to be shown

    # -- what is shown -------------------------------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        return not self.is_searching

    @property
    def is_searching(self) -> bool:
        """True while directions are searched for, in the weights at the start of the search."""
        return self._content is not None and bool(self._content.values["finding"])

    def resolved(self, state: PaneState) -> DirectionsState:
        """State with the known directions of the run, and as many pictures in a row as fit."""
        assert isinstance(state, DirectionsState)
        if state.directions is None and self.found is not None:
            state = replace(state, directions=self.found.of(state.search_key))
        if state.cells or self._spec is None:
            return state
        return replace(state, cells=self.grid.columns_that_fit(*self._spec.cell))

    def show_state(self, state: PaneState) -> None:
        assert isinstance(state, DirectionsState)
        super().show_state(state)
        controls = self.inspector.controls
        drawn = state.source == "prior" or not self._can_encode
        controls.rows["index"].setVisible(not drawn and state.z is None)
        controls.rows["seed"].setVisible(drawn and state.z is None)
        controls.rows["source"].setVisible(self._can_encode and state.z is None)
        self.back.setVisible(state.z is not None)
        self.attribute_choice.show_requested(state.attributes)
        if self.found is not None:
            self.found.choose(state.search_key)

    def sync(self, rendered: Rendered) -> None:
        assert rendered.content is not None
        values = rendered.content.values
        if rendered.snapshot is not None and self._spec != rendered.snapshot.spec:
            self._spec = rendered.snapshot.spec
            self.resized.emit()  # only now is it known how many pictures fit
        self.attribute_choice.offer(values["attributes"])
        if values["can_encode"] != self._can_encode:
            self._can_encode = values["can_encode"]
            self.show_state(self.state)

    def show_rendered(self, rendered: Rendered) -> None:
        content = rendered.content
        if content is not None and content is self._content:
            self.rendered = rendered  # while it is measured on, the same content comes again
            return
        self._content = content
        super().show_rendered(rendered)
        self._show_search()
        if content is None:
            return
        self._take(rendered, content)

    @property
    def reports_progress(self) -> bool:  # type: ignore[override]
        return self.is_searching

    def show_picture(self, content: Content) -> None:
        values, picture = content.values, content.pictures[0]
        self.grid.room = self.stage.room
        self.inspector.view.setVisible(values["shown"] == "strips")
        if values["shown"] != "strips":
            self.grid.show_matrix(picture, values["row_names"], values["column_names"], values["matrix"])
            return
        text = [
            RowText(row.title, row.fixed, tuple(translate(line) for line in lines))
            for row, lines in zip(values["rows"], values["lines"], strict=True)
        ]
        self.grid.show_rows(picture, text, [sigma_text(float(place)) for place in values["columns"]])

    def _take(self, rendered: Rendered, content: Content) -> None:
        self.stage.show_warnings([translate(text) for text in content.values["remarks"]])
        if "found" in content.values and self.found is not None and rendered.snapshot is not None:
            self.found.take(content.values["found"], content.values["search_key"], rendered.snapshot.run)

    def show_message(self, text: Message | str) -> None:
        self._content = None
        super().show_message(text)
        self.stage.show_warnings(())
        self._show_search()

    def _show_search(self) -> None:
        values = self._content.values if self._content is not None else {}
        if self.is_searching:
            self.stage.show_search(values["percent"])
        else:
            step = self.rendered.step if self.rendered is not None else 0
            self.stage.show_idle(values["found_at"] if values.get("rows") else None, step)
        known = self.resolved(self.state).directions is not None
        self.again.setVisible(not self.is_searching)
        self.again.setText(_("Find again") if known else _("Find directions"))
        self.again.setEnabled(known or not self.state.search)

    # -- cells ---------------------------------------------------------------------------------------------------

    def describe_cell(self, row: int, column: int) -> str:
        """ "smile, +1.5 σ", or two names and a number."""
        content = self._content
        if content is None or row >= len(content.values["row_names"]):
            return super().describe_cell(row, column)
        values = content.values
        if values["shown"] == "strips":
            lines = ". ".join(translate(line) for line in values["lines"][row])
            return f"{self._place_text(row, column)}. {lines}"
        number = f"{float(values['matrix'][row, column]):+.2f}".replace("-", "−")
        names = {"row": values["row_names"][row], "column": values["column_names"][column], "number": number}
        if values["shown"] == "cosines":
            return _("{row} and {column}: cosine {number}", **names)
        return _("{row} changes {column} by {number} σ", **names)

    def _place_text(self, row: int, column: int) -> str:
        assert self._content is not None
        values = self._content.values
        sigma = sigma_text(float(values["columns"][column]))
        return _("{name}, {sigma} σ", name=values["row_names"][row], sigma=sigma)

    def _show_pointed(self) -> None:
        super()._show_pointed()
        if not hasattr(self, "name"):
            return
        content, cell = self._content, self._pointed or self.grid.focused_cell
        picture = self.grid.picture
        if content is None or picture is None or cell[0] >= len(content.values["rows"]):
            self.name.hide()
            return
        if content.values["shown"] == "strips" and cell[1] < picture.columns:
            z = self.z_at(cell)
            lines = [translate(line) for line in content.values["lines"][cell[0]]]
            lines += [z_text(z)] if z is not None else []
            self.inspector.show_cell(
                picture.at(*cell),
                self._place_text(*cell),
                "\n".join(lines),
                caption=self.inspector.caption.accessibleName(),
            )
        self._offer_name()

    def _offer_name(self) -> None:
        """Show the field for a name while a principal component is in focus."""
        row = self._focused_row()
        component = row is not None and row.direction.method == COMPONENTS and not self.is_searching
        if not self.name.is_pending:
            self.name.show_text("" if row is None or row.direction.is_nameless else row.name)
            self.name.setProperty("of", row.name if row is not None else "")
        self.name.setVisible(component)

    def _focused_row(self) -> Any:
        number = self.grid.focused_cell[0]
        rows = self._content.values["rows"] if self._content is not None else ()
        return rows[number] if number < len(rows) and self.grid.picture is not None else None

    # -- actions -------------------------------------------------------------------------------------------------

    @Slot()
    def find_again(self) -> None:
        """Find the directions of the weights that are shown."""
        if self.state.directions is not None or not self.state.search:
            self.propose(_("find directions"), directions=None, search=True)
        elif self.found is not None:
            self.found.find_again()

    @Slot()
    def stop_search(self) -> None:
        """Stop the search; *Find directions* resumes it."""
        if self.is_searching:
            self.propose(_("stop finding"), search=False)

    @Slot(object)
    def _choose_attributes(self, names: tuple[str, ...]) -> None:
        self.propose(_("attributes"), attributes=names)

    @Slot()
    def fix_focused(self) -> None:
        """Hold the focused row's direction fixed, or release it."""
        row = self._focused_row()
        if row is not None:
            self._fix(row.name, not row.fixed)

    @Slot(int, bool)
    def _fixed_changed(self, number: int, fixed: bool) -> None:
        if self._content is not None and number < len(self._content.values["rows"]):
            self._fix(self._content.values["rows"][number].name, fixed)

    def _fix(self, name: str, fixed: bool) -> None:
        others = tuple(one for one in self.state.fixed if one != name)
        text = _("hold {name} fixed", name=name) if fixed else _("release {name}", name=name)
        self.propose(text, fixed=(*others, name) if fixed else others)

    @Slot(str)
    def _named(self, text: str) -> None:
        old, new = str(self.name.property("of")), text.strip()
        if self.found is None or not new:
            self.name.revert()
            return
        self.name.show_text(new)
        if new != old:
            self.found.name(old, new)

    @Slot()
    def _discard_z(self) -> None:
        self.propose(_("discard the code sent here"), z=None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.is_searching and not self.showing_help:
            self.stop_search()
        else:
            super().keyPressEvent(event)


def sigma_text(place: float) -> str:
    """ "−1.5", "0", "+3"."""
    return f"{place:+.2g}".replace("-", "−") if abs(place) > 1e-9 else "0"
