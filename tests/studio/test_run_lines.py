"""The run that is open in this window is not listed as training elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from genstudio.studio.threads.run_reader import run_lines
from genstudio.training.run.listing import Listed


def test_the_run_that_trains_in_this_window_is_open_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    mine, other = tmp_path / "mine", tmp_path / "other"
    monkeypatch.setattr("genstudio.training.run.run.run_folders", lambda: [mine, other])
    monkeypatch.setattr(
        "genstudio.training.run.listing.look_at_run",
        lambda path, measures: Listed(path, status="training", step=0, title="Faces"),
    )
    words = [line.words for line in run_lines(str(mine))]
    assert words == ["mine · Faces · open here", "other · Faces · step 0 · training elsewhere"]
