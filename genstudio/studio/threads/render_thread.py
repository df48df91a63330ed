"""Thread that makes contents: it has the newest state of each view only, so nothing can pile up.

    drag -> pane state -> submit(view, state) -> [render thread] -> ready(view) -> result(view) -> painted

A *view* is one pane on screen. ``submit`` overwrites the view's waiting state; of all that waits, what took least last time
goes first; a long content is a generator, set aside between two of its steps for shorter ones, and ended with what it has
when a newer state of its view comes. Coarse stages of a content are for a drag (``throttle.py``). ``ready`` is
emitted only when the last one has been fetched. A view's ``latest`` weights are those that it had, unless the newest ones
are asked for: a long drawing continues with those that it began with.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QThread, Signal

from genstudio.core.conditions.base import Choices
from genstudio.core.errors import GenstudioError
from genstudio.core.memory import give_memory_back
from genstudio.core.messages import N_, Message
from genstudio.core.threads import compute_on_one_core
from genstudio.studio.threads.loaded_models import LoadedModels, Weights, run_in_front
from genstudio.studio.threads.throttle import REST_MS, StagePace
from genstudio.viewing.blobs import Blobs
from genstudio.viewing.conditioning import choices_of
from genstudio.viewing.content import Content
from genstudio.viewing.other_runs import OtherRuns
from genstudio.viewing.pane import pane_of, steps
from genstudio.viewing.pane_state import PaneState

if TYPE_CHECKING:
    from genstudio.training.snapshot import Snapshot

log = logging.getLogger(__name__)
STACK_BYTES = 16 * 2**20  # macOS gives secondary threads 512 KB, too little for torch
PATIENCE_MS = 60.0  # a content that takes longer shows what there is so far
BREATH = 3.0  # while training, a slow content rests so many times what its last step took: training comes first


@dataclass(frozen=True, eq=False)
class Rendered:
    """One content, made in ``milliseconds`` of the render thread from weights at ``step``; or why there is none.

    ``run`` is the run that was open when it was requested (its folder; empty for none): it belongs to no other.
    ``final``: no better ones will follow. ``error`` is for people; ``waiting`` when there are no weights yet.
    ``share``: of a content that is being made, the part done (0 to 1), where that is known. ``conditions``: the kinds of
    condition that the model takes, each with the choices of its form field.
    """

    state: PaneState
    content: Content | None = None
    milliseconds: float = 0.0
    step: int = 0
    latent_dim: int | None = None
    final: bool = True
    error: Message | str = ""
    waiting: bool = False
    snapshot: Snapshot | None = None
    run: str = ""
    share: float | None = None
    conditions: Mapping[str, Choices] = field(default_factory=dict)


@dataclass(frozen=True)
class Work:
    """A content that waits to be made or is being made; ``share`` (0 to 1) of it is done, where that is known."""

    share: float | None = None


@dataclass(eq=False)
class _Job:
    view: str
    state: PaneState
    run: str
    ticket: int
    expected: float
    again: bool  # the same state as was shown last, with newer weights: no need to show half of it
    newest: bool  # take the newest weights, not those that the view had
    steps: Iterator[Rendered] | None = None
    spent: float = 0.0
    stage: int = 0  # which coarse content comes next, or the final one
    since_stage: float = 0.0  # ms
    rests_until: float = 0.0  # on time.perf_counter: not before is anything better made
    key: Any = field(default=None)


class RenderThread(QThread):
    """Renders the newest state of each view with one intra-op thread. One owner, who calls :meth:`stop`."""

    ready = Signal(str)

    def __init__(self, session: Weights, blobs: Blobs | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("render")
        self.setStackSize(STACK_BYTES)
        self._session = session
        self.models = LoadedModels(session, blobs or Blobs())  # for this thread
        self.other_runs = OtherRuns()
        self._wake = threading.Condition()
        self._waiting: dict[str, tuple[int, PaneState, bool, str]] = {}
        self._questions: list[tuple[str, Callable[[], Any]]] = []
        self._numbers = itertools.count(1)
        self._tickets: dict[str, int] = {}
        self._results: dict[str, Any] = {}
        self._pending: set[str] = set()
        self._jobs: dict[str, _Job] = {}
        self._shares: dict[str, float | None] = {}
        self._breathes: dict[str, float] = {}  # by view: until when, on time.perf_counter
        self._durations: dict[str, float] = {}
        self._paces: dict[str, StagePace] = {}
        self._shown: dict[str, Any] = {}
        self._latest: dict[str, Snapshot] = {}  # by view: the weights that it took for the newest
        self._in_sight: frozenset[str] = frozenset()
        self._tidy = False  # other panes are in sight: what none of them shows can go
        self._stopping = False
        self._torch_is_set = False

    # -- called from the GUI thread ------------------------------------------------------------------------------

    def submit(self, view: str, state: PaneState, *, newest: bool = True) -> None:
        """Request the content of ``state``. What waited for this view is dropped, what runs for it ends early.

        ``newest=False``: where the state says ``latest``, the weights that this view was last shown with will do.
        """
        with self._wake:
            made = self._jobs.get(view)
            if not newest and made is not None and made.state == state and made.ticket == self._tickets.get(view):
                return  # it is being made already, perhaps from newer weights
            ticket = self._tickets[view] = next(self._numbers)
            newest = newest or (view in self._waiting and self._waiting[view][2])
            self._waiting[view] = (ticket, state, newest, run_in_front(self._session))
            self._wake.notify()
        if not self.isRunning() and not self._stopping:
            self.start()

    def ask(self, name: str, work: Callable[[], Any]) -> None:
        """Do ``work()`` here, where torch may be used, once all that renders is done; ``ready(name)``, ``result(name)``.

        An exception comes back as the result.
        """
        with self._wake:
            self._questions = [(n, w) for n, w in self._questions if n != name] + [(name, work)]
            self._wake.notify()
        if not self.isRunning() and not self._stopping:
            self.start()

    def result(self, view: str) -> Any:
        """The newest :class:`Rendered` of ``view`` since the last call, or ``None``."""
        with self._wake:
            self._pending.discard(view)
            return self._results.pop(view, None)

    def work(self, view: str) -> Work | None:
        """Progress of the content being made for ``view``; ``None`` when there is none."""
        with self._wake:
            if view not in self._tickets or not (view in self._waiting or view in self._jobs):
                return None
            return Work(None if view in self._waiting else self._shares.get(view))

    def cancel(self, view: str) -> None:
        """Drop what waits for ``view``, and end what is being made for it with its present step."""
        with self._wake:
            for table in (self._tickets, self._waiting):
                table.pop(view, None)
            if self._results.pop(view, None) is not None:
                self._shown.pop(view, None)  # made, and never fetched: it has to be made again when it is requested
            self._pending.discard(view)
            self._wake.notify()

    def keep_only(self, views: Collection[str]) -> None:
        """Make contents for these views alone, which are in sight: :meth:`cancel` the others, and forget models that none of
        these shows."""
        with self._wake:
            for view in [view for view in self._tickets if view not in views]:
                self.cancel(view)
            self._in_sight = frozenset(views)
            self._tidy = True
            self._wake.notify()

    def discard(self, view: str) -> None:
        """Forget a view that is gone, or shows another run from now on: :meth:`cancel`, and drop what it showed."""
        with self._wake:
            self.cancel(view)
            for table in (self._shown, self._latest, self._paces, self._durations):
                table.pop(view, None)

    def stop(self) -> None:
        """End the thread: what waits is dropped, what runs ends with its present step. Safe to call twice."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self.requestInterruption()
        self.wait()

    # -- the thread itself ---------------------------------------------------------------------------------------

    def run(self) -> None:
        while True:
            with self._wake:
                while not (self._waiting or self._jobs or self._questions or self._tidy or self._stopping):
                    self._wake.wait()
                if self._stopping:
                    break
                left = [self._jobs.pop(view) for view in [*self._jobs] if view not in self._tickets]
                left += self._take_newest()
                idle = not (self._jobs or self._questions)
            self._close(left)
            if idle:  # only then, since to give memory back takes tens of milliseconds
                self._tidy_up()
            with self._wake:
                if self._stopping:
                    break
                now = time.perf_counter()
                rests = {view: max(j.rests_until, self._breathes.get(view, 0.0)) for view, j in self._jobs.items()}
                awake = [job for view, job in self._jobs.items() if rests[view] <= now]
                job = min(awake, key=lambda j: j.expected, default=None)
                question = self._questions.pop(0) if job is None and self._questions else None
                if job is None and question is None and rests and not self._waiting:
                    self._wake.wait(min(rests.values()) - now)
            if job is not None:
                self._advance(job)
            elif question is not None:
                self._answer(*question)
        self._jobs.clear()
        self.models.clear()
        self._latest.clear()

    def _take_newest(self) -> list[_Job]:
        """Make jobs of what waits; return those that they overtake."""
        overtaken = [self._jobs.pop(view) for view in self._waiting if view in self._jobs]
        for view, (ticket, state, newest, run) in self._waiting.items():
            before = self._shown.get(view)
            again = before is not None and before[0] == state
            self._jobs[view] = _Job(view, state, run, ticket, self._durations.get(view, 0.0), again, newest)
            self._shares.pop(view, None)
        self._waiting.clear()
        return overtaken

    def _close(self, jobs: Iterable[_Job]) -> None:
        """End what was made for panes that were left, or for states that were overtaken: none of it goes a step further."""
        for job in jobs:
            close = getattr(job.steps, "close", None)
            if close is not None:
                close()

    def _tidy_up(self) -> None:
        """Once other panes are in sight: of all models loaded keep those that one of these shows, with what is known of
        them, and give the memory of all else back."""
        with self._wake:
            due, self._tidy = self._tidy, False
            in_sight = self._in_sight
        if not due:
            return
        self.models.keep_only(key[1] for view, key in [*self._shown.items()] if view in in_sight)
        give_memory_back()

    def _advance(self, job: _Job) -> None:
        """One step of one content. Whatever goes wrong in it becomes words in its pane."""
        started = time.perf_counter()
        try:
            if job.steps is None:
                job.steps = self._render(job)
            made = next(job.steps, None)
        except Exception as error:
            made = self._failed(job, error)
            job.steps = iter(())
        elapsed = (time.perf_counter() - started) * 1000
        if made is not None:
            made = replace(made, run=job.run)
            self._shares[job.view] = made.share
        job.spent += elapsed
        job.since_stage += elapsed
        job.expected = max(job.expected, job.spent)
        if getattr(self._session, "state", "") == "training" and pane_of(job.state).slow:
            self._breathes[job.view] = time.perf_counter() + BREATH * elapsed / 1000
        with self._wake:
            newest = self._tickets.get(job.view)
            gone, overtaken = self._stopping or newest is None, newest != job.ticket
        if made is None or made.final or overtaken or gone:
            self._jobs.pop(job.view, None)
            self._close([job])
        if made is None or gone:
            return
        if made.content is not None and (made.final or made.content.coarse):
            best = self._reached_stage(job, final=made.final)
            if best and not job.again and not made.final:
                self._publish(job.view, made)
                job.rests_until = time.perf_counter() + REST_MS / 1000
                return
        if made.final:
            self._durations[job.view] = job.spent
            if made.content is not None:
                self._shown[job.view] = job.key
            else:  # words are shown now: what was shown before them is made again when it is requested
                self._shown.pop(job.view, None)
        if job.key is not None and job.state.at == "latest" and (made.final or not job.again):
            # Until a drawing from newer weights is final, edits continue with the one that is on screen.
            self._latest[job.view] = job.key[1]
        # What was overtaken is shown all the same: else nothing would move during a drag that is quicker than the model.
        if made.final or (made.content is not None and job.spent > PATIENCE_MS and not job.again):
            self._publish(job.view, made)

    def _reached_stage(self, job: _Job, *, final: bool) -> bool:
        """Record its duration; return whether it should be shown during a drag."""
        pace, stage = self._paces.setdefault(job.view, StagePace()), job.stage
        pace.record(stage, job.since_stage, final=final)
        job.stage, job.since_stage = stage + 1, 0.0
        return final or pace.is_best_in_time(stage, job.spent)

    def _publish(self, view: str, made: Any) -> None:
        if isinstance(made, Rendered) and not made.final:
            # Else, were this one left half made, what was shown before would not be made again.
            self._shown.pop(view, None)
        with self._wake:
            self._results[view] = made
            quiet = view in self._pending
            self._pending.add(view)
        if not quiet:
            self.ready.emit(view)

    def _render(self, job: _Job) -> Iterator[Rendered]:
        """The ever better contents of a job, each held back by one so that the last is known to be it; a coarse one is not
        the last, so that it comes at once. None of its steps makes more than one."""
        self._set_threads()
        snapshot = self._snapshot(job)
        if snapshot is None:
            yield Rendered(job.state, waiting=True)
            return
        data = self._session.data
        job.key = (job.state, snapshot, data)
        before = self._shown.get(job.view)
        if before is not None and before[0] == job.state and before[1] is snapshot and before[2] is data:
            return
        while (context := self.models.context(snapshot, data)) is None:
            for _ in self.models.load(snapshot, data):
                yield Rendered(job.state, final=False)  # others may go first
        for _ in self.other_runs.load(context, job.state):
            yield Rendered(job.state, final=False)
        context = self.other_runs.attach(context, job.state)
        latent_dim = getattr(context.model, "latent_dim", None)
        facts: Any = {"step": snapshot.step, "latent_dim": latent_dim, "snapshot": snapshot}
        facts["conditions"] = choices_of(context)
        spent, held, started = 0.0, None, time.perf_counter()
        share: float | None = None
        for content in steps(context, job.state):
            spent += (time.perf_counter() - started) * 1000
            if not isinstance(content, Content):
                yield Rendered(job.state, final=False, share=content if content is not None else share)
            else:
                share = content.share
                shown = content if content.coarse else held
                yield Rendered(job.state, shown, spent, final=False, share=share, **facts)
                held = None if content.coarse else content
            started = time.perf_counter()
        spent += (time.perf_counter() - started) * 1000
        if held is None:
            raise GenstudioError(N_("The pane returned nothing to show."), N_("Try another setting."))
        yield Rendered(job.state, held, spent, **facts)

    def _snapshot(self, job: _Job) -> Snapshot | None:
        state = job.state
        if state.at == "latest":
            latest = self._session.latest_snapshot()
            had = self._latest.get(job.view)
            if latest is None or had is None or job.newest or had.run != latest.run:
                had = latest
            return had
        return self.models.snapshot(job.run, int(state.at))

    def _failed(self, job: _Job, error: Exception) -> Rendered:
        if isinstance(error, GenstudioError):
            return Rendered(job.state, error=str(error))
        log.error("pane %s could not be drawn", job.view, exc_info=error)
        text = N_(
            "{pane} could not be drawn: {kind}: {reason}. Change a setting or train another step; the training "
            "is not affected.",
            pane=pane_of(job.state).title,
            kind=type(error).__name__,
            reason=str(error) or "-",
        )
        return Rendered(job.state, error=text)

    def _answer(self, name: str, work: Callable[[], Any]) -> None:
        self._set_threads()
        answer: Any
        try:
            answer = work()
        except Exception as error:
            answer = error
        self._publish(name, answer)

    def _set_threads(self) -> None:
        if not self._torch_is_set:
            compute_on_one_core()
            self._torch_is_set = True
