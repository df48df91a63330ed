"""The right side of the window: the run's header, the rail, one or two panes, the inspector of the one in hand.

    a hand -> view.proposed(state) -> StateCommand on the undo stack -> states -> render thread -> view.show_rendered

States live here, one a pane, as values: undo puts one back, a session is the states on disk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QKeySequence, QUndoStack
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from genstudio.core.messages import _, translate
from genstudio.core.paths import home_dir
from genstudio.explore.base import Pane, PaneState, panes
from genstudio.explore.blobs import Blobs
from genstudio.studio.panes.codes import Codes
from genstudio.studio.panes.dresses import make_view
from genstudio.studio.panes.exporting import Exporter, ExportLine
from genstudio.studio.panes.header import At, Header
from genstudio.studio.panes.inspector import WIDTH
from genstudio.studio.panes.newer_weights import NewerWeights
from genstudio.studio.panes.pane_states import PaneStates
from genstudio.studio.panes.refusals import Refusals
from genstudio.studio.panes.remembered import Remembered, recall, remember
from genstudio.studio.panes.undo import SmoothCommand, States
from genstudio.studio.panes.view import PaneView
from genstudio.studio.panes.what_to_do import doing, what_to_do
from genstudio.studio.panes.window import PaneWindow
from genstudio.studio.widgets.rail import Rail
from genstudio.studio.workers.render_thread import Rendered, RenderThread

if TYPE_CHECKING:
    import numpy as np
    from PySide6.QtGui import QShowEvent

    from genstudio.studio.settings import Settings
    from genstudio.studio.workers.session import Session


class PaneArea(QWidget):
    """Everything to the right. ``shutdown()`` ends its threads; after it nothing is heard from here."""

    z_sent = Signal(object)  # a code, float32 latent_dim, that a person picked

    def __init__(
        self, session: Session, undo_stack: QUndoStack, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setMinimumWidth(560)
        self.session, self.undo_stack, self.settings = session, undo_stack, settings
        self.panes: dict[str, Pane] = dict(panes.items())
        self.blobs = Blobs(home_dir() / "session" / "blobs")
        self.renderer = RenderThread(session, self.blobs, self)
        self.exporter = Exporter(self.blobs, self)
        self.views: dict[str, PaneView] = {}
        self.windows: dict[str, PaneWindow] = {}
        kept = recall(settings, self.panes)
        self.slots, self.smooth = kept.slots, kept.smooth
        self.active = self.slots[0]
        self.pane_states = PaneStates(kept.states, undo_stack, self)
        self.refusals = Refusals(session, self.renderer, self)
        self.codes = Codes(self.panes, self)
        self.newer_weights = NewerWeights(session, self._views_of_the_latest, self)
        self._run: object = None
        self._build()
        self._connect()
        self._arrange()
        self._session_changed()

    # -- what others may call ------------------------------------------------------------------------------------

    def show_pane(self, name: str) -> None:
        """Bring a pane into the slot of the one in hand, or raise the window that it is in."""
        if name in self.windows:
            self.windows[name].raise_()
            self.windows[name].activateWindow()
            self._activate(name)
            return
        if name not in self.slots:
            self.slots[self.slots.index(self.active) if self.active in self.slots else 0] = name
        self._activate(name)
        self._arrange()

    def show_beside(self, name: str) -> None:
        """Show a second pane beside the first."""
        if name not in self.slots and name not in self.windows:
            self.slots = [self.slots[0], name]
        self._activate(name)
        self._arrange()

    def move_to_window(self, name: str) -> None:
        """Give a pane a window of its own; its slot takes another pane."""
        if name in self.windows:
            return
        view = self._view(name)
        left = [slot for slot in self.slots if slot != name]
        others = [other for other in self.panes if other != name and other not in self.windows]
        able = [other for other in others if self.refusals.of(other) is None]
        self.slots = left or (able or others)[:1]
        if self.active == name and self.slots:
            self.active = self.slots[0]
        self._arrange()
        window = self.windows[name] = PaneWindow(view, self)
        window.gave_back.connect(self._window_closed)
        view.window_button.setVisible(False)
        view.beside_button.setVisible(False)
        window.show()
        self._submit(name)

    @property
    def states(self) -> dict[str, PaneState]:
        """What each pane shows."""
        return self.pane_states.values

    def change(self, states: States, words: str) -> None:
        """Change pane states so that it can be undone. During a gesture all changes are one command."""
        self.pane_states.change(states, words)

    @Slot(object, str)
    def send_z(self, z: np.ndarray, to: str | None = None) -> None:
        """Hand a code on: to the pane or receiver ``to``, else to every pane in sight that takes one."""
        self.z_sent.emit(z)
        if self.codes.hand_over(z, to):
            return
        names = [to] if to else self.codes.takers(self._in_sight())
        blob = self.blobs.put_array(z)
        changed = {name: state for name in names if (state := self.states[name].with_z(blob)) is not None}
        if changed:
            self.change(changed, _("send z"))
            if to:
                self.show_pane(to)

    def register_receiver(self, name: str, title: str, take: Callable[[np.ndarray], None]) -> None:
        """Something that is no pane and takes codes: it appears under *Send z to*. ``take`` gets float32 latent_dim."""
        self.codes.register(name, title, take)

    def places(self) -> list[QWidget]:
        """Header, rail, panes and inspector, in the order in which they are read."""
        return [self.header, self.rail, *(self.views[name] for name in self.slots), self.inspectors, self.export_line]

    def remember(self) -> None:
        """Put the states into the settings: what ``Settings.save`` writes is the session."""
        remember(self.settings, Remembered(self.states, self.slots, self.smooth))

    def shutdown(self) -> None:
        """Remember what is shown and stop the threads. Safe to call twice."""
        self.remember()
        self.newer_weights.stop()
        for window in list(self.windows.values()):
            window.blockSignals(True)
            window.close()
        self.renderer.blockSignals(True)
        self.exporter.stop()
        self.renderer.stop()

    # -- states --------------------------------------------------------------------------------------------------

    @Slot(object, bool)
    def _changed(self, states: States, raise_it: bool) -> None:
        for name, state in states.items():
            if name in self.views:
                self.views[name].show_state(state)
        if raise_it and not any(name in self._in_sight() for name in states):
            self.show_pane(next(iter(states)))
        elif raise_it and self.active not in states:
            self._activate(next(name for name in self._in_sight() if name in states))
        self._show_at()
        for name in self._in_sight():
            if name in states:
                # What a hand changes in a long content goes on with the weights that it has.
                self._submit(name, newest=not self.panes[name].long)

    def _submit(self, name: str, *, newest: bool = True) -> None:
        view = self.views.get(name)
        if view is None or not view.isVisible():
            return
        if self.refusals.of(name) is not None:
            view.refuse(self.refusals.page(view.pane))
            return
        if not self._has_weights():
            view.show_message(what_to_do(self.session))
            return
        self.renderer.submit(name, view.fitted(self.states[name]), newest=newest)

    def _has_weights(self) -> bool:
        return self.session.latest_snapshot() is not None or bool(self.session.checkpoint_steps())

    @Slot()
    def _say_what_to_do(self) -> None:
        if not self._has_weights():
            self._submit_all()

    @Slot()
    def _submit_all(self) -> None:
        for name in self._in_sight():
            self._submit(name)

    @Slot(str)
    def _ready(self, name: str) -> None:
        made = self.renderer.result(name)
        if self.refusals.take(name, made):
            return
        if isinstance(made, Rendered) and name in self.views and self.refusals.of(name) is None:
            if made.waiting or not self._has_weights():  # or those of a run that was left meanwhile
                self.views[name].show_message(what_to_do(self.session))
                return
            self.views[name].show_rendered(made)
            self.newer_weights.shown(name, made)
            if name == self.active or self.active not in self._in_sight():
                self.header.show_at(self.states[name].at, made.step)

    # -- hands ---------------------------------------------------------------------------------------------------

    @Slot(object, str)
    def _proposed(self, state: PaneState, words: str) -> None:
        view = self.sender()
        if isinstance(view, PaneView):
            self._activate(view.pane.name)
            self.change({view.pane.name: state}, f"{translate(view.pane.title)}: {words}")

    @Slot()
    def _resized(self) -> None:
        view = self.sender()
        if isinstance(view, PaneView) and view.rendered is not None:
            self._submit(view.pane.name, newest=not view.pane.long)

    @Slot()
    def _took_hold(self) -> None:
        for view in self.views.values():
            if view is not self.sender():
                view.rest()
        self.pane_states.begin_gesture()

    @Slot(object)
    def _step_chosen(self, at: At) -> None:
        self.change({name: replace(state, at=at) for name, state in self.states.items()}, _("weights at step"))

    @Slot(object)
    def _picked_z(self, z: np.ndarray) -> None:
        self.send_z(z)

    @Slot()
    def _wants_beside(self) -> None:
        view = self.sender()
        if not isinstance(view, PaneView):
            return
        if len(self.slots) > 1:
            self.slots = [view.pane.name]
            self._activate(view.pane.name)
            self._arrange()
        else:
            others = [name for name in self.panes if name not in self.slots and name not in self.windows]
            able = [name for name in others if self.refusals.of(name) is None]
            if others:
                self.show_beside((able or others)[0])

    @Slot()
    def _wants_window(self) -> None:
        view = self.sender()
        if isinstance(view, PaneView):
            self.move_to_window(view.pane.name)

    @Slot(str)
    def _window_closed(self, name: str) -> None:
        window = self.windows.pop(name)
        view = window.view
        view.setParent(self)
        view.inspector.setParent(self)
        view.hide()
        view.inspector.hide()
        view.window_button.setVisible(True)
        view.beside_button.setVisible(True)
        window.deleteLater()
        self._arrange()

    @Slot(bool)
    def _smooth_chosen(self, smooth: bool) -> None:
        self.undo_stack.push(SmoothCommand(self._show_smooth, smooth))

    def _show_smooth(self, smooth: bool) -> None:
        self.smooth = smooth
        for view in self.views.values():
            self._make_smooth(view)

    @Slot(QWidget, QWidget)
    def _focus_moved(self, old: QWidget | None, new: QWidget | None) -> None:
        for name in self._in_sight():
            view = self.views[name]
            if new is not None and (view.isAncestorOf(new) or view.inspector.isAncestorOf(new)):
                self._activate(name)

    def _activate(self, name: str) -> None:
        if name == self.active:
            return
        self.active = name
        view = self.views.get(name)
        if view is not None and name not in self.windows:
            self.inspectors.setCurrentWidget(view.inspector)
        self._mark_rail()

    # -- the session ---------------------------------------------------------------------------------------------

    @Slot()
    def _session_changed(self) -> None:
        session = self.session
        run = getattr(session.run, "path", None)
        if run != self._run:
            self._run = run
            self.pane_states.follow_another_run()
            for name, view in self.views.items():
                view.show_state(self.states[name])
        title = (
            session.run.name
            if session.run is not None
            else (session.recipe.title or session.recipe.name if session.recipe else "")
        )
        self.header.show_run(title, doing(session))
        self.refusals.ask()
        self._show_places()
        self.newer_weights.tend()
        self._submit_all()

    @Slot()
    def _show_places(self) -> None:
        live = self.session.state in ("training", "paused", "stopping")
        self.header.show_places(self.session.checkpoint_steps(), live=live)
        self._show_at()

    def _show_at(self) -> None:
        rendered = self.views[self.active].rendered if self.active in self.views else None
        at = self.states[self.active].at
        step = at if isinstance(at, int) else rendered.step if rendered is not None else 0
        self.header.show_at(at, step)

    def _views_of_the_latest(self) -> list[PaneView]:
        return [self.views[name] for name in self._in_sight() if self.states[name].at == "latest"]

    @Slot(str)
    def _weights_due(self, name: str) -> None:
        self._submit(name)

    @Slot()
    def _refusals_changed(self) -> None:
        self.rail.set_refusals(self.refusals.reasons)
        for view in self.views.values():
            view.accept()
        self._submit_all()

    # -- laying out ----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.header = Header(self)
        self.rail = Rail(self.panes, self)
        self.splitter = QSplitter(self)
        self.splitter.setHandleWidth(12)
        self.splitter.setChildrenCollapsible(False)
        self.inspectors = QStackedWidget(self)
        self.inspectors.setFixedWidth(WIDTH)
        self.export_line = ExportLine(self.exporter, self)
        card = QFrame(self)
        card.setObjectName("card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(12, 12, 12, 8)
        inside.setSpacing(6)
        across = QHBoxLayout()
        across.setSpacing(12)
        across.addWidget(self.rail)
        across.addWidget(self.splitter, 1)
        across.addWidget(self.inspectors)
        inside.addLayout(across, 1)
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
        self.renderer.ready.connect(self._ready)
        self.rail.chosen.connect(self.show_pane)
        self.header.chosen.connect(self._step_chosen)
        self.header.took_hold.connect(self._took_hold)
        self.header.let_go.connect(self.pane_states.end_gesture)
        self.pane_states.changed.connect(self._changed)
        self.refusals.changed.connect(self._refusals_changed)
        self.newer_weights.due.connect(self._weights_due)
        self.codes.chosen.connect(self.send_z)
        self.session.changed.connect(self._session_changed)
        self.session.checkpoints_changed.connect(self._show_places)
        self.session.waits.connect(self._say_what_to_do)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_moved)

    def _view(self, name: str) -> PaneView:
        if name not in self.views:
            view = self.views[name] = make_view(self.panes[name], self.states[name])
            view.setParent(self)
            view.equip(self.blobs, self.session.background)
            self.inspectors.addWidget(view.inspector)
            view.proposed.connect(self._proposed)
            view.resized.connect(self._resized)
            view.took_hold.connect(self._took_hold)
            view.let_go.connect(self.pane_states.end_gesture)
            view.picked_z.connect(self._picked_z)
            view.wants_beside.connect(self._wants_beside)
            view.wants_window.connect(self._wants_window)
            view.inspector.smooth.toggled.connect(self._smooth_chosen)
            self.exporter.fill_menu(view, self)
            self.codes.add_view(view)
            self._make_smooth(view)
        return self.views[name]

    def _make_smooth(self, view: PaneView) -> None:
        blocked = view.inspector.smooth.blockSignals(True)
        view.inspector.smooth.setChecked(self.smooth)
        view.inspector.smooth.blockSignals(blocked)
        view.grid.set_smooth(self.smooth)
        view.inspector.view.set_smooth(self.smooth)

    def _arrange(self) -> None:
        """Put the views of the slots into the splitter, and the inspector of the one in hand beside them."""
        wanted = [self._view(name) for name in self.slots]
        for name, view in self.views.items():
            if name not in self.slots and name not in self.windows:
                view.hide()
                view.setParent(self)
        for place, view in enumerate(wanted):
            self.splitter.insertWidget(place, view)
            view.show()
            view.beside_button.setChecked(len(wanted) > 1)
            view.beside_button.setToolTip(
                _("Show this pane alone") if len(wanted) > 1 else _("Show another pane beside this one")
            )
            if self.inspectors.indexOf(view.inspector) < 0:
                self.inspectors.addWidget(view.inspector)
        if len(wanted) > 1:
            self.splitter.setSizes([1000, 1000])
        if self.active not in self.slots and self.slots:
            self.active = self.slots[0]
        self.inspectors.setVisible(bool(wanted))
        if self.slots:
            self.inspectors.setCurrentWidget(self.views[self.active].inspector)
        self._mark_rail()
        self._show_at()
        self._submit_all()

    def _mark_rail(self) -> None:
        self.rail.set_active(self.active, {*self.slots, *self.windows} - {self.active})

    def _in_sight(self) -> list[str]:
        return [name for name in [*self.slots, *self.windows] if name in self.views]

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._submit_all()
