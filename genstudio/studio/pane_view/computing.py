"""Shows in each pane what is being computed for it, with a way to stop that and begin again."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from genstudio.studio.pane_view.view import PaneView

if TYPE_CHECKING:
    from genstudio.studio.threads.render_thread import RenderThread

DELAY = 0.4  # seconds without a final content before it is shown: faster work never flashes
LOOK_MS = 100


class Computing(QObject):
    """``stopped``: the panes in which the user stopped the work. ``requested(name)``: one is to be computed again."""

    requested = Signal(str)

    def __init__(self, renderer: RenderThread, views: Mapping[str, PaneView], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stopped: set[str] = set()
        self._renderer, self._views = renderer, views
        self._since: dict[str, float] = {}  # on time.monotonic, by pane: since when it waits for a final content
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._show_progress)

    def add_view(self, view: PaneView) -> None:
        """Listen to the buttons of a view."""
        view.stop_requested.connect(self._stop)
        view.compute_requested.connect(self._compute)

    def begun(self, name: str) -> None:
        """A content of pane ``name`` was requested."""
        self.stopped.discard(name)
        self._since.setdefault(name, time.monotonic())
        if not self._timer.isActive():
            self._timer.start()

    def shown(self, name: str) -> None:
        """A final content of pane ``name`` is on screen; another one may be under way already."""
        self._quiet(name)
        if self._renderer.work(name) is not None:
            self._since[name] = time.monotonic()

    def discard(self, name: str) -> None:
        """Nothing is computed for pane ``name`` any more."""
        self.stopped.discard(name)
        self._quiet(name)

    def stop(self) -> None:
        """The end."""
        self._timer.stop()
        self._since.clear()

    def _quiet(self, name: str) -> None:
        if self._since.pop(name, None) is not None and name in self._views:
            self._views[name].hide_computing()

    @Slot()
    def _show_progress(self) -> None:
        now = time.monotonic()
        for name, since in list(self._since.items()):
            work = self._renderer.work(name)
            if work is None or name not in self._views:
                self._quiet(name)
            elif now - since >= DELAY:
                self._views[name].show_computing(work.share)
        if not self._since:
            self._timer.stop()

    @Slot()
    def _stop(self) -> None:
        view = self.sender()
        if isinstance(view, PaneView):
            name = view.pane.name
            self._renderer.cancel(name)
            self._since.pop(name, None)
            self.stopped.add(name)
            view.show_stopped()

    @Slot()
    def _compute(self) -> None:
        view = self.sender()
        if isinstance(view, PaneView):
            self.discard(view.pane.name)
            view.hide_computing()
            self.requested.emit(view.pane.name)
