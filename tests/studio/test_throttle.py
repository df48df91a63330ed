"""Stage of a picture that is shown during a drag."""

from __future__ import annotations

from genstudio.studio.threads.throttle import BUDGET_MS, StagePace


def taught(*milliseconds: float) -> StagePace:
    pace = StagePace()
    for stage, took in enumerate(milliseconds):
        pace.record(stage, took, final=stage == len(milliseconds) - 1)
    return pace


def test_best_stage_within_the_budget_is_shown():
    pace = taught(2.0, 3.0, BUDGET_MS)
    assert not pace.is_best_in_time(0, 2.0), "a better one comes in time"
    assert pace.is_best_in_time(1, 5.0), "the whole would be late"
    assert not taught(1.0, 1.0, 1.0).is_best_in_time(1, 2.0), "a quick model never shows half a picture"


def test_unknown_stage_is_not_waited_for():
    assert StagePace().is_best_in_time(0, 1.0)


def test_stage_that_was_slow_once_is_tried_again():
    pace = taught(2.0, 3.0, 30.0)
    pace.record(1, 3.0 + BUDGET_MS)
    shown_first = 0
    while pace.is_best_in_time(0, 2.0):
        shown_first += 1
        assert shown_first < 100, "a stage that was slow once is tried again"


def test_changed_number_of_stages_is_learnt():
    pace = taught(2.0, 3.0, 30.0)
    pace.record(0, 1.0)
    pace.record(1, 30.0, final=True)  # fewer cells: one stage less
    assert pace.is_best_in_time(0, 1.0)
    pace = taught(2.0, 30.0)
    pace.record(1, 0.5, final=True)
    pace.record(1, 0.5, final=True)
    pace.record(1, 0.5, final=True)
    assert not pace.is_best_in_time(0, 2.0)
