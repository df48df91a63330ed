"""Interval between refreshes of a slow content: so long that training keeps its speed."""

from __future__ import annotations

import time
from collections.abc import Callable

LEAST_WAIT = 0.25  # seconds
PATIENCE = 30.0  # seconds for a content to come; then it is not waited for any more
SHARE = 3.0  # a drawing of one second is made anew every three: looking takes a third of one core at most


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

    def shown(self, name: str, weights: object, milliseconds: float, *, whole: bool = True) -> None:
        """A content of pane ``name`` was made from ``weights`` in so many milliseconds of the render thread."""
        if whole:
            self._begun.pop(name, None)
        now, seconds = self._clock(), milliseconds / 1000
        if name in self._step and self._step[name] is weights:
            # The dearest content of these weights counts: most others only go on with what that one drew.
            if seconds > self._seconds[name]:
                self._seconds[name], self._shown[name] = seconds, now
        else:
            self._step[name], self._seconds[name], self._shown[name] = weights, seconds, now

    def forget(self, name: str) -> None:
        """Nothing is known of pane ``name`` any more."""
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
