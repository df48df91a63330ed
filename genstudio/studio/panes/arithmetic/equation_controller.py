"""Choice of the equation: from the data's attributes, loaded, named, saved, or with other exemplars."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from genstudio.core.errors import GenstudioError
from genstudio.core.messages import _, translate
from genstudio.core.paths import home_dir
from genstudio.core.seeding import derive
from genstudio.latent.arithmetic.equation_store import FILE, Entry, SavedSums, entry_of, terms_in
from genstudio.latent.arithmetic.vector_arithmetic import Term
from genstudio.panes.arithmetic.content import MOST_TERMS, equation_words
from genstudio.studio.panes.arithmetic.equation_menu import EquationMenu

if TYPE_CHECKING:
    from genstudio.studio.panes.arithmetic.view import ArithmeticView


class EquationController(QObject):
    """``menu``: the equations to choose from."""

    def __init__(self, view: ArithmeticView) -> None:
        super().__init__(view)
        self._view, self._tools = view, view.tools
        self.menu = EquationMenu(view.tools.choose.menu(), SavedSums(home_dir() / FILE), self)
        self.menu.chosen.connect(self._choose)
        self.menu.loaded.connect(self._load)
        self.menu.commanded.connect(view.commanded)
        self.menu.failed.connect(view.complain)
        self._tools.name.completed.connect(self._named)
        self._tools.name.textChanged.connect(self._typed)
        self._tools.save.clicked.connect(self.save)
        self._tools.others.clicked.connect(self.others)

    @property
    def _titles(self) -> dict[str, str]:
        """Of the equations that the data know."""
        return {name: translate(words) for name, words in self._view.shown.equations}

    def show(self) -> None:
        """The name of the present equation, and what can be done with it."""
        name, field = self._view.name, self._tools.name
        shown = self._titles.get(name, name)
        field.show_text(shown, keep_typing=True)
        if not field.is_pending:
            field.setToolTip(shown)
        if not field.hasFocus():
            field.setCursorPosition(0)
        self._tools.others.setVisible(name in self._titles)
        self.menu.known, self.menu.current = self._view.shown.equations, name

    @Slot()
    def save(self) -> None:
        """The equation under its name, or as it reads where it has none."""
        view, place = self._view, self._view.shown.place
        if place is None or view.blobs is None:
            view.complain(_("There is nothing to save yet: press Start, or open a run."))
            return
        name = self._tools.name.text().strip() or equation_words(view.terms)[:80]
        try:
            entry = entry_of(view.terms, place, view.blobs)
        except GenstudioError as error:
            view.complain(str(error))
            return
        self._tools.name.show_text(name)
        self._call_it(name)
        self.menu.save(name, entry)

    @Slot()
    def others(self) -> None:
        """The equation that the data know, filled with other exemplars."""
        view = self._view
        if view.name in self._titles:
            seed = derive(view.state.seed, "others") % 2**31
            view.propose(_("other exemplars"), terms=(), sent=(), name=view.name, seed=seed)

    @Slot(str)
    def _choose(self, name: str) -> None:
        self._view.propose(_("another equation"), terms=(), sent=(), name=name)

    @Slot(str, object)
    def _load(self, name: str, entry: Entry) -> None:
        view, place = self._view, self._view.shown.place
        if place is None or view.blobs is None:
            view.complain(_("There is no model to load it for yet: press Start, or open a run."))
            return
        try:
            loaded = terms_in(entry, place, view.blobs)
        except GenstudioError as error:
            view.complain(str(error))
            return
        state = replace(view.state, terms=loaded.terms[:MOST_TERMS] or (Term(),), sent=(), name=name)
        view.shown.remark(state, loaded.remark)
        self._tools.name.show_text(name)
        view.proposed.emit(state, _("load {name}", name=name))
        view.show_board()

    @Slot(str)
    def _typed(self, text: str) -> None:
        self.menu.name = text.strip()

    @Slot(str)
    def _named(self, text: str) -> None:
        field, name = self._tools.name, text.strip()
        field.show_text(name or field.text_in_force)
        self._call_it(name)

    def _call_it(self, name: str) -> None:
        view = self._view
        if name and name not in (view.name, self._titles.get(view.name)):
            view.proposed.emit(replace(view.begun(), name=name), _("name of the equation"))
