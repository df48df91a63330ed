"""Work that runs beside the render thread."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest

from genstudio.core.offload import offloaded


def outcome(work) -> object:
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value


def test_caller_continues_until_it_is_done() -> None:
    may_end, thread = threading.Event(), []

    def long() -> str:
        thread.append(threading.current_thread())
        may_end.wait()
        return "found"

    work = offloaded(long)
    assert next(work) == 0.0, "not held up"
    assert next(work) == 0.0
    may_end.set()
    assert outcome(work) == "found"
    assert thread[0] is not threading.current_thread()


def test_exceptions_are_raised_at_the_caller() -> None:
    def fails() -> None:
        raise ValueError("no plane")

    with pytest.raises(ValueError, match="no plane"):
        outcome(offloaded(fails))

    def too_late() -> None:
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        outcome(offloaded(too_late))


@pytest.fixture
def frequent_switches() -> Iterator[None]:
    """Threads take turns every few microseconds: more meetings of an end and a wait, in less time."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def test_work_that_ends_during_a_wait_succeeds(monkeypatch, frequent_switches) -> None:
    """The end may coincide with the end of a wait."""
    monkeypatch.setattr("genstudio.core.offload.PATIENCE", 0.0)
    assert [outcome(offloaded(lambda k=k: k)) for k in range(2_000)] == list(range(2_000))
