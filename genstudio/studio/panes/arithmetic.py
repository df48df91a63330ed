"""Face arithmetic in the hand: terms filled from a browser by mouse or keyboard, signs turned, equations saved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, cast

from PySide6.QtCore import QMimeData, Qt, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from genstudio.core.errors import GenstudioError
from genstudio.core.messages import Message, _, translate
from genstudio.core.paths import home_dir
from genstudio.core.seeding import derive
from genstudio.explore.arithmetic import MOST_EXEMPLARS, MOST_TERMS, ArithmeticState, equation_words
from genstudio.explore.latent.frames import Frame
from genstudio.explore.latent.named_sums import BLANK
from genstudio.explore.latent.saved_sums import FILE, Entry, SavedSums, entry_of, terms_in
from genstudio.explore.latent.sums import Term
from genstudio.studio.panes.arithmetic_controls import ArithmeticControls
from genstudio.studio.panes.arithmetic_shown import Shown, exemplar_words
from genstudio.studio.panes.equation_menu import EquationMenu
from genstudio.studio.panes.exemplar_drag import Carried, pack, unpack
from genstudio.studio.panes.own_image import OwnImage, dropped_path
from genstudio.studio.panes.view import PaneView, z_in_words
from genstudio.studio.widgets.image_grid import ImageGrid
from genstudio.studio.widgets.sum_stage import SumStage

if TYPE_CHECKING:
    import numpy as np

    from genstudio.explore.base import Content, Pane, PaneState
    from genstudio.studio.widgets.pane_controls import PaneControls
    from genstudio.studio.widgets.term_column import TermColumn
    from genstudio.studio.workers.render_thread import Rendered

_PAGES = {int(Qt.Key.Key_PageUp): -1, int(Qt.Key.Key_PageDown): 1}
_DIGITS = {int(Qt.Key.Key_1) + k: k for k in range(MOST_TERMS)}


class ArithmeticView(PaneView):
    state: ArithmeticState
    takes_own_z = False

    def __init__(self, pane: Pane, state: PaneState, parent: QWidget | None = None) -> None:
        self._held = 0  # the term in hand
        self._shown = Shown()
        self._pointed_grid: ImageGrid | None = None
        self._dropped_on = 0
        self._complaint = ""
        super().__init__(pane, state, parent)
        self.own_image = OwnImage(self)
        self.own_image.arrived.connect(self._own_arrived)
        self.own_image.failed.connect(self.complain)
        for key, act in (("R", self.resample), ("E", self.other_exemplars), ("Ctrl+Return", self.save)):
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
        self.menu = EquationMenu(self.tools.choose.menu(), SavedSums(home_dir() / FILE), self)
        self.menu.chosen.connect(self._choose)
        self.menu.loaded.connect(self._load)
        self.menu.commanded.connect(self.commanded)
        self.menu.failed.connect(self.complain)
        self.tools.name.editingFinished.connect(self._named)
        self.tools.save.clicked.connect(self.save)
        self.tools.others.clicked.connect(self.other_exemplars)
        self.tools.resample.clicked.connect(self.resample)
        self.board.acted.connect(self._acted)
        self.board.made.connect(self._column_made)
        grid = self.browser.grid
        grid.keys = frozenset((*_PAGES, *_DIGITS))
        grid.pressed.connect(self._browser_key)
        grid.picked.connect(self._add_from_browser)
        grid.mime = self._from_browser
        grid.describe = self._describe_candidate
        self.browser.turned.connect(self._turn_chip)
        self.browser.paged.connect(self._page)
        self.browser.refit.connect(self._refit)
        for other in (grid, self.stage.pixels):
            other.pointed.connect(self._point_other)

    # -- what is shown -------------------------------------------------------------------------------------------

    @property
    def terms(self) -> tuple[Term, ...]:
        """As they are, or as the equation has filled itself."""
        return self.state.terms or self._shown.by_itself(self.state) or BLANK

    @property
    def at_rest(self) -> bool:
        """Whether nothing is looked for: a search is not begun anew for every new weights."""
        return self.rendered is None or self.rendered.final

    def fitted(self, state: PaneState) -> ArithmeticState:
        """Where nobody chose: as many images on a page of the browser as stand there well."""
        assert isinstance(state, ArithmeticState)
        if state.shown or self._shown.cell is None:
            return state
        return replace(state, shown=min(200, max(3, self.browser.room(*self._shown.cell))))

    def show_state(self, state: PaneState) -> None:
        assert isinstance(state, ArithmeticState)
        super().show_state(state)
        self._complaint = ""
        self._held = min(self._held, len(self.terms) - 1)
        self._show_board()
        self._show_chips()
        self._show_name()

    def adapt(self, rendered: Rendered) -> None:
        assert rendered.content is not None
        assert isinstance(rendered.state, ArithmeticState)
        self._shown.take(rendered.content, rendered.state, rendered.snapshot)
        self._held = min(self._held, len(self.terms) - 1)

    def show_rendered(self, rendered: Rendered) -> None:
        super().show_rendered(rendered)
        content = rendered.content
        if content is None:
            return
        self._show_board()
        self._show_chips()
        self._show_name()
        self.browser.say(_words(content.values.get("note")))
        if "browser" in content.values:
            shown = self.fitted(rendered.state)
            pages = int(content.values["pages"])
            self.browser.show_page(content.pictures[-1], shown.page % pages, pages, _words(content.values.get("note")))
        if isinstance(rendered.state, ArithmeticState) and rendered.state.shown != self.fitted(self.state).shown:
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

    def _show_board(self) -> None:
        self.board.show_terms(self._shown.columns(self.terms, self._held), MOST_TERMS)
        self.stage.say(self._complaint or self._shown.remark_on(self.state) or self._shown.missing)

    def _show_chips(self) -> None:
        self.browser.show_chips(self._shown.chips, dict(self.state.wanted))

    def _show_name(self) -> None:
        name = self._name
        known = {one: translate(words) for one, words in self._shown.equations}
        shown = known.get(name, name)
        if not self.tools.name.isModified():  # unless somebody is typing there
            self.tools.name.setText(shown)
            self.tools.name.setCursorPosition(0)
            self.tools.name.setToolTip(shown)
        self.tools.others.setVisible(name in known)
        self.menu.known, self.menu.current, self.menu.name = self._shown.equations, name, self.tools.name.text()

    @property
    def _name(self) -> str:
        """Of the equation: as it is called, or as the one that filled itself is."""
        return self.state.name if self.state.terms else self._shown.name or self.state.name

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

    @Slot(object)
    def complain(self, words: Message | str) -> None:
        """Say what could not be done, above the result, until something else is done."""
        self._complaint = translate(words)
        self.stage.say(words)

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

    def _describe_candidate(self, row: int, column: int) -> str:
        frame = self._candidate(row, column)
        return "" if frame is None else exemplar_words(frame)

    def _candidate(self, row: int, column: int) -> Frame | None:
        picture = self.browser.grid.picture
        number = row * picture.columns + column if picture is not None else -1
        return self._shown.candidates[number] if 0 <= number < len(self._shown.candidates) else None

    @Slot(object)
    def _column_made(self, column: TermColumn) -> None:
        k = column.k
        column.exemplars.pointed.connect(self._point_other)
        column.exemplars.describe = _Describe(self, k)
        column.exemplars.mime = _Carry(self, k)
        column.mean.pointed.connect(self._point_other)
        column.mean.describe = _MeanWords(self, k)
        column.mean.picked.connect(self._mean_picked)

    @Slot(int, int)
    def _mean_picked(self, row: int, column: int) -> None:
        grid = self.sender()
        if isinstance(grid, ImageGrid) and grid.picture is not None and "z" in grid.picture.values:
            self.picked_z.emit(grid.picture.values["z"][row, column].copy())

    # -- hands: terms --------------------------------------------------------------------------------------------

    def _begun(self) -> ArithmeticState:
        """The present state with its terms written out, so that they can be changed."""
        return self.state if self.state.terms else replace(self.state, terms=self.terms, name=self._name, sent=())

    @Slot(int, str, object)
    def _acted(self, k: int, what: str, value: Any) -> None:
        if what == "hold":
            self._hold(k)
        elif what == "go":
            self._hold(min(max(k + value, 0), len(self.terms) - 1))
            self.board.focus_on(self._held)
        elif what == "drop":
            self._drop(k, value)
        elif what == "sign" and self.terms[k].sign != value:
            self.proposed.emit(self._begun().with_changed(k, sign=value), _("sign"))
        elif what == "name":
            self.proposed.emit(self._begun().with_changed(k, name=value), _("name of a term"))
        elif what == "out":
            self.proposed.emit(self._begun().without_exemplar(k, value), _("take an exemplar out"))
        elif what == "remove":
            self._remove(k)
        elif what == "add" and len(self.terms) < MOST_TERMS:
            self._held = len(self.terms)
            self.proposed.emit(self._begun().with_term(), _("one more term"))
            self.board.focus_on(self._held)

    def _hold(self, k: int) -> None:
        if k != self._held:
            self._held = k
            self._show_board()

    def _remove(self, k: int) -> None:
        begun = self._begun().without_term(k)
        # The last one is emptied instead: without any, the data's first equation would come back.
        self.proposed.emit(begun if begun.terms else replace(begun, terms=(Term(),)), _("take a term out"))
        self.board.focus_on(self._held)

    def _drop(self, k: int, data: QMimeData) -> None:
        carried, path = unpack(data), dropped_path(data)
        self._hold(k)
        if carried is not None and carried.term != k:
            self._put(k, carried)
        elif carried is None and path:
            self._dropped_on = k
            self.own_image.read(path, self.background)
        elif carried is None:
            self.complain(_("This is no picture. Drop one from the browser, or an image file."))

    def _put(self, k: int, carried: Carried) -> None:
        if len(self.terms[k].exemplars) >= MOST_EXEMPLARS:
            self.complain(_("A term holds {n} exemplars. Take one out first (Delete).", n=MOST_EXEMPLARS))
            return
        state = self._begun().with_exemplar(k, carried.frame)
        if carried.term is not None and carried.exemplar is not None and carried.term < len(state.terms):
            state = state.without_exemplar(carried.term, carried.exemplar)
        self.proposed.emit(state, _("add an exemplar") if carried.term is None else _("move an exemplar"))

    @Slot(object)
    def _own_arrived(self, pixels: np.ndarray) -> None:
        if self.blobs is not None and self._dropped_on < len(self.terms):
            self._put(self._dropped_on, Carried(Frame("own", blob=self.blobs.put_array(pixels))))

    # -- hands: the browser --------------------------------------------------------------------------------------

    def _from_browser(self, row: int, column: int) -> QMimeData | None:
        frame = self._candidate(row, column)
        return None if frame is None else pack(Carried(frame))

    @Slot(int, int)
    def _add_from_browser(self, row: int, column: int) -> None:
        frame = self._candidate(row, column)
        if frame is not None:
            self._put(self._held, Carried(frame))

    @Slot(int)
    def _browser_key(self, key: int) -> None:
        if key in _PAGES:
            self._page(_PAGES[key])
        elif _DIGITS[key] < len(self.terms):
            self._hold(_DIGITS[key])

    @Slot(int)
    def _page(self, on: int) -> None:
        pages = self._shown.pages
        self.propose(_("page of the browser"), page=(self.state.page % pages + on) % pages)

    @Slot(str, str)
    def _turn_chip(self, attribute: str, side: str) -> None:
        wanted = dict(self.state.wanted)
        wanted.pop(attribute, None)
        if side:
            wanted[attribute] = cast(Literal["high", "low"], side)
        self.propose(_("filter"), wanted=tuple(wanted.items()), page=0)

    @Slot()
    def _refit(self) -> None:
        shown = self.rendered.state if self.rendered is not None and self.rendered.content is not None else None
        if isinstance(shown, ArithmeticState) and shown.shown != self.fitted(self.state).shown:
            self.resized.emit()

    # -- hands: equations ----------------------------------------------------------------------------------------

    @Slot(str)
    def _choose(self, name: str) -> None:
        self.propose(_("another equation"), terms=(), sent=(), name=name)

    @Slot(str, object)
    def _load(self, name: str, entry: Entry) -> None:
        place = self._shown.place
        if place is None or self.blobs is None:
            self.complain(_("There is no model to load it for yet: press Start, or open a run."))
            return
        try:
            loaded = terms_in(entry, place, self.blobs)
        except GenstudioError as error:
            self.complain(str(error))
            return
        state = replace(self.state, terms=loaded.terms[:MOST_TERMS] or (Term(),), sent=(), name=name)
        self._shown.remark(state, loaded.remark)
        self.proposed.emit(state, _("load {name}", name=name))
        self._show_board()

    @Slot()
    def save(self) -> None:
        """The equation under its name, or as it reads where it has none."""
        place = self._shown.place
        if place is None or self.blobs is None:
            self.complain(_("There is nothing to save yet: press Start, or open a run."))
            return
        name = self.tools.name.text().strip() or equation_words(self.terms)[:80]
        try:
            entry = entry_of(self.terms, place, self.blobs)
        except GenstudioError as error:
            self.complain(str(error))
            return
        self.tools.name.setModified(False)
        known = {translate(words) for _name, words in self._shown.equations}
        if name != self.state.name and name not in known:
            self.proposed.emit(replace(self._begun(), name=name), _("name of the equation"))
        self.menu.save(name, entry)

    @Slot()
    def _named(self) -> None:
        self.tools.name.setModified(False)
        name = self.tools.name.text().strip()
        shown = dict((one, translate(words)) for one, words in self._shown.equations).get(self._name, self._name)
        if name and name != shown:
            self.proposed.emit(replace(self._begun(), name=name), _("name of the equation"))

    @Slot()
    def other_exemplars(self) -> None:
        """The equation that the data know, filled with others."""
        name = self._name
        if name in dict(self._shown.equations):
            self.propose(
                _("other exemplars"), terms=(), sent=(), name=name, seed=derive(self.state.seed, "others") % 2**31
            )

    @Slot()
    def resample(self) -> None:
        """Other variations; the exemplars stay."""
        self.proposed.emit(replace(self._begun(), seed=derive(self.state.seed, "next") % 2**31), _("resample"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit takes that term in hand, wherever the focus is."""
        if event.key() in _DIGITS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self._browser_key(event.key())
        else:
            super().keyPressEvent(event)


class _OfTerm:
    """Something that a column asks: a class, since a closure would keep the window alive."""

    def __init__(self, view: ArithmeticView, k: int) -> None:
        self._view, self._k = view, k

    def _exemplar(self, row: int, column: int) -> tuple[int, Frame] | None:
        view, k = self._view, self._k
        i = view.board.columns[k].exemplar_at((row, column)) if k < len(view.board.columns) else -1
        return (i, view.terms[k].exemplars[i]) if 0 <= i < len(view.terms[k].exemplars) else None


class _Describe(_OfTerm):
    def __call__(self, row: int, column: int) -> str:
        found = self._exemplar(row, column)
        if found is None:
            return ""
        refused = self._view._shown.refused.get((self._k, found[0]))
        words = exemplar_words(found[1])
        return words if refused is None else _("{exemplar}, left out: {reason}", exemplar=words, reason=str(refused))


class _Carry(_OfTerm):
    def __call__(self, row: int, column: int) -> QMimeData | None:
        found = self._exemplar(row, column)
        return None if found is None else pack(Carried(found[1], self._k, found[0]))


class _MeanWords(_OfTerm):
    def __call__(self, row: int, column: int) -> str:
        return _("Mean of {name}", name=self._view.terms[self._k].name or _("term {k}", k=self._k + 1))


def _words(said: Any) -> str:
    return "" if said is None else str(said)
