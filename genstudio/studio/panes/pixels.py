"""Pixel by pixel in the hand: play, scrub, change a pixel, rub out and complete, and see what each pixel was drawn from."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from genstudio.core.messages import Message, _, translate
from genstudio.explore.pixels import PixelsState
from genstudio.studio.panes.own_image import OwnImage, dropped_path
from genstudio.studio.panes.pixels_controls import PixelsControls
from genstudio.studio.panes.pixels_keys import KEYS, OVERLAY_KEYS
from genstudio.studio.panes.pixels_shown import current_place, distribution_of, facts_of, legend_of, odds_of, spoken
from genstudio.studio.panes.play_clock import FRAME_MS, SPEEDS, PlayClock
from genstudio.studio.panes.view import PaneView
from genstudio.studio.widgets.controls import restyle
from genstudio.studio.widgets.masks import region
from genstudio.studio.widgets.pixel_stage import PixelStage, Sheet
from genstudio.studio.widgets.transport import Transport

if TYPE_CHECKING:
    import numpy as np

    from genstudio.explore.base import Content, Pane, PaneState
    from genstudio.explore.blobs import Blob
    from genstudio.studio.widgets.pane_controls import PaneControls
    from genstudio.studio.workers.render_thread import Rendered

STEPS_REST_MS = 600  # a pause that ends a row of single steps, which undo takes back as one
RATE_SECONDS = 0.5  # over which the speed of drawing is measured
WORDS_SECONDS = 0.12  # while it plays, words change no faster than eyes follow; pictures do at every frame
SHOWN = tuple(info.name for info in PixelsState.controls() if info.name != "position")
Place = tuple[int, int]
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_OTHERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class PixelsView(PaneView):
    state: PixelsState
    has_codes = False

    def __init__(self, pane: Pane, state: PaneState, parent: QWidget | None = None) -> None:
        self._selected: Place | None = None
        self._content: Content | None = None
        self._held_back: Rendered | None = None
        self._mine: PaneState | None = None  # the state that this view has just proposed itself
        self._mask_of: tuple[Any, ...] = ()
        self._mask: np.ndarray | None = None
        self._rate: tuple[float, int] | None = None
        self._said_at = 0.0  # when words were put on screen last
        self._sliding = False  # a slider of the inspector is in hand
        self._settle = True  # a play that stops is settled where the drawing has really come
        super().__init__(pane, state, parent)
        self.setAcceptDrops(True)
        self.own_image = OwnImage(self)
        self.own_image.arrived.connect(self._own_arrived)
        self.own_image.failed.connect(self._complain)
        for part in (self.inspector.caption, self.inspector.view, self.inspector.code):
            part.hide()  # the pane itself enlarges one image: the controls have the room

    # -- laid out ------------------------------------------------------------------------------------------------

    def make_grid(self) -> Sheet:
        return Sheet(self)

    def make_pictures(self) -> QWidget:
        whole = QWidget(self)
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        assert isinstance(self.grid, Sheet)
        self.stage = PixelStage(self.grid, whole)
        self.transport = Transport(SPEEDS, whole)
        column.addWidget(self.stage, 1)
        column.addWidget(self.transport)
        self.clock = PlayClock(self)
        self._calm = QTimer(self)  # half-made contents are shown once a frame at most
        self._calm.setSingleShot(True)
        self._calm.setInterval(FRAME_MS)
        self._calm.timeout.connect(self._show_held_back)
        self._steps = QTimer(self)
        self._steps.setSingleShot(True)
        self._steps.setInterval(STEPS_REST_MS)
        self._steps.timeout.connect(self._steps_ended)
        self.transport.show_speed(self.clock.speed)
        self.transport.hide()
        return whole

    def make_controls(self) -> PaneControls:
        self.tools = PixelsControls()
        return self.tools

    def _connect(self) -> None:
        super()._connect()
        stage, transport, tools = self.stage, self.transport, self.tools
        transport.pressed.connect(self._transport)
        transport.scrubbed.connect(self._scrubbed)
        transport.took_hold.connect(self._hold)
        transport.let_go.connect(self._release)
        transport.speed_chosen.connect(self._speed_chosen)
        self.clock.wants.connect(self._play_on)
        self.clock.began.connect(self._play_began)
        self.clock.ended.connect(self._play_ended)
        stage.canvas.clicked.connect(self._canvas_clicked)
        stage.canvas.wheeled.connect(self.nudge)
        stage.canvas.stroked.connect(self._stroked)
        stage.canvas.left_off.connect(self._lay_brush_down)
        stage.distribution.picked.connect(self._level_picked)
        tools.took_hold.connect(self._hand_on)
        tools.let_go.connect(self._hand_off)
        tools.asked.connect(self._asked)
        tools.hand_chosen.connect(stage.canvas.set_hand)
        tools.editor.changed.connect(self._levels_chosen)
        tools.editor.taken_back.connect(self._take_back)
        tools.editor.took_hold.connect(self._hold)
        tools.editor.let_go.connect(self._release)

    # -- what is shown -------------------------------------------------------------------------------------------

    @property
    def at_rest(self) -> bool:
        return not (self.clock.playing or self._steps.isActive() or self.transport.position.isSliderDown())

    @property
    def begins(self) -> bool:
        return self.state.position == 0

    @property
    def end(self) -> int:
        """Sub-pixels in one image; 0 until one is shown."""
        return int(self._content.values["end"]) if self._content is not None else 0

    @property
    def position(self) -> int:
        return min(self.state.position, self.end)

    @property
    def film(self) -> dict[str, Any]:
        return {"speed": self.clock.speed}

    def show_state(self, state: PaneState) -> None:
        assert isinstance(state, PixelsState)
        if self._mine is not state and self.clock.playing:
            self._stand_still(settle=False)  # somebody else's state, such as undo's
        if state.enlarged != self.state.enlarged or state.n != self.state.n:
            self._selected = None
        if _but_for_position(state) != _but_for_position(self.state) or state.cooled or self._content is None:
            super().show_state(state)
        self.state = state
        self._show_marks()

    def show_rendered(self, rendered: Rendered) -> None:
        if rendered.content is not None and not rendered.final and self._calm.isActive():
            self._held_back = rendered
            return
        self._held_back = None
        self.rendered = rendered
        if rendered.content is None:
            self._stand_still(settle=False)
            if self._content is not None:
                self._complain(rendered.error)  # what was drawn stays: it can be put right from there
            else:
                self.show_message(rendered.error)
            return
        self._calm.start()
        self._show_content(rendered, rendered.content)

    def show_message(self, words: Message | str) -> None:
        self._stand_still(settle=False)
        self._content = self._selected = None
        self.stage.show_sheet(None, 0)
        self.transport.hide()
        super().show_message(words)
        self.tools.editor.show_pixel(None)

    def _show_content(self, rendered: Rendered, content: Content) -> None:
        first = self._content is None
        self._content = content
        values = content.values
        self.clock.drawn = min(int(values["drawn"]), self.state.position)
        self.clock.end, self.clock.channels = int(values["end"]), int(values["channels"])
        self.tools.show_classes(tuple(values["class_names"]))
        self.stage.canvas.show_pixels(content.pictures[2].pixels, current_place(values))
        self.stage.show_sheet(content.pictures[0], self.state.enlarged % len(content.pictures[0]))
        self.stage.distribution.show_distribution(distribution_of(values))
        self.legend.show_legend(legend_of(values, self.state.overlay))
        self.transport.show_place(self.clock.drawn, self.end, self.clock.channels)
        if first:
            self.transport.show()
            self.stage.canvas.setFocus()
        now = time.perf_counter()
        if not self.clock.playing or now - self._said_at >= WORDS_SECONDS:
            self._said_at = now
            self._show_words(rendered, content)
        self._show_marks()

    def _show_words(self, rendered: Rendered, content: Content) -> None:
        values = content.values
        self.stage.show_words(facts_of(values), odds_of(values))
        if not self.clock.playing:
            self.stage.canvas.describe(spoken(values))
        self.transport.show_position(self.clock.drawn, self.position, self.end, self.clock.channels)
        self._measure_rate()
        self._say(translate(content.words))
        shown = f"{rendered.milliseconds:.1f}" if rendered.milliseconds < 100 else f"{rendered.milliseconds:.0f}"
        self.time.setText(_("{ms} ms", ms=shown))

    @Slot()
    def _show_held_back(self) -> None:
        if self._held_back is not None:
            self.show_rendered(self._held_back)

    def _show_marks(self) -> None:
        """The pixel in hand, the ones that were changed, and the border of what is given."""
        state = self.state
        edited = tuple((y, x) for image, y, x, _levels in state.edits if image == state.enlarged)
        if self._selected is not None and not self._is_drawn(self._selected):
            self._selected = None
        self.stage.canvas.show_marks(self._selected, edited)
        self.stage.canvas.show_mask(self._mask_shown())
        if self._content is not None and self._selected is not None:
            values = self._content.values
            levels = tuple(map(int, values["large"][self._selected]))
            self.tools.editor.show_pixel(self._selected, levels, int(values["levels"]), edited=self._selected in edited)
        else:
            self.tools.editor.show_pixel(None)

    def _mask_shown(self) -> np.ndarray | None:
        """What is given, at the size of the images; ``None`` where nothing is."""
        from genstudio.explore.given import fitted_mask

        state = self.state
        if self._content is None or state.source == "none" or (state.source == "own" and state.own is None):
            return None
        height, width = self._content.values["large"].shape[:2]
        if self._mask_of != (state.mask, height, width):
            self._mask_of = (state.mask, height, width)
            painted = self.blobs.get_array(state.mask) if state.mask is not None and self.blobs is not None else None
            self._mask = region("top", height, width) if painted is None else fitted_mask(painted, height, width)
        return self._mask

    def _say(self, words: str, bad: bool = False) -> None:
        self.words.setText(words)
        level = "bad" if bad else ""
        if self.words.property("level") != level:
            self.words.setObjectName("words" if bad else "fact")
            self.words.setProperty("level", level)
            restyle(self.words)

    @Slot(object)
    def _complain(self, words: Message | str) -> None:
        self._say(translate(words), bad=True)

    def _show_pointed(self) -> None:
        """The inspector has no picture here."""

    def _picked(self, row: int, column: int) -> None:
        index = row * (self.grid.picture.columns if self.grid.picture else 1) + column
        if index != self.state.enlarged:
            self.propose(_("another image"), enlarged=index)

    def describe_cell(self, row: int, column: int) -> str:
        index = row * (self.grid.picture.columns if self.grid.picture else 1) + column
        words = _("Image {k}", k=index + 1)
        return _("{words}, enlarged", words=words) if index == self.state.enlarged else words

    # -- proposing -----------------------------------------------------------------------------------------------

    def propose(self, words: str = "", **fields: Any) -> None:
        self._propose(words, replace(self.state, **fields))

    def _propose(self, words: str, state: PixelsState) -> None:
        """One command of its own, while it plays too: the play goes on in another one."""
        self._steps_over()
        if self.clock.playing:
            self.took_hold.emit()
        self._emit(words, state)
        if self.clock.playing:
            self.took_hold.emit()

    def _propose_step(self, words: str, state: PixelsState) -> None:
        """One of a row of small steps, which undo takes back together."""
        if not self._steps.isActive():
            self.took_hold.emit()
        self._steps.start()
        self._emit(words, state)

    def _emit(self, words: str, state: PixelsState) -> None:
        self._mine = state
        self.proposed.emit(state, words)

    def _steps_over(self) -> None:
        if self._steps.isActive():
            self._steps.stop()
            self.let_go.emit()

    @Slot()
    def _steps_ended(self) -> None:
        self.let_go.emit()

    @Slot()
    def _hold(self) -> None:
        self._steps.stop()
        self.pause()
        self.took_hold.emit()

    @Slot()
    def _release(self) -> None:
        self.let_go.emit()

    @Slot()
    def _hand_on(self) -> None:
        self._steps.stop()
        self._sliding = True

    @Slot()
    def _hand_off(self) -> None:
        """A slider was let go while it plays: what is played from here on is another command."""
        self._sliding = False
        if self.clock.playing:
            self.took_hold.emit()

    @Slot(str, object)
    def _edited(self, name: str, value: Any) -> None:
        if getattr(self.state, name) == value and name != "temperature":
            return
        words = translate(next(info.title for info in self.pane.state.controls() if info.name == name))
        changed = (
            self.state.with_temperature(value, self.end)
            if name == "temperature"
            else replace(self.state, **{name: value})
        )
        # A slider in hand frames its own command.
        (self._emit if self._sliding else self._propose)(words, changed)

    # -- playing -------------------------------------------------------------------------------------------------

    @Slot()
    def toggle_play(self) -> None:
        """Play on from here (from the start, when all is drawn), or stand still."""
        if self.clock.playing:
            self.pause()
        elif self.end:
            self._steps_over()
            self.took_hold.emit()
            if self.clock.drawn >= self.end:
                self.clock.drawn = 0
                self._emit(_("play"), self.state.rewound())
            self.clock.start(self.position)

    def pause(self) -> None:
        """Stand still where the drawing has really come."""
        self._stand_still(settle=True)

    def _stand_still(self, settle: bool) -> None:
        self._settle = settle
        self.clock.stop()
        self._settle = True

    def rest(self) -> None:
        self._steps_over()
        self.pause()

    @Slot()
    def _play_began(self) -> None:
        self._rate = (time.perf_counter(), self.clock.drawn)
        self.transport.show_playing(True)

    @Slot()
    def _play_ended(self) -> None:
        self.transport.show_playing(False)
        if self.rendered is not None and self._content is not None:
            self._show_words(self.rendered, self._content)
        self.transport.show_speed(self.clock.speed)
        if self._settle and self.clock.drawn < self.position:
            self._emit(_("play"), replace(self.state, position=self.clock.drawn))
        self.let_go.emit()

    @Slot(int)
    def _play_on(self, position: int) -> None:
        self._emit(_("play"), replace(self.state, position=position))

    def _measure_rate(self) -> None:
        if self._rate is None or not self.clock.playing:
            return
        since, drawn = self._rate
        seconds = time.perf_counter() - since
        if seconds >= RATE_SECONDS:
            self.transport.show_speed(self.clock.speed, (self.clock.drawn - drawn) / self.clock.channels / seconds)
            self._rate = (time.perf_counter(), self.clock.drawn)

    @Slot(float)
    def _speed_chosen(self, speed: float) -> None:
        self.clock.speed = speed
        if self.clock.playing and not math.isinf(speed) and self.clock.drawn < self.position:
            # It was going as fast as it could: from here on it goes at this speed.
            self._emit(_("play"), replace(self.state, position=self.clock.drawn))
            self.clock.restart(self.clock.drawn)
        self.transport.show_speed(speed)

    def go_to(self, position: int, words: str) -> None:
        """Draw up to ``position``, or wind back to it."""
        self.pause()
        position = min(max(position, 0), self.end)
        if position != self.position:
            self._propose_step(words, replace(self.state, position=position))

    @Slot(str)
    def _transport(self, name: str) -> None:
        if self._content is None:
            return
        self.pause() if name != "play" else None
        pixel = self.clock.channels
        row = int(self._content.values["large"].shape[1]) * pixel
        here = self.position
        if name == "play":
            self.toggle_play()
        elif name in ("start", "end"):
            self._steps_over()
            self.go_to(0 if name == "start" else self.end, _("to the start") if name == "start" else _("to the end"))
            self._steps_over()
        else:
            ways = {"back": here - pixel, "pixel": here + pixel, "row": here + row, "row back": here - row}
            channels = {"channel": here + 1, "channel back": here - 1}
            to = ways[name] // pixel * pixel if name in ways else channels[name]
            self.go_to(to, _("step"))

    @Slot(int)
    def _scrubbed(self, position: int) -> None:
        self.pause()
        if self.transport.position.isSliderDown():
            self._emit(_("scrub"), replace(self.state, position=position))
        else:
            self.go_to(position, _("scrub"))

    # -- what if -------------------------------------------------------------------------------------------------

    def _is_drawn(self, place: Place) -> bool:
        if self._content is None:
            return False
        height, width = self._content.values["large"].shape[:2]
        inside = place[0] < height and place[1] < width
        return inside and (place[0] * width + place[1] + 1) * self.clock.channels <= self.clock.drawn

    @Slot(int, int)
    def _canvas_clicked(self, row: int, column: int) -> None:
        """A drawn pixel is taken in hand (black turns white and back at once); one that is not is drawn up to."""
        if self._content is None:
            return
        place, width = (row, column), int(self._content.values["large"].shape[1])
        if not self._is_drawn(place):
            self.go_to((row * width + column + 1) * self.clock.channels, _("scrub"))
            self._steps_over()
            return
        self._selected = place
        if int(self._content.values["levels"]) == 2 and self.clock.channels == 1:
            self._edit(place, (1 - int(self._content.values["large"][place][0]),))
        self._show_marks()

    def _edit(self, place: Place, levels: tuple[int, ...], *, step: bool = False) -> None:
        image = self.state.enlarged % self.state.n
        changed = self.state.edited(image, *place, levels, self.end)
        if changed != self.state:
            (self._propose_step if step else self._propose)(_("what if"), changed)

    @Slot(int)
    def nudge(self, by: int) -> None:
        """The pixel in hand, else the one drawn last, so many levels brighter."""
        place = self._selected or (current_place(self._content.values) if self._content is not None else None)
        if place is None or self._content is None or not self._is_drawn(place):
            return
        values = self._content.values
        last = int(values["levels"]) - 1
        size = max(1, last // 16) if last > 64 else 1
        before = tuple(map(int, values["large"][place]))
        levels = tuple(min(max(level + by * size, 0), last) for level in before)
        if levels != before:
            self._edit(place, levels, step=True)

    @Slot(int)
    def _level_picked(self, level: int) -> None:
        """Another level for the sub-pixel whose distribution is shown."""
        place = current_place(self._content.values) if self._content is not None else None
        if place is None or self._content is None:
            return
        levels = list(map(int, self._content.values["large"][place]))
        levels[self._content.values["position_yxc"][2]] = level
        self._edit(place, tuple(levels))

    @Slot(tuple)
    def _levels_chosen(self, levels: tuple[int, ...]) -> None:
        if self._selected is not None:
            image = self.state.enlarged % self.state.n
            self._emit(_("what if"), self.state.edited(image, *self._selected, levels, self.end))

    @Slot()
    def _take_back(self) -> None:
        if self._selected is not None:
            gone = (self.state.enlarged % self.state.n, *self._selected)
            self.propose(_("as drawn"), edits=tuple(edit for edit in self.state.edits if edit[:3] != gone))

    # -- completion ----------------------------------------------------------------------------------------------

    @Slot(object)
    def _stroked(self, mask: np.ndarray) -> None:
        if self.blobs is not None:
            words = _("rub out") if self.tools.hand == "erase" else _("keep")
            self.propose(words, mask=self.blobs.put_array(mask))

    @Slot()
    def _lay_brush_down(self) -> None:
        self.tools.choose_hand("point")

    @Slot(str)
    def _asked(self, what: str) -> None:
        if what == "resample":
            self._propose(_("resample"), self.state.resampled())
        elif what in ("previous", "next"):
            index = max(0, self.state.index + (1 if what == "next" else -1))
            if index != self.state.index:
                self._propose_step(_("image"), replace(self.state, index=index))
        elif what == "open":
            self.own_image.choose(self.background)
        elif self._content is not None and self.blobs is not None:
            height, width = self._content.values["large"].shape[:2]
            mask = self.blobs.put_array(region(what.partition(":")[2], height, width))
            self.propose(_("keep a part"), mask=mask)

    @Slot(object)
    def _own_arrived(self, pixels: np.ndarray) -> None:
        if self.blobs is not None:
            own: Blob = self.blobs.put_array(pixels)
            self.propose(_("my image"), source="own", own=own)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_path(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_path(event.mimeData())
        if path:
            event.acceptProposedAction()
            self.own_image.read(path, self.background)

    # -- keyboard ------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Only what the part with the focus has no use for comes here."""
        if self.showing_help or self._content is None or not self._key(event):
            super().keyPressEvent(event)

    def _key(self, event: QKeyEvent) -> bool:
        wanted = KEYS.get((event.key(), bool(event.modifiers() & _SHIFT)), KEYS.get((event.key(), False), ""))
        if event.modifiers() & _OTHERS or not wanted:
            return False
        kind, _colon, what = wanted.partition(":")
        if kind == "transport":
            self._transport(what)
        elif kind == "nudge":
            self.nudge(int(what))
        elif kind == "overlay":
            now = "none" if self.state.overlay == OVERLAY_KEYS[what] else OVERLAY_KEYS[what]
            self.propose(_("show over it"), overlay=now)
        elif kind == "hand":
            if self._mask_shown() is not None:
                self.tools.choose_hand(what)
        elif self.state.source == "data" or what == "resample":
            self._asked(what)
        return True

    def hideEvent(self, event: QHideEvent) -> None:
        self.rest()  # nothing plays that nobody sees
        super().hideEvent(event)


def _but_for_position(state: PixelsState) -> tuple[Any, ...]:
    """What the controls show of a state."""
    return tuple(getattr(state, name) for name in SHOWN)
