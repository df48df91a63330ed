"""News of audits that have ended, for a user who looks at something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from genstudio.core.messages import N_, _
from genstudio.studio.threads.jobs import News

if TYPE_CHECKING:
    from genstudio.studio.pane_area.pane_states import PaneStates
    from genstudio.studio.panes.neighbours.audits import Audited, Audits
    from genstudio.studio.session.session import Session
    from genstudio.studio.threads.jobs import Jobs


class AuditNews(QObject):
    """Tells in the status bar what an audit has found, unless ``is_shown(audited)``. ``failed``: words on why a result can't
    be shown. ``shown``: the pane is to be brought into sight."""

    failed = Signal(object)
    shown = Signal(str)

    def __init__(
        self,
        session: Session,
        jobs: Jobs,
        audits: Audits,
        states: PaneStates,
        is_shown: Callable[[Audited], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._jobs, self._audits, self._states = session, jobs, audits, states
        self._is_shown = is_shown
        audits.found.connect(self._found)

    @Slot(object)
    def _found(self, what: Audited) -> None:
        if self._is_shown(what):
            return
        found = self._audits.of(what)
        fields = {"run": Path(what.run).name, "step": f"{what.step:,}", "verdict": getattr(found, "verdict", found)}
        text = N_("Audit of {run} at step {step}: {verdict}", **fields)
        self._jobs.news_arrived.emit(News(text, partial(self._show, what) if self._can_show(what) else None))

    def _can_show(self, what: Audited) -> bool:
        latest = self._session.latest_snapshot()
        steps = {*self._session.checkpoint_steps(), *(() if latest is None else (latest.step,))}
        return what.run == str(getattr(self._session.run, "path", "")) and what.step in steps

    def _show(self, what: Audited) -> None:
        """Bring the pane and the step that were audited into sight, where they can still be had."""
        if not self._can_show(what):
            run = Path(what.run).name
            self.failed.emit(N_("That audit belongs to {run}, which is not open. Open it to see the result.", run=run))
            return
        latest, audit_state, before = self._session.latest_snapshot(), what.state, self._states.values["neighbours"]
        at = "latest" if latest is not None and latest.step == what.step else what.step
        fields = {"audited": audit_state.audited, "seed": audit_state.seed, "compared": audit_state.compared}
        now = replace(before, at=at, **fields)  # type: ignore[arg-type]
        if now != before:
            self._states.change({"neighbours": now}, _("show the audit"))
        self.shown.emit("neighbours")
