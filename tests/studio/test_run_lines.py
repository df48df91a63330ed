"""Lines of the menu of runs: the open one does not train elsewhere, and while one trains it says why none can be opened."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from genstudio.studio.sidebar.run.runs_menu import RunsMenu
from genstudio.studio.threads.run_reader import RunLine, run_lines
from genstudio.training.run.listing import Listed


def test_the_run_that_trains_in_this_window_is_open_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    mine, other = tmp_path / "mine", tmp_path / "other"
    monkeypatch.setattr("genstudio.training.run.run.run_folders", lambda: [mine, other])
    monkeypatch.setattr(
        "genstudio.training.run.listing.summarise_run",
        lambda path, measures: Listed(path, status="training", step=0, title="Faces"),
    )
    text = [line.text for line in run_lines(str(mine))]
    assert text == ["mine · Faces · open here", "other · Faces · step 0 · training elsewhere"]


@pytest.mark.parametrize("busy", [True, False])
def test_while_a_run_trains_the_menu_says_why_no_other_can_be_opened(qtbot, tmp_path: Path, busy: bool):
    run = SimpleNamespace(path=tmp_path / "mine")
    menu = RunsMenu(SimpleNamespace(run=run, busy=busy))  # type: ignore[arg-type]
    qtbot.addWidget(menu)
    menu.show_runs([RunLine("mine", str(run.path), "mine"), RunLine("other", str(tmp_path / "other"), "other")])
    lines = {action.text(): action.isEnabled() for action in menu.actions() if not action.isSeparator()}
    assert (next(iter(lines)) == "Stop training to open another run") == busy
    assert lines["other"] == lines["Close this run; it stays saved"] == (not busy)
