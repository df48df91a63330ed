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
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from genstudio.core.memory import give_memory_back
from genstudio.core.threads import compute_on_one_core
from genstudio.studio.threads.loaded_models import LoadedModels, Weights, run_in_front
from genstudio.studio.threads.rendering import Job, Rendered, Renderer, Request, View, Work, failed
from genstudio.studio.threads.throttle import REST_MS
from genstudio.viewing.blobs import Blobs
from genstudio.viewing.pane import pane_of
from genstudio.viewing.pane_state import PaneState

STACK_BYTES = 16 * 2**20  # macOS gives secondary threads 512 KB, too little for torch
PATIENCE_MS = 60.0  # a content that takes longer shows what there is so far
BREATH = 3.0  # while training, a slow content rests so many times what its last step took: training comes first


class RenderThread(QThread):
    """Renders the newest state of each view with one intra-op thread. One owner, who calls :meth:`stop`."""

    ready = Signal(str)

    def __init__(self, session: Weights, blobs: Blobs | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("render")
        self.setStackSize(STACK_BYTES)
        self._session = session
        self.models = LoadedModels(session, blobs or Blobs())  # for this thread
        self._renderer = Renderer(session, self.models)
        self._wake = threading.Condition()
        # Of a view, ``ticket``, ``waiting``, ``result`` and ``announced`` are read and written under the lock.
        self._views: dict[str, View] = {}
        self._questions: list[tuple[str, Callable[[], Any]]] = []
        self._numbers = itertools.count(1)
        self._in_sight: frozenset[str] = frozenset()
        self._tidy = False  # other panes are in sight: what none of them shows can go
        self._stopping = False
        self._torch_is_set = False

    # -- called from the GUI thread ------------------------------------------------------------------------------

    def submit(self, name: str, state: PaneState, *, newest: bool = True) -> None:
        """Request the content of ``state``. What waited for this view is dropped, what runs for it ends early.

        ``newest=False``: where the state says ``latest``, the weights that this view was last shown with will do.
        """
        with self._wake:
            view = self._view(name)
            made = view.job
            if not newest and made is not None and made.state == state and made.request.ticket == view.ticket:
                return  # it is being made already, perhaps from newer weights
            view.ticket = next(self._numbers)
            newest = newest or (view.waiting is not None and view.waiting.newest)
            view.waiting = Request(view.ticket, state, newest, run_in_front(self._session))
            self._wake.notify()
        self._ensure_running()

    def ask(self, name: str, work: Callable[[], Any]) -> None:
        """Do ``work()`` here, where torch may be used, once all that renders is done; ``ready(name)``, ``result(name)``.

        An exception comes back as the result.
        """
        with self._wake:
            self._questions = [(n, w) for n, w in self._questions if n != name] + [(name, work)]
            self._wake.notify()
        self._ensure_running()

    def result(self, name: str) -> Any:
        """The newest :class:`Rendered` of a view since the last call, or ``None``."""
        with self._wake:
            view = self._view(name)
            view.announced, found, view.result = False, view.result, None
            return found

    def work(self, name: str) -> Work | None:
        """Progress of the content being made for a view; ``None`` when there is none."""
        with self._wake:
            view = self._view(name)
            if view.ticket is None or (view.waiting is None and view.job is None):
                return None
            return Work(None if view.waiting is not None else view.share)

    def rests(self) -> dict[str, float]:
        """Until when slow contents rest because a model trains, by view, on ``time.perf_counter``."""
        return {name: view.rests_until for name, view in [*self._views.items()] if view.rests_until}

    def cancel(self, name: str) -> None:
        """Drop what waits for a view, and end what is being made for it with its present step."""
        with self._wake:
            view = self._view(name)
            view.ticket = view.waiting = None
            if view.result is not None:
                view.result = view.shown = None  # made, and never fetched: it is made again when it is requested
            view.announced = False
            self._wake.notify()

    def keep_only(self, names: Collection[str]) -> None:
        """Make contents for these views alone, which are in sight: :meth:`cancel` the others, and forget models that none of
        these shows."""
        with self._wake:
            for name in [name for name, view in self._views.items() if view.ticket is not None and name not in names]:
                self.cancel(name)
            self._in_sight = frozenset(names)
            self._tidy = True
            self._wake.notify()

    def discard(self, name: str) -> None:
        """Forget a view that is gone, or shows another run from now on: :meth:`cancel`, and drop what it showed."""
        with self._wake:
            self.cancel(name)
            self._views[name] = View(job=self._views[name].job)

    def stop(self) -> None:
        """End the thread: what waits is dropped, what runs ends with its present step. Safe to call twice."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self.requestInterruption()
        self.wait()

    def _view(self, name: str) -> View:
        return self._views.setdefault(name, View())

    def _ensure_running(self) -> None:
        if not self.isRunning() and not self._stopping:
            self.start()

    # -- the thread itself ---------------------------------------------------------------------------------------

    def run(self) -> None:
        while True:
            with self._wake:
                while not (self._busy() or self._questions or self._tidy or self._stopping):
                    self._wake.wait()
                if self._stopping:
                    break
                left = self._take_newest()
                idle = not (self._busy() or self._questions)
            for job in left:
                job.close()
            if idle:  # only then, since to give memory back takes tens of milliseconds
                self._tidy_up()
            with self._wake:
                if self._stopping:
                    break
                now = time.perf_counter()
                rests = {n: max(v.job.rests_until, v.rests_until) for n, v in self._views.items() if v.job is not None}
                awake = [name for name, until in rests.items() if until <= now]
                name = min(awake, key=self._turn, default=None)
                question = self._questions.pop(0) if name is None and self._questions else None
                if name is None and question is None and rests and not self._has_waiting():
                    self._wake.wait(min(rests.values()) - now)
            if name is not None:
                self._advance(name, self._views[name])
            elif question is not None:
                self._answer(*question)
        for view in self._views.values():
            view.job = view.latest = None
        self.models.clear()

    def _busy(self) -> bool:
        return any(view.waiting is not None or view.job is not None for view in self._views.values())

    def _has_waiting(self) -> bool:
        return any(view.waiting is not None for view in self._views.values())

    def _turn(self, name: str) -> tuple[float, int]:
        """Key of the order: what took least last time, then what was requested first."""
        job = self._views[name].job
        return (job.expected, job.request.ticket) if job is not None else (0.0, 0)

    def _take_newest(self) -> list[Job]:
        """Make jobs of what waits; return those that they overtake, and those of views that want nothing any more."""
        left = []
        for view in self._views.values():
            if view.job is not None and (view.ticket is None or view.waiting is not None):
                left.append(view.job)
                view.job = None
            if view.waiting is not None:
                refresh = view.shown is not None and view.shown[0] == view.waiting.state
                view.job = Job(view.waiting, view.duration, refresh)
                view.waiting = view.share = None
        return left

    def _tidy_up(self) -> None:
        """Once other panes are in sight: of all models loaded keep those that one of these shows, with what is known of
        them, and give the memory of all else back."""
        with self._wake:
            due, self._tidy = self._tidy, False
            in_sight = [view for name, view in self._views.items() if name in self._in_sight]
        if not due:
            return
        self.models.keep_only(view.shown[1] for view in in_sight if view.shown is not None)
        give_memory_back()

    def _advance(self, name: str, view: View) -> None:
        """One step of one content. Whatever goes wrong in it becomes a text in its pane."""
        job = view.job
        if job is None:
            return
        started = time.perf_counter()
        try:
            if job.steps is None:
                self._set_threads()
                job.steps = self._renderer.render(name, view, job)
            made = next(job.steps, None)
        except Exception as error:
            made = failed(name, job.state, error)
            job.steps = iter(())
        elapsed = (time.perf_counter() - started) * 1000
        if made is not None:
            made = replace(made, run=job.request.run)
            view.share = made.share
        job.spent += elapsed
        job.since_stage += elapsed
        job.expected = max(job.expected, job.spent)
        if getattr(self._session, "state", "") == "training" and pane_of(job.state).slow:
            view.rests_until = time.perf_counter() + BREATH * elapsed / 1000
        with self._wake:
            view = self._view(name)  # another one, if it was discarded meanwhile
            gone, overtaken = self._stopping or view.ticket is None, view.ticket != job.request.ticket
        if made is None or made.final or overtaken or gone:
            view.job = None
            job.close()
        if made is not None and not gone:
            self._settle(name, view, job, made)

    def _settle(self, name: str, view: View, job: Job, made: Rendered) -> None:
        """Record what was made, and publish it if it is worth showing."""
        if made.content is not None and (made.final or made.content.coarse):
            best = _reached_stage(view, job, final=made.final)
            if best and not job.refresh and not made.final:
                self._publish(name, made)
                job.rests_until = time.perf_counter() + REST_MS / 1000
                return
        if made.final:
            view.duration = job.spent
            # Where a text is shown now, what was shown before it is made again when it is requested.
            view.shown = job.made_from if made.content is not None else None
        if job.made_from is not None and job.state.at == "latest" and (made.final or not job.refresh):
            # Until a drawing from newer weights is final, edits continue with the one that is on screen.
            view.latest = job.made_from[1]
        # What was overtaken is shown all the same: else nothing would move during a drag that is quicker than the model.
        if made.final or (made.content is not None and job.spent > PATIENCE_MS and not job.refresh):
            self._publish(name, made)

    def _publish(self, name: str, made: Any) -> None:
        with self._wake:
            view = self._view(name)
            if isinstance(made, Rendered) and not made.final:
                # Else, were this one left half made, what was shown before would not be made again.
                view.shown = None
            quiet, view.result, view.announced = view.announced, made, True
        if not quiet:
            self.ready.emit(name)

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


def _reached_stage(view: View, job: Job, *, final: bool) -> bool:
    """Record the duration of a stage; return whether it should be shown during a drag."""
    stage = job.stage
    view.pace.record(stage, job.since_stage, final=final)
    job.stage, job.since_stage = stage + 1, 0.0
    return final or view.pace.is_best_in_time(stage, job.spent)
