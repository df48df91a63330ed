"""Pixel by pixel in the hand: play, scrub, change a pixel, rub out and complete, and see what each pixel was drawn
from."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from genstudio.core.messages import Message, _, translate
from genstudio.panes.pixels.state import PixelsState
from genstudio.studio.pane_area.undo_merging import Gestures
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.panes.pixels.controls import PixelsControls
from genstudio.studio.panes.pixels.drawing_player import DrawingPlayer
from genstudio.studio.panes.pixels.inpainting import Completion
from genstudio.studio.panes.pixels.keys import KEYS, OVERLAY_KEYS
from genstudio.studio.panes.pixels.layout import PixelStage, Sheet
from genstudio.studio.panes.pixels.pixel_edit import PixelEdit
from genstudio.studio.panes.pixels.play_clock import FRAME_MS, SPEEDS, PlayClock
from genstudio.studio.panes.pixels.shown import current_place, distribution_of, facts_of, legend_of, odds_of, spoken
from genstudio.studio.widgets.controls import restyle
from genstudio.studio.widgets.transport import Transport

if TYPE_CHECKING:
    from genstudio.studio.forms.pane_controls import PaneControls
    from genstudio.studio.threads.render_thread import Rendered
    from genstudio.viewing.content import Content
    from genstudio.viewing.pane import Pane
    from genstudio.viewing.pane_state import PaneState

WORDS_SECONDS = 0.12  # while it plays, words change no faster than eyes follow; pictures do at every frame
SHEET_EVERY = 2  # while it plays, all the images follow at every second frame
SHOWN = tuple(info.name for info in PixelsState.controls() if info.name != "position")
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_OTHERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


@pane_view("pixels")
class PixelsView(PaneView):
    """Shows a drawing. ``player`` plays it, ``pixel_edit`` changes pixels, ``completion`` knows what is given, and
    ``gestures`` makes commands of it all."""

    state: PixelsState
    has_codes = False

    def __init__(self, pane: Pane, state: PaneState, parent: QWidget | None = None) -> None:
        self.content: Content | None = None
        self._held_back: Rendered | None = None
        self._frames = 0
        self._said_at = 0.0  # when words were put on screen last
        super().__init__(pane, state, parent)
        self.setAcceptDrops(True)
        self.inspector.detail.setObjectName("words")
        self.inspector.detail.setProperty("level", "bad")
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
        self.transport.hide()
        column.addWidget(self.stage, 1)
        column.addWidget(self.transport)
        return whole

    def make_controls(self) -> PaneControls:
        self.tools = PixelsControls()
        return self.tools

    def _connect(self) -> None:
        super()._connect()
        self._calm = QTimer(self)  # half-made contents are shown once a frame at most
        self._calm.setSingleShot(True)
        self._calm.setInterval(FRAME_MS)
        self._calm.timeout.connect(self._show_held_back)
        self.player = DrawingPlayer(self, self.transport)
        self.gestures = Gestures(self, self._is_playing)
        self.pixel_edit = PixelEdit(self)
        self.completion = Completion(self)
        self.player.stood_still.connect(self._stood_still)
        self.tools.drag_started.connect(self.gestures.slider_taken)
        self.tools.drag_ended.connect(self.gestures.slider_let_go)

    # -- what is shown -------------------------------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        return not (self.player.playing or self.gestures.stepping or self.transport.position.isSliderDown())

    @property
    def restarts(self) -> bool:
        return self.state.position == 0

    @property
    def plays_on(self) -> bool:
        return self.gestures.played

    @property
    def clock(self) -> PlayClock:
        return self.player.clock

    @property
    def end(self) -> int:
        """Sub-pixels in one image; 0 until one is shown."""
        return int(self.content.values["end"]) if self.content is not None else 0

    @property
    def position(self) -> int:
        return min(self.state.position, self.end)

    @property
    def columns(self) -> int:
        """Pixels in one row."""
        return int(self.content.values["large"].shape[1]) if self.content is not None else 0

    def is_drawn(self, place: tuple[int, int]) -> bool:
        """True where the pixel (row, column) is drawn already."""
        return self._lies_before(place, self.clock.drawn)

    def is_reached(self, place: tuple[int, int]) -> bool:
        """True where the state's drawing goes as far as the pixel (row, column), drawn by now or not."""
        return self._lies_before(place, self.state.position)

    def _lies_before(self, place: tuple[int, int], position: int) -> bool:
        if self.content is None or place[0] >= self.content.values["large"].shape[0] or place[1] >= self.columns:
            return False
        return (place[0] * self.columns + place[1] + 1) * self.clock.channels <= position

    @property
    def film(self) -> dict[str, Any]:
        return {"speed": self.clock.speed}

    def show_state(self, state: PaneState) -> None:
        assert isinstance(state, PixelsState)
        if self.gestures.mine is not state:
            self.player.stop()  # somebody else's state, such as undo's
        self.pixel_edit.follow(state)
        if (
            _but_for_position(state) != _but_for_position(self.state)
            or state.temperature_schedule
            or self.content is None
        ):
            super().show_state(state)
        self.state = state
        self._show_marks()

    def show_rendered(self, rendered: Rendered) -> None:
        if rendered.content is not None and not rendered.final and self._goes_from_field_to_field:
            return
        if rendered.content is not None and not rendered.final and self._calm.isActive():
            self._held_back = rendered
            return
        self._held_back = None
        self.rendered = rendered
        if rendered.content is None:
            self.player.stop()
            if self.content is not None:
                self._say(translate(rendered.error), bad=True)  # what was drawn stays: it can be put right from there
            else:
                self.show_message(rendered.error)
            return
        self._calm.start()
        self._show_content(rendered, rendered.content)

    @property
    def _goes_from_field_to_field(self) -> bool:
        """True where the field of each pixel is shown in play: then the next is drawn when that is on screen, and
        nothing without it, which would flicker. As fast as it goes, it is seen at the end."""
        return self.state.overlay == "field" and self.clock.playing and not math.isinf(self.clock.speed)

    def show_message(self, words: Message | str) -> None:
        self.player.stop()
        self.content = self.pixel_edit.selected = None
        self.stage.show_sheet(None, 0)
        self.transport.hide()
        super().show_message(words)
        self.tools.editor.show_pixel(None)

    def _show_content(self, rendered: Rendered, content: Content) -> None:
        first = self.content is None
        self.content = content
        values = content.values
        self.clock.drawn = min(int(values["drawn"]), self.state.position)
        self.clock.end, self.clock.channels = int(values["end"]), int(values["channels"])
        self.tools.show_classes(tuple(values["class_names"]))
        self.stage.canvas.show_pixels(content.pictures[2].pixels, current_place(values))
        self._frames += 1
        if self._frames % SHEET_EVERY == 0 or rendered.final or not self.player.playing:
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
        self.player.measure()
        self._say(translate(content.words))
        shown = f"{rendered.milliseconds:.1f}" if rendered.milliseconds < 100 else f"{rendered.milliseconds:.0f}"
        self.time.setText(_("{ms} ms", ms=shown))

    @Slot()
    def _show_held_back(self) -> None:
        if self._held_back is not None:
            self.show_rendered(self._held_back)

    def _show_marks(self) -> None:
        self.pixel_edit.show()
        self.stage.canvas.show_mask(self.completion.mask())

    @Slot()
    def _stood_still(self) -> None:
        if self.rendered is not None and self.content is not None:
            self._show_words(self.rendered, self.content)

    def _say(self, words: str, bad: bool = False) -> None:
        self.words.setText(words)
        level = "bad" if bad else ""
        if self.words.property("level") != level:
            self.words.setObjectName("words" if bad else "fact")
            self.words.setProperty("level", level)
            restyle(self.words)
        # What went wrong, and what to do, in full: the line has room for half of it.
        self.inspector.detail.setVisible(bad)
        if bad:
            self.inspector.detail.setText(words)

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

    # -- hands ---------------------------------------------------------------------------------------------------

    def propose(self, words: str = "", **fields: Any) -> None:
        self.gestures.act(words, self.state.with_fields(**fields))

    @Slot(str, object)
    def _edited(self, name: str, value: Any) -> None:
        if name == "temperature":
            here = divmod(self.position // self.clock.channels, max(1, self.columns))
            changed = self.state.with_temperature(value, self.end, here)
        else:
            changed = self.state.with_fields(**{name: value})
        if changed != self.state:
            words = translate(next(info.title for info in self.pane.state.controls() if info.name == name))
            (self.gestures.go_on if self.gestures.sliding else self.gestures.act)(words, changed)

    @Slot()
    def toggle_play(self) -> None:
        self.player.toggle()

    def pause(self) -> None:
        self.player.pause()

    def rest(self) -> None:
        self.gestures.end_steps()
        self.pause()

    def _is_playing(self) -> bool:
        return self.player.playing

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.completion.own_image.enter(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.completion.own_image.drop(event, self.background)

    # -- keyboard ------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Only what the part with the focus has no use for comes here."""
        if self.showing_help or self.content is None or not self._key(event):
            super().keyPressEvent(event)

    def _key(self, event: QKeyEvent) -> bool:
        wanted = KEYS.get((event.key(), bool(event.modifiers() & _SHIFT)), KEYS.get((event.key(), False), ""))
        if event.modifiers() & _OTHERS or not wanted:
            return False
        kind, _colon, what = wanted.partition(":")
        if kind == "transport":
            self.player.press(what)
        elif kind == "nudge":
            self.pixel_edit.nudge(int(what))
        elif kind == "overlay":
            now = "none" if self.state.overlay == OVERLAY_KEYS[what] else OVERLAY_KEYS[what]
            self.propose(_("show over it"), overlay=now)
        elif kind == "tool":
            if self.completion.mask() is not None:
                self.tools.choose_tool(what)
        elif self.state.source == "data" or what == "resample":
            self.completion.ask(what)
        return True

    def hideEvent(self, event: QHideEvent) -> None:
        self.rest()  # nothing plays that nobody sees
        super().hideEvent(event)


def _but_for_position(state: PixelsState) -> tuple[Any, ...]:
    """Fields of a state that the controls show."""
    return tuple(getattr(state, name) for name in SHOWN)
