"""Rendering of the panes in sight: states go to the render thread, contents come back into their views.

PaneStates.changed -> submit_changed -> RenderThread -> ready -> PaneView.show_rendered
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from genstudio.core.messages import _
from genstudio.studio.pane_area.availability import unavailable_page
from genstudio.studio.pane_area.placeholder import placeholder_text
from genstudio.studio.pane_area.weight_refresh import WeightRefresh
from genstudio.studio.pane_view.computing import Computing
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.threads.loaded_models import run_in_front
from genstudio.studio.threads.rendering import Rendered

if TYPE_CHECKING:
    from genstudio.studio.pane_area.availability import Availability
    from genstudio.studio.pane_area.pane_layout import PaneLayout
    from genstudio.studio.pane_area.pane_states import PaneStates
    from genstudio.studio.pane_area.undo import States
    from genstudio.studio.session.session import Session
    from genstudio.studio.threads.render_thread import RenderThread


class PaneRendering(QObject):
    """Decides for each pane in sight whether it is rendered, and from which weights, or which words are shown instead.

    ``shown`` carries the name of a pane with another content on screen.
    """

    shown = Signal(str)

    def __init__(
        self,
        session: Session,
        renderer: RenderThread,
        states: PaneStates,
        pane_layout: PaneLayout,
        availability: Availability,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._renderer, self._states = session, renderer, states
        self._layout, self._availability = pane_layout, availability
        self.computing = Computing(renderer, pane_layout.views, self)
        self.weight_refresh = WeightRefresh(session, self._views_of_the_latest, self)
        renderer.ready.connect(self._ready)
        states.changed.connect(self.submit_changed)
        self.weight_refresh.render_requested.connect(self._render_again)
        self.computing.requested.connect(self._render_again)
        session.waits.connect(self._waits_changed)

    def add_view(self, view: PaneView) -> None:
        """Render this view when its size, what it plays or its buttons ask for it."""
        view.resized.connect(self._resized)
        view.played.connect(self._played)
        self.computing.add_view(view)

    def discard(self, name: str) -> None:
        """Another run is in front: nothing of the one before is made or known of pane ``name`` any more."""
        self._renderer.discard(name)
        self.computing.discard(name)
        self.weight_refresh.discard(name)

    def stop(self) -> None:
        """End the timers and the thread."""
        self.weight_refresh.stop()
        self.computing.stop()
        self._renderer.blockSignals(True)
        self._renderer.stop()

    @Slot(object, bool)
    def submit_changed(self, states: States, raise_it: bool) -> None:
        """Render the panes in sight whose states were changed, by an edit or by undo."""
        for name in self._layout.in_sight():
            if name in states:
                self.computing.stopped.discard(name)
                # An edit of a slow content continues with the weights that it has.
                self._submit(name, newest=self._layout.views[name].restarts)

    @Slot()
    def submit_all(self) -> None:
        """Render all panes in sight with the newest weights, or say why there is nothing to render."""
        for name in self._layout.in_sight():
            self._submit(name)

    def _submit(self, name: str, *, newest: bool = True) -> None:
        view = self._layout.views.get(name)
        if view is None or not view.isVisible():
            return
        state = self._states.values[name]
        if (reason := self._availability.of(name)) is not None:
            view.refuse(unavailable_page(view.pane, reason))
        elif not self._has_weights():
            view.show_message(placeholder_text(self._session))
        elif self._session.runs.opening_data and view.rendered is None and state.needs_images:
            view.show_message(_("Opening the images of this run, which this pane needs."))
        elif name not in self.computing.stopped:  # until the user changes something in this pane
            self._renderer.submit(name, view.resolved(state), newest=newest)
            self.computing.begun(name)

    @Slot(str)
    def _ready(self, name: str) -> None:
        if name not in self._states.values:  # no pane's content: an answer to another question
            return
        made, view = self._renderer.result(name), self._layout.views.get(name)
        if not isinstance(made, Rendered) or view is None or self._availability.of(name) is not None:
            return
        if made.run != run_in_front(self._session):  # of a run that was left meanwhile
            return
        if made.waiting or not self._has_weights():
            view.show_message(placeholder_text(self._session))
            return
        view.show_rendered(made)
        if made.final:
            self.computing.shown(name)
        self.weight_refresh.shown(name, made)
        self.shown.emit(name)

    def _has_weights(self) -> bool:
        return self._session.latest_snapshot() is not None or bool(self._session.checkpoint_steps())

    def _views_of_the_latest(self) -> list[PaneView]:
        names = [name for name in self._layout.in_sight() if name not in self.computing.stopped]
        return [self._layout.views[name] for name in names if self._states.values[name].at == "latest"]

    @Slot(str)
    def _render_again(self, name: str) -> None:
        self._submit(name)

    @Slot()
    def _waits_changed(self) -> None:
        if not self._has_weights():
            self.submit_all()

    @Slot()
    def _resized(self) -> None:
        view = self.sender()
        if isinstance(view, PaneView) and view.rendered is not None:
            self._submit(view.pane.name, newest=not view.pane.slow)

    @Slot()
    def _played(self) -> None:
        view = self.sender()
        if isinstance(view, PaneView):
            self._submit(view.pane.name, newest=False)  # newer weights come when they are due
