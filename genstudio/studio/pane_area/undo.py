"""Undo of pane states, and the merging of changes into one command: a drag, a row of small steps, or a whole play.

:class:`StateCommand` puts old states back, and merges with the next command of the same gesture. :class:`Gestures`
decides where one gesture ends and the next begins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QUndoCommand

from genstudio.viewing.base import PaneState

if TYPE_CHECKING:
    from genstudio.studio.pane_view.view import PaneView

States = Mapping[str, PaneState]
Apply = Callable[[States, bool], None]
STEPS_REST_MS = 600  # a pause that ends a row of single steps
_ID = 0x70616E65  # commands of other kinds never merge with these


class StateCommand(QUndoCommand):
    """Changes the states of one or more panes. ``apply(states, raise_it)`` shows them; undo and redo raise the pane.

    Commands of one ``gesture`` (a number above 0) merge into one, with the first's old and the last's new states.
    """

    def __init__(self, words: str, before: States, after: States, apply: Apply, gesture: int = 0) -> None:
        super().__init__(words)
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


class Gestures(QObject):
    """Proposes states for ``view``. ``playing()`` says whether a play is under way, which goes on after any other command.

    ``mine`` is the state that was proposed last: any other that the view is given comes from elsewhere, such as undo.
    ``played``: while a state is proposed, whether it only says how far a play has come.
    """

    def __init__(self, view: PaneView, playing: Callable[[], bool]) -> None:
        super().__init__(view)
        self._view, self._playing = view, playing
        self.mine: PaneState | None = None
        self.played = False
        self.sliding = False  # a slider of the inspector is dragged, and frames its own command
        self._steps = QTimer(self)
        self._steps.setSingleShot(True)
        self._steps.setInterval(STEPS_REST_MS)
        self._steps.timeout.connect(view.drag_ended)

    @property
    def stepping(self) -> bool:
        return self._steps.isActive()

    def act(self, words: str, state: PaneState, *, played: bool = False) -> None:
        """A command of its own."""
        self.end_steps()
        self._next()
        self.go_on(words, state, played=played)
        self._next()

    def step(self, words: str, state: PaneState) -> None:
        """One of a row of small steps, which undo takes back together."""
        if not self.stepping:
            self._view.drag_started.emit()
        self._steps.start()
        self.go_on(words, state)

    def go_on(self, words: str, state: PaneState, *, played: bool = False) -> None:
        """Propose a state within the present command."""
        self.mine, self.played = state, played
        self._view.proposed.emit(state, words)
        self.played = False

    def end_steps(self) -> None:
        """End the present command."""
        if self.stepping:
            self._steps.stop()
            self._view.drag_ended.emit()

    def begin(self) -> None:
        """Begin a command that lasts until :meth:`end`."""
        self._steps.stop()
        self._view.drag_started.emit()

    @Slot()
    def end(self) -> None:
        self._view.drag_ended.emit()

    @Slot()
    def slider_taken(self) -> None:
        self._steps.stop()
        self.sliding = True

    @Slot()
    def slider_let_go(self) -> None:
        self.sliding = False
        self._next()

    def _next(self) -> None:
        """Begin another command for what is played from here on."""
        if self._playing():
            self._view.drag_started.emit()
