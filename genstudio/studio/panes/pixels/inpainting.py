"""Completion: which image is given, and which part of it is kept, painted with a brush."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from genstudio.core.messages import _
from genstudio.studio.pane_view.own_image import OwnImage
from genstudio.studio.panes.pixels.masks import region

if TYPE_CHECKING:
    import numpy as np

    from genstudio.studio.panes.pixels.view import PixelsView


class Completion(QObject):
    def __init__(self, view: PixelsView) -> None:
        super().__init__(view)
        self._view = view
        self.own_image = OwnImage(view)
        self._mask_of: tuple[Any, ...] = ()
        self._mask: np.ndarray | None = None
        self.own_image.arrived.connect(self._own_arrived)
        view.stage.canvas.stroked.connect(self._stroked)
        view.stage.canvas.left_off.connect(self._lay_brush_down)
        view.tools.tool_chosen.connect(view.stage.canvas.set_tool)
        view.tools.asked.connect(self.ask)

    def mask(self) -> np.ndarray | None:
        """Mask of the given pixels, bool H×W of the images shown; ``None`` where nothing is given."""
        from genstudio.viewing.conditioning import fitted_mask

        view, state = self._view, self._view.state
        if view.content is None or state.source == "none" or (state.source == "own" and state.own is None):
            return None
        size = view.content.values["large"].shape[:2]
        if self._mask_of != (state.mask, *size):
            self._mask_of = (state.mask, *size)
            painted = view.blobs.get_array(state.mask) if state.mask is not None and view.blobs is not None else None
            self._mask = region("top", *size) if painted is None else fitted_mask(painted, *size)
        return self._mask

    @Slot(str)
    def ask(self, what: str) -> None:
        """Handle a button of :class:`PixelsControls`."""
        view = self._view
        if what == "resample":
            view.gestures.act(_("resample"), view.state.resampled())
        elif what in ("previous", "next"):
            index = max(0, view.state.index + (1 if what == "next" else -1))
            if index != view.state.index:
                view.gestures.step(_("image"), view.state.with_fields(index=index))
        elif what == "open":
            self.own_image.choose(view.background)
        elif view.content is not None:
            size = view.content.values["large"].shape[:2]
            self._keep(_("keep a part"), region(what.partition(":")[2], *size))

    def _keep(self, words: str, mask: np.ndarray) -> None:
        if self._view.blobs is not None:
            self._view.propose(words, mask=self._view.blobs.put_array(mask))

    @Slot(object)
    def _stroked(self, mask: np.ndarray) -> None:
        self._keep(_("erase") if self._view.tools.tool == "erase" else _("keep"), mask)

    @Slot()
    def _lay_brush_down(self) -> None:
        self._view.tools.choose_tool("point")

    @Slot(object)
    def _own_arrived(self, pixels: np.ndarray) -> None:
        if self._view.blobs is not None:
            self._view.propose(_("my image"), source="own", own=self._view.blobs.put_array(pixels))
