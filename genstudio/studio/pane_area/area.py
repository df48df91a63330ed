"""Right side of the window: the run's header, the list of panes, one or two panes, the inspector of the active one.

    PaneView.proposed -> PaneStates -> undo stack -> PaneStates.changed -> PaneRendering -> render thread -> PaneView

Makes the parts and connects them. Each is a file here:

    pane_states.py, undo.py     states of the panes; what undo does
    pane_layout.py              which panes are in sight, side by side or in windows
    rendering.py                which panes are rendered, and their contents shown
    weight_refresh.py           when panes take newer weights
    availability.py             panes that the open model can't serve
    header.py                   the run, and a slider through its checkpoints
    send_code.py                a picked z, from one pane to others
    exporting.py                files written from a pane
    session_state.py            what is remembered until the next start
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QUndoStack
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from genstudio.core.messages import _
from genstudio.core.paths import home_dir
from genstudio.studio.pane_area.availability import Availability
from genstudio.studio.pane_area.exporting import Exporter, ExportLine
from genstudio.studio.pane_area.header import Header, HeaderController
from genstudio.studio.pane_area.pane_layout import PaneLayout
from genstudio.studio.pane_area.pane_list import PaneList
from genstudio.studio.pane_area.pane_states import PaneStates, Subject
from genstudio.studio.pane_area.rendering import PaneRendering
from genstudio.studio.pane_area.send_code import CodeSender
from genstudio.studio.pane_area.session_state import SessionState, recall, remember
from genstudio.studio.pane_area.smooth_pixels import SmoothPixels
from genstudio.studio.pane_area.undo import States
from genstudio.studio.pane_view.direction_store import DirectionStore
from genstudio.studio.pane_view.registry import make_view
from genstudio.studio.pane_view.services import PaneServices
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.threads.jobs import Jobs
from genstudio.studio.threads.loaded_models import run_in_front
from genstudio.studio.threads.render_thread import RenderThread
from genstudio.studio.widgets.notice import ErrorNotice
from genstudio.viewing.blobs import Blobs
from genstudio.viewing.pane import Pane, panes
from genstudio.viewing.pane_state import PaneState

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent, QUndoCommand

    from genstudio.studio.pane_area.detached_window import PaneWindow
    from genstudio.studio.session.session import Session
    from genstudio.studio.settings import Settings


class _Trains:
    """Query whether a session trains, on any thread; a class, since a closure would keep the window alive."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self) -> bool:
        return self._session.state == "training"


class PaneArea(QWidget):
    """Everything to the right. ``shutdown()`` ends its threads; after it nothing is heard from here."""

    def __init__(
        self, session: Session, undo_stack: QUndoStack, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setMinimumWidth(560)
        self.session, self.undo_stack, self.settings = session, undo_stack, settings
        self.panes: dict[str, Pane] = dict(panes.items())
        self.blobs = Blobs(home_dir() / "session" / "blobs")
        stored = recall(settings, self.panes)
        self._shared: dict[str, Any] = {}  # by pane: what its views share and what outlives them
        self._run = ""  # the run in front: only what belongs to it is shown
        self.renderer = RenderThread(session, self.blobs, self)
        self.exporter = Exporter(session, self.blobs, self)
        self.jobs = Jobs(_Trains(session), self)
        self.pane_states = PaneStates(stored.states, undo_stack, self, stored.subject)
        self.availability = Availability(session, self.renderer, self)
        self.found_directions = DirectionStore(session, self.blobs, undo_stack, self)
        self.pane_layout = PaneLayout(self.panes, stored.slots, self._make_view, self._can_serve, self)
        self.smooth_pixels = SmoothPixels(stored.smooth, self.views, undo_stack, self)
        self.codes = CodeSender(self.panes, self.pane_states, self.pane_layout, self.blobs, self)
        self.pane_states.changed.connect(self.pane_layout.show_states)  # before what was changed is rendered
        self.rendering = PaneRendering(
            session, self.renderer, self.pane_states, self.pane_layout, self.availability, self
        )
        self._build()
        self._connect()
        self.pane_layout.arrange()
        self._session_changed()

    # -- for the window and for tests ----------------------------------------------------------------------------

    @property
    def views(self) -> dict[str, PaneView]:
        """The views that were made so far, by pane."""
        return self.pane_layout.views

    @property
    def slots(self) -> list[str]:
        """The panes side by side."""
        return self.pane_layout.slots

    @property
    def windows(self) -> dict[str, PaneWindow]:
        """The panes that have a window of their own."""
        return self.pane_layout.windows

    @property
    def active(self) -> str:
        """The pane whose inspector is shown."""
        return self.pane_layout.active

    @property
    def states(self) -> dict[str, PaneState]:
        """State of each pane."""
        return self.pane_states.values

    def change(self, states: States, text: str) -> None:
        """Change pane states so that it can be undone. During a gesture all changes are one command."""
        self.pane_states.change(states, text)

    def show_pane(self, name: str) -> None:
        """Bring a pane into the slot of the active one, or raise the window that it is in."""
        self.pane_layout.show_pane(name)

    def show_beside(self, name: str) -> None:
        """Show a second pane beside the first."""
        self.pane_layout.show_beside(name)

    def move_to_window(self, name: str) -> None:
        """Give a pane a window of its own; its slot takes another pane."""
        self.pane_layout.move_to_window(name)

    def places(self) -> list[QWidget]:
        """Header, list of panes, panes and inspector, in the order in which they are read."""
        in_slots = self.pane_layout.in_slots()
        return [self.header, self.pane_list, *in_slots, self.inspectors, self.trouble, self.export_line]

    def remember(self) -> None:
        """Put the states into the settings: what ``Settings.save`` writes is the session."""
        slots = self.slots if self.pane_layout.chosen else []
        subject = self.pane_states.subject
        remember(self.settings, SessionState(self.states, slots, self.smooth_pixels.smooth, subject))

    def shutdown(self) -> None:
        """Remember what is shown and stop the threads. Safe to call twice."""
        self.remember()
        self.pane_layout.close_windows()
        self.exporter.stop()
        self.jobs.shutdown()
        self.rendering.stop()

    # -- the session ---------------------------------------------------------------------------------------------

    @Slot()
    def _session_changed(self) -> None:
        self._header_controller.show_run()
        if (run := run_in_front(self.session)) != self._run:
            self._follow(run)
        self.availability.query()
        self._suggest()
        self._header_controller.show_places()
        self.rendering.weight_refresh.follow_session()
        self.rendering.submit_all()

    def _follow(self, run: str) -> None:
        """Another run is in front, or none: forget all of the one before."""
        self._run = run
        for notice in (self.trouble, *(view.trouble for view in self.views.values())):
            notice.clear()
        if run:
            self.pane_states.follow(Subject.of(run, self.session.recipe))
        for name in self.panes:
            self.rendering.discard(name)
        for name, view in list(self.views.items()):
            if view.rendered is not None:
                self.pane_layout.renew(name)
            else:
                view.show_state(self.states[name])
                view.show_message("")

    @Slot()
    def _availability_changed(self) -> None:
        self.pane_list.set_unavailable(self.availability.reasons)
        for view in self.views.values():
            view.accept()
        self._suggest()
        self.rendering.submit_all()

    def _suggest(self) -> None:
        self.pane_layout.suggest(self._run, self.availability.spec)

    # -- the parts -----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.header = Header(self)
        self.pane_list = PaneList(self.panes, self)
        self.inspectors = self.pane_layout.inspectors
        self.export_line = ExportLine(self.exporter, self)
        self.trouble = ErrorNotice(self)
        self.trouble.heed(self)
        card = QFrame(self)
        card.setObjectName("card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(12, 12, 12, 8)
        inside.setSpacing(6)
        across = QHBoxLayout()
        across.setSpacing(12)
        across.addWidget(self.pane_list)
        across.addWidget(self.pane_layout, 1)
        inside.addLayout(across, 1)
        inside.addWidget(self.trouble)
        inside.addWidget(self.export_line)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.header)
        column.addWidget(card, 1)
        self.undo_action = self.undo_stack.createUndoAction(self, _("Undo"))
        self.undo_action.setShortcut(QKeySequence.StandardKey.Undo)
        self.redo_action = self.undo_stack.createRedoAction(self, _("Redo"))
        self.redo_action.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
        self.addActions([self.undo_action, self.redo_action])

    def _connect(self) -> None:
        self._header_controller = HeaderController(
            self.header, self.session, self.pane_states, self.pane_layout, self.rendering, self
        )
        self.exporter.began.connect(self.trouble.clear)
        self.exporter.failed.connect(self.trouble.show_text)
        self.codes.refused.connect(self.trouble.show_text)
        self.pane_list.chosen.connect(self.pane_layout.show_pane)
        self.pane_states.dragging.connect(self.jobs.rest)
        self.pane_layout.edited.connect(self.trouble.clear)
        self.pane_layout.arranged.connect(self._arranged)
        self.pane_layout.activated.connect(self._mark_active)
        self.availability.changed.connect(self._availability_changed)
        # Queued: after the views have asked for what they show with the weights that they have.
        self.found_directions.renewed.connect(self.rendering.submit_all, Qt.ConnectionType.QueuedConnection)
        self.session.changed.connect(self._session_changed)

    def _can_serve(self, name: str) -> bool:
        return self.availability.of(name) is None

    def _make_view(self, name: str) -> PaneView:
        view = make_view(self.panes[name], self.states[name])
        view.set_services(self.blobs, self.session.background, self.found_directions)
        if name not in self._shared:
            self._shared[name] = view.make_shared(self._services())
        view.set_shared(self._shared[name])
        view.commanded.connect(self._commanded)
        for part in (self.pane_layout, self.pane_states, self.rendering, self.smooth_pixels, self.exporter, self.codes):
            part.add_view(view)
        return view

    def _services(self) -> PaneServices:
        show_pane, show_error = self.pane_layout.show_pane, self.trouble.show_text
        return PaneServices(
            self, self.session, self.jobs, self.blobs, self.pane_states, self.views, show_pane, show_error
        )

    @Slot(object)
    def _commanded(self, command: QUndoCommand) -> None:
        self.undo_stack.push(command)

    @Slot()
    def _arranged(self) -> None:
        self.renderer.keep_only(self.pane_layout.in_sight())
        self._mark_active()
        self.rendering.submit_all()

    @Slot()
    def _mark_active(self) -> None:
        self.pane_list.set_active(self.active, {*self.slots, *self.windows} - {self.active})

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.rendering.submit_all()
