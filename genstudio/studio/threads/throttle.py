"""Limits on the rate of updates of the window: coarse stages of a content while it is dragged, and progress.

A content may come in coarse stages before the final one (``Content.coarse``). During a drag, the best stage that is ready
in time is shown and nothing better is made until the pointer rests: the next state would overtake it, and the time that it
took would be missing where pictures are painted and models trained.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from genstudio.core.messages import Message

SHORTEST_PAUSE = 0.05  # seconds between two reports of progress
BUDGET_MS = 10.0  # of 16.7 between two movements of the mouse; the rest is for painting
REST_MS = 40.0  # a pointer that has not moved for two and a half times as long rests
OPTIMISM = 0.99  # a stage that was slow once is tried again after some dozens of pictures


def at_most_often(progress: Callable[[float, Message], None]) -> Callable[[float, Message], None]:
    """``progress`` called at most twenty times a second (and always at the end)."""
    last = 0.0

    def report(share: float, text: Message) -> None:
        nonlocal last
        now = time.monotonic()
        if share >= 1 or now - last >= SHORTEST_PAUSE:
            last = now
            progress(share, text)

    return report


class StagePace:
    """Duration of each stage of one view's contents beyond the one before it, in ms of the render thread; the last is the
    final one."""

    def __init__(self) -> None:
        self._takes: list[float] = []

    def record(self, stage: int, milliseconds: float, *, final: bool = False) -> None:
        """Record the duration of stage 0, 1, ... Half of the estimate is the newest: one hiccup is not the rule."""
        before = self._takes[stage] if stage < len(self._takes) else milliseconds
        self._takes[stage : None if final else stage + 1] = [(before + milliseconds) / 2]

    def is_best_in_time(self, stage: int, spent: float) -> bool:
        """True if ``stage``, ready after ``spent`` ms, should be shown at once: the next would break the budget."""
        if stage + 1 >= len(self._takes):
            return True
        if spent + self._takes[stage + 1] <= BUDGET_MS:
            return False
        self._takes[stage + 1] *= OPTIMISM
        return True
