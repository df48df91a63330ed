"""Merging of undo commands: a choice, a slider's drag, a row of small steps, or a whole play is one command.

Commands of one gesture merge (``panes/undo.py``); here is decided where one gesture ends and the next begins.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

if TYPE_CHECKING:
    from genstudio.studio.pane_view.view import PaneView
    from genstudio.viewing.pane_state import PaneState

STEPS_REST_MS = 600  # a pause that ends a row of single steps


class Gestures(QObject):
    """Proposes states for ``view``. ``playing()`` says whether a play is under way, which goes on after any other command.

    ``mine`` is the state that was proposed last: any other that the view is given comes from somebody else, such as undo.
    ``played``: while a state is proposed, whether it only says how far a play has come.
    """

    def __init__(self, view: PaneView, playing: Callable[[], bool]) -> None:
        super().__init__(view)
        self._view, self._playing = view, playing
        self.mine: PaneState | None = None
        self.played = False
        self.sliding = False  # a slider of the inspector is in hand, and frames its own command
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
        """More of what is in hand."""
        self.mine, self.played = state, played
        self._view.proposed.emit(state, words)
        self.played = False

    def end_steps(self) -> None:
        """End the present command."""
        if self.stepping:
            self._steps.stop()
            self._view.drag_ended.emit()

    def begin(self) -> None:
        """Take hold, until :meth:`end`."""
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
