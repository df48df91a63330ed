"""Merging of undo commands: a choice, a drag of a slider, a row of small steps, or a whole play is one command.

Commands of one drag merge (``pane_area/undo.py``); here is decided where one drag ends and the next begins.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from genstudio.studio.pane_view.step_row import StepRow

if TYPE_CHECKING:
    from genstudio.viewing.pane_state import PaneState


class UndoMerging(QObject):
    """Proposes states; ``drag_started`` and ``drag_ended`` frame those that are one undo command.

    ``is_playing`` returns True while a play is under way that goes on after any other command. ``last`` is the state that
    was proposed last: any other that the view shows comes from elsewhere, such as undo. ``by_player`` is True while a state
    is proposed that only says how far a play has come.
    """

    proposed = Signal(object, str)
    drag_started = Signal()
    drag_ended = Signal()

    def __init__(self, parent: QObject, is_playing: Callable[[], bool] | None = None) -> None:
        super().__init__(parent)
        self._is_playing = is_playing
        self.last: PaneState | None = None
        self.by_player = False
        self.slider_down = False  # a slider of the inspector is dragged, and frames its own command
        self._steps = StepRow(self)
        self._steps.began.connect(self.drag_started)
        self._steps.ended.connect(self.drag_ended)

    @property
    def stepping(self) -> bool:
        return self._steps.is_active

    def command(self, text: str, state: PaneState, *, by_player: bool = False) -> None:
        """Propose ``state`` as a command of its own; while a slider is down, as part of its command."""
        if self.slider_down:
            self.extend(text, state, by_player=by_player)
            return
        self.end_steps()
        self._restart()
        self.extend(text, state, by_player=by_player)
        self._restart()

    def step(self, text: str, state: PaneState) -> None:
        """Propose ``state`` as one of a row of small steps, which undo takes back together."""
        self._steps.step()
        self.extend(text, state)

    def extend(self, text: str, state: PaneState, *, by_player: bool = False) -> None:
        """Propose ``state`` as part of the present command."""
        self.last, self.by_player = state, by_player
        self.proposed.emit(state, text)
        self.by_player = False

    def end_steps(self) -> None:
        """End a row of small steps."""
        self._steps.end()

    @Slot()
    def begin(self) -> None:
        """Begin one command, which goes on until :meth:`end`."""
        self._steps.discard()
        self.drag_started.emit()

    @Slot()
    def end(self) -> None:
        self.drag_ended.emit()

    @Slot()
    def slider_pressed(self) -> None:
        self._steps.discard()
        self.slider_down = True

    @Slot()
    def slider_released(self) -> None:
        self.slider_down = False
        self._restart()

    def _restart(self) -> None:
        """Begin another command for what is played from here on."""
        if self._is_playing is not None and self._is_playing():
            self.drag_started.emit()
