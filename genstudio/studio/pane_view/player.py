"""One player for everything that plays in a pane: a drawing, a path, a trajectory.

    clock -> timeline.advance(seconds) -> moved / a proposed state; transport and keys -> press, go_to, scrub

A pane subclasses :class:`Timeline` with what its positions mean; :class:`Player` does the rest.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from genstudio.core.messages import _

if TYPE_CHECKING:
    from genstudio.studio.pane_view.transport import Transport
    from genstudio.studio.pane_view.undo_merging import UndoMerging

FRAME_MS = 33
LONGEST_FRAME = 0.25  # seconds: after a standstill the play continues, it does not jump


class Clock(QObject):
    """``frame`` carries the seconds since the frame before. ``stopped`` comes once for each start."""

    frame = Signal(float)
    started = Signal()
    stopped = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def running(self) -> bool:
        return self._timer.isActive()

    def start(self) -> None:
        if not self.running:
            self._last = time.perf_counter()
            self._timer.start()
            self.started.emit()

    def stop(self) -> None:
        """Stop; nothing happens when it does not run."""
        if self.running:
            self._timer.stop()
            self.stopped.emit()

    @Slot()
    def _tick(self) -> None:
        now = time.perf_counter()
        seconds, self._last = now - self._last, now
        self.frame.emit(min(seconds, LONGEST_FRAME))


class Timeline(ABC):
    """Positions from 0 to ``end``, in a unit of its own, and the pane states that belong to them.

    ``state`` is the pane's state; its view keeps it up to date.
    """

    state: Any
    end: float = 0.0
    proposes_frames = False
    """True if each frame of a play is a state of its own; otherwise only the place where it stops is one."""
    jumps: frozenset[str] = frozenset()
    """Buttons whose step is an undo command of its own; steps of all others merge."""

    @property
    @abstractmethod
    def position(self) -> float:
        """Position of ``state``."""

    @property
    @abstractmethod
    def reached(self) -> float:
        """Position that the present play, or the last one, has come to."""

    @property
    @abstractmethod
    def at_end(self) -> bool:
        """True if a play has nothing left to play."""

    @abstractmethod
    def state_at(self, position: float) -> Any:
        """``state`` at another position."""

    def rewound(self) -> Any:
        """The state from which a play begins where ``state`` is at the end; ``None`` where it begins at ``state``."""
        return None

    @abstractmethod
    def begin(self) -> bool:
        """Begin a play at ``position``. Returns False where nothing is left to play."""

    @abstractmethod
    def advance(self, seconds: float) -> float | None:
        """Play one frame. Returns the new position, or ``None`` where it stays."""

    @abstractmethod
    def target(self, button: str) -> float:
        """Position that a button of the transport, or a key, leads to."""

    @abstractmethod
    def step_text(self, button: str = "") -> str:
        """Name of the undo command of a step; without a button, of a position chosen on the slider."""


class Player(QObject):
    """Plays ``timeline``, and follows ``transport``: pause, steps, scrubbing.

    While it plays, ``moved`` comes once a frame; ``stopped`` when it stands still. Each play, drag and row of steps is one
    undo command of ``merging``.
    """

    moved = Signal()
    stopped = Signal()

    def __init__(self, timeline: Timeline, transport: Transport, merging: UndoMerging) -> None:
        super().__init__(transport)
        self.timeline, self.transport, self.merging = timeline, transport, merging
        self.clock = Clock(self)
        self._settles = True  # a play that stops proposes the position that it has reached
        self.clock.started.connect(self._started)
        self.clock.stopped.connect(self._stopped)
        self.clock.frame.connect(self.advance)
        transport.pressed.connect(self.press)
        transport.scrubbed.connect(self._scrubbed)
        transport.drag_started.connect(self.start_drag)
        transport.drag_ended.connect(merging.end)

    @property
    def playing(self) -> bool:
        return self.clock.running

    @property
    def position(self) -> float:
        """Position on screen: of the play, else of the state."""
        return self.timeline.reached if self.playing else self.timeline.position

    @Slot()
    def toggle(self) -> None:
        """Play on from here (from the start, where all is played), or pause."""
        timeline = self.timeline
        if self.playing:
            self.pause()
        elif timeline.end > 0:
            if timeline.proposes_frames:
                self.merging.begin()
            else:
                self.merging.end_steps()
            rewound = timeline.rewound()
            if rewound is not None:
                self.merging.extend(_("play"), rewound)
            if timeline.begin():
                self.clock.start()

    def pause(self) -> None:
        """Stop at the position that the play has reached."""
        self.clock.stop()

    def stop(self) -> None:
        """Stop without proposing a state: another one was set from elsewhere."""
        self._settles = False
        self.clock.stop()
        self._settles = True

    @Slot(float)
    def advance(self, seconds: float) -> None:
        """Play one frame of so many seconds."""
        timeline = self.timeline
        if timeline.at_end:
            self.clock.stop()
            return
        position = timeline.advance(min(seconds, LONGEST_FRAME))
        if position is not None:
            if timeline.proposes_frames:
                self.merging.extend(_("play"), timeline.state_at(position), by_player=True)
            self.moved.emit()
        if timeline.at_end:
            self.clock.stop()

    @Slot(str)
    def press(self, button: str) -> None:
        """Act on a button of the transport, or on a key that has the same name."""
        if button == "play":
            self.toggle()
            return
        self.pause()
        position, text = self.timeline.target(button), self.timeline.step_text(button)
        if button in self.timeline.jumps:
            self.jump_to(position, text)
        else:
            self.go_to(position, text)

    def go_to(self, position: float, text: str = "") -> None:
        """Stop at ``position``; several such steps in a row are one command, called ``text``."""
        self.pause()
        position = min(max(position, 0), self.timeline.end)
        if position != self.timeline.position:
            self.merging.step(text or self.timeline.step_text(), self.timeline.state_at(position))

    def jump_to(self, position: float, text: str = "") -> None:
        """Stop at ``position``, as a command of its own."""
        self.merging.end_steps()
        self.go_to(position, text)
        self.merging.end_steps()

    @Slot()
    def start_drag(self) -> None:
        """Pause; what is changed until the button is released is one command."""
        self.pause()
        self.merging.begin()

    @Slot(float)
    def _scrubbed(self, position: float) -> None:
        self.pause()
        if self.transport.position.isSliderDown():
            self.merging.extend(self.timeline.step_text(), self.timeline.state_at(position))
        else:
            self.go_to(position)

    @Slot()
    def _started(self) -> None:
        self.transport.show_playing(True)

    @Slot()
    def _stopped(self) -> None:
        self.transport.show_playing(False)
        timeline, settles = self.timeline, self._settles
        if timeline.proposes_frames:
            self.stopped.emit()
            if settles and timeline.reached < timeline.position:
                self.merging.extend(_("play"), timeline.state_at(timeline.reached), by_player=True)
            self.merging.end()
        else:
            if settles and timeline.reached != timeline.position:
                self.merging.command(_("play"), timeline.state_at(timeline.reached), by_player=True)
            self.stopped.emit()
