"""Editing of one drawn pixel; what follows it is redrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from genstudio.core.messages import _
from genstudio.panes.pixels.state import OTHER_IMAGES, PixelsState
from genstudio.studio.panes.pixels.shown import current_place

if TYPE_CHECKING:
    from genstudio.studio.panes.pixels.view import PixelsView
    from genstudio.viewing.blobs import Blob

MANY = 64  # levels from which one step is a sixteenth of the scale
Place = tuple[int, int]


class PixelEdit(QObject):
    """``selected`` is the pixel in hand (row, column) of the enlarged image; another image has none."""

    def __init__(self, view: PixelsView) -> None:
        super().__init__(view)
        self._view = view
        self.selected: Place | None = None
        editor, stage = view.tools.editor, view.stage
        stage.canvas.clicked.connect(self._clicked)
        stage.canvas.wheeled.connect(self.nudge)
        stage.distribution.picked.connect(self._level_picked)
        editor.changed.connect(self._levels_chosen)
        editor.taken_back.connect(self._take_back)
        editor.drag_started.connect(view.player.start_drag)
        editor.drag_ended.connect(view.gestures.end)

    def follow(self, state: PixelsState) -> None:
        """The view is about to show ``state``: the pixel in hand stays only if that is the same image."""
        if any(getattr(state, name) != getattr(self._view.state, name) for name in (*OTHER_IMAGES, "enlarged", "n")):
            self.selected = None

    def show(self) -> None:
        """Mark the pixel in hand and those that were changed, and put the one in hand into the editor."""
        view, content = self._view, self._view.content
        state = view.state
        edited = tuple((y, x) for image, y, x, _levels in state.edits if image == state.enlarged)
        if self.selected is not None and not view.is_reached(self.selected):
            self.selected = None
        view.stage.canvas.show_marks(self.selected, edited)
        if content is None or self.selected is None:
            view.tools.editor.show_pixel(None)
            return
        if not view.is_drawn(self.selected):  # what follows an edit is being drawn again
            return
        levels, count = self._levels(self.selected), int(content.values["levels"])
        view.tools.editor.show_pixel(self.selected, levels, count, edited=self.selected in edited)

    @Slot(int)
    def nudge(self, by: int) -> None:
        """The pixel in hand, else the one drawn last, so many levels brighter."""
        content = self._view.content
        if content is None:
            return
        place = self.selected or current_place(content.values)
        if place is None or not self._view.is_drawn(place):
            return
        last = int(content.values["levels"]) - 1
        size = last // 16 if last >= MANY else 1
        levels = tuple(min(max(level + by * size, 0), last) for level in self._levels(place))
        if levels != self._levels(place):
            self._edit(place, levels, step=True)

    def _levels(self, place: Place) -> tuple[int, ...]:
        assert self._view.content is not None
        return tuple(map(int, self._view.content.values["large"][place]))

    def _edit(self, place: Place, levels: tuple[int, ...], *, step: bool = False) -> None:
        changed = self._changed(place, levels)
        if changed != self._view.state:
            (self._view.gestures.step if step else self._view.gestures.act)(_("what if"), changed)

    def _changed(self, place: Place, levels: tuple[int, ...]) -> PixelsState:
        state = self._view.state
        return state.edited(state.enlarged % state.n, *place, levels, self._drawn_before(place))

    def _drawn_before(self, place: Place) -> Blob | None:
        """Levels on screen of the enlarged image before ``place``; ``None`` while that is another image still."""
        view = self._view
        shown = view.rendered.state if view.rendered is not None else None
        if view.blobs is None or view.content is None or not isinstance(shown, PixelsState):
            return None
        if any(getattr(shown, name) != getattr(view.state, name) for name in (*OTHER_IMAGES, "enlarged", "n")):
            return None
        levels = view.content.values["large"].copy()
        levels.reshape(-1, levels.shape[-1])[place[0] * view.columns + place[1] :] = 0
        return view.blobs.put_array(levels)

    @Slot(int, int)
    def _clicked(self, row: int, column: int) -> None:
        """A drawn pixel is taken in hand (black turns white and back at once); one that is not is drawn up to."""
        view, place = self._view, (row, column)
        if view.content is None:
            return
        if not view.is_drawn(place):
            view.player.go_to((row * view.columns + column + 1) * view.clock.channels, _("scrub"))
            view.gestures.end_steps()
            return
        self.selected = place
        if int(view.content.values["levels"]) == 2 and view.clock.channels == 1:
            self._edit(place, (1 - self._levels(place)[0],))
        self.show()

    @Slot(int)
    def _level_picked(self, level: int) -> None:
        """Another level for the sub-pixel whose distribution is shown."""
        content = self._view.content
        place = current_place(content.values) if content is not None else None
        if content is not None and place is not None:
            levels = list(self._levels(place))
            levels[int(content.values["position_yxc"][2])] = level
            self._edit(place, tuple(levels))

    @Slot(tuple)
    def _levels_chosen(self, levels: tuple[int, ...]) -> None:
        if self.selected is not None:
            self._view.gestures.go_on(_("what if"), self._changed(self.selected, levels))

    @Slot()
    def _take_back(self) -> None:
        if self.selected is not None:
            state = self._view.state
            self._view.gestures.act(_("as drawn"), state.as_drawn(state.enlarged % state.n, *self.selected))
