"""Plays, scrubs and steps along a path: what the transport of *Interpolate* and its keys do."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from genstudio.core.messages import _
from genstudio.studio.panes.interpolate.path_clock import PathClock

if TYPE_CHECKING:
    from genstudio.studio.panes.interpolate.transport import PathTransport
    from genstudio.studio.panes.interpolate.view import InterpolateView

AT_KEY = 1e-6  # of a way: so near to a key frame one is at it


class PathPlayer(QObject):
    """While it plays the place is the clock's, and nothing is to be undone; where it stands still is what the state says
    from then on, as one command."""

    def __init__(self, view: InterpolateView, transport: PathTransport) -> None:
        super().__init__(view)
        self._view, self._transport = view, transport
        self.clock = PathClock(self)
        self._settle = True
        self.clock.moved.connect(self._moved)
        self.clock.began.connect(self._began)
        self.clock.ended.connect(self._ended)
        transport.pressed.connect(self.press)
        transport.scrubbed.connect(self._scrubbed)
        transport.drag_started.connect(self._drag_started)
        transport.drag_ended.connect(view.drag_ended)
        transport.loop_chosen.connect(self.choose_loop)

    @property
    def playing(self) -> bool:
        return self.clock.playing

    @property
    def place(self) -> float:
        """Where on the path one is now, 0 to 1."""
        return self.clock.place if self.playing else self._view.state.place

    @Slot()
    def toggle(self) -> None:
        """Play on from here, or stand still."""
        if self.playing:
            self.pause()
        else:
            self._view.gestures.end_steps()
            self.clock.start(self._view.state.place)

    def pause(self) -> None:
        """Stand still here."""
        self.clock.stop()

    def drop(self) -> None:
        """Stop at the state's place, which another owner has set."""
        self._settle = False
        self.clock.stop()
        self._settle = True

    @Slot(str)
    def press(self, name: str) -> None:
        """Handle a button of the transport; also ``end``, ``back`` and ``on``."""
        if name == "play":
            self.toggle()
            return
        self.pause()
        ways, at = self._view.ways, self._view.state.place * self._view.ways
        step = 1 / (self._view.state.between + 1)
        places = {
            "start": 0,
            "end": ways,
            "previous": math.ceil(at - AT_KEY) - 1,
            "next": math.floor(at + AT_KEY) + 1,
            "back": at - step,
            "on": at + step,
        }
        if ways:
            self.go_to(min(max(places[name] / ways, 0.0), 1.0))

    def go_to(self, place: float) -> None:
        """Stand still at ``place``. Several such steps in a row are one command."""
        self.pause()
        if place != self._view.state.place:
            self._view.gestures.step(_("go along the path"), replace(self._view.state, place=place))

    @Slot(bool)
    def choose_loop(self, loop: bool) -> None:
        self._view.propose(_("repeat") if loop else _("once"), loop=loop)

    @Slot()
    def toggle_loop(self) -> None:
        self.choose_loop(not self._view.state.loop)

    @Slot()
    def _drag_started(self) -> None:
        self.pause()
        self._view.gestures.begin()

    @Slot(float)
    def _scrubbed(self, place: float) -> None:
        self.pause()
        if self._transport.position.isSliderDown():
            self._view.gestures.go_on(_("go along the path"), replace(self._view.state, place=place))
        else:
            self.go_to(place)

    @Slot()
    def _began(self) -> None:
        self._transport.show_playing(True)

    @Slot()
    def _moved(self) -> None:
        self._view.show_place()
        if self._view.state.show == "picture":  # a strip is the same at every place
            self._view.played.emit()

    @Slot()
    def _ended(self) -> None:
        self._transport.show_playing(False)
        if self._settle and self.clock.place != self._view.state.place:
            self._view.gestures.act(_("play"), replace(self._view.state, place=self.clock.place), played=True)
        self._view.stood_still()
