"""When half a picture now is better than a whole one late: what a moving hand is shown of a content on its way.

A content may come in coarse stages before the whole (``Content.coarse``). Under a hand that moves, the best stage that is
there in time is shown and nothing better is made until the hand rests: the next state would overtake it, and what it took
would be missing where pictures are painted and models trained.
"""

from __future__ import annotations

BUDGET_MS = 10.0  # of 16.7 between two movements of the mouse; the rest is for painting
REST_MS = 40.0  # a hand that has not moved for two and a half times as long rests
OPTIMISM = 0.99  # a stage that was slow once is tried again after some dozens of pictures


class Pace:
    """Duration of each stage of one view's contents beyond the one before it, in ms of the render thread; the last is the
    whole."""

    def __init__(self) -> None:
        self._takes: list[float] = []

    def took(self, stage: int, milliseconds: float, *, whole: bool = False) -> None:
        """Stage 0, 1, ... took so long. Half of what is remembered is the newest: one hiccup is not the rule."""
        before = self._takes[stage] if stage < len(self._takes) else milliseconds
        self._takes[stage : None if whole else stage + 1] = [(before + milliseconds) / 2]

    def is_best_in_time(self, stage: int, spent: float) -> bool:
        """True where ``stage``, ready after ``spent`` ms, should be shown at once: the next would break the budget."""
        if stage + 1 >= len(self._takes):
            return True
        if spent + self._takes[stage + 1] <= BUDGET_MS:
            return False
        self._takes[stage + 1] *= OPTIMISM
        return True
