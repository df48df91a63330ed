"""Plays, pauses, steps and scrubs a drawing: what the transport and its keys do."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from genstudio.core.messages import _
from genstudio.studio.panes.pixels.play_clock import PlayClock

if TYPE_CHECKING:
    from genstudio.studio.pane_area.undo_merging import Gestures
    from genstudio.studio.panes.pixels.view import PixelsView
    from genstudio.studio.widgets.transport import Transport

RATE_SECONDS = 0.5  # over which the speed of drawing is measured


class DrawingPlayer(QObject):
    """``clock`` is told by the view how far the drawing has come. ``stood_still`` when a play has ended."""

    stood_still = Signal()

    def __init__(self, view: PixelsView, transport: Transport) -> None:
        super().__init__(view)
        self._view, self._transport = view, transport
        self.clock = PlayClock(self)
        self._settle = True  # a play that stops is settled where the drawing has really come
        self._rate = (0.0, 0)  # when it was measured last, and how far the drawing had come
        transport.show_speed(self.clock.speed)
        transport.pressed.connect(self.press)
        transport.scrubbed.connect(self._scrubbed)
        transport.drag_started.connect(self.start_drag)
        transport.drag_ended.connect(self._drag_ended)
        transport.speed_chosen.connect(self.choose_speed)
        self.clock.wants.connect(self._play_on)
        self.clock.began.connect(self._began)
        self.clock.ended.connect(self._ended)

    @property
    def playing(self) -> bool:
        return self.clock.playing

    @property
    def _gestures(self) -> Gestures:
        return self._view.gestures

    @Slot()
    def toggle(self) -> None:
        """Play on from here (from the start, when all is drawn), or stand still."""
        if self.playing:
            self.pause()
        elif self._view.end:
            self._gestures.begin()
            if self.clock.drawn >= self._view.end:
                self.clock.drawn = 0
                self._gestures.go_on(_("play"), self._view.state.rewound())
            self.clock.start(self._view.position)

    def pause(self) -> None:
        """Stand still where the drawing has really come."""
        self.clock.stop()

    def stop(self) -> None:
        """Stop playing without changing the state, which another owner has set."""
        self._settle = False
        self.clock.stop()
        self._settle = True

    @Slot()
    def start_drag(self) -> None:
        """A hand is at work: what it does until it lets go is one command."""
        self.pause()
        self._gestures.begin()

    @Slot(str)
    def press(self, name: str) -> None:
        """Handle a button of the transport; also ``row back``, ``channel`` and ``channel back``."""
        if name == "play":
            self.toggle()
            return
        self.pause()
        if name in ("start", "end"):
            self._gestures.end_steps()
            self.go_to(
                0 if name == "start" else self._view.end, _("to the start") if name == "start" else _("to the end")
            )
            self._gestures.end_steps()
            return
        here, pixel, row = self._view.position, self.clock.channels, self._view.columns * self.clock.channels
        ways = {"back": here - pixel, "pixel": here + pixel, "row": here + row, "row back": here - row}
        channels = {"channel": here + 1, "channel back": here - 1}
        self.go_to(ways[name] // pixel * pixel if name in ways else channels[name], _("step"))

    def go_to(self, position: int, words: str) -> None:
        """Draw up to ``position``, or wind back to it."""
        self.pause()
        position = min(max(position, 0), self._view.end)
        if position != self._view.position:
            self._gestures.step(words, replace(self._view.state, position=position))

    @Slot(float)
    def choose_speed(self, speed: float) -> None:
        """Pixels a second; inf is as fast as it goes."""
        self.clock.speed = speed
        if self.playing and not math.isinf(speed) and self.clock.drawn < self._view.position:
            # It was going as fast as it could: from here on it goes at this speed.
            self._gestures.go_on(_("play"), replace(self._view.state, position=self.clock.drawn))
            self.clock.restart(self.clock.drawn)
        self._transport.show_speed(speed)

    def measure(self) -> None:
        """Say how fast it really goes, now and then."""
        since, drawn = self._rate
        now = time.perf_counter()
        if self.playing and now - since >= RATE_SECONDS:
            pixels = (self.clock.drawn - drawn) / self.clock.channels
            self._transport.show_speed(self.clock.speed, pixels / (now - since))
            self._rate = (now, self.clock.drawn)

    @Slot()
    def _began(self) -> None:
        self._rate = (time.perf_counter(), self.clock.drawn)
        self._transport.show_playing(True)

    @Slot()
    def _ended(self) -> None:
        self._transport.show_playing(False)
        self._transport.show_speed(self.clock.speed)
        self.stood_still.emit()
        if self._settle and self.clock.drawn < self._view.position:
            self._gestures.go_on(_("play"), replace(self._view.state, position=self.clock.drawn), played=True)
        self._gestures.end()

    @Slot(int)
    def _play_on(self, position: int) -> None:
        self._gestures.go_on(_("play"), replace(self._view.state, position=position), played=True)

    @Slot(int)
    def _scrubbed(self, position: int) -> None:
        self.pause()
        if self._transport.position.isSliderDown():
            self._gestures.go_on(_("scrub"), replace(self._view.state, position=position))
        else:
            self.go_to(position, _("scrub"))

    @Slot()
    def _drag_ended(self) -> None:
        self._gestures.end()
