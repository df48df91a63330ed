"""Refresh of panes that show the latest weights, at a pace that leaves training its speed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from genstudio.studio.pane_area.refresh_interval import RefreshInterval

if TYPE_CHECKING:
    from genstudio.studio.pane_view.view import PaneView
    from genstudio.studio.session.session import Session
    from genstudio.studio.threads.render_thread import Rendered
    from genstudio.training.snapshot import Snapshot

ASK_MS = 250  # the loop is asked for new weights four times a second, while somebody looks


class WeightRefresh(QObject):
    """Requests for newer weights. ``due(name)``: refresh that pane. ``in_sight`` gives the views of the latest weights."""

    due = Signal(str)

    def __init__(
        self, session: Session, in_sight: Callable[[], Iterable[PaneView]], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._in_sight = session, in_sight
        self._taken = RefreshInterval()
        self._ask = QTimer(self)
        self._ask.setInterval(ASK_MS)
        self._later = QTimer(self)  # weights came too early for a pane that takes long
        self._later.setSingleShot(True)
        self._ask.timeout.connect(self._ask_for_them)
        self._later.timeout.connect(self._arrived)
        self._due_after: int | None = None  # weights of a later step than this are shown without waiting
        session.snapshot_arrived.connect(self._arrived)
        session.happened.connect(self._happened)

    def tend(self) -> None:
        """Ask while it trains; once more whenever it stands still, for the last ones: each single step comes by here too."""
        training = self._session.state == "training"
        if training and not self._ask.isActive():
            self._ask.start()
        elif not training and (self._ask.isActive() or self._session.state == "paused"):
            self._ask.stop()
            self._later.stop()
            self._session.request_snapshot()

    def shown(self, name: str, made: Rendered) -> None:
        """A pane shows a content: how long that took says how soon it may take newer weights."""
        self._taken.shown(name, made.snapshot, made.milliseconds, whole=made.final)
        latest = self._session.latest_snapshot()
        older = made.snapshot is not None and made.snapshot is not latest  # not of an error, which has no weights
        if made.final and older and self._session.state == "paused":
            # A hand went on with the weights on screen while newer ones were awaited, and while paused none follow.
            for view in self._in_sight():
                if view.pane.name == name and view.idle:
                    self._taken.begins(name)
                    self.due.emit(name)

    def forget(self, name: str) -> None:
        """Another run is in front: how long its contents take is not known yet."""
        self._taken.forget(name)
        self._due_after = None

    def stop(self) -> None:
        self._ask.stop()
        self._later.stop()

    @Slot()
    def _arrived(self) -> None:
        latest = self._session.latest_snapshot()
        at_once = self._is_due_at_once(latest)
        for view in self._in_sight():
            made = view.rendered
            if made is not None and made.final and made.snapshot is latest:
                # A hand was quicker: what it changed was made from these weights already, and won't be made again.
                continue
            wait = 0.0 if at_once and view.idle else self._wait(view)
            if wait:
                self._later.start(int(wait * 1000))
            else:
                self._taken.begins(view.pane.name)
                self.due.emit(view.pane.name)

    def _is_due_at_once(self, latest: Snapshot | None) -> bool:
        """True where these weights are shown without waiting: training is paused, or they are the first ones after a change
        that a person made. Waiting is for training that runs freely."""
        if self._session.state != "training":
            return True
        if self._due_after is None or latest is None or latest.step <= self._due_after:
            return False
        self._due_after = None
        return True

    @Slot(object)
    def _happened(self, event: Any) -> None:
        if type(event).__name__ == "Changed":
            self._due_after = event.step
            self._session.request_snapshot()

    @Slot()
    def _ask_for_them(self) -> None:
        if any(not self._wait(view) for view in self._in_sight()):
            self._session.request_snapshot()

    def _wait(self, view: PaneView) -> float:
        """Seconds until a pane may take newer weights by itself."""
        if view.rendered is None:
            return 0.0
        return max(self._taken.wait(view.pane.name), 0.0 if view.idle else ASK_MS / 1000)
