"""Audits of samples as jobs: results are cached here and shown in the pane, or in the status bar."""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from genstudio.core.messages import N_, Message
from genstudio.panes.neighbours.content import NeighboursState, audit_of
from genstudio.panes.neighbours.copy_test import AuditResult
from genstudio.studio.threads.error_text import error_message
from genstudio.studio.threads.jobs import PaneJob

if TYPE_CHECKING:
    from genstudio.core.resumable import Resumable
    from genstudio.data.dataset import DataSet
    from genstudio.studio.pane_view.services import PaneServices
    from genstudio.studio.threads.rendering import Rendered
    from genstudio.training.snapshot import Snapshot
    from genstudio.viewing.blobs import Blobs

log = logging.getLogger(__name__)
CACHED = 12  # results: a few kilobytes each
Found = AuditResult | Message


@dataclass(frozen=True)
class Audited:
    """Key of an audit: the run's folder, its step, and the fields of ``state`` that the audit depends on."""

    run: str
    step: int
    averaged: bool
    state: NeighboursState


class Audits(QObject):
    """``changed``: one began, has come further, or ended. ``found`` carries the :class:`Audited` of one that has ended with
    a result."""

    changed = Signal()
    found = Signal(object)

    def __init__(self, services: PaneServices) -> None:
        super().__init__(services.parent)
        self._session, self._jobs, self._blobs = services.session, services.jobs, services.blobs
        self._found: OrderedDict[Audited, Found] = OrderedDict()
        self._running: dict[Audited, PaneJob] = {}
        self._declined: set[Audited] = set()  # stopped by the user: they don't begin automatically again
        self._jobs.changed.connect(self._jobs_changed)

    def start(self, rendered: Rendered, state: NeighboursState, *, by_itself: bool = False) -> None:
        """Audit the model that is shown by ``rendered``, as ``state`` says. An automatic audit gives way to this one.
        ``by_itself``: this one is automatic; then one that has ended or was stopped does not begin again."""
        what = self.what(rendered, state)
        if what is None or what in self._running or rendered.snapshot is None or self._session.data is None:
            return
        if by_itself and (what in self._declined or what in self._found):
            return
        self._declined.discard(what)
        self.stop_by_itself()
        title = N_("Audit of {run} at step {step}", run=rendered.snapshot.run, step=f"{rendered.step:,}")
        work = _Work(rendered.snapshot, self._session.data, self._blobs, what.state)
        job = self._running[what] = PaneJob(title, by_itself)
        self._jobs.start(job, work, lambda found: self._ended(what, found), lambda error: self._broke(what, error))

    def what(self, rendered: Rendered, state: NeighboursState) -> Audited | None:
        """The audit that ``state`` asks for, of the model shown by ``rendered``; ``None`` where it asks for none."""
        run, made = self._session.run, rendered.snapshot
        if run is None or made is None or not state.audited:
            return None
        fields = NeighboursState(audited=state.audited, seed=state.seed, compared=state.compared)
        return Audited(str(run.path), made.step, made.averaged, fields)

    def result(self, rendered: Rendered, state: NeighboursState) -> Found | None:
        """Result of the audit of ``state`` for the model shown by ``rendered``; ``None`` before it ends."""
        what = self.what(rendered, state)
        return self._found.get(what) if what is not None else None

    def of(self, what: Audited) -> Found:
        """Result of an audit. Raises ``KeyError`` for one that has not ended."""
        return self._found[what]

    def job(self, rendered: Rendered, state: NeighboursState) -> PaneJob | None:
        """The job that audits the model shown by ``rendered``, as ``state`` asks for."""
        what = self.what(rendered, state)
        return self._running.get(what) if what is not None else None

    def stop(self, job: PaneJob) -> None:
        """Stop this one: nothing comes of it."""
        self._jobs.stop(job)

    def stop_by_itself(self) -> None:
        """Stop an automatic audit."""
        for what, job in [(what, job) for what, job in self._running.items() if job.by_itself]:
            del self._running[what]
            self._jobs.stop(job)

    def _ended(self, what: Audited, found: Found) -> None:
        self._running.pop(what, None)
        self._found[what] = found
        while len(self._found) > CACHED:
            self._found.popitem(last=False)
        self.found.emit(what)
        self.changed.emit()

    def _broke(self, what: Audited, error: Exception) -> None:
        log.error("an audit failed", exc_info=error)
        text: Any = error_message(error)
        self._ended(what, text if isinstance(text, Message) else N_("{text}", text=text))

    def _jobs_changed(self) -> None:
        for what in [what for what, job in self._running.items() if job.stopped.is_set()]:
            del self._running[what]
            self._declined.add(what)
        self.changed.emit()


class _Work:
    """The worker's part: a model of its own, so that nothing is shared with what panes make meanwhile."""

    def __init__(self, snapshot: Snapshot, data: DataSet, blobs: Blobs, state: NeighboursState) -> None:
        self._snapshot, self._data, self._blobs, self._state = snapshot, data, blobs, state

    def __call__(self) -> Resumable[Found]:
        from genstudio.training.snapshot import load_model
        from genstudio.viewing.context import ViewContext

        context = ViewContext(load_model(self._snapshot), self._snapshot.spec, self._snapshot, self._data, self._blobs)
        return (yield from audit_of(context, self._state))


def shown_with(rendered: Rendered, state: NeighboursState, found: Found) -> Rendered:
    """``rendered`` as it would be had its content been made with the audit: what is exported."""
    from genstudio.panes.neighbours.content import with_audit

    assert rendered.content is not None
    state_shown: Any = replace(rendered.state, audited=state.audited)  # type: ignore[call-arg]
    return replace(rendered, state=state_shown, content=with_audit(rendered.content, state, found))
