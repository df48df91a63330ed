"""Undo: putting back the old pane states. One drag is one command, from press to release."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QUndoCommand

from genstudio.viewing.pane_state import PaneState

States = Mapping[str, PaneState]
Apply = Callable[[States, bool], None]
_ID = 0x70616E65  # commands of other kinds never merge with these


class StateCommand(QUndoCommand):
    """Changes the states of one or more panes. ``apply(states, raise_it)`` shows them; undo and redo raise the pane.

    Commands of one ``gesture`` (a number above 0) merge into one, with the first's old and the last's new states.
    """

    def __init__(self, text: str, before: States, after: States, apply: Apply, gesture: int = 0) -> None:
        super().__init__(text)
        self.before, self.after, self.gesture = dict(before), dict(after), gesture
        self._apply = apply
        self._done_before = False

    def id(self) -> int:
        return _ID

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, StateCommand) or other.gesture != self.gesture or not self.gesture:
            return False
        if other.before.keys() != self.before.keys():
            return False
        self.after = other.after
        self.setObsolete(self.after == self.before)  # dragged back to where it began: nothing to undo
        return True

    def redo(self) -> None:
        self._apply(self.after, self._done_before)
        self._done_before = True

    def undo(self) -> None:
        self._apply(self.before, True)
