"""The right side of the window: the run's header, the rail, one or two panes, the inspector of the one in hand.

    a hand -> view.proposed(state) -> StateCommand on the undo stack -> states -> render thread -> view.show_rendered

States live here, one a pane, as values: undo puts one back, a session is the states on disk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QUndoStack
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, _, translate
from genstudio.core.paths import home_dir
from genstudio.studio.pane_area.availability import Refusals
from genstudio.studio.pane_area.direction_store import FoundDirections
from genstudio.studio.pane_area.exporting import Exporter, ExportLine
from genstudio.studio.pane_area.header import At, Header
from genstudio.studio.pane_area.pane_layout import PaneLayout
from genstudio.studio.pane_area.pane_list import Rail
from genstudio.studio.pane_area.pane_states import PaneStates, Subject
from genstudio.studio.pane_area.pane_views import make_view
from genstudio.studio.pane_area.placeholder import doing, title_of, what_to_do
from genstudio.studio.pane_area.send_code import Codes
from genstudio.studio.pane_area.session_state import SessionState, recall, remember
from genstudio.studio.pane_area.undo import SmoothCommand, States
from genstudio.studio.pane_area.weight_refresh import WeightRefresh
from genstudio.studio.pane_view.computing import Computing
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.panes.neighbours.audits import Audited, Audits
from genstudio.studio.panes.neighbours.view import NeighboursView
from genstudio.studio.threads.jobs import Jobs, News
from genstudio.studio.threads.render_thread import Rendered, RenderThread, run_in_front
from genstudio.studio.widgets.notice import ErrorNotice
from genstudio.viewing.base import Pane, PaneState, panes
from genstudio.viewing.blobs import Blobs

if TYPE_CHECKING:
    import numpy as np
    from PySide6.QtGui import QShowEvent, QUndoCommand

    from genstudio.studio.pane_area.detached_window import PaneWindow
    from genstudio.studio.settings import Settings
    from genstudio.studio.threads.session import Session


class _Trains:
    """Query whether a session trains, on any thread; a class, since a closure would keep the window alive."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self) -> bool:
        return self._session.state == "training"


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
        kept = recall(settings, self.panes)
        self.smooth = kept.smooth
        self.pane_states = PaneStates(kept.states, undo_stack, self, kept.subject)
        self.refusals = Refusals(session, self.renderer, self)
        self.codes = Codes(self.panes, self)
        self.jobs = Jobs(_Trains(session), self)
        self.audits = Audits(session, self.jobs, self.blobs, self)
        self.found_directions = FoundDirections(session, self.blobs, undo_stack, self)
        self.weight_refresh = WeightRefresh(session, self._views_of_the_latest, self)
        self.arrangement = PaneLayout(self.panes, kept.slots, self._make_view, self._can_serve, self)
        self.computing = Computing(self.renderer, self.arrangement.views, self)
        self._run = ""  # the run in front: only what belongs to it is shown
        self._suggested_for = ""
        self._build()
        self._connect()
        self.arrangement.arrange()
        self._session_changed()

    # -- what others may call ------------------------------------------------------------------------------------

    @property
    def views(self) -> dict[str, PaneView]:
        """The views that were made so far, by pane."""
        return self.arrangement.views

    @property
    def slots(self) -> list[str]:
        """The panes side by side."""
        return self.arrangement.slots

    @property
    def windows(self) -> dict[str, PaneWindow]:
        """The panes that have a window of their own."""
        return self.arrangement.windows

    @property
    def active(self) -> str:
        """The pane in hand."""
        return self.arrangement.active

    @Slot(str)
    def show_pane(self, name: str) -> None:
        """Bring a pane into the slot of the one in hand, or raise the window that it is in."""
        self.arrangement.show_pane(name)

    def show_beside(self, name: str) -> None:
        """Show a second pane beside the first."""
        self.arrangement.show_beside(name)

    def move_to_window(self, name: str) -> None:
        """Give a pane a window of its own; its slot takes another pane."""
        self.arrangement.move_to_window(name)

    @property
    def states(self) -> dict[str, PaneState]:
        """State of each pane."""
        return self.pane_states.values

    def change(self, states: States, words: str) -> None:
        """Change pane states so that it can be undone. During a gesture all changes are one command."""
        self.pane_states.change(states, words)

    @Slot(object, str)
    def send_z(self, z: np.ndarray, to: str | None = None, but: str = "") -> None:
        """Hand a code on: to the pane or receiver ``to``, else to every pane in sight that takes one, ``but`` this one."""
        self.z_sent.emit(z)
        if self.codes.hand_over(z, to):
            return
        names = [to] if to else self.codes.takers(self.arrangement.in_sight())
        blob = self.blobs.put_array(z)
        changed = {}
        for name in names:
            try:
                if name != but and (state := self.states[name].with_z(blob)) is not None:
                    changed[name] = state
            except UsageError as error:
                self.trouble.say(f"{translate(error.what)} {translate(error.remedy)}")
        if changed:
            self.change(changed, _("send z"))
            if to:
                self.show_pane(to)

    def register_receiver(self, name: str, title: str, take: Callable[[np.ndarray], None]) -> None:
        """Something that is no pane and takes codes: it appears under *Send z to*. ``take`` gets float32 latent_dim."""
        self.codes.register(name, title, take)

    def places(self) -> list[QWidget]:
        """Header, rail, panes and inspector, in the order in which they are read."""
        return [self.header, self.rail, *self.arrangement.in_slots(), self.inspectors, self.trouble, self.export_line]

    def remember(self) -> None:
        """Put the states into the settings: what ``Settings.save`` writes is the session."""
        slots = self.slots if self.arrangement.chosen else []
        remember(self.settings, SessionState(self.states, slots, self.smooth, self.pane_states.subject))

    def shutdown(self) -> None:
        """Remember what is shown and stop the threads. Safe to call twice."""
        self.remember()
        self.weight_refresh.stop()
        self.computing.stop()
        self.arrangement.close_windows()
        self.renderer.blockSignals(True)
        self.exporter.stop()
        self.jobs.shutdown()
        self.renderer.stop()

    # -- states --------------------------------------------------------------------------------------------------

    @Slot(object, bool)
    def _changed(self, states: States, raise_it: bool) -> None:
        for name, state in states.items():
            if name in self.views:
                self._person_acted(self.views[name])
                self.views[name].show_state(state)
        if raise_it and not any(name in self.arrangement.in_sight() for name in states):
            self.show_pane(next(iter(states)))
        elif raise_it and self.active not in states:
            self.arrangement.activate(next(name for name in self.arrangement.in_sight() if name in states))
        self._show_at()
        for name in self.arrangement.in_sight():
            if name in states:
                self.computing.stopped.discard(name)
                # What a hand changes in a long content goes on with the weights that it has.
                self._submit(name, newest=self.views[name].restarts)

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
        if self.session.data_is_coming and view.rendered is None and self.states[name].needs_images:
            view.show_message(_("Opening the images of this run, which this pane needs."))
            return
        if name in self.computing.stopped:  # until a person changes something in this pane
            return
        self.renderer.submit(name, view.resolved(self.states[name]), newest=newest)
        self.computing.begun(name)

    def _has_weights(self) -> bool:
        return self.session.latest_snapshot() is not None or bool(self.session.checkpoint_steps())

    @Slot()
    def _say_what_to_do(self) -> None:
        if not self._has_weights():
            self._submit_all()

    @Slot()
    def _submit_all(self) -> None:
        for name in self.arrangement.in_sight():
            self._submit(name)

    @Slot(str)
    def _ready(self, name: str) -> None:
        made = self.renderer.result(name)
        if self.refusals.take(name, made):
            return
        if isinstance(made, Rendered) and name in self.views and self.refusals.of(name) is None:
            if made.run != self._run:  # of a run that was left meanwhile
                return
            if made.waiting or not self._has_weights():
                self.views[name].show_message(what_to_do(self.session))
                return
            self.views[name].show_rendered(made)
            if made.final:
                self.computing.shown(name)
            self.weight_refresh.shown(name, made)
            in_hand = name == self.active or self.active not in self.arrangement.in_sight()
            if in_hand and made.content is not None:
                self.header.show_at(self.states[name].at, made.step)

    # -- hands ---------------------------------------------------------------------------------------------------

    @Slot(object, str)
    def _proposed(self, state: PaneState, words: str) -> None:
        view = self.sender()
        if isinstance(view, PaneView):
            self.arrangement.activate(view.pane.name)
            self.change({view.pane.name: state}, f"{translate(view.pane.title)}: {words}")

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

    @Slot()
    def _drag_started(self) -> None:
        for view in self.views.values():
            if view is not self.sender():
                view.rest()
        self.pane_states.begin_gesture()
        self.jobs.rest(True)

    @Slot()
    def _drag_ended(self) -> None:
        self.pane_states.end_gesture()
        self.jobs.rest(False)

    @Slot(object)
    def _step_chosen(self, at: At) -> None:
        self.change({name: replace(state, at=at) for name, state in self.states.items()}, _("weights at step"))

    @Slot(object)
    def _picked_z(self, z: np.ndarray) -> None:
        view = self.sender()
        keeps_it = isinstance(view, PaneView) and not view.takes_own_z
        self.send_z(z, but=view.pane.name if isinstance(view, PaneView) and keeps_it else "")

    @Slot(object)
    def _commanded(self, command: QUndoCommand) -> None:
        self.undo_stack.push(command)

    @Slot(bool)
    def _smooth_chosen(self, smooth: bool) -> None:
        self.undo_stack.push(SmoothCommand(self._show_smooth, smooth))

    def _person_acted(self, view: PaneView) -> None:
        """Clear the error notice of a view after an act of the user; playing is no act."""
        if not view.plays_on:
            view.trouble.clear()
            self.trouble.clear()

    def _forget_troubles(self) -> None:
        """Another run is open: its panes have had none yet."""
        for notice in (self.trouble, *(view.trouble for view in self.views.values())):
            notice.clear()

    def _show_smooth(self, smooth: bool) -> None:
        self.smooth = smooth
        for view in self.views.values():
            self._make_smooth(view)

    # -- audits --------------------------------------------------------------------------------------------------

    @Slot(object)
    def _tell_audit(self, what: Audited) -> None:
        """One has ended: a person who looks at something else is told in the status bar."""
        view = self.views.get("neighbours")
        if isinstance(view, NeighboursView) and view.shows(what):
            return
        found = self.audits.of(what)
        told = {"run": Path(what.run).name, "step": f"{what.step:,}", "verdict": getattr(found, "verdict", found)}
        words = N_("Audit of {run} at step {step}: {verdict}", **told)
        self.jobs.told.emit(News(words, partial(self._show_audit, what) if self._can_show(what) else None))

    def _can_show(self, what: Audited) -> bool:
        latest = self.session.latest_snapshot()
        steps = {*self.session.checkpoint_steps(), *(() if latest is None else (latest.step,))}
        return what.run == str(getattr(self.session.run, "path", "")) and what.step in steps

    def _show_audit(self, what: Audited) -> None:
        """Bring the pane and the step that were audited into sight, where they can still be had."""
        if not self._can_show(what):
            self.trouble.say(
                N_(
                    "That audit belongs to {run}, which is not open. Open it to see the result.",
                    run=Path(what.run).name,
                )
            )
            return
        latest = self.session.latest_snapshot()
        at: At = "latest" if latest is not None and latest.step == what.step else what.step
        asked = what.state
        now = replace(self.states["neighbours"], at=at, audited=asked.audited, seed=asked.seed, compared=asked.compared)  # type: ignore[call-arg]
        if now != self.states["neighbours"]:
            self.change({"neighbours": now}, _("show the audit"))
        self.show_pane("neighbours")

    # -- the session ---------------------------------------------------------------------------------------------

    @Slot()
    def _session_changed(self) -> None:
        session = self.session
        self.header.show_run(title_of(session), doing(session))
        if (run := run_in_front(session)) != self._run:
            self._follow(run)
        self.refusals.ask()
        self._suggest()
        self._show_places()
        self.weight_refresh.tend()
        self._submit_all()

    def _follow(self, run: str) -> None:
        """Another run is in front, or none: nothing of the one before is seen or heard of any more."""
        self._run = run
        self._forget_troubles()
        if run:
            self.pane_states.follow(Subject.of(run, self.session.recipe))
        for name in self.panes:
            self.renderer.forget(name)
            self.computing.forget(name)
            self.weight_refresh.forget(name)
        for name, view in list(self.views.items()):
            if view.rendered is not None:
                self.arrangement.renew(name)
            else:
                view.show_state(self.states[name])
                view.show_message("")

    @Slot()
    def _show_places(self) -> None:
        live = self.session.state in ("training", "paused", "stopping")
        self.header.show_places(self.session.checkpoint_steps(), live=live)
        self._show_at()

    def _show_at(self) -> None:
        rendered = self.views[self.active].rendered if self.active in self.views else None
        at, latest = self.states[self.active].at, self.session.latest_snapshot()
        if isinstance(at, int):
            step = at
        elif rendered is not None and rendered.content is not None:
            step = rendered.step
        else:
            step = latest.step if latest is not None else self.session.step
        self.header.show_at(at, step)

    def _views_of_the_latest(self) -> list[PaneView]:
        names = [name for name in self.arrangement.in_sight() if name not in self.computing.stopped]
        return [self.views[name] for name in names if self.states[name].at == "latest"]

    @Slot(str)
    def _weights_due(self, name: str) -> None:
        self._submit(name)

    @Slot()
    def _refusals_changed(self) -> None:
        self.rail.set_refusals(self.refusals.reasons)
        for view in self.views.values():
            view.accept()
        self._suggest()
        self._submit_all()

    def _suggest(self) -> None:
        """Once for each run, when it is known what its model serves and what its images are."""
        if self._run and self._run != self._suggested_for and self.refusals.spec is not None:
            self._suggested_for = self._run
            self.arrangement.suggest(self.refusals.spec)

    # -- laying out ----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.header = Header(self)
        self.rail = Rail(self.panes, self)
        self.inspectors = self.arrangement.inspectors
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
        across.addWidget(self.rail)
        across.addWidget(self.arrangement, 1)
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
        self.renderer.ready.connect(self._ready)
        self.exporter.began.connect(self.trouble.clear)
        self.exporter.failed.connect(self.trouble.say)
        self.rail.chosen.connect(self.show_pane)
        self.header.chosen.connect(self._step_chosen)
        self.header.drag_started.connect(self._drag_started)
        self.header.drag_ended.connect(self._drag_ended)
        self.audits.found.connect(self._tell_audit)
        self.pane_states.changed.connect(self._changed)
        self.refusals.changed.connect(self._refusals_changed)
        self.weight_refresh.due.connect(self._weights_due)
        self.computing.wanted.connect(self._weights_due)
        # Queued: after the views have asked for what they show with the weights that they have.
        self.found_directions.renewed.connect(self._submit_all, Qt.ConnectionType.QueuedConnection)
        self.codes.chosen.connect(self.send_z)
        self.session.changed.connect(self._session_changed)
        self.session.checkpoints_changed.connect(self._show_places)
        self.session.waits.connect(self._say_what_to_do)
        self.arrangement.arranged.connect(self._arranged)
        self.arrangement.activated.connect(self._mark_rail)

    def _can_serve(self, name: str) -> bool:
        return self.refusals.of(name) is None

    def _make_view(self, name: str) -> PaneView:
        view = make_view(self.panes[name], self.states[name])
        view.set_services(self.blobs, self.session.background, self.found_directions)
        if isinstance(view, NeighboursView):
            view.follow(self.audits)
        view.proposed.connect(self._proposed)
        view.resized.connect(self._resized)
        view.played.connect(self._played)
        view.drag_started.connect(self._drag_started)
        view.drag_ended.connect(self._drag_ended)
        view.picked_z.connect(self._picked_z)
        view.commanded.connect(self._commanded)
        view.inspector.smooth.toggled.connect(self._smooth_chosen)
        self.exporter.fill_menu(view, self)
        self.codes.add_view(view)
        self.computing.add_view(view)
        self._make_smooth(view)
        return view

    def _make_smooth(self, view: PaneView) -> None:
        blocked = view.inspector.smooth.blockSignals(True)
        view.inspector.smooth.setChecked(self.smooth)
        view.inspector.smooth.blockSignals(blocked)
        view.grid.set_smooth(self.smooth)
        view.inspector.view.set_smooth(self.smooth)

    @Slot()
    def _arranged(self) -> None:
        self.renderer.keep_only(self.arrangement.in_sight())
        self._mark_rail()
        self._show_at()
        self._submit_all()

    @Slot()
    def _mark_rail(self) -> None:
        self.rail.set_active(self.active, {*self.slots, *self.windows} - {self.active})

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._submit_all()
