"""Resumable computations: joined, run, and continued from a cache where an interrupted caller left them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import genstudio
from genstudio.core import resumable
from genstudio.core.errors import UsageError
from genstudio.core.resumable import Cache, Resumable, Stepper, in_slices, mapped, rescaled, run


class Work:
    """Four steps, counted, of which the third is a pause without a share."""

    def __init__(self, fails: type[Exception] | None = None) -> None:
        self.steps, self.fails, self.closed = 0, fails, 0

    def __call__(self) -> Resumable[str]:
        try:
            for share in (0.25, 0.5, None, 1.0):
                self.steps += 1
                yield share
            if self.fails is not None:
                raise self.fails("broken")
            return "done"
        finally:
            self.closed += 1


def test_run_reports_the_share_at_each_pause_and_closes_work_that_is_stopped():
    shares: list[float] = []
    assert run(Work()(), shares.append) == "done"
    assert shares == [0.25, 0.5, 0.5, 1.0]
    work = Work()

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(work(), stop)
    assert (work.steps, work.closed) == (1, 1)


def test_joined_work_reports_its_part_of_the_whole():
    steps = Stepper(rescaled(Work()(), 0.5, 0.7))
    shares = []
    while steps.advance():
        shares.append(steps.value)
    assert shares == pytest.approx([0.55, 0.6, 0.6, 0.7])
    assert steps.result == "done"
    assert not steps.advance()
    assert steps.result == "done"


def test_a_context_holds_during_steps_and_never_during_pauses():
    inside: list[bool] = [False]
    at_steps = []

    @contextlib.contextmanager
    def within() -> Iterator[None]:
        inside[0] = True
        yield
        inside[0] = False

    def work() -> Resumable[None]:
        for _ in range(3):
            at_steps.append(inside[0])
            yield None

    for _ in mapped(work(), lambda share: share, within):
        assert not inside[0]
    assert at_steps == [True] * 3


def test_slices_keep_the_result_and_close_what_is_left(monkeypatch: pytest.MonkeyPatch):
    work = Work()
    monkeypatch.setattr(resumable, "SLICE", 1e9)
    assert list(in_slices(work())) == [], "four quick steps are one slice"
    monkeypatch.setattr(resumable, "SLICE", -1.0)
    assert run(in_slices(work())) == "done"
    stopped = in_slices(work())
    next(stopped)
    stopped.close()
    assert work.closed == 3


def test_an_interrupted_caller_loses_no_step_and_two_callers_share_them():
    cache, work = Cache(), Work()
    first = cache.resume("key", work)
    assert [next(first), next(first)] == [0.25, 0.5]
    first.close()  # as a drag that overtakes it does
    second, third = cache.resume("key", work), cache.resume("key", work)
    assert next(second) is None
    assert run(third) == "done"
    assert run(second) == "done"
    assert (work.steps, work.closed) == (4, 1)
    assert cache.once("key", lambda: "another") == "done"
    cache.discard("key")
    assert not cache.begun("key")


def test_a_refusal_stays_and_another_error_is_tried_again():
    cache, refused, broken = Cache(), Work(UsageError), Work(ValueError)
    for _ in range(2):
        with pytest.raises(UsageError, match="broken"):
            run(cache.resume("refused", refused))
        with pytest.raises(ValueError, match="broken"):
            run(cache.resume("broken", broken))
    assert (refused.steps, broken.steps) == (4, 8)


def test_only_the_newest_result_of_a_name_is_kept():
    cache = Cache()
    made: list[int] = []

    def latest(key: int) -> int:
        return cache.latest("sheet", key, lambda: made.append(key) or key)

    assert [latest(1), latest(1), latest(2), latest(1)] == [1, 1, 2, 1]
    assert made == [1, 2, 1]


def test_no_other_module_drives_a_generator_by_hand():
    root = Path(genstudio.__file__).parent
    by_hand = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if "except StopIteration" in path.read_text(encoding="utf-8")
    }
    assert by_hand == {"core/resumable.py"}
