"""Inpainting: which image is given, and which part of it is given, painted with a brush."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from genstudio.core.messages import _
from genstudio.studio.panes.pixels.masks import region

if TYPE_CHECKING:
    import numpy as np

    from genstudio.studio.pane_view.image_drop import ImageDrop
    from genstudio.studio.pane_view.undo_merging import UndoMerging
    from genstudio.studio.panes.pixels.canvas import PixelCanvas
    from genstudio.studio.panes.pixels.controls import PixelsControls
    from genstudio.studio.panes.pixels.shown_drawing import ShownDrawing
    from genstudio.viewing.blobs import Blob, Blobs


class Inpainting(QObject):
    def __init__(
        self,
        drawing: ShownDrawing,
        merging: UndoMerging,
        canvas: PixelCanvas,
        tools: PixelsControls,
        image_drop: ImageDrop,
    ) -> None:
        super().__init__(canvas)
        self._drawing, self._merging, self._tools = drawing, merging, tools
        self._image_drop = image_drop
        self._blobs: Blobs | None = None
        self._mask_key: tuple[Any, ...] = ()
        self._mask: np.ndarray | None = None
        image_drop.arrived.connect(self._image_arrived)
        canvas.stroked.connect(self._stroked)
        canvas.escaped.connect(self._put_brush_away)
        tools.tool_chosen.connect(canvas.set_tool)
        tools.requested.connect(self.request)

    def set_blobs(self, blobs: Blobs) -> None:
        """Set where masks are stored."""
        self._blobs = blobs

    def mask(self) -> np.ndarray | None:
        """Mask of the given pixels, bool H×W of the images shown; ``None`` where nothing is given."""
        from genstudio.viewing.conditioning import fitted_mask

        state = self._drawing.state
        if self._drawing.content is None or state.source == "none" or (state.source == "own" and state.own is None):
            return None
        size = self._drawing.size
        if self._mask_key != (state.mask, *size):
            self._mask_key = (state.mask, *size)
            painted = self._blobs.get_array(state.mask) if state.mask is not None and self._blobs is not None else None
            self._mask = region("top", *size) if painted is None else fitted_mask(painted, *size)
        return self._mask

    @Slot(str)
    def request(self, what: str) -> None:
        """Act on a button of :class:`PixelsControls`, or on its key."""
        state = self._drawing.state
        if what == "resample":
            self._merging.command(_("resample"), state.resampled())
        elif what in ("previous", "next"):
            index = max(0, state.index + (1 if what == "next" else -1))
            if index != state.index:
                self._merging.step(_("image"), state.with_fields(index=index))
        elif what == "open":
            self._image_drop.open()
        elif self._drawing.content is not None:
            self._set_mask(_("keep a part"), region(what.partition(":")[2], *self._drawing.size))

    def _set_mask(self, text: str, mask: np.ndarray) -> None:
        if self._blobs is not None:
            self._merging.command(text, self._drawing.state.with_fields(mask=self._blobs.put_array(mask)))

    @Slot(object)
    def _stroked(self, mask: np.ndarray) -> None:
        self._set_mask(_("erase") if self._tools.tool == "erase" else _("keep"), mask)

    @Slot()
    def _put_brush_away(self) -> None:
        self._tools.choose_tool("point")

    @Slot(object)
    def _image_arrived(self, own: Blob) -> None:
        self._merging.command(_("my image"), self._drawing.state.with_fields(source="own", own=own))
