"""Other programs on the computer: measured by the system's counters, shown in the status bar, with a remedy."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import pytest
import torch
from PySide6.QtCore import QObject, Qt, Signal

from genstudio.studio.busy_line import BusyLine
from genstudio.studio.threads.processor import Processor, Used, read_counters

PATIENCE = 60_000


class Counters:
    """Counters of a simulated computer with a controllable clock."""

    def __init__(self, cores: int = 2) -> None:
        self.now = Used(0.0, 0.0, 0.0, cores)

    def __call__(self) -> Used:
        return self.now

    def pass_by(self, others: float, own: float, seconds: float = 1.0) -> None:
        was = self.now
        self.now = Used(was.at + seconds, was.all + (others + own) * seconds, was.own + own * seconds, self.now.cores)


def watch(counters: Counters, others: list[float], wanted: int) -> tuple[Processor, list[bool]]:
    """A processor monitor after one reading per second, with the given load of other programs; its reports."""
    processor, said = Processor(counters), []
    processor.update(wanted)
    for share in others:
        counters.pass_by(share, counters.now.cores - share)
        processor.update(wanted)
        said.append(processor.crowded)
    return processor, said


def test_idle_computer_is_not_busy() -> None:
    processor, said = watch(Counters(), [0.05, 0.1, 0.0, 0.1] * 5, wanted=2)
    assert not any(said)
    assert processor.others < 0.1


def test_one_busy_program_is_detected_and_one_thread_suggested() -> None:
    counters = Counters()
    processor, said = watch(counters, [1.0] * 10, wanted=2)
    assert said[-1]
    assert processor.others == pytest.approx(1.0, abs=0.02)
    assert processor.free == 1
    for _second in range(10):
        processor.update(1)
    counters.pass_by(1.0, 1.0)
    processor.update(1)
    assert not processor.crowded, "one thread and one other program have a core each"


def test_fewer_threads_do_not_help_beside_two_programs() -> None:
    processor, said = watch(Counters(), [1.6] * 10, wanted=2)
    assert said[-1]
    assert processor.free == 0


def test_seven_of_eight_cores_remain() -> None:
    processor, said = watch(Counters(8), [1.0] * 10, wanted=8)
    assert said[-1]
    assert processor.free == 7
    assert not watch(Counters(8), [1.0] * 10, wanted=4)[1][-1], "there is room for both"


def test_short_activity_of_another_program_is_ignored() -> None:
    """The report appears after some seconds of load and stays through fluctuations."""
    assert not watch(Counters(), [0.0, 0.0, 0.7, 0.0, 0.0, 0.0], wanted=2)[1][2]
    _processor, said = watch(Counters(), [0.6] * 10 + [0.25, 0.5] * 10, wanted=2)
    changes = sum(a != b for a, b in itertools.pairwise(said))
    assert changes == 1, said


def test_nothing_is_reported_without_training() -> None:
    assert not watch(Counters(), [2.0] * 5, wanted=0)[1][-1]


def test_system_counters_include_this_process() -> None:
    before = read_counters()
    while read_counters().own - before.own < 0.02:
        sum(range(10_000))
    after = read_counters()
    assert after.at > before.at
    assert after.cores == before.cores >= 1


class Session(QObject):
    changed = Signal()

    def __init__(self, threads: int) -> None:
        super().__init__()
        self.state, self.job = "training", SimpleNamespace(threads=threads)


@pytest.mark.parametrize(
    ("threads", "others", "text", "button"),
    [
        (2, 0.0, "", ""),
        (2, 1.0, "Other programs use 1.0 of 2 cores", "Use one thread"),
        (2, 2.0, "Other programs use 2.0 of 2 cores", ""),
        (1, 2.0, "Other programs use 2.0 of 2 cores", ""),
        (1, 1.0, "", ""),
        (0, 2.0, "", ""),
    ],
)
def test_status_bar_reports_it_and_offers_a_remedy(qtbot, threads: int, others: float, text: str, button: str) -> None:
    counters, session = Counters(), Session(threads)
    line = BusyLine(session, processor=Processor(counters))
    qtbot.addWidget(line)
    for _second in range(20):
        counters.pass_by(others, 2 - others)
        line.refresh()
    assert line.isHidden() == (not text)
    if text:
        assert line.text_label.text().startswith(text)
        assert line.link.isHidden() == (not button)
        assert line.link.text() == button or not button
    session.state = "paused"
    session.changed.emit()
    assert line.isHidden(), "what stands still waits for no core"


def test_one_thread_from_the_status_bar(qtbot, window) -> None:
    """By its button in the real window: training continues with one thread, and the field and the status bar show it."""
    session, bar = window.session, window.status
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        qtbot.mouseClick(window.left.controls.main, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: session.state == "training" and session.job.threads == 2, timeout=PATIENCE)
        counters = Counters()
        bar.busy.processor = Processor(counters)
        for _second in range(10):
            counters.pass_by(1.0, 1.0)
            bar.busy.refresh()
        assert bar.busy.isVisible()
        qtbot.mouseClick(bar.busy.link, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: session.job.threads == 1, timeout=PATIENCE)
        counters.pass_by(1.0, 1.0)
        bar.busy.refresh()
        assert not bar.busy.isVisible()
        assert window.left.plan.form.rows["threads"].field.text() == "1"
        qtbot.waitUntil(lambda: bar.label.text().startswith("CPU, 1 thread "), timeout=PATIENCE)

        def changed() -> list[tuple[str, object]]:  # rows reach the file with the loop's next flush
            return [(row["name"], row["value"]) for row in session.run.run_events() if row["event"] == "changed"]

        qtbot.waitUntil(lambda: changed() == [("plan.threads", 1)], timeout=PATIENCE)
    finally:
        torch.set_num_threads(before)
