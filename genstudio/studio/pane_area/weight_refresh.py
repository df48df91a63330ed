"""Refresh of panes that show the latest weights, at a pace that leaves training its speed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

if TYPE_CHECKING:
    from genstudio.studio.pane_view.view import PaneView
    from genstudio.studio.session.session import Session
    from genstudio.studio.threads.rendering import Rendered
    from genstudio.training.snapshot import Snapshot

REQUEST_MS = 250  # how often the loop is asked for new weights while a pane shows them
LEAST_WAIT = 0.25  # seconds
PATIENCE = 30.0  # seconds for a content to come; then it is not waited for any more
SHARE = 3.0  # a drawing of one second is repeated every three: showing it takes a third of one core at most


class WeightRefresh(QObject):
    """Requests for newer weights. ``render_requested(name)``: refresh that pane. ``in_sight``: returns the views of the
    latest weights."""

    render_requested = Signal(str)

    def __init__(
        self, session: Session, in_sight: Callable[[], Iterable[PaneView]], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._in_sight = session, in_sight
        self.interval = RefreshInterval()
        self._request_timer = QTimer(self)
        self._request_timer.setInterval(REQUEST_MS)
        self._later = QTimer(self)  # weights came too early for a pane that takes long
        self._later.setSingleShot(True)
        self._request_timer.timeout.connect(self._request_weights)
        self._later.timeout.connect(self._arrived)
        self._show_at_once_after: int | None = None  # weights of a later step than this are shown without waiting
        session.snapshot_arrived.connect(self._arrived)
        session.happened.connect(self._happened)

    def follow_session(self) -> None:
        """Ask for weights while it trains; once more whenever it pauses, for the last ones: after each single step too."""
        training = self._session.state == "training"
        if training and not self._request_timer.isActive():
            self._request_timer.start()
        elif not training and (self._request_timer.isActive() or self._session.state == "paused"):
            self._request_timer.stop()
            self._later.stop()
            self._session.request_snapshot()

    def shown(self, name: str, made: Rendered) -> None:
        """A pane shows a content: how long that took says how soon it may take newer weights."""
        self.interval.shown(name, made.snapshot, made.milliseconds, final=made.final)
        latest = self._session.latest_snapshot()
        older = made.snapshot is not None and made.snapshot is not latest  # not of an error, which has no weights
        if made.final and older and self._session.state == "paused":
            # An edit kept the weights on screen while newer ones were awaited, and while paused none follow.
            for view in self._in_sight():
                if view.pane.name == name and view.idle:
                    self.interval.begins(name)
                    self.render_requested.emit(name)

    def discard(self, name: str) -> None:
        """Another run is in front: how long its contents take is not known yet."""
        self.interval.discard(name)
        self._show_at_once_after = None

    def stop(self) -> None:
        self._request_timer.stop()
        self._later.stop()

    @Slot()
    def _arrived(self) -> None:
        latest = self._session.latest_snapshot()
        at_once = self._shows_at_once(latest)
        for view in self._in_sight():
            made = view.rendered
            if made is not None and made.final and made.snapshot is latest:
                # An edit was quicker: what it changed was made from these weights already, and won't be made again.
                continue
            wait = 0.0 if at_once and view.idle else self._wait(view)
            if wait:
                self._later.start(int(wait * 1000))
            else:
                self.interval.begins(view.pane.name)
                self.render_requested.emit(view.pane.name)

    def _shows_at_once(self, latest: Snapshot | None) -> bool:
        """True if these weights are shown without waiting: training is paused, or they are the first ones after a change
        of a setting. Waiting is for training that runs freely."""
        if self._session.state != "training":
            return True
        if self._show_at_once_after is None or latest is None or latest.step <= self._show_at_once_after:
            return False
        self._show_at_once_after = None
        return True

    @Slot(object)
    def _happened(self, event: Any) -> None:
        if type(event).__name__ == "Changed":
            self._show_at_once_after = event.step
            self._session.request_snapshot()

    @Slot()
    def _request_weights(self) -> None:
        if any(not self._wait(view) for view in self._in_sight()):
            self._session.request_snapshot()

    def _wait(self, view: PaneView) -> float:
        """Seconds until a pane may take newer weights by itself."""
        if view.rendered is None:
            return 0.0
        return max(self.interval.wait(view.pane.name), 0.0 if view.idle else REQUEST_MS / 1000)


class RefreshInterval:
    """Remembers of each pane how long its contents took, and when that began."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._step: dict[str, object] = {}
        self._seconds: dict[str, float] = {}
        self._shown: dict[str, float] = {}
        self._begun: dict[str, float] = {}

    def begins(self, name: str) -> None:
        """Note that pane ``name`` is being refreshed: it is finished before it takes other weights."""
        self._begun[name] = self._clock()

    def shown(self, name: str, weights: object, milliseconds: float, *, final: bool = True) -> None:
        """A content of pane ``name`` was made from ``weights`` in so many milliseconds of the render thread."""
        if final:
            self._begun.pop(name, None)
        now, seconds = self._clock(), milliseconds / 1000
        if name in self._step and self._step[name] is weights:
            # The slowest content of these weights counts: most others only continue what that one drew.
            if seconds > self._seconds[name]:
                self._seconds[name], self._shown[name] = seconds, now
        else:
            self._step[name], self._seconds[name], self._shown[name] = weights, seconds, now

    def discard(self, name: str) -> None:
        """Forget what is known of pane ``name``."""
        for table in (self._step, self._seconds, self._shown, self._begun):
            table.pop(name, None)

    def wait(self, name: str) -> float:
        """Seconds until ``name`` may take newer weights; 0: at once."""
        now = self._clock()
        if now - self._begun.get(name, -PATIENCE) < PATIENCE:
            return self._seconds.get(name, 0.0) + LEAST_WAIT
        if name not in self._shown:
            return 0.0
        return max(0.0, self._shown[name] + (SHARE - 1) * self._seconds[name] - now)
