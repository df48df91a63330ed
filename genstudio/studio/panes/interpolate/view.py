"""Qt view of the pane Interpolate: key frames in a row, the picture or the strip over them, and a player of the path."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from genstudio.core.messages import Message, _
from genstudio.latent.points import LatentPoint
from genstudio.panes.interpolate.content import MOST_FRAMES, InterpolateState
from genstudio.studio.pane_view.player import Player
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.panes.interpolate.controls import InterpolateControls
from genstudio.studio.panes.interpolate.key_frames import KeyFrames
from genstudio.studio.panes.interpolate.key_row import Key
from genstudio.studio.panes.interpolate.layout import PathGrid, PathLayout
from genstudio.studio.panes.interpolate.shown_path import CodeSources, ShownPath

if TYPE_CHECKING:
    import numpy as np

    from genstudio.studio.pane_view.undo_merging import UndoMerging
    from genstudio.studio.threads.rendering import Rendered
    from genstudio.viewing.content import Picture
    from genstudio.viewing.pane import Pane
    from genstudio.viewing.pane_state import PaneState

TEXT_SECONDS = 0.12  # while it plays, text changes no faster than eyes follow; pictures do at every frame
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
    """``path`` is what is shown; ``player`` plays it, ``key_frames`` changes its key frames. While it plays,
    :meth:`resolved` puts the place of the play into what is rendered; the state has it when the play stops."""

    state: InterpolateState
    merging: UndoMerging
    takes_own_z = False
    opens_images = True

    def __init__(self, pane: Pane, state: PaneState, parent: QWidget | None = None) -> None:
        assert isinstance(state, InterpolateState)
        self.path = ShownPath(state)
        self._thumbnails: dict[LatentPoint, np.ndarray] = {}  # of key frames, as rendered last
        self._key_picture: Picture | None = None
        self._marked: tuple[object, float, int] = (None, 0.0, 0)  # of a strip at a place: the number of its picture
        self._text_shown_at = 0.0
        super().__init__(pane, state, parent)
        self.inspector.hide_cell()  # the pane itself shows one picture: the controls have the room

    # -- laid out ------------------------------------------------------------------------------------------------

    def make_grid(self) -> PathGrid:
        grid = PathGrid(self)
        grid.marked = self.is_here
        return grid

    def make_pictures(self) -> QWidget:
        assert isinstance(self.grid, PathGrid)
        self.stage = PathLayout(self.grid, self)
        self.transport, self.row = self.stage.transport, self.stage.row
        self.add = self.stage.add
        return self.stage

    def make_controls(self) -> InterpolateControls:
        self.tools = InterpolateControls()
        return self.tools

    def _connect(self) -> None:
        super()._connect()
        self.merging = self.make_undo_merging()  # without a play, which is no undo command before it stops
        self.player = Player(self.path, self.transport, self.merging)
        self.key_frames = KeyFrames(
            self.path, self.player, self.merging, self.row, self.add, self.tools, self.image_drop
        )
        self._show_known()
        self.player.moved.connect(self._moved)
        self.player.stopped.connect(self._stopped)
        self.transport.loop_chosen.connect(self.choose_loop)
        self.row.chosen.connect(self.show_frame)
        self.key_frames.selected.connect(self.show_frame)
        self.key_frames.failed.connect(self.complain)
        self.add_shortcut("R", self.key_frames.resample, in_inspector=True)
        self.add_shortcut("L", self.toggle_loop, in_inspector=True)
        self.add_shortcut("M", self.tools.request_morph, in_inspector=True)

    # -- what is shown -------------------------------------------------------------------------------------------

    def resolved(self, state: PaneState) -> InterpolateState:
        """State at the place of the play while it plays. A strip is the same at any."""
        assert isinstance(state, InterpolateState)
        playing = self.player.playing and state.show == "picture"
        return replace(state, place=self.player.position) if playing else state

    @property
    def idle(self) -> bool:
        """Newer weights may come while it plays, unless codes would have to be searched for again."""
        searched = not self.path.known.model_classes and any(one.kind == "class" for one in self.state.frames)
        return not (self.player.playing and searched)

    @property
    def restarts(self) -> bool:
        return not self.player.playing

    def show_state(self, state: PaneState) -> None:
        assert isinstance(state, InterpolateState)
        if state.place != self.state.place:
            self.player.stop()  # a place from elsewhere, such as undo
        self.path.state = state
        super().show_state(state)
        full = len(state.frames) >= MOST_FRAMES
        most = _("There are {n} key frames, which is the maximum", n=MOST_FRAMES)
        self.add.setEnabled(not full)
        self.add.setToolTip(most if full else _("One more key frame (Insert)"))
        self.tools.another.setEnabled(any(one.kind == "seed" for one in state.frames))
        self.transport.show_path(self.path.segments, state.between + 1, state.loop)
        why, title = self.path.left_out, self.path.known.title
        keys = [Key(title(one), self._thumbnails.get(one), why.get(k, "")) for k, one in enumerate(state.frames)]
        self.row.show_keys(tuple(keys))
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
        if self.player.playing and now - self._text_shown_at < TEXT_SECONDS:
            self.rendered = rendered
            self.grid.show_picture(content.pictures[0])
            return
        self._text_shown_at = now
        super().show_rendered(rendered)

    def show_message(self, text: Message | str) -> None:
        self.player.stop()
        self.stage.show_note("")
        self.stage.show_lower(False)
        super().show_message(text)

    def sync(self, rendered: Rendered) -> None:
        content, state, path = rendered.content, rendered.state, self.path
        assert content is not None
        assert isinstance(state, InterpolateState)
        values, keys = content.values, content.pictures[1]
        known = CodeSources(values.get("class_names", ()), values["classes"], values["encodes"])
        left_out = values["left_out"]
        if keys is not self._key_picture or known != path.known or not path.is_left_out(state.frames, left_out):
            self._key_picture, path.known = keys, known
            path.set_left_out(state.frames, left_out)
            self._thumbnails = {one: keys.at(0, k) for k, one in enumerate(state.frames) if k not in left_out}
            self._show_known()
            self.show_state(self.state)
        self.stage.show_note(left_out_text(path.left_out))

    def _show_known(self) -> None:
        self.tools.show_known(self.path.known)
        self.key_frames.show_known()

    @Slot()
    def show_frame(self) -> None:
        """Show the selected key frame in the inspector."""
        frames, k = self.state.frames, self.row.current
        self.tools.show_frame(frames[k] if frames else None, k, len(frames))

    def show_place(self) -> None:
        """Show the place on the path: cheap, for every frame."""
        self.transport.show_place(self.player.position, self.path.length)
        self.row.show_mark(self.path.key_position(self.player.position))
        if self.state.show == "strip":
            self.grid.update()

    def is_here(self, row: int, column: int) -> bool:
        """True for the picture of a strip that is nearest to the place on the path."""
        places, picture = self._places(), self.grid.picture
        if places is None or picture is None:
            return False
        position = self.player.position
        if self._marked[0] is not places or self._marked[1] != position:
            self._marked = (places, position, self.path.nearest(places, position))
        return row * picture.columns + column == self._marked[2]

    def describe_cell(self, row: int, column: int) -> str:
        content = self.rendered.content if self.rendered is not None else None
        if content is None or self._places() is None:
            return self.caption.full_text()
        numbers = content.values["numbers"]
        k = numbers[row % len(numbers)] + 1
        return _("Picture {n} after key frame {k}", n=column, k=k) if column else _("Key frame {k}", k=k)

    def _places(self) -> np.ndarray | None:
        """The places of the strip that is shown."""
        content = self.rendered.content if self.rendered is not None else None
        return None if content is None else content.values.get("places")

    def _show_pointed(self) -> None:
        """The inspector has no picture here."""

    # -- played --------------------------------------------------------------------------------------------------

    @Slot()
    def _moved(self) -> None:
        self.show_place()
        if self.state.show == "picture":  # a strip is the same at every place
            self.played.emit()

    @Slot()
    def _stopped(self) -> None:
        """The text is that of what is shown."""
        self._text_shown_at = 0.0
        if self.rendered is not None and self.rendered.content is not None:
            self.show_rendered(self.rendered)

    @Slot(bool)
    def choose_loop(self, loop: bool) -> None:
        self.propose(_("repeat") if loop else _("once"), loop=loop)

    @Slot()
    def toggle_loop(self) -> None:
        self.choose_loop(not self.state.loop)

    @Slot(int, int)
    def _picked(self, row: int, column: int) -> None:
        """Go to a picture of the strip."""
        places, picture = self._places(), self.grid.picture
        if places is not None and picture is not None:
            self.player.go_to(float(places[row * picture.columns + column]))

    # -- edited --------------------------------------------------------------------------------------------------

    def propose(self, text: str = "", **fields: Any) -> None:
        self.merging.command(text, replace(self.state, **fields))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Only keys that the widget with the focus ignores arrive here."""
        action = KEYS.get(Qt.Key(event.key()))
        if action is None or event.modifiers() & _MODIFIERS or self.showing_help or not self.transport.isVisible():
            super().keyPressEvent(event)
        else:
            self.player.press(action)

    def hideEvent(self, event: QHideEvent) -> None:
        self.merging.end_steps()
        self.player.pause()  # nothing plays unseen
        super().hideEvent(event)


def left_out_text(left_out: dict[int, str]) -> str:
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
