"""Garbage collection while a person uses the window: what takes long waits for an idle moment."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication

from genstudio.studio.threads import gc_policy
from genstudio.studio.threads.gc_policy import FULL_AT_LATEST, FULL_EVERY, IDLE_SECONDS, YOUNG_MS, GcPolicy


class Clock:
    """Seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(gc_policy, "time", made)
    return made


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The generations that were collected: 2 is a full collection."""
    made: list[int] = []
    monkeypatch.setattr(gc, "collect", lambda generation=2: made.append(generation))
    return made


@pytest.fixture
def policy(qapp: QApplication, clock: Clock, collected: list[int]) -> Iterator[GcPolicy]:
    made = GcPolicy(qapp)
    yield made
    made.stop()
    made.deleteLater()


def pass_time(policy: GcPolicy, clock: Clock, seconds: float, *, moving: bool) -> None:
    for tick in range(int(seconds * 1000 / YOUNG_MS)):
        clock.now += YOUNG_MS / 1000
        if moving:
            QCursor.setPos(100 + tick % 50, 100)
        policy.collect()


def test_a_full_collection_waits_until_the_pointer_rests(policy: GcPolicy, clock: Clock, collected: list[int]) -> None:
    pass_time(policy, clock, 2 * FULL_EVERY, moving=True)
    assert 2 not in collected, "it would stop a drag for 200 ms"
    pass_time(policy, clock, IDLE_SECONDS + 1, moving=False)
    assert collected.count(2) == 1


def test_it_does_not_wait_for_ever(policy: GcPolicy, clock: Clock, collected: list[int]) -> None:
    pass_time(policy, clock, FULL_AT_LATEST + 1, moving=True)
    assert collected.count(2) == 1
