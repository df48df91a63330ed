"""One content on its way: the request, the weights that it is made from, and its ever better results."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from genstudio.core.conditions.base import Choices
from genstudio.core.errors import GenstudioError
from genstudio.core.messages import N_, Message
from genstudio.studio.threads.loaded_models import LoadedModels, Weights
from genstudio.studio.threads.throttle import StagePace
from genstudio.viewing.conditioning import choices_of
from genstudio.viewing.content import Content
from genstudio.viewing.other_runs import OtherRuns
from genstudio.viewing.pane import pane_of, steps
from genstudio.viewing.pane_state import PaneState

if TYPE_CHECKING:
    from genstudio.training.snapshot import Snapshot

log = logging.getLogger(__name__)


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


@dataclass(frozen=True, eq=False)
class Request:
    """A state whose content is wanted, of the run ``run`` (its folder). ``newest``: from the newest weights, not those that
    the view had."""

    ticket: int
    state: PaneState
    newest: bool
    run: str


@dataclass(eq=False)
class Job:
    """A request that is being carried out."""

    request: Request
    expected: float  # ms, of the view's last content
    refresh: bool  # the state that is shown, with newer weights: no need to show half of it
    steps: Iterator[Rendered] | None = None
    spent: float = 0.0  # ms
    stage: int = 0  # which coarse content comes next, or the final one
    since_stage: float = 0.0  # ms
    rests_until: float = 0.0  # on time.perf_counter: not before is anything better made
    made_from: tuple[PaneState, Snapshot, Any] | None = None  # state, weights, images

    @property
    def state(self) -> PaneState:
        return self.request.state

    def close(self) -> None:
        """End it where it is: none of it goes a step further."""
        close = getattr(self.steps, "close", None)
        if close is not None:
            close()


@dataclass(eq=False)
class View:
    """Record of one pane on screen for the render thread.

    ``ticket``: of its newest request, ``None`` when nothing is wanted; ``announced``: ``ready`` was emitted, and the result
    not fetched yet; ``shown``: what its last final content was made from; ``latest``: the weights that it took for the
    newest.
    """

    ticket: int | None = None
    waiting: Request | None = None
    job: Job | None = None
    result: Any = None
    announced: bool = False
    share: float | None = None
    rests_until: float = 0.0  # on time.perf_counter: training comes first
    duration: float = 0.0  # ms, of its last content
    pace: StagePace = field(default_factory=StagePace)
    shown: tuple[PaneState, Snapshot, Any] | None = None
    latest: Snapshot | None = None


class Renderer:
    """Makes the contents of jobs, with models that it keeps loaded. For one thread."""

    def __init__(self, session: Weights, models: LoadedModels) -> None:
        self._session, self.models = session, models
        self.other_runs = OtherRuns()

    def render(self, name: str, view: View, job: Job) -> Iterator[Rendered]:
        """The ever better contents of a job, each held back by one so that the last is known to be it; a coarse one is not
        the last, so that it comes at once. None of its steps makes more than one."""
        snapshot = self._snapshot(view, job)
        if snapshot is None:
            yield Rendered(job.state, waiting=True)
            return
        data = self._session.data
        job.made_from = (job.state, snapshot, data)
        shown = view.shown
        if shown is not None and shown[0] == job.state and shown[1] is snapshot and shown[2] is data:
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
                coarse = content if content.coarse else held
                yield Rendered(job.state, coarse, spent, final=False, share=share, **facts)
                held = None if content.coarse else content
            started = time.perf_counter()
        spent += (time.perf_counter() - started) * 1000
        if held is None:
            raise GenstudioError(N_("The pane returned nothing to show."), N_("Try another setting."))
        yield Rendered(job.state, held, spent, **facts)

    def _snapshot(self, view: View, job: Job) -> Snapshot | None:
        if job.state.at == "latest":
            latest, had = self._session.latest_snapshot(), view.latest
            if latest is None or had is None or job.request.newest or had.run != latest.run:
                had = latest
            return had
        return self.models.snapshot(job.request.run, int(job.state.at))


def failed(name: str, state: PaneState, error: Exception) -> Rendered:
    """``error`` as what the view ``name`` shows instead; one that is not for people is logged."""
    if isinstance(error, GenstudioError):
        return Rendered(state, error=str(error))
    log.error("pane %s could not be drawn", name, exc_info=error)
    text = N_(
        "{pane} could not be drawn: {kind}: {reason}. Change a setting or train another step; the training "
        "is not affected.",
        pane=pane_of(state).title,
        kind=type(error).__name__,
        reason=str(error) or "-",
    )
    return Rendered(state, error=text)
