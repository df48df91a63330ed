"""Qt view of the pane Face arithmetic: terms filled from a browser by mouse or keyboard, equations saved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMimeData, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from genstudio.core.messages import Message, _
from genstudio.core.seeding import derive
from genstudio.latent.arithmetic.vector_arithmetic import Term
from genstudio.latent.points import LatentPoint
from genstudio.panes.arithmetic.content import MOST_EXEMPLARS, MOST_TERMS, ArithmeticState
from genstudio.studio.pane_view.image_drop import dropped_path
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView, z_text
from genstudio.studio.panes.arithmetic.browser_controller import BrowserController
from genstudio.studio.panes.arithmetic.controls import ArithmeticControls
from genstudio.studio.panes.arithmetic.equations import EquationController
from genstudio.studio.panes.arithmetic.exemplars import Carried, TermCells, unpack
from genstudio.studio.panes.arithmetic.layout import EquationLayout
from genstudio.studio.panes.arithmetic.shown_equation import ShownEquation
from genstudio.studio.widgets.image_grid import ImageGrid

if TYPE_CHECKING:
    import numpy as np

    from genstudio.studio.forms.pane_controls import PaneControls
    from genstudio.studio.pane_view.direction_store import DirectionStore
    from genstudio.studio.panes.arithmetic.term_column import TermColumn
    from genstudio.studio.threads.background import Background
    from genstudio.studio.threads.rendering import Rendered
    from genstudio.viewing.blobs import Blob, Blobs
    from genstudio.viewing.content import Content
    from genstudio.viewing.pane import Pane
    from genstudio.viewing.pane_state import PaneState


@pane_view("arithmetic")
class ArithmeticView(PaneView):
    """``equation`` is what is shown; ``equations`` loads, names and saves it, ``browsing`` chooses images."""

    state: ArithmeticState
    takes_own_z = False

    def __init__(self, pane: Pane, state: PaneState, parent: QWidget | None = None) -> None:
        assert isinstance(state, ArithmeticState)
        self.equation = ShownEquation(state)
        self._pointed_grid: ImageGrid | None = None
        super().__init__(pane, state, parent)
        self.image_drop.arrived.connect(self._image_arrived)
        self.add_shortcut("R", self.resample, in_inspector=True)
        self.add_shortcut("E", self.equations.others, in_inspector=True)
        self.add_shortcut("Ctrl+Return", self.equations.save, in_inspector=True)

    # -- laid out ------------------------------------------------------------------------------------------------

    def make_pictures(self) -> QWidget:
        self.stage = EquationLayout(self.grid, self)
        self.board, self.browser = self.stage.board, self.stage.browser
        return self.stage

    def make_controls(self) -> PaneControls:
        self.tools = ArithmeticControls()
        return self.tools

    def _connect(self) -> None:
        super()._connect()
        self.equations = EquationController(self.equation, self.tools)
        self.equations.proposed.connect(self.proposed)
        self.equations.failed.connect(self.complain)
        self.equations.commanded.connect(self.commanded)
        self.equations.loaded.connect(self.show_board)
        self.tools.resample.clicked.connect(self.resample)
        self.board.acted.connect(self._acted)
        self.board.made.connect(self._column_made)
        self.browsing = BrowserController(self.equation, self.browser)
        self.browsing.proposed.connect(self.proposed)
        self.browsing.chosen.connect(self._put_into_active)
        self.browsing.activated.connect(self.activate)
        self.browser.refit.connect(self._refit)
        for other in (self.browser.grid, self.stage.pixels):
            other.pointed.connect(self._point_other)

    def set_services(self, blobs: Blobs, background: Background, found: DirectionStore | None = None) -> None:
        super().set_services(blobs, background, found)
        self.equations.set_blobs(blobs)

    # -- what is shown -------------------------------------------------------------------------------------------

    @property
    def terms(self) -> tuple[Term, ...]:
        return self.equation.terms

    @property
    def idle(self) -> bool:
        """True while no search runs: a search is not restarted for newer weights."""
        return self.rendered is None or self.rendered.final

    def resolved(self, state: PaneState) -> ArithmeticState:
        """State with as many images on a page of the browser as fit, where the user chose none."""
        assert isinstance(state, ArithmeticState)
        return self.browsing.resolved(state)

    def show_state(self, state: PaneState) -> None:
        assert isinstance(state, ArithmeticState)
        self.equation.state = state
        super().show_state(state)
        self.equation.clamp_active()
        self._show_equation()

    def sync(self, rendered: Rendered) -> None:
        assert rendered.content is not None
        assert isinstance(rendered.state, ArithmeticState)
        self.equation.take(rendered.content, rendered.state, rendered.snapshot)
        self.equation.clamp_active()

    def show_rendered(self, rendered: Rendered) -> None:
        super().show_rendered(rendered)
        content = rendered.content
        if content is None:
            return
        if not content.values.get("filled"):
            self.caption.setText("")  # the place of the sum says it
        self._show_equation()
        self.browser.show_note(_text(content.values.get("note")))
        if "browser" in content.values:
            shown = self.resolved(rendered.state)
            pages = int(content.values["pages"])
            self.browser.show_page(content.pictures[-1], shown.page % pages, pages, _text(content.values.get("note")))
        self._refit()  # only now is it known how large the images are

    @Slot()
    def _refit(self) -> None:
        """Render another number of images, where there is another room for them."""
        rendered = self.rendered
        shown = rendered.state if rendered is not None and rendered.content is not None else None
        if isinstance(shown, ArithmeticState) and shown.shown != self.resolved(self.state).shown:
            self.resized.emit()

    def show_picture(self, content: Content) -> None:
        if not content.values.get("filled"):
            self._clear_sum("" if content.values.get("terms") is None else content.caption)
            return
        self.grid.show_picture(content.pictures[0])
        self.stage.pixels.show_picture(content.pictures[3])
        self.stage.fit_pixels()
        self.stage.verdict.setText(_text(content.values.get("verdict")))
        self.stage.pixel_verdict.setText(_text(content.values.get("pixel_verdict")))

    def show_message(self, text: Message | str) -> None:
        """The terms and the browser stay: nothing that the user put together is lost."""
        super().show_message(text)
        self._clear_sum(text)

    def _clear_sum(self, text: Message | str) -> None:
        self.grid.show_message(text)
        self.stage.pixels.show_message("")
        self.stage.verdict.setText("")
        self.stage.pixel_verdict.setText("")

    def _show_equation(self) -> None:
        self.show_board()
        self.browser.show_chips(self.equation.chips, dict(self.state.attribute_filter))
        self.equations.refresh()

    @Slot()
    def show_board(self) -> None:
        """Show the terms, the active one, and the notice about them."""
        self.board.show_terms(self.equation.columns(), MOST_TERMS)
        self.stage.show_notice(self.equation.notice)

    @property
    def current_z(self) -> np.ndarray | None:
        """Code of the focused cell, in the grid that was used last."""
        columns = self.board.columns
        there = [self.browser.grid, *(c.exemplars for c in columns), *(c.mean for c in columns)]
        grid = next((one for one in there if one is self._pointed_grid), self.grid)
        picture, cell = grid.picture, grid.focused_cell
        if picture is None or "z" not in picture.values or cell[0] * picture.columns + cell[1] >= len(picture):
            return None
        z: np.ndarray = picture.values["z"][cell]
        return z

    # -- what lies under the pointer -----------------------------------------------------------------------------

    @Slot(object)
    def _point(self, cell: tuple[int, int] | None) -> None:
        self._pointed_grid = None
        super()._point(cell)

    @Slot(object)
    def _point_other(self, cell: tuple[int, int] | None) -> None:
        grid = self.sender()
        if not isinstance(grid, ImageGrid) or grid.picture is None:
            return
        self._pointed_grid = grid
        text = _("Under the pointer") if cell is not None else _("In focus")
        cell = cell or grid.focused_cell
        if cell[0] < grid.picture.rows and cell[1] < grid.picture.columns:
            z = grid.picture.values["z"][cell] if "z" in grid.picture.values else None
            code = "" if z is None else z_text(z)
            title = grid.describe(*cell) if grid is not self.stage.pixels else _("The same sum in pixels")
            self.inspector.show_cell(grid.picture.at(*cell), title, code, caption=text)

    def describe_cell(self, row: int, column: int) -> str:
        """The sum, or a variation of it."""
        z = self.z_at((row, column))
        text = _("The sum") if (row, column) == (1, 1) else _("A variation of the sum")
        return text if z is None else f"{text}, {z_text(z)}"

    @Slot(object)
    def _column_made(self, column: TermColumn) -> None:
        TermCells(self.equation, column).connect()
        column.exemplars.pointed.connect(self._point_other)
        column.mean.pointed.connect(self._point_other)
        column.mean.picked.connect(self._mean_picked)

    @Slot(int, int)
    def _mean_picked(self, row: int, column: int) -> None:
        grid = self.sender()
        if isinstance(grid, ImageGrid) and grid.picture is not None and "z" in grid.picture.values:
            self.picked_z.emit(grid.picture.values["z"][row, column].copy())

    # -- terms ---------------------------------------------------------------------------------------------------

    @Slot(int, str, object)
    def _acted(self, k: int, what: str, value: Any) -> None:
        editable = self.equation.editable
        if what == "activate":
            self.activate(k)
        elif what == "go":
            self.activate(min(max(k + value, 0), len(self.terms) - 1))
            self.board.focus_on(self.equation.active)
        elif what == "drop":
            self._drop(k, value)
        elif what == "sign" and self.terms[k].sign != value:
            self.proposed.emit(editable.with_changed(k, sign=value), _("sign"))
        elif what == "name":
            self.proposed.emit(editable.with_changed(k, name=value), _("name of a term"))
        elif what == "out":
            self.proposed.emit(editable.without_exemplar(k, value), _("remove an exemplar"))
        elif what == "remove":
            self._remove(k)
        elif what == "add" and len(self.terms) < MOST_TERMS:
            self.equation.active = len(self.terms)
            self.proposed.emit(editable.with_term(), _("one more term"))
            self.board.focus_on(self.equation.active)

    @Slot(int)
    def activate(self, k: int) -> None:
        """Make term ``k`` the one that a chosen image goes to."""
        if k != self.equation.active:
            self.equation.active = k
            self.show_board()

    def _remove(self, k: int) -> None:
        state = self.equation.editable.without_term(k)
        # The last one is emptied instead: without any, the data's first equation would come back.
        self.proposed.emit(state if state.terms else replace(state, terms=(Term(),)), _("remove a term"))
        self.board.focus_on(self.equation.active)

    def _drop(self, k: int, data: QMimeData) -> None:
        carried, path = unpack(data), dropped_path(data)
        self.activate(k)
        if carried is not None and carried.term != k:
            self.put(k, carried)
        elif carried is None and path:
            self.image_drop.read(path, k)
        elif carried is None:
            self.complain(_("This is not a picture. Drop one from the browser, or an image file."))

    def put(self, k: int, carried: Carried) -> None:
        """Add an exemplar to a term, taken out of the term that it comes from."""
        if len(self.terms[k].exemplars) >= MOST_EXEMPLARS:
            self.complain(_("A term can have {n} exemplars. Remove one first (Delete).", n=MOST_EXEMPLARS))
            return
        state = self.equation.editable.with_exemplar(k, carried.frame)
        if carried.term is not None and carried.exemplar is not None and carried.term < len(state.terms):
            state = state.without_exemplar(carried.term, carried.exemplar)
        self.proposed.emit(state, _("add an exemplar") if carried.term is None else _("move an exemplar"))

    @Slot(object)
    def _put_into_active(self, frame: LatentPoint) -> None:
        self.put(self.equation.active, Carried(frame))

    @Slot(object, object)
    def _image_arrived(self, blob: Blob, k: int) -> None:
        if k < len(self.terms):
            self.put(k, Carried(LatentPoint("own", blob=blob)))

    # -- variations ----------------------------------------------------------------------------------------------

    @Slot()
    def resample(self) -> None:
        """Draw other variations; the exemplars stay."""
        seed = derive(self.state.seed, "next") % 2**31
        self.proposed.emit(replace(self.equation.editable, seed=seed), _("resample"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit activates that term, wherever the focus is."""
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or not self.browsing.press(event.key()):
            super().keyPressEvent(event)


def _text(text: Any) -> str:
    return "" if text is None else str(text)
