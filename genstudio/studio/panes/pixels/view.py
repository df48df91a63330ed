"""Qt view of the pane Pixel by pixel: play, scrub, change a pixel, erase and inpaint, and see what each was drawn from."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from genstudio.core.messages import Message, _, translate
from genstudio.panes.pixels.state import PixelsState
from genstudio.studio.pane_view.pane_line import milliseconds_text
from genstudio.studio.pane_view.player import FRAME_MS, Player
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.panes.pixels.controls import PixelsControls
from genstudio.studio.panes.pixels.inpainting import Inpainting
from genstudio.studio.panes.pixels.keys import action_of
from genstudio.studio.panes.pixels.layout import PixelLayout, Sheet
from genstudio.studio.panes.pixels.pixel_edit import PixelEdit
from genstudio.studio.panes.pixels.shown_drawing import ShownDrawing
from genstudio.studio.panes.pixels.transport import DrawingTransport
from genstudio.studio.widgets.controls import restyle

if TYPE_CHECKING:
    from genstudio.studio.forms.pane_controls import PaneControls
    from genstudio.studio.pane_view.direction_store import DirectionStore
    from genstudio.studio.pane_view.undo_merging import UndoMerging
    from genstudio.studio.threads.background import Background
    from genstudio.studio.threads.rendering import Rendered
    from genstudio.viewing.blobs import Blobs
    from genstudio.viewing.content import Content
    from genstudio.viewing.pane import Pane
    from genstudio.viewing.pane_state import PaneState

TEXT_SECONDS = 0.12  # while it plays, text changes no faster than eyes follow; pictures do at every frame
RATE_SECONDS = 0.5  # over which the speed of drawing is measured
SHEET_EVERY = 2  # while it plays, all the images follow at every second frame
SHOWN = tuple(info.name for info in PixelsState.controls() if info.name != "position")


@pane_view("pixels")
class PixelsView(PaneView):
    """``drawing`` is what is shown; ``player`` plays it, ``pixel_edit`` edits it, ``inpainting`` sets what is given."""

    state: PixelsState
    merging: UndoMerging
    has_codes = False
    opens_images = True

    def __init__(self, pane: Pane, state: PaneState, parent: QWidget | None = None) -> None:
        assert isinstance(state, PixelsState)
        self.drawing = ShownDrawing(state)
        self._postponed: Rendered | None = None
        self._frames = 0
        self._text_shown_at = 0.0  # time.perf_counter when text changed last
        self._rate = (0.0, 0)  # when the speed was measured last, and how far the drawing had come
        super().__init__(pane, state, parent)
        self.inspector.detail.setObjectName("message")
        self.inspector.detail.setProperty("level", "bad")
        self.inspector.hide_cell()  # the pane itself enlarges one image: the controls have the room

    # -- laid out ------------------------------------------------------------------------------------------------

    def make_grid(self) -> Sheet:
        return Sheet(self)

    def make_pictures(self) -> QWidget:
        pictures = QWidget(self)
        column = QVBoxLayout(pictures)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        assert isinstance(self.grid, Sheet)
        self.stage = PixelLayout(self.grid, pictures)
        self.transport = DrawingTransport(pictures)
        self.transport.hide()
        column.addWidget(self.stage, 1)
        column.addWidget(self.transport)
        return pictures

    def make_controls(self) -> PaneControls:
        self.tools = PixelsControls()
        return self.tools

    def _connect(self) -> None:
        super()._connect()
        self._frame_pause = QTimer(self)  # half-made contents are shown once a frame at most
        self._frame_pause.setSingleShot(True)
        self._frame_pause.setInterval(FRAME_MS)
        self._frame_pause.timeout.connect(self._show_postponed)
        self.merging = self.make_undo_merging(self._is_playing)
        self.player = Player(self.drawing, self.transport, self.merging)
        canvas, distribution = self.stage.canvas, self.stage.distribution
        self.offer_saving(distribution, "curves")
        self.pixel_edit = PixelEdit(self.drawing, self.player, self.merging, canvas, distribution, self.tools.editor)
        self.inpainting = Inpainting(self.drawing, self.merging, canvas, self.tools, self.image_drop)
        self.transport.show_speed(self.drawing.speed)
        self.transport.speed_chosen.connect(self.choose_speed)
        self.player.clock.started.connect(self._started)
        self.player.stopped.connect(self._stopped)

    def set_services(self, blobs: Blobs, background: Background, found: DirectionStore | None = None) -> None:
        super().set_services(blobs, background, found)
        self.pixel_edit.set_blobs(blobs)
        self.inpainting.set_blobs(blobs)

    # -- what is shown -------------------------------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        return not (self.player.playing or self.merging.stepping or self.transport.position.isSliderDown())

    @property
    def restarts(self) -> bool:
        return self.state.position == 0

    @property
    def film(self) -> dict[str, Any]:
        return {"speed": self.drawing.speed}

    def show_state(self, state: PaneState) -> None:
        assert isinstance(state, PixelsState)
        if self.merging.last is not state:
            self.player.stop()  # a state from elsewhere, such as undo
        self.pixel_edit.follow(state)
        if (
            _all_but_position(state) != _all_but_position(self.state)
            or state.temperature_schedule
            or self.drawing.content is None
        ):
            super().show_state(state)
        self.state = self.drawing.state = state
        self._show_marks()

    def show_rendered(self, rendered: Rendered) -> None:
        if rendered.content is not None and not rendered.final and self._plays_field_by_field:
            return
        if rendered.content is not None and not rendered.final and self._frame_pause.isActive():
            self._postponed = rendered
            return
        self._postponed = None
        self.rendered = rendered
        if rendered.content is None:
            self.player.stop()
            if self.drawing.content is not None:
                self._show_line(translate(rendered.error), bad=True)  # what was drawn stays, to be put right from there
            else:
                self.show_message(rendered.error)
            return
        self._frame_pause.start()
        self._show_content(rendered, rendered.content)

    @property
    def _plays_field_by_field(self) -> bool:
        """True if a play shows the field of each pixel: then the next pixel is drawn when that is on screen, and nothing
        is shown without it, which would flicker. At the highest speed the field is shown at the end."""
        return self.state.overlay == "field" and self.player.playing and not math.isinf(self.drawing.speed)

    def show_message(self, text: Message | str) -> None:
        self.player.stop()
        self.drawing.show(None)
        self.pixel_edit.selected = None
        self.stage.show_sheet(None, 0)
        self.transport.hide()
        super().show_message(text)
        self.tools.editor.show_pixel(None)

    def _show_content(self, rendered: Rendered, content: Content) -> None:
        assert isinstance(rendered.state, PixelsState)
        drawing, first = self.drawing, self.drawing.content is None
        drawing.show(content, rendered.state)
        self.tools.show_conditions(rendered.conditions)
        self.stage.canvas.show_pixels(content.pictures[2].pixels, drawing.pixel)
        self._frames += 1
        if self._frames % SHEET_EVERY == 0 or rendered.final or not self.player.playing:
            self.stage.show_sheet(content.pictures[0], self.state.enlarged % len(content.pictures[0]))
        self.stage.distribution.show_distribution(drawing.distribution())
        self.legend.show_legend(drawing.legend())
        self.transport.show_place(drawing.drawn, drawing.end, drawing.channels)
        if first:
            self.transport.show()
            self.stage.canvas.setFocus()
        now = time.perf_counter()
        if not self.player.playing or now - self._text_shown_at >= TEXT_SECONDS:
            self._text_shown_at = now
            self._show_text(rendered, content)
        self._show_marks()

    def _show_text(self, rendered: Rendered, content: Content) -> None:
        drawing = self.drawing
        self.stage.show_text(drawing.facts(), drawing.entropy())
        if not self.player.playing:
            self.stage.canvas.describe(drawing.description())
        self.transport.show_position(drawing.drawn, drawing.position, drawing.end, drawing.channels)
        self._measure_speed()
        self._show_line(translate(content.caption))
        self.time.setText(milliseconds_text(rendered.milliseconds))

    @Slot()
    def _show_postponed(self) -> None:
        if self._postponed is not None:
            self.show_rendered(self._postponed)

    def _show_marks(self) -> None:
        self.pixel_edit.refresh()
        self.stage.canvas.show_mask(self.inpainting.mask())

    def _show_line(self, text: str, bad: bool = False) -> None:
        self.caption.setText(text)
        level = "bad" if bad else ""
        if self.caption.property("level") != level:
            self.caption.setObjectName("message" if bad else "fact")
            self.caption.setProperty("level", level)
            restyle(self.caption)
        # What went wrong, and what to do, in full: the line has room for half of it.
        self.inspector.detail.setVisible(bad)
        if bad:
            self.inspector.detail.setText(text)

    def _show_pointed(self) -> None:
        """The inspector has no picture here."""

    def _picked(self, row: int, column: int) -> None:
        index = row * (self.grid.picture.columns if self.grid.picture else 1) + column
        if index != self.state.enlarged:
            self.propose(_("another image"), enlarged=index)

    def describe_cell(self, row: int, column: int) -> str:
        index = row * (self.grid.picture.columns if self.grid.picture else 1) + column
        text = _("Image {k}", k=index + 1)
        return _("{text}, enlarged", text=text) if index == self.state.enlarged else text

    # -- played --------------------------------------------------------------------------------------------------

    @Slot(float)
    def choose_speed(self, speed: float) -> None:
        """Set the speed in pixels a second; inf is as fast as it goes."""
        drawing = self.drawing
        drawing.speed = speed
        if self.player.playing and not math.isinf(speed) and drawing.drawn < drawing.position:
            # It was going as fast as it could: from here on it goes at this speed.
            self.merging.extend(_("play"), drawing.state_at(drawing.drawn))
            drawing.rebase()
        self.transport.show_speed(speed)

    def _measure_speed(self) -> None:
        """Show from time to time how fast the drawing really is."""
        since, drawn = self._rate
        now = time.perf_counter()
        if self.player.playing and now - since >= RATE_SECONDS:
            pixels = (self.drawing.drawn - drawn) / self.drawing.channels
            self.transport.show_speed(self.drawing.speed, pixels / (now - since))
            self._rate = (now, self.drawing.drawn)

    @Slot()
    def _started(self) -> None:
        self._rate = (time.perf_counter(), self.drawing.drawn)

    @Slot()
    def _stopped(self) -> None:
        self.transport.show_speed(self.drawing.speed)
        if self.rendered is not None and self.drawing.content is not None:
            self._show_text(self.rendered, self.drawing.content)

    def pause(self) -> None:
        self.merging.end_steps()
        self.player.pause()

    def _is_playing(self) -> bool:
        return self.player.playing

    # -- edited --------------------------------------------------------------------------------------------------

    def propose(self, text: str = "", **fields: Any) -> None:
        self.merging.command(text, self.state.with_fields(**fields))

    @Slot(str, object)
    def _edited(self, name: str, value: Any) -> None:
        if name == "temperature":
            changed = self.state.with_temperature(value, self.drawing.end, self.drawing.next_pixel)
        else:
            changed = self.state.with_fields(**{name: value})
        if changed != self.state:
            text = translate(next(info.title for info in self.pane.state.controls() if info.name == name))
            self.merging.command(text, changed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Only keys that the widget with the focus ignores arrive here."""
        if self.showing_help or self.drawing.content is None or not self._act(*action_of(event)):
            super().keyPressEvent(event)

    def _act(self, kind: str, what: str) -> bool:
        """Perform the action of a key. ``False`` if it has none."""
        if kind == "transport":
            self.player.press(what)
        elif kind == "nudge":
            self.pixel_edit.nudge(int(what))
        elif kind == "overlay":
            self.propose(_("show over it"), overlay="none" if self.state.overlay == what else what)
        elif kind == "tool":
            if self.inpainting.mask() is not None:
                self.tools.choose_tool(what)
        elif kind == "request" and (self.state.source == "data" or what == "resample"):
            self.inpainting.request(what)
        return bool(kind)

    def hideEvent(self, event: QHideEvent) -> None:
        self.pause()  # nothing plays unseen
        super().hideEvent(event)


def _all_but_position(state: PixelsState) -> tuple[Any, ...]:
    """Fields of a state that the controls show."""
    return tuple(getattr(state, name) for name in SHOWN)
