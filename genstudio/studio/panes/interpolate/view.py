"""Interpolate in the hand: key frames in a row, the picture or the strip over them, and a transport that plays the path."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from genstudio.core.messages import Message, _
from genstudio.latent.points import LatentPoint
from genstudio.panes.interpolate.content import MOST_FRAMES, InterpolateState
from genstudio.studio.pane_area.undo_merging import Gestures
from genstudio.studio.pane_view.own_image import dropped_path
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.panes.interpolate.controls import InterpolateControls
from genstudio.studio.panes.interpolate.key_choices import Known
from genstudio.studio.panes.interpolate.key_frames import KeyFrames
from genstudio.studio.panes.interpolate.key_row import Key
from genstudio.studio.panes.interpolate.layout import PathGrid, PathStage
from genstudio.studio.panes.interpolate.path_player import PathPlayer

if TYPE_CHECKING:
    import numpy as np

    from genstudio.studio.threads.render_thread import Rendered
    from genstudio.viewing.content import Picture
    from genstudio.viewing.pane import Pane
    from genstudio.viewing.pane_state import PaneState

WORDS_SECONDS = 0.12  # while it plays, words change no faster than eyes follow; pictures do at every frame
KEYS = {
    Qt.Key.Key_Space: "play",
    Qt.Key.Key_Home: "start",
    Qt.Key.Key_End: "end",
    Qt.Key.Key_PageUp: "previous",
    Qt.Key.Key_PageDown: "next",
    Qt.Key.Key_Left: "back",
    Qt.Key.Key_Right: "on",
}
_MODIFIERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


@pane_view("interpolate")
class InterpolateView(PaneView):
    """``player`` plays the path, ``keys`` changes its key frames. While it plays, :meth:`resolved` puts the place where the
    play is into what is rendered; the state has it when it stands still again."""

    state: InterpolateState
    takes_own_z = False

    def __init__(self, pane: Pane, state: PaneState, parent: QWidget | None = None) -> None:
        self.known = Known()
        self._seen: dict[LatentPoint, np.ndarray] = {}  # what key frames looked like when they were rendered last
        self._left_out: tuple[tuple[LatentPoint, ...], dict[int, str]] = ((), {})  # of these, which, and why
        self._shown_keys: Picture | None = None
        self._here: tuple[object, float, int] = (None, 0.0, 0)  # of a strip at a place: the number of its picture
        self._said_at = 0.0
        super().__init__(pane, state, parent)
        self.setAcceptDrops(True)
        for part in (self.inspector.caption, self.inspector.view, self.inspector.code):
            part.hide()  # the pane itself shows one picture: the controls have the room

    # -- laid out ------------------------------------------------------------------------------------------------

    def make_grid(self) -> PathGrid:
        grid = PathGrid(self)
        grid.marked = self.is_here
        return grid

    def make_pictures(self) -> QWidget:
        assert isinstance(self.grid, PathGrid)
        self.stage = PathStage(self.grid, self)
        self.transport, self.row = self.stage.transport, self.stage.row
        self.add = self.stage.add
        return self.stage

    def make_controls(self) -> InterpolateControls:
        self.tools = InterpolateControls()
        return self.tools

    def _connect(self) -> None:
        super()._connect()
        self.player = PathPlayer(self, self.transport)
        self.gestures = Gestures(self, self._plays_no_gesture)
        self.keys = KeyFrames(self)
        self._show_known()
        self.row.chosen.connect(self.show_frame)
        self.tools.drag_started.connect(self.gestures.slider_taken)
        self.tools.drag_ended.connect(self.gestures.slider_let_go)
        hands = (("R", self.keys.resample), ("L", self.player.toggle_loop), ("M", self.tools.ask_for_morph))
        for key, slot in hands:
            for parent in (self, self.inspector):
                shortcut = QShortcut(QKeySequence(key), parent)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(slot)

    # -- what is shown -------------------------------------------------------------------------------------------

    @property
    def left_out(self) -> dict[int, str]:
        """Why some of the key frames have no code, as far as that is known of those there are now."""
        frames, why = self._left_out
        return why if frames == self.state.frames else {}

    @property
    def numbers(self) -> list[int]:
        """The key frames through which the path goes."""
        return [k for k in range(len(self.state.frames)) if k not in self.left_out]

    @property
    def ways(self) -> int:
        """From how many of these the path goes on to another."""
        return replace(self.state, frames=self.state.frames[len(self.left_out) :]).ways

    def resolved(self, state: PaneState) -> InterpolateState:
        """While it plays: at the place where the play is. A strip is the same at any."""
        assert isinstance(state, InterpolateState)
        playing = self.player.playing and state.show == "picture"
        return replace(state, place=self.player.place) if playing else state

    @property
    def idle(self) -> bool:
        """Newer weights may come while it plays, unless codes would have to be searched for again."""
        searched = not self.known.told and any(one.kind == "class" for one in self.state.frames)
        return not (self.player.playing and searched)

    @property
    def restarts(self) -> bool:
        return not self.player.playing

    @property
    def plays_on(self) -> bool:
        return self.gestures.played

    def show_state(self, state: PaneState) -> None:
        assert isinstance(state, InterpolateState)
        if state.place != self.state.place:
            self.player.drop()  # another hand, or undo
        super().show_state(state)
        self.player.clock.length, self.player.clock.loop = self.ways * state.seconds, state.loop
        full = len(state.frames) >= MOST_FRAMES
        most = _("There are {n} key frames, which is the maximum", n=MOST_FRAMES)
        self.add.setEnabled(not full)
        self.add.setToolTip(most if full else _("One more key frame (Insert)"))
        self.tools.another.setEnabled(any(one.kind == "seed" for one in state.frames))
        self.transport.show_path(self.ways, state.between + 1, state.loop)
        why = self.left_out
        self.row.show_keys(
            tuple(Key(self.known.words(one), self._seen.get(one), why.get(k, "")) for k, one in enumerate(state.frames))
        )
        self.show_frame()
        self.show_place()

    def show_rendered(self, rendered: Rendered) -> None:
        content, now = rendered.content, time.perf_counter()
        if content is None:
            self.show_message(rendered.error)
            self.rendered = rendered
            self.stage.show_lower(bool(rendered.error))  # the key frames stay: one of them may be at fault
            return
        self.stage.show_lower(True)
        if self.player.playing and now - self._said_at < WORDS_SECONDS:
            self.rendered = rendered
            self.grid.show_picture(content.pictures[0])
            return
        self._said_at = now
        super().show_rendered(rendered)

    def show_message(self, words: Message | str) -> None:
        self.player.drop()
        self.stage.show_note("")
        self.stage.show_lower(False)
        super().show_message(words)

    def sync(self, rendered: Rendered) -> None:
        content, state = rendered.content, rendered.state
        assert content is not None
        assert isinstance(state, InterpolateState)
        told, keys = content.values, content.pictures[1]
        known = Known(told.get("class_names", ()), told["told"], told["encodes"])
        left_out = (state.frames, told["left_out"])
        if (keys, known, left_out) != (self._shown_keys, self.known, self._left_out):
            self._shown_keys, self.known, self._left_out = keys, known, left_out
            self._seen = {one: keys.at(0, k) for k, one in enumerate(state.frames) if k not in told["left_out"]}
            self._show_known()
            self.show_state(self.state)
        self.stage.show_note(left_out_in_words(self.left_out))

    def _show_known(self) -> None:
        self.tools.show_known(self.known)
        self.keys.menus.fill(self.add.menu(), "add", self.known)

    @Slot()
    def show_frame(self) -> None:
        """The chosen key frame in the inspector."""
        frames, k = self.state.frames, self.row.current
        self.tools.show_frame(frames[k] if frames else None, k, len(frames))

    def show_place(self) -> None:
        """Where on the path one is: cheap, for every frame."""
        self.transport.show_place(self.player.place, self.player.clock.length)
        self.row.show_mark(self._mark())
        if self.state.show == "strip":
            self.grid.update()

    def stood_still(self) -> None:
        """A play has ended: the words are those of what is shown."""
        self._said_at = 0.0
        if self.rendered is not None and self.rendered.content is not None:
            self.show_rendered(self.rendered)

    def _mark(self) -> float | None:
        """The place in key frames from the first of the row: past those that are left out the path takes no time."""
        numbers = self.numbers
        if not numbers:
            return None
        at = min(self.player.place, 1.0) * self.ways
        k = int(at)
        around = [*numbers, numbers[0] + len(self.state.frames)]
        if at == k:
            return float(numbers[k % len(numbers)])
        return around[k] + (at - k) * (around[k + 1] - around[k])

    def is_here(self, row: int, column: int) -> bool:
        """Of a strip: whether one is at this picture."""
        places, picture = self._places(), self.grid.picture
        if places is None or picture is None:
            return False
        if self._here[0] is not places or self._here[1] != self.player.place:
            apart = abs(places - self.player.place)
            if self.state.closed:
                apart = abs((apart + 0.5) % 1.0 - 0.5)
            self._here = (places, self.player.place, int(apart.argmin()))
        return row * picture.columns + column == self._here[2]

    def describe_cell(self, row: int, column: int) -> str:
        content = self.rendered.content if self.rendered is not None else None
        if content is None or self._places() is None:
            return self.words.whole()
        numbers = content.values["numbers"]
        k = numbers[row % len(numbers)] + 1
        return _("Picture {n} after key frame {k}", n=column, k=k) if column else _("Key frame {k}", k=k)

    def _places(self) -> np.ndarray | None:
        """The places of the strip that is shown."""
        content = self.rendered.content if self.rendered is not None else None
        return None if content is None else content.values.get("places")

    def _show_pointed(self) -> None:
        """The inspector has no picture here."""

    # -- hands ---------------------------------------------------------------------------------------------------

    def propose(self, words: str = "", **fields: Any) -> None:
        changed = replace(self.state, **fields)
        (self.gestures.go_on if self.gestures.sliding else self.gestures.act)(words, changed)

    @Slot(int)
    def go_to_key(self, k: int) -> None:
        """To key frame ``k``, where the path goes there."""
        numbers = self.numbers
        if k in numbers and self.ways:
            self.player.go_to(numbers.index(k) / self.ways)

    @Slot(int, int)
    def _picked(self, row: int, column: int) -> None:
        """A picture of the strip: there one goes."""
        places, picture = self._places(), self.grid.picture
        if places is not None and picture is not None:
            self.player.go_to(float(places[row * picture.columns + column]))

    def _plays_no_gesture(self) -> bool:
        """Check that nothing plays: what plays is no undo command before it stops."""
        return False

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_path(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.keys.drop(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Only what the part with the focus has no use for comes here."""
        wanted = KEYS.get(Qt.Key(event.key()))
        if wanted is None or event.modifiers() & _MODIFIERS or self.showing_help or not self.transport.isVisible():
            super().keyPressEvent(event)
        else:
            self.player.press(wanted)

    def hideEvent(self, event: QHideEvent) -> None:
        self.gestures.end_steps()
        self.player.pause()  # nothing plays that nobody sees
        super().hideEvent(event)


def left_out_in_words(left_out: dict[int, str]) -> str:
    """List the key frames that are left out with their reasons, those of one reason on one line."""
    reasons: dict[str, list[int]] = {}
    for k, why in left_out.items():
        reasons.setdefault(why, []).append(k + 1)
    return "\n".join(
        _("Key frame {k} is left out. {why}", k=ks[0], why=why)
        if len(ks) == 1
        else _("Key frames {ks} are left out. {why}", ks=", ".join(map(str, ks)), why=why)
        for why, ks in reasons.items()
    )
