"""Editing of one drawn pixel; what follows it is redrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from genstudio.core.messages import _

if TYPE_CHECKING:
    from genstudio.panes.pixels.state import PixelsState
    from genstudio.studio.pane_view.player import Player
    from genstudio.studio.pane_view.undo_merging import UndoMerging
    from genstudio.studio.panes.pixels.canvas import PixelCanvas
    from genstudio.studio.panes.pixels.level_editor import LevelEditor
    from genstudio.studio.panes.pixels.shown_drawing import Pixel, ShownDrawing
    from genstudio.studio.plots.distribution_plot import DistributionView
    from genstudio.viewing.blobs import Blobs

MANY = 64  # levels from which one step is a sixteenth of the scale


class PixelEdit(QObject):
    """``selected``: the pixel (row, column) of the enlarged image that ``editor`` shows; another image has none."""

    def __init__(
        self,
        drawing: ShownDrawing,
        player: Player,
        merging: UndoMerging,
        canvas: PixelCanvas,
        distribution: DistributionView,
        editor: LevelEditor,
    ) -> None:
        super().__init__(canvas)
        self._drawing, self._player, self._merging = drawing, player, merging
        self._canvas, self._editor = canvas, editor
        self._blobs: Blobs | None = None
        self.selected: Pixel | None = None
        canvas.clicked.connect(self._clicked)
        canvas.wheeled.connect(self.nudge)
        distribution.picked.connect(self._level_picked)
        editor.changed.connect(self._levels_chosen)
        editor.reverted.connect(self._revert)
        editor.drag_started.connect(player.start_drag)
        editor.drag_ended.connect(merging.end)

    def set_blobs(self, blobs: Blobs) -> None:
        """Set where the levels before an edit are stored."""
        self._blobs = blobs

    def follow(self, state: PixelsState) -> None:
        """Deselect the pixel if ``state``, which is to be shown next, enlarges another image."""
        if not self._drawing.same_image(state):
            self.selected = None

    def refresh(self) -> None:
        """Mark the selected pixel and those that were changed, and put the selected one into the editor."""
        drawing, state = self._drawing, self._drawing.state
        edited = tuple((y, x) for image, y, x, _levels in state.edits if image == state.enlarged)
        if self.selected is not None and not drawing.is_reached(self.selected):
            self.selected = None
        self._canvas.show_marks(self.selected, edited)
        if self.selected is None:
            self._editor.show_pixel(None)
        elif drawing.is_drawn(self.selected):  # otherwise what follows an edit is being drawn again
            levels = drawing.levels_at(self.selected)
            self._editor.show_pixel(self.selected, levels, drawing.levels, edited=self.selected in edited)

    @Slot(int)
    def nudge(self, by: int) -> None:
        """Make the selected pixel, else the one drawn last, so many levels brighter."""
        drawing = self._drawing
        pixel = self.selected or drawing.pixel
        if pixel is None or not drawing.is_drawn(pixel):
            return
        last, before = drawing.levels - 1, drawing.levels_at(pixel)
        size = last // 16 if last >= MANY else 1
        levels = tuple(min(max(level + by * size, 0), last) for level in before)
        if levels != before:
            self._edit(pixel, levels, step=True)

    def _edit(self, pixel: Pixel, levels: tuple[int, ...], *, step: bool = False) -> None:
        changed = self._changed(pixel, levels)
        if changed != self._drawing.state:
            (self._merging.step if step else self._merging.command)(_("what if"), changed)

    def _changed(self, pixel: Pixel, levels: tuple[int, ...]) -> PixelsState:
        state, before = self._drawing.state, self._drawing.drawn_before(pixel)
        blob = self._blobs.put_array(before) if self._blobs is not None and before is not None else None
        return state.edited(state.enlarged % state.n, *pixel, levels, blob)

    @Slot(int, int)
    def _clicked(self, row: int, column: int) -> None:
        """Select a drawn pixel (black and white ones change at once), or draw up to one that is not."""
        drawing, pixel = self._drawing, (row, column)
        if drawing.content is None:
            return
        if not drawing.is_drawn(pixel):
            self._player.go_to(drawing.end_of(pixel))
            self._merging.end_steps()
            return
        self.selected = pixel
        if drawing.levels == 2 and drawing.channels == 1:
            self._edit(pixel, (1 - drawing.levels_at(pixel)[0],))
        self.refresh()

    @Slot(int)
    def _level_picked(self, level: int) -> None:
        """Change the sub-pixel whose distribution is shown to another level."""
        pixel = self._drawing.pixel
        if pixel is not None:
            levels = list(self._drawing.levels_at(pixel))
            levels[int(self._drawing.values["position_yxc"][2])] = level
            self._edit(pixel, tuple(levels))

    @Slot(tuple)
    def _levels_chosen(self, levels: tuple[int, ...]) -> None:
        if self.selected is not None:
            self._merging.extend(_("what if"), self._changed(self.selected, levels))

    @Slot()
    def _revert(self) -> None:
        if self.selected is not None:
            state = self._drawing.state
            self._merging.command(_("as drawn"), state.as_drawn(state.enlarged % state.n, *self.selected))
