"""Smooth pixels or crisp ones, in all panes alike, with undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QUndoCommand, QUndoStack

from genstudio.core.messages import _

if TYPE_CHECKING:
    from genstudio.studio.pane_view.view import PaneView


class SmoothPixels(QObject):
    """``smooth``: whether pictures are smoothed when they are enlarged, in ``views`` (by pane)."""

    def __init__(
        self, smooth: bool, views: Mapping[str, PaneView], undo_stack: QUndoStack, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.smooth = smooth
        self._views, self._undo_stack = views, undo_stack

    def add_view(self, view: PaneView) -> None:
        """Follow the switch in the view's inspector."""
        view.inspector.smooth.toggled.connect(self._chosen)
        self._show_in(view)

    @Slot(bool)
    def _chosen(self, smooth: bool) -> None:
        self._undo_stack.push(_SmoothCommand(self._show, smooth))

    def _show(self, smooth: bool) -> None:
        self.smooth = smooth
        for view in self._views.values():
            self._show_in(view)

    def _show_in(self, view: PaneView) -> None:
        switch = view.inspector.smooth
        blocked = switch.blockSignals(True)
        switch.setChecked(self.smooth)
        switch.blockSignals(blocked)
        view.grid.set_smooth(self.smooth)
        view.inspector.view.set_smooth(self.smooth)


class _SmoothCommand(QUndoCommand):
    def __init__(self, show: Callable[[bool], None], smooth: bool) -> None:
        super().__init__(_("smooth pixels") if smooth else _("crisp pixels"))
        self._show, self._smooth = show, smooth

    def redo(self) -> None:
        self._show(self._smooth)

    def undo(self) -> None:
        self._show(not self._smooth)
