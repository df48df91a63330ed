"""Face arithmetic in the hand: terms filled from a browser by mouse or keyboard, signs turned, equations saved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMimeData, Qt, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from genstudio.core.messages import Message, _
from genstudio.core.seeding import derive
from genstudio.latent.arithmetic.attribute_equations import BLANK
from genstudio.latent.arithmetic.vector_arithmetic import Term
from genstudio.latent.points import LatentPoint
from genstudio.panes.arithmetic.content import MOST_EXEMPLARS, MOST_TERMS, ArithmeticState
from genstudio.studio.pane_view.own_image import OwnImage, dropped_path
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView, z_in_words
from genstudio.studio.panes.arithmetic.browser_controller import BrowserController
from genstudio.studio.panes.arithmetic.controls import ArithmeticControls
from genstudio.studio.panes.arithmetic.equation_controller import EquationController
from genstudio.studio.panes.arithmetic.exemplar_drag import Carried, unpack
from genstudio.studio.panes.arithmetic.layout import SumStage
from genstudio.studio.panes.arithmetic.shown import Shown
from genstudio.studio.panes.arithmetic.term_cells import ExemplarCarried, ExemplarWords, MeanWords
from genstudio.studio.widgets.image_grid import ImageGrid

if TYPE_CHECKING:
    import numpy as np

    from genstudio.studio.forms.pane_controls import PaneControls
    from genstudio.studio.panes.arithmetic.term_column import TermColumn
    from genstudio.studio.threads.render_thread import Rendered
    from genstudio.viewing.content import Content
    from genstudio.viewing.pane import Pane
    from genstudio.viewing.pane_state import PaneState


@pane_view("arithmetic")
class ArithmeticView(PaneView):
    state: ArithmeticState
    takes_own_z = False

    def __init__(self, pane: Pane, state: PaneState, parent: QWidget | None = None) -> None:
        self.held = 0  # the term in hand
        self.shown = Shown()
        self._pointed_grid: ImageGrid | None = None
        self._dropped_on = 0
        super().__init__(pane, state, parent)
        self.own_image = OwnImage(self)
        self.own_image.arrived.connect(self._own_arrived)
        for key, act in (("R", self.resample), ("E", self.equations.others), ("Ctrl+Return", self.equations.save)):
            for parent in (self, self.inspector):
                shortcut = QShortcut(QKeySequence(key), parent)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(act)

    # -- laid out ------------------------------------------------------------------------------------------------

    def make_pictures(self) -> QWidget:
        self.stage = SumStage(self.grid, self)
        self.board, self.browser = self.stage.board, self.stage.browser
        return self.stage

    def make_controls(self) -> PaneControls:
        self.tools = ArithmeticControls()
        return self.tools

    def _connect(self) -> None:
        super()._connect()
        self.equations = EquationController(self)
        self.tools.resample.clicked.connect(self.resample)
        self.board.acted.connect(self._acted)
        self.board.made.connect(self._column_made)
        self.choosing = BrowserController(self)
        for other in (self.browser.grid, self.stage.pixels):
            other.pointed.connect(self._point_other)

    # -- what is shown -------------------------------------------------------------------------------------------

    @property
    def terms(self) -> tuple[Term, ...]:
        """As they are, or as the equation has filled itself."""
        return self.state.terms or self.shown.by_itself(self.state) or BLANK

    @property
    def idle(self) -> bool:
        """True while no search runs: a search is not restarted for newer weights."""
        return self.rendered is None or self.rendered.final

    def resolved(self, state: PaneState) -> ArithmeticState:
        """State with as many images on a page of the browser as fit, where the user chose none."""
        assert isinstance(state, ArithmeticState)
        if state.shown or self.shown.cell is None:
            return state
        return replace(state, shown=min(200, max(3, self.browser.room(*self.shown.cell))))

    def show_state(self, state: PaneState) -> None:
        assert isinstance(state, ArithmeticState)
        super().show_state(state)
        self.held = min(self.held, len(self.terms) - 1)
        self.show_board()
        self._show_chips()
        self.equations.show()

    def sync(self, rendered: Rendered) -> None:
        assert rendered.content is not None
        assert isinstance(rendered.state, ArithmeticState)
        self.shown.take(rendered.content, rendered.state, rendered.snapshot)
        self.held = min(self.held, len(self.terms) - 1)

    def show_rendered(self, rendered: Rendered) -> None:
        super().show_rendered(rendered)
        content = rendered.content
        if content is None:
            return
        self.show_board()
        self._show_chips()
        self.equations.show()
        self.browser.say(_words(content.values.get("note")))
        if "browser" in content.values:
            shown = self.resolved(rendered.state)
            pages = int(content.values["pages"])
            self.browser.show_page(content.pictures[-1], shown.page % pages, pages, _words(content.values.get("note")))
        if isinstance(rendered.state, ArithmeticState) and rendered.state.shown != self.resolved(self.state).shown:
            self.resized.emit()  # only now is it known how large the images are

    def show_picture(self, content: Content) -> None:
        if not content.values.get("filled"):
            self._clear_sum("" if content.values.get("terms") is None else content.words)
            return
        self.grid.show_picture(content.pictures[0])
        self.stage.pixels.show_picture(content.pictures[3])
        self.stage.fit_pixels()
        self.stage.said.setText(_words(content.values.get("verdict")))
        self.stage.said_pixels.setText(_words(content.values.get("pixel_verdict")))

    def show_message(self, words: Message | str) -> None:
        """The terms and the browser stay: nothing that a person put together is lost."""
        super().show_message(words)
        self._clear_sum(words)

    def _clear_sum(self, words: Message | str) -> None:
        self.grid.show_message(words)
        self.stage.pixels.show_message("")
        self.stage.said.setText("")
        self.stage.said_pixels.setText("")

    def show_board(self) -> None:
        """The terms as they are, which one is in hand, and what there is to say about them."""
        self.board.show_terms(self.shown.columns(self.terms, self.held), MOST_TERMS)
        self.stage.say(self.shown.remark_on(self.state) or self.shown.missing)

    def _show_chips(self) -> None:
        self.browser.show_chips(self.shown.chips, dict(self.state.wanted))

    @property
    def name(self) -> str:
        """Of the equation: as it is called, or as the one that filled itself is."""
        return self.state.name if self.state.terms else self.shown.name or self.state.name

    @property
    def current_z(self) -> np.ndarray | None:
        """Of the grid that was used last, the focused cell's."""
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
        words = _("Under the pointer") if cell is not None else _("In focus")
        cell = cell or grid.focused_cell
        if cell[0] < grid.picture.rows and cell[1] < grid.picture.columns:
            z = grid.picture.values["z"][cell] if "z" in grid.picture.values else None
            code = "" if z is None else z_in_words(z)
            said = grid.describe(*cell) if grid is not self.stage.pixels else _("The same sum in pixels")
            self.inspector.show_cell(grid.picture.at(*cell), said, code, caption=words)

    def describe_cell(self, row: int, column: int) -> str:
        """The sum, or a variation of it."""
        z = self.z_at((row, column))
        words = _("The sum") if (row, column) == (1, 1) else _("A variation of the sum")
        return words if z is None else f"{words}, {z_in_words(z)}"

    @Slot(object)
    def _column_made(self, column: TermColumn) -> None:
        k = column.k
        column.exemplars.pointed.connect(self._point_other)
        column.exemplars.describe = ExemplarWords(self, k)
        column.exemplars.mime = ExemplarCarried(self, k)
        column.mean.pointed.connect(self._point_other)
        column.mean.describe = MeanWords(self, k)
        column.mean.picked.connect(self._mean_picked)

    @Slot(int, int)
    def _mean_picked(self, row: int, column: int) -> None:
        grid = self.sender()
        if isinstance(grid, ImageGrid) and grid.picture is not None and "z" in grid.picture.values:
            self.picked_z.emit(grid.picture.values["z"][row, column].copy())

    # -- hands: terms --------------------------------------------------------------------------------------------

    def begun(self) -> ArithmeticState:
        """The present state with its terms written out, so that they can be changed."""
        return self.state if self.state.terms else replace(self.state, terms=self.terms, name=self.name, sent=())

    @Slot(int, str, object)
    def _acted(self, k: int, what: str, value: Any) -> None:
        if what == "hold":
            self.hold(k)
        elif what == "go":
            self.hold(min(max(k + value, 0), len(self.terms) - 1))
            self.board.focus_on(self.held)
        elif what == "drop":
            self._drop(k, value)
        elif what == "sign" and self.terms[k].sign != value:
            self.proposed.emit(self.begun().with_changed(k, sign=value), _("sign"))
        elif what == "name":
            self.proposed.emit(self.begun().with_changed(k, name=value), _("name of a term"))
        elif what == "out":
            self.proposed.emit(self.begun().without_exemplar(k, value), _("remove an exemplar"))
        elif what == "remove":
            self._remove(k)
        elif what == "add" and len(self.terms) < MOST_TERMS:
            self.held = len(self.terms)
            self.proposed.emit(self.begun().with_term(), _("one more term"))
            self.board.focus_on(self.held)

    def hold(self, k: int) -> None:
        """Take a term in hand: what is chosen in the browser goes there."""
        if k != self.held:
            self.held = k
            self.show_board()

    def _remove(self, k: int) -> None:
        begun = self.begun().without_term(k)
        # The last one is emptied instead: without any, the data's first equation would come back.
        self.proposed.emit(begun if begun.terms else replace(begun, terms=(Term(),)), _("remove a term"))
        self.board.focus_on(self.held)

    def _drop(self, k: int, data: QMimeData) -> None:
        carried, path = unpack(data), dropped_path(data)
        self.hold(k)
        if carried is not None and carried.term != k:
            self.put(k, carried)
        elif carried is None and path:
            self._dropped_on = k
            self.own_image.read(path, self.background)
        elif carried is None:
            self.complain(_("This is not a picture. Drop one from the browser, or an image file."))

    def put(self, k: int, carried: Carried) -> None:
        """One more exemplar for a term, taken out of the term that it comes from."""
        if len(self.terms[k].exemplars) >= MOST_EXEMPLARS:
            self.complain(_("A term can have {n} exemplars. Remove one first (Delete).", n=MOST_EXEMPLARS))
            return
        state = self.begun().with_exemplar(k, carried.frame)
        if carried.term is not None and carried.exemplar is not None and carried.term < len(state.terms):
            state = state.without_exemplar(carried.term, carried.exemplar)
        self.proposed.emit(state, _("add an exemplar") if carried.term is None else _("move an exemplar"))

    @Slot(object)
    def _own_arrived(self, pixels: np.ndarray) -> None:
        if self.blobs is not None and self._dropped_on < len(self.terms):
            self.put(self._dropped_on, Carried(LatentPoint("own", blob=self.blobs.put_array(pixels))))

    # -- hands: variations ---------------------------------------------------------------------------------------

    @Slot()
    def resample(self) -> None:
        """Other variations; the exemplars stay."""
        self.proposed.emit(replace(self.begun(), seed=derive(self.state.seed, "next") % 2**31), _("resample"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit takes that term in hand, wherever the focus is."""
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or not self.choosing.take(event.key()):
            super().keyPressEvent(event)


def _words(said: Any) -> str:
    return "" if said is None else str(said)
