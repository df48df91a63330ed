"""Main window: the run on the left, panes that explore it on the right, the status bar below.

Painted first, filled afterwards: the panes' code arrives between events, torch in the background, once there is a window.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QPaintEvent, QResizeEvent, QUndoStack
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMainWindow, QSizePolicy, QVBoxLayout, QWidget

from genstudio.studio.deferred_imports import DeferredImports, import_lower_layers
from genstudio.studio.session.session import Session
from genstudio.studio.settings import Settings
from genstudio.studio.sidebar.column import LeftColumn
from genstudio.studio.status_bar import StatusBar
from genstudio.studio.tab_order import move_focus
from genstudio.studio.theme import theme
from genstudio.studio.threads.error_text import error_message
from genstudio.studio.threads.event_loop_latency import EventLoopLatency
from genstudio.studio.threads.library import Library

if TYPE_CHECKING:
    from genstudio.core.messages import Message
    from genstudio.studio.pane_area.area import PaneArea

LEFT_WIDE, LEFT_NARROW, WIDE_FROM = 420, 400, 1400
MARGIN = 12


class MainWindow(QMainWindow):
    """One session, one undo stack. ``painted`` once, ``ready`` once everything late has been loaded."""

    painted = Signal()
    ready = Signal()

    def __init__(self, settings: Settings | None = None, *, open_run: str = "", recipe: str = "") -> None:
        super().__init__()
        self.settings = settings or Settings()
        if recipe:
            self.settings.set("recipe", recipe)
        self.session = Session(self)
        self._in_front: object = None  # the run, and whether one is being opened
        self.session.changed.connect(self._hold_painting)  # before any other slot
        self.library = Library(self.session.background, self)
        self.undo_stack = QUndoStack(self)
        self.latency = EventLoopLatency(self)
        self.imports = DeferredImports(self)
        self.imports.arrived.connect(self._imported)
        self.imports.failed.connect(self._import_failed)
        self.panes: PaneArea | None = None
        self.painted_at = 0.0  # time.perf_counter() of the first paint
        self.torch_freeze_ms = 0.0
        run_path = open_run or ("" if recipe else self.settings.get("session.run", ""))
        self._closed = False
        self.setWindowTitle("genstudio")
        self.setMinimumSize(1080, 640)
        self.resize(1440, 900)
        self._build()
        self._restore_geometry()
        self.session.changed.connect(self._name_window)
        if run_path:
            self.session.announce(run_path)

    # -- the order of things after the first paint ---------------------------------------------------------------

    @Slot()
    def _after_paint(self) -> None:
        self.latency.start()
        self.latency.record()
        self.painted.emit()
        self.library.load()
        self.session.background.submit(import_lower_layers, self._lower_layers_imported, self._import_failed)

    @Slot(object)
    def _lower_layers_imported(self, nothing: object) -> None:
        self.imports.start()

    @Slot()
    def _imported(self) -> None:
        from genstudio.studio.pane_area.area import PaneArea

        self.left.curves.make_plot()
        self.panes = PaneArea(self.session, self.undo_stack, self.settings, self.right)
        self.status.jobs.follow(self.panes.jobs)
        self.left.curves.more.pane_requested.connect(self.panes.show_pane)
        self.right_layout.replaceWidget(self.waiting, self.panes)
        self.waiting.hide()
        self.waiting.deleteLater()
        if self.session.opening:  # unless the user chose something else meanwhile
            self.session.open_run(self.session.opening)
        background = self.session.background
        background.submit(import_optimisers, self._all_imported, self._import_failed)
        background.submit(device_text, self.status.set_device)
        background.submit(empty_trash)

    @Slot(object)
    def _all_imported(self, nothing: object) -> None:
        self.torch_freeze_ms = max(self.latency.samples or [0.0])
        self.latency.samples = None
        self.status.set_freeze(self.torch_freeze_ms)
        self.ready.emit()

    @Slot(object)
    def _import_failed(self, error: Exception) -> None:
        self.show_error(error)

    def show_error(self, error: BaseException) -> None:
        """An error becomes a line of text."""
        self.left.controls.show_text(error_message(error), "bad")

    @Slot()
    def _hold_painting(self) -> None:
        """Another run is in front: paint again once every part of the window knows of it, all of it in one frame."""
        run = self.session.run
        in_front = (self.session.opening, str(run.path) if run is not None else "")
        if in_front != self._in_front:
            self._in_front = in_front
            self.setUpdatesEnabled(False)
            QTimer.singleShot(0, self, self._go_on_painting)

    @Slot()
    def _go_on_painting(self) -> None:
        self.setUpdatesEnabled(True)

    # -- looks ---------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        canvas = QWidget(self)
        canvas.setObjectName("canvas")
        outer = QVBoxLayout(canvas)
        outer.setContentsMargins(MARGIN, MARGIN, MARGIN, 4)
        outer.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(MARGIN)
        self.left = LeftColumn(self.session, self.library, self.settings, self.undo_stack, canvas)
        self.left.setFixedWidth(LEFT_WIDE)
        self.left.theme_chosen.connect(self._theme_chosen)
        self.right = QWidget(canvas)
        self.right.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.right_layout = QVBoxLayout(self.right)
        self.right_layout.setContentsMargins(0, 0, 0, 0)
        self.waiting = QFrame(self.right)
        self.waiting.setObjectName("card")
        self.right_layout.addWidget(self.waiting)
        row.addWidget(self.left)
        row.addWidget(self.right, 1)
        outer.addLayout(row, 1)
        self.status = StatusBar(self.latency, self.session, canvas)
        self.status.busy.threads_requested.connect(self._use_threads)
        outer.addWidget(self.status)
        self.setCentralWidget(canvas)
        canvas.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        canvas.setFocus()  # Tab begins at the recipe; no focus ring before it is pressed

    def _restore_geometry(self) -> None:
        stored = self.settings.get("window.geometry", "")
        if stored:
            self.restoreGeometry(QByteArray.fromBase64(QByteArray(stored.encode())))

    @Slot()
    def _name_window(self) -> None:
        run = self.session.run
        name = run.name if run is not None else self.session.opening_name
        self.setWindowTitle(f"{name} - genstudio" if name else "genstudio")

    @Slot(int)
    def _use_threads(self, count: int) -> None:
        self.left.change_live({"plan.threads": count})

    @Slot(str)
    def _theme_chosen(self, choice: str) -> None:
        self.settings.set("theme", choice)
        theme().choose(choice)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab and Shift+Tab, in the order in which the window is read."""
        places = self.left.places() + (self.panes.places() if self.panes is not None else [])
        return move_focus(places, forward) or super().focusNextPrevChild(forward)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.left.setFixedWidth(LEFT_WIDE if self.width() >= WIDE_FROM else LEFT_NARROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.painted_at:
            self.painted_at = time.perf_counter()
            QTimer.singleShot(0, self, self._after_paint)

    # -- the end -------------------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Asks nothing, loses nothing: hides at once, saves, stops, waits."""
        self.hide()
        self.shutdown()
        event.accept()

    def shutdown(self) -> None:
        """Stop everything and remember what was. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self.settings.set("window.geometry", bytes(self.saveGeometry().toBase64().data()).decode())
        self.latency.stop()
        self.imports.stop()
        self.left.curves.shutdown()
        self.left.undo.shutdown()
        if self.panes is not None:
            self.panes.shutdown()
        self.session.shutdown()
        self.settings.save()


def import_optimisers() -> None:
    """Import torch's compiler, on the background thread: the first optimiser needs it, and it takes over a second."""
    import torch._dynamo  # noqa: F401


def device_text() -> Message:
    """Name of the device that training will use. On the background thread."""
    from genstudio.core.device import choose_device, describe_device

    return describe_device(choose_device())


def empty_trash() -> None:
    """Delete what was discarded two weeks ago. On the background thread."""
    from genstudio.studio.session.trash import empty_old

    empty_old()
