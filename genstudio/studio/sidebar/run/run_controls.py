"""Buttons of training: they start, continue, pause and stop what the draft asks for, and say why they can't."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from genstudio.core.messages import _
from genstudio.studio.session.session import IDLE, OPENING
from genstudio.studio.sidebar.run.resume_check import ResumeCheck

if TYPE_CHECKING:
    from genstudio.studio.session.session import Session
    from genstudio.studio.sidebar.draft import Draft
    from genstudio.studio.sidebar.draft_check import DraftCheck
    from genstudio.studio.sidebar.plan.card import PlanCard
    from genstudio.studio.sidebar.plan.live_settings import LiveSettings
    from genstudio.studio.sidebar.run.controls_card import ControlsCard
    from genstudio.studio.sidebar.run.run_messages import RunMessages


class RunControls(QObject):
    """``resume_check`` decides whether Start continues the open run."""

    def __init__(
        self,
        session: Session,
        draft: Draft,
        check: DraftCheck,
        live: LiveSettings,
        plan: PlanCard,
        controls: ControlsCard,
        messages: RunMessages,
    ) -> None:
        super().__init__(controls)
        self._session, self._draft, self._check, self._plan = session, draft, check, plan
        self._controls, self._messages = controls, messages
        self.resume_check = ResumeCheck()
        live.changed.connect(self._live_changed)
        check.changed.connect(self.show_state)
        controls.start_requested.connect(self._start)
        controls.pause_requested.connect(session.pause)
        controls.continue_requested.connect(self._continue)
        controls.step_requested.connect(self._step_once)
        controls.step_alone_requested.connect(self._step_alone)
        controls.all_requested.connect(session.live.train_all)
        controls.stop_requested.connect(session.stop)
        controls.discard_requested.connect(session.discard)

    @Slot()
    def show_state(self) -> None:
        """Enable the buttons that can be pressed now; pass the session what Start waits for."""
        session = self._session
        why_not = self._check.why_not() if session.state == IDLE else ""
        if session.state == OPENING:
            why_not = _("{name} is being opened: wait for it, or cancel", name=session.opening_name)
        session.wait_for(why_not)
        self._controls.show_players(tuple(self._plan.players), session.live.only)
        self._controls.show_state(
            session.state,
            can_start=not why_not,
            resumes=self._resumes(),
            has_run=session.run is not None,
            why_not=why_not,
        )

    def complete(self) -> bool:
        """Have half-typed settings taken or refused. ``False``, with a message, while one is refused."""
        refused = self._draft.complete()
        if refused:
            self._messages.fail(refused)
        return not refused

    def _resumes(self) -> bool:
        run = self._session.run
        return run is not None and self.resume_check.is_possible(self._draft.recipe(), self._session.step)

    @Slot()
    def _live_changed(self) -> None:
        self.resume_check.follows(self._draft.recipe())
        self.show_state()

    @Slot()
    def _start(self) -> None:
        if not self.complete():
            return
        session, recipe, why_not = self._session, self._draft.recipe(), self._check.why_not()
        if recipe is None or why_not:
            self._messages.show_text(why_not)  # what was just taken may have to be opened first
            return
        self._messages.show_text("")
        if not self._resumes() or session.run is None:
            session.start(recipe)
        elif session.unsaved.job is not None:
            session.save_elsewhere()  # what continues is what is in memory, once it is safe
        else:
            session.resume(session.run.path, steps=recipe.plan.steps)

    @Slot(int)
    def go_on(self, steps: int) -> None:
        """Continue the open run, which is finished, for a number of steps."""
        row = self._plan.row("steps")
        if row is None or not self.complete():
            return
        row.set_value(self._session.step + steps)
        self._plan.sum_up()
        self._draft.renew()
        if self._resumes():
            self._start()
        else:
            self._messages.show_text(
                _("The settings are no longer those of this run: press Start for a new run, or undo the changes.")
            )

    @Slot()
    def _continue(self) -> None:
        if self.complete():
            self._session.unpause()

    @Slot()
    def _step_once(self) -> None:
        if self.complete():
            self._session.step_once()

    @Slot(str)
    def _step_alone(self, player: str) -> None:
        if self.complete():
            self._session.step_alone(player)
