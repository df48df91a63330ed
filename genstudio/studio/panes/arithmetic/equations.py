"""Equations: from the data's attributes, loaded, named, saved, or with other exemplars. Each change can be undone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QUndoCommand
from PySide6.QtWidgets import QMenu
from shiboken6 import isValid

from genstudio.core.errors import GenstudioError
from genstudio.core.messages import Message, _, translate
from genstudio.core.paths import home_dir
from genstudio.core.seeding import derive
from genstudio.latent.arithmetic.equation_store import FILE, Entry, SavedSums, entry_of, terms_in
from genstudio.latent.arithmetic.vector_arithmetic import Term
from genstudio.panes.arithmetic.content import MOST_TERMS, equation_text
from genstudio.studio.widgets.titles import literal

if TYPE_CHECKING:
    from genstudio.studio.panes.arithmetic.controls import ArithmeticControls
    from genstudio.studio.panes.arithmetic.shown_equation import ShownEquation
    from genstudio.viewing.blobs import Blobs

log = logging.getLogger(__name__)
Changes = Mapping[str, tuple[Entry | None, Entry | None]]
"""Saved equations before and after, by name."""


class SavedChange(QUndoCommand):
    """A change of saved equations. ``failed(words)`` where the file can't be written."""

    def __init__(self, text: str, saved: SavedSums, changes: Changes, failed: Callable[[str], None]) -> None:
        super().__init__(text)
        self._saved, self._changes, self._failed = saved, dict(changes), failed

    def redo(self) -> None:
        self._write(1)

    def undo(self) -> None:
        self._write(0)

    def _write(self, which: int) -> None:
        try:
            for name, change in self._changes.items():
                self._saved.put(name, change[which])
        except GenstudioError as error:
            self._failed(str(error))


class EquationMenu(QObject):
    """Menu of equations. ``chosen(name)``: one that the data know. ``loaded(name, entry)``: a saved one.
    ``commanded(command)``: a change of the saved ones, to be pushed on the undo stack. ``failed(words)``."""

    chosen = Signal(str)
    loaded = Signal(str, object)
    commanded = Signal(object)
    failed = Signal(object)

    def __init__(self, menu: QMenu, saved: SavedSums, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.menu, self.saved = menu, saved
        self.known: Sequence[tuple[str, Message]] = ()
        self.name = ""  # text of the name field: what a saved one may be renamed to
        self.current = ""  # the one of the known that is shown
        menu.aboutToShow.connect(self.fill)

    def save(self, name: str, entry: Entry) -> None:
        """Save ``entry``, in place of an equation of this name."""
        self._change(_("save {name}", name=name), lambda: {name: (self.saved.get(name), entry)})

    @Slot()
    def fill(self) -> None:
        """Fill the menu; another window may have saved an equation meanwhile."""
        self.menu.clear()
        for name, text in self.known:
            action = self._add(self.menu, literal(translate(text)), "choose", name)
            action.setCheckable(True)
            action.setChecked(name == self.current)
        try:
            names = self.saved.names()
        except GenstudioError as error:
            self.menu.addAction(literal(str(error))).setEnabled(False)
            return
        if self.known:
            self.menu.addSeparator()
        for name in names:
            one = self.menu.addMenu(literal(name))
            self._add(one, _("Load"), "load", name)
            rename = self._add(one, _("Rename to “{name}”", name=literal(self.name) or "…"), "rename", name)
            rename.setEnabled(bool(self.name) and self.name not in names)
            rename.setToolTip(_("Write the new name in the field first"))
            self._add(one, _("Delete"), "delete", name)
        if not names:
            self.menu.addAction(_("None saved yet")).setEnabled(False)

    def _add(self, menu: QMenu, text: str, what: str, name: str) -> QAction:
        action = menu.addAction(text)
        action.setData((what, name))
        action.triggered.connect(self._triggered)
        return action

    @Slot()
    def _triggered(self) -> None:
        action: Any = self.sender()
        what, name = action.data()
        if what == "choose":
            self.chosen.emit(name)
        elif what == "load":
            self._load(name)
        elif what == "rename":
            new = self.name
            self._change(
                _("rename {name}", name=name),
                lambda: {name: (self.saved.get(name), None), new: (None, self.saved.get(name))},
            )
        else:
            self._change(_("delete {name}", name=name), lambda: {name: (self.saved.get(name), None)})

    def _load(self, name: str) -> None:
        try:
            entry = self.saved.get(name)
        except GenstudioError as error:
            self.failed.emit(str(error))
            return
        if entry is not None:
            self.loaded.emit(name, entry)

    def _change(self, text: str, changes: Callable[[], Changes]) -> None:
        try:
            made = changes()
        except GenstudioError as error:
            self.failed.emit(str(error))
            return
        self.commanded.emit(SavedChange(text, self.saved, made, self._report))

    def _report(self, text: str) -> None:
        if isValid(self):  # undo outlives the pane's view, which is another one for another run
            self.failed.emit(text)
        else:
            log.warning("a saved equation could not be changed: %s", text)


class EquationController(QObject):
    """``menu``: the equations to choose from. ``proposed(state, words)``; ``failed(words)``: what could not be done;
    ``loaded``: a saved one is shown."""

    proposed = Signal(object, str)
    failed = Signal(object)
    commanded = Signal(object)  # a QUndoCommand for a change of saved equations
    loaded = Signal()

    def __init__(self, equation: ShownEquation, tools: ArithmeticControls) -> None:
        super().__init__(tools)
        self._equation, self._tools = equation, tools
        self._blobs: Blobs | None = None
        self.menu = EquationMenu(tools.choose.menu(), SavedSums(home_dir() / FILE), self)
        self.menu.chosen.connect(self._choose)
        self.menu.loaded.connect(self._load)
        self.menu.commanded.connect(self.commanded)
        self.menu.failed.connect(self.failed)
        tools.name.completed.connect(self._named)
        tools.name.textChanged.connect(self._typed)
        tools.save.clicked.connect(self.save)
        tools.others.clicked.connect(self.others)

    def set_blobs(self, blobs: Blobs) -> None:
        """Set where the images of exemplars are stored."""
        self._blobs = blobs

    @property
    def _titles(self) -> dict[str, str]:
        """Titles of the equations that the data know."""
        return {name: translate(text) for name, text in self._equation.equations}

    def refresh(self) -> None:
        """Show the name of the present equation, and what can be done with it."""
        name, field = self._equation.name, self._tools.name
        shown = self._titles.get(name, name)
        field.show_text(shown, keep_typing=True)
        if not field.is_pending:
            field.setToolTip(shown)
        if not field.hasFocus():
            field.setCursorPosition(0)
        self._tools.others.setVisible(name in self._titles)
        self.menu.known, self.menu.current = self._equation.equations, name

    @Slot()
    def save(self) -> None:
        """Save the equation under its name, or as it reads where it has none."""
        terms, place = self._equation.terms, self._equation.place
        if place is None or self._blobs is None:
            self.failed.emit(_("There is nothing to save yet: press Start, or open a run."))
            return
        name = self._tools.name.text().strip() or equation_text(terms)[:80]
        try:
            entry = entry_of(terms, place, self._blobs)
        except GenstudioError as error:
            self.failed.emit(str(error))
            return
        self._tools.name.show_text(name)
        self._rename(name)
        self.menu.save(name, entry)

    @Slot()
    def others(self) -> None:
        """Fill the equation that the data know with other exemplars."""
        name, state = self._equation.name, self._equation.state
        if name in self._titles:
            seed = derive(state.seed, "others") % 2**31
            self.proposed.emit(replace(state, terms=(), sent=(), name=name, seed=seed), _("other exemplars"))

    @Slot(str)
    def _choose(self, name: str) -> None:
        self.proposed.emit(replace(self._equation.state, terms=(), sent=(), name=name), _("another equation"))

    @Slot(str, object)
    def _load(self, name: str, entry: Entry) -> None:
        place = self._equation.place
        if place is None or self._blobs is None:
            self.failed.emit(_("There is no model to load it for yet: press Start, or open a run."))
            return
        try:
            found = terms_in(entry, place, self._blobs)
        except GenstudioError as error:
            self.failed.emit(str(error))
            return
        terms = found.terms[:MOST_TERMS] or (Term(),)
        state = replace(self._equation.state, terms=terms, sent=(), name=name)
        self._equation.warn(state, found.remark)
        self._tools.name.show_text(name)
        self.proposed.emit(state, _("load {name}", name=name))
        self.loaded.emit()

    @Slot(str)
    def _typed(self, text: str) -> None:
        self.menu.name = text.strip()

    @Slot(str)
    def _named(self, text: str) -> None:
        field, name = self._tools.name, text.strip()
        field.show_text(name or field.text_in_force)
        self._rename(name)

    def _rename(self, name: str) -> None:
        equation = self._equation
        if name and name not in (equation.name, self._titles.get(equation.name)):
            self.proposed.emit(replace(equation.editable, name=name), _("name of the equation"))
