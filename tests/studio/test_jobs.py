"""Jobs started by a person: progress, stop, pause during a drag, and the status bar."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest
import torch

from genstudio.core.errors import GenstudioError
from genstudio.core.messages import N_
from genstudio.studio.status_bar import JobLine
from genstudio.studio.threads.jobs import Jobs, News, PaneJob

PATIENCE = 30_000


class Counting:
    """Work of ten steps, each of which waits until it may be taken."""

    def __init__(self) -> None:
        self.may = threading.Semaphore(0)
        self.steps = 0
        self.closed = threading.Event()
        self.error: Exception | None = None
        self.threads = 0

    def __call__(self) -> Generator[float, None, str]:
        self.threads = torch.get_num_threads()
        try:
            for k in range(10):
                assert self.may.acquire(timeout=30)
                self.steps += 1
                if self.error is not None:
                    raise self.error
                yield (k + 1) / 10
            return "done"
        finally:
            self.closed.set()


@pytest.fixture
def jobs(qapp) -> Iterator[Jobs]:
    made = Jobs(lambda: False)
    yield made
    made.shutdown()
    made.deleteLater()


def start(jobs: Jobs, work: Callable[[], Any], **how: Any) -> tuple[PaneJob, list[Any]]:
    job, found = PaneJob(N_("Counting"), **how), []
    jobs.start(job, work, found.append, found.append)
    return job, found


def test_job_reports_progress_and_result(qtbot, jobs: Jobs):
    work = Counting()
    job, found = start(jobs, work)
    assert jobs.running is job
    work.may.release(4)
    qtbot.waitUntil(lambda: job.share == 0.4, timeout=PATIENCE)
    work.may.release(6)
    qtbot.waitUntil(lambda: found == ["done"], timeout=PATIENCE)
    assert jobs.running is None
    assert work.threads == 1, "the other core is left to what is looked at"


def test_stopped_job_takes_no_further_step_and_gives_no_result(qtbot, jobs: Jobs):
    work, after = Counting(), Counting()
    job, found = start(jobs, work)
    work.may.release(3)
    qtbot.waitUntil(lambda: job.share == 0.3, timeout=PATIENCE)
    jobs.stop()
    assert jobs.running is None
    work.may.release(7)
    assert work.closed.wait(30)
    after.may.release(10)
    _, next_found = start(jobs, after)
    qtbot.waitUntil(lambda: next_found == ["done"], timeout=PATIENCE)
    assert found == []
    assert work.steps <= 4, "the step in which it was stopped is the last"


def test_job_pauses_during_a_drag(qtbot, jobs: Jobs):
    work, beside = Counting(), threading.Event()
    job, found = start(jobs, work)
    work.may.release(2)
    qtbot.waitUntil(lambda: job.share == 0.2, timeout=PATIENCE)
    jobs.rest(True)
    work.may.release(8)
    assert not beside.wait(0.2)
    assert work.steps <= 3, "one step may have been under way"
    jobs.rest(False)
    qtbot.waitUntil(lambda: found == ["done"], timeout=PATIENCE)


def test_error_is_reported_and_the_next_job_runs(qtbot, jobs: Jobs):
    wrong, work = Counting(), Counting()
    wrong.error = GenstudioError(N_("It rains."), N_("Wait."))
    wrong.may.release(1)
    work.may.release(10)
    _, failed = start(jobs, wrong)
    _, found = start(jobs, work)
    qtbot.waitUntil(lambda: found == ["done"], timeout=PATIENCE)
    assert failed == [wrong.error]


def test_status_bar_shows_the_job_with_stop_and_then_its_result(qtbot, jobs: Jobs):
    line = JobLine()
    qtbot.addWidget(line)
    line.follow(jobs)
    line.show()
    work, shown = Counting(), []
    job, _ = start(jobs, work)
    assert line.isVisible()
    work.may.release(4)
    qtbot.waitUntil(lambda: line.text_label.text() == "Counting, 40 %", timeout=PATIENCE)
    assert "Counting" in line.stop.accessibleName()
    line.stop.click()
    assert job.stopped.is_set()
    assert line.isHidden()
    work.may.release(6)
    jobs.news_arrived.emit(News("Found it.", lambda: shown.append(1)))
    assert (line.text_label.text(), line.action.isVisible(), line.stop.isVisible()) == ("Found it.", True, False)
    line.action.click()
    assert shown == [1]
    assert line.isHidden()
