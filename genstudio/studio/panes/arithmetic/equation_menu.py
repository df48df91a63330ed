"""The menu of equations: those that the data know, and those that a person saved. Each change of these can be undone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QUndoCommand
from PySide6.QtWidgets import QMenu
from shiboken6 import isValid

from genstudio.core.errors import GenstudioError
from genstudio.core.messages import Message, _, translate
from genstudio.latent.arithmetic.equation_store import Entry, SavedSums
from genstudio.studio.widgets.titles import literal

log = logging.getLogger(__name__)
Changes = Mapping[str, tuple[Entry | None, Entry | None]]
"""By name: what was saved under it, and what is now."""


class SavedChange(QUndoCommand):
    """Saved equations change; undo writes back what was there. ``failed(words)`` where the file can't be written."""

    def __init__(self, words: str, saved: SavedSums, changes: Changes, failed: Callable[[str], None]) -> None:
        super().__init__(words)
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
    """``chosen(name)``: one that the data know. ``loaded(name, entry)``: a saved one. ``commanded(command)``: a change of
    the saved ones, to be pushed on the undo stack. ``failed(words)``."""

    chosen = Signal(str)
    loaded = Signal(str, object)
    commanded = Signal(object)
    failed = Signal(object)

    def __init__(self, menu: QMenu, saved: SavedSums, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.menu, self.saved = menu, saved
        self.known: Sequence[tuple[str, Message]] = ()
        self.name = ""  # what the field of the name says: what a saved one may be renamed to
        self.current = ""  # the one of the known that is shown
        menu.aboutToShow.connect(self.fill)

    def save(self, name: str, entry: Entry) -> None:
        """Save ``entry``, in place of what had this name."""
        self._change(_("save {name}", name=name), lambda: {name: (self.saved.get(name), entry)})

    @Slot()
    def fill(self) -> None:
        """As it is now: another window may have saved one meanwhile."""
        self.menu.clear()
        for name, words in self.known:
            action = self._add(self.menu, literal(translate(words)), "choose", name)
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

    def _add(self, menu: QMenu, words: str, what: str, name: str) -> QAction:
        action = menu.addAction(words)
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

    def _change(self, words: str, changes: Callable[[], Changes]) -> None:
        try:
            made = changes()
        except GenstudioError as error:
            self.failed.emit(str(error))
            return
        self.commanded.emit(SavedChange(words, self.saved, made, self._tell))

    def _tell(self, words: str) -> None:
        if isValid(self):  # undo outlives the pane's view, which is another one for another run
            self.failed.emit(words)
        else:
            log.warning("a saved equation could not be changed: %s", words)
