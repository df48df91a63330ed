"""Audit of a pixel-by-pixel model: started by its button, continued when the pane is left, then reported."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from genstudio.studio.pane_area.area import PaneArea
from genstudio.studio.panes.neighbours import audits as module
from genstudio.studio.panes.neighbours.view import NeighboursView
from genstudio.studio.threads.jobs import News
from genstudio.training.run.run import Run
from tests.small_runs import small_run
from tests.studio.pane_area import PATIENCE, area_on


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two steps of a small PixelCNN on the dots."""
    data = {"name": "dots-for-windows", "binarisation": "threshold"}
    return small_run(tmp_path_factory.mktemp("runs") / "dots-1", {"name": "pixelcnn", "width": 4, "blocks": 1}, data)


@pytest.fixture
def area(qtbot, home: Path, run: Run) -> Iterator[PaneArea]:
    with area_on(qtbot, home, run, height=860, pane="neighbours") as made:
        yield made


@pytest.fixture
def view(qtbot, area: PaneArea) -> NeighboursView:
    area.change({"neighbours": replace(area.states["neighbours"], n=4, audited=30)}, "few")
    area.show_pane("neighbours")
    made = area.views["neighbours"]
    qtbot.waitUntil(lambda: made.audit_button.isVisible(), timeout=PATIENCE)
    return made


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """An event; audits continue after their first step only once it is set."""
    made, audit_of = threading.Event(), module.audit_of

    def gated(*asked: Any) -> Generator[float, None, Any]:
        yield 0.25
        assert made.wait(60)
        return (yield from audit_of(*asked))

    monkeypatch.setattr(module, "audit_of", gated)
    yield made
    made.set()


def news_arrived(area: PaneArea) -> list[News]:
    found: list[News] = []
    area.jobs.news_arrived.connect(found.append)
    return found


def test_neighbours_come_at_once_and_the_audit_on_request(qtbot, area: PaneArea, view: NeighboursView):
    news = news_arrived(area)
    assert view.audit_button.text() == "Audit 30 samples"
    assert view.verdict.text() == ""
    assert view.grid.picture is not None
    assert "index" in view.grid.picture.values
    assert area.jobs.running is None
    view.audit_button.click()
    qtbot.waitUntil(lambda: len(view.rendered.content.series) == 2, timeout=PATIENCE)
    assert view.verdict.text().startswith(("No sign of memorising", "Close to", "Memorised"))
    assert not view.audit_button.isVisible()
    assert view.rendered.state.audited == 30, "what is exported says that it was audited"
    assert news == [], "it is on screen: no need to tell"


def test_pane_shows_progress_and_can_stop_it(qtbot, area: PaneArea, view: NeighboursView, gate):
    view.audit_button.click()
    qtbot.waitUntil(lambda: view.verdict.text() == "Auditing 30 samples, 25 %", timeout=PATIENCE)
    assert view.audit_button.text() == "Stop"
    view.audit_button.click()
    assert area.jobs.running is None
    assert view.audit_button.text() == "Audit 30 samples"
    assert view.verdict.text() == ""


def test_audit_continues_when_the_pane_is_left_and_links_to_its_result(
    qtbot, area: PaneArea, view: NeighboursView, gate
):
    news = news_arrived(area)
    view.audit_button.click()
    job = area.jobs.running
    area.show_pane("pixels")
    qtbot.waitUntil(lambda: area.views["pixels"].rendered is not None, timeout=PATIENCE)
    assert area.jobs.running is job, "the other pane has its picture while the audit is under way"
    gate.set()
    qtbot.waitUntil(lambda: len(news) == 1, timeout=PATIENCE)
    assert str(news[0].text).startswith("Audit of dots-1 at step 2: ")
    assert news[0].show is not None
    news[0].show()
    assert area.active == "neighbours"
    qtbot.waitUntil(lambda: len(view.rendered.content.series) == 2, timeout=PATIENCE)
    assert str(view.rendered.content.values["verdict"]) in str(news[0].text)


def test_a_verdict_is_never_shown_beside_other_samples(qtbot, area: PaneArea, view: NeighboursView, gate):
    news = news_arrived(area)
    view.audit_button.click()
    view.resample()
    qtbot.waitUntil(lambda: view.rendered.state.seed == view.state.seed and view.rendered.final, timeout=PATIENCE)
    gate.set()
    qtbot.waitUntil(lambda: len(news) == 1, timeout=PATIENCE)
    assert view.verdict.text() == ""
    assert view.audit_button.text() == "Audit 30 samples"
    area.undo_stack.undo()
    qtbot.waitUntil(lambda: len(view.rendered.content.series) == 2, timeout=PATIENCE)
