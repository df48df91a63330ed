"""Changes of settings on the window's undo stack, for as long as they still apply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QUndoCommand, QUndoStack

_ID = 0x73657474  # commands of other kinds never merge with these


class SettingChange(QUndoCommand):
    """Settings before and after a change; ``put(settings)`` brings some back and says whether it could.

    Changes of one ``gesture`` (a number above 0) of one setting merge: a row of arrow steps is undone as one.
    """

    def __init__(
        self, text: str, before: Any, after: Any, put: Callable[[Any], bool], of: str, gesture: int = 0
    ) -> None:
        super().__init__(text)
        self.before, self.after, self.of, self.gesture = before, after, of, gesture
        self._put = put
        self._is_done = False

    def id(self) -> int:
        return _ID

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, SettingChange) or not self.gesture or self.isObsolete():
            return False
        if (other.of, other.gesture) != (self.of, self.gesture):
            return False
        self.after = other.after
        self.setText(other.text())
        self.setObsolete(self.after == self.before)
        return True

    def redo(self) -> None:
        if self._is_done:  # else the change was made by hand just now
            self.setObsolete(not self._put(self.after))
        self._is_done = True

    def undo(self) -> None:
        self.setObsolete(not self._put(self.before))


class SettingUndo(QObject):
    """Puts changes of settings on ``stack``, and takes them off again once they no longer apply."""

    def __init__(self, stack: QUndoStack, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stack = stack
        self._dropping = False
        stack.indexChanged.connect(self._drop)

    def record(
        self, text: str, before: Any, after: Any, put: Callable[[Any], bool], *, of: str, gesture: int = 0
    ) -> None:
        """Make a change that was just made undoable. ``of`` names the setting, for merging."""
        self._stack.push(SettingChange(text, before, after, put, of, gesture))

    def discard(self) -> None:
        """The recipe, the run or the training that the changes so far were made in has been left."""
        for place in range(self._stack.count()):
            command = self._stack.command(place)
            if isinstance(command, SettingChange):
                command.setObsolete(True)
        self._drop()

    def shutdown(self) -> None:
        """Listen no longer: a stack that is being deleted counts down once more."""
        self._stack.indexChanged.disconnect(self._drop)

    @Slot()
    def _drop(self) -> None:
        """Remove obsolete commands that would be undone or redone next: Qt deletes them without running them."""
        if self._dropping:
            return
        self._dropping = True
        stack = self._stack
        try:
            while stack.index() > 0 and stack.command(stack.index() - 1).isObsolete():
                stack.undo()
            while stack.index() < stack.count() and stack.command(stack.index()).isObsolete():
                stack.redo()
        finally:
            self._dropping = False
