"""What each pane shows, as values: a hand's change is a command that can be undone, and one gesture is one command."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from genstudio.studio.panes.undo import StateCommand, States

if TYPE_CHECKING:
    from PySide6.QtGui import QUndoStack

    from genstudio.explore.base import PaneState


class PaneStates(QObject):
    """``values`` by pane. ``changed(states, raise_it)``: these are new, by a hand (``False``) or by undo and redo."""

    changed = Signal(object, bool)

    def __init__(self, values: States, undo_stack: QUndoStack, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.values: dict[str, PaneState] = dict(values)
        self._undo_stack = undo_stack
        self._gesture, self._gestures = 0, 0

    def change(self, states: States, words: str) -> None:
        """Change some so that it can be undone. During a gesture all changes are one command."""
        before = {name: self.values[name] for name in states}
        if any(before[name] != state for name, state in states.items()):
            self._undo_stack.push(StateCommand(words, before, states, self._apply, self._gesture))

    def begin_gesture(self) -> None:
        """A hand takes hold of something."""
        self._gestures += 1
        self._gesture = self._gestures

    @Slot()
    def end_gesture(self) -> None:
        """It lets go."""
        self._gesture = 0

    def follow_another_run(self) -> None:
        """Another run: its own newest weights. There is nothing to undo, so no command."""
        self.values = {name: replace(state, at="latest") for name, state in self.values.items()}

    def _apply(self, states: States, raise_it: bool) -> None:
        self.values.update(states)
        self.changed.emit(states, raise_it)
