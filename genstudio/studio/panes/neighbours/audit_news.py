"""News of audits that have ended, for a user who looks at something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from genstudio.core.messages import N_, _
from genstudio.studio.threads.jobs import News

if TYPE_CHECKING:
    from genstudio.studio.pane_view.services import PaneServices
    from genstudio.studio.panes.neighbours.audits import Audited, Audits

PANE = "neighbours"


class AuditNews(QObject):
    """Reports in the status bar what an audit has found, unless its result is on screen."""

    def __init__(self, services: PaneServices, audits: Audits, is_shown: Callable[[Audited], bool]) -> None:
        super().__init__(audits)
        self._services, self._session, self._audits = services, services.session, audits
        self._is_shown = is_shown
        audits.found.connect(self._found)

    @Slot(object)
    def _found(self, what: Audited) -> None:
        if self._is_shown(what):
            return
        found = self._audits.of(what)
        fields = {"run": Path(what.run).name, "step": f"{what.step:,}", "verdict": getattr(found, "verdict", found)}
        text = N_("Audit of {run} at step {step}: {verdict}", **fields)
        self._services.jobs.news_arrived.emit(News(text, partial(self._show, what) if self._can_show(what) else None))

    def _can_show(self, what: Audited) -> bool:
        latest = self._session.latest_snapshot()
        steps = {*self._session.checkpoint_steps(), *(() if latest is None else (latest.step,))}
        return what.run == str(getattr(self._session.run, "path", "")) and what.step in steps

    def _show(self, what: Audited) -> None:
        """Bring the pane and the step that were audited into sight, where they can still be had."""
        if not self._can_show(what):
            run = Path(what.run).name
            text = N_("That audit belongs to {run}, which is not open. Open it to see the result.", run=run)
            self._services.show_error(text)
            return
        states = self._services.states
        latest, audit_state, before = self._session.latest_snapshot(), what.state, states.values[PANE]
        at = "latest" if latest is not None and latest.step == what.step else what.step
        fields = {"audited": audit_state.audited, "seed": audit_state.seed, "compared": audit_state.compared}
        now = replace(before, at=at, **fields)  # type: ignore[arg-type]
        if now != before:
            states.change({PANE: now}, _("show the audit"))
        self._services.show_pane(PANE)
