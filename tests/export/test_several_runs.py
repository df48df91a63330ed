"""Pane states that name several runs: each is opened, contents see them all, exports record and reproduce them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from genstudio.core.errors import RunError, UsageError
from genstudio.core.messages import N_
from genstudio.core.seeding import generator
from genstudio.export.images.contents import Layout, save_pane
from genstudio.export.provenance import read_provenance
from genstudio.export.reproduce import reproduce
from genstudio.studio.threads.render_thread import RenderThread
from genstudio.studio.threads.rendering import Rendered
from genstudio.training.run.run import Run
from genstudio.training.snapshot import load_model
from genstudio.viewing.content import Content, Picture
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import decoded, sheet, to_pixels
from genstudio.viewing.other_runs import OtherRuns, attached
from genstudio.viewing.pane import Pane, final, panes
from genstudio.viewing.pane_state import PaneState, state


@state
class TwoRunsState(PaneState):
    """Nothing but the runs."""


def two_runs(context: ViewContext, state: TwoRunsState) -> Content:
    """The same code, decoded by each run."""
    every = (context, *context.others)
    z: Any = context.model.prior(1, generator=generator(0, "z"))  # type: ignore[operator]
    cells = np.concatenate([to_pixels(decoded(one, z)) for one in every])
    return Content(N_("{n} runs", n=len(every)), (Picture(sheet(cells, 1, len(every))),))


@pytest.fixture(autouse=True)
def _pane(put_in: Any) -> None:
    entry = Pane("two-runs", N_("Two runs"), "look", (), TwoRunsState, N_("For tests."), N_("Nothing."), two_runs)
    put_in(panes, "two-runs", entry)


@pytest.fixture
def both(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Run, Run]:
    """Two runs among the person's: a trained one, and an earlier step of the same under another name."""
    home = tmp_path / "runs"
    monkeypatch.setenv("GENSTUDIO_HOME", str(tmp_path))
    monkeypatch.setattr("genstudio.core.paths.runs_dir", lambda: home)
    for name in ("first", "second"):
        shutil.copytree(run.path, home / name)
    return Run.open(home / "first"), Run.open(home / "second")


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def context_of(run: Run, step: int | None = None) -> ViewContext:
    snapshot = run.snapshot(step)
    return ViewContext(load_model(snapshot), snapshot.spec, snapshot)


def test_a_state_without_further_runs_reads_and_means_what_it_did(both: tuple[Run, Run]) -> None:
    old = TwoRunsState.from_json({"run": "first", "at": 8})
    assert (old.run, old.at, old.other_runs) == ("first", 8, ())
    context = context_of(both[0])
    assert attached(context, old) is context


def test_each_named_run_is_opened_at_its_step(both: tuple[Run, Run]) -> None:
    shown = TwoRunsState(other_runs=(("second", 8), ("first", "latest")))
    assert TwoRunsState.from_json(shown.to_json()) == shown
    context = attached(context_of(both[0]), shown)
    assert [(one.snapshot.run, one.snapshot.step) for one in context.others] == [("second", 8), ("first", 24)]
    pixels = final(context, shown).pictures[0].pixels
    alone = [
        final(context_of(run, step), TwoRunsState()).pictures[0].pixels for run, step in zip(both, (24, 8), strict=True)
    ]
    assert np.array_equal(pixels[:, :16], np.concatenate(alone, 1))
    assert not np.array_equal(alone[0], alone[1])
    assert shown.for_another_run(same_images=True).other_runs == ()


def test_a_model_beside_is_loaded_once(both: tuple[Run, Run]) -> None:
    runs, context, shown = OtherRuns(), context_of(both[0]), TwoRunsState(other_runs=(("second", 8),))
    made = []
    for _ in range(2):
        list(runs.load(context, shown))
        made.append(runs.attach(context, shown).others[0])
    assert made[0] is made[1]


def test_a_run_that_is_gone_and_a_name_that_is_a_path_are_refused(both: tuple[Run, Run]) -> None:
    with pytest.raises(RunError, match="nowhere"):
        attached(context_of(both[0]), TwoRunsState(other_runs=(("nowhere", 8),)))
    with pytest.raises(UsageError, match="other_runs"):
        TwoRunsState.from_json({"other_runs": [["../elsewhere", 8]]})


def test_an_export_names_all_runs_and_is_reproduced(both: tuple[Run, Run], tmp_path: Path) -> None:
    first, second = both
    shown = TwoRunsState(other_runs=(("second", "latest"),))
    context = attached(context_of(first, 8), shown)
    path = save_pane(tmp_path / "both.png", context, shown, run=first, layout=Layout(scale=2))
    provenance = read_provenance(path)
    assert [(one.run, one.step, one.weights) for one in provenance.other_runs] == [
        ("second", 24, second.snapshot(24).digest)
    ]
    assert provenance.state["other_runs"] == [["second", 24]], "the step that was shown, whatever is the latest later"
    assert reproduce(path).differing == 0
    shutil.rmtree(second.path)
    shutil.copytree(second.path.with_name("first"), second.path)
    shutil.rmtree(second.path / "checkpoints" / "000024", ignore_errors=True)
    with pytest.raises(RunError):
        reproduce(path)


class Session:
    """The session's side of the render thread: one run, at its newest step."""

    def __init__(self, run: Run) -> None:
        self.run, self.data, self._snapshot = run, None, run.snapshot()

    def latest_snapshot(self) -> Any:
        return self._snapshot

    def snapshot_at(self, step: int) -> Any:
        return self.run.snapshot(step)


def test_the_render_thread_opens_the_runs_of_a_state(both: tuple[Run, Run], qtbot: Any) -> None:
    thread = RenderThread(Session(both[0]))
    asked = TwoRunsState(other_runs=(("second", 8),))
    found: list[Rendered] = []

    def is_there() -> bool:
        made = thread.result("view")
        if isinstance(made, Rendered) and made.final:
            found.append(made)
        return bool(found)

    try:
        thread.submit("view", asked)
        qtbot.waitUntil(is_there, timeout=30_000)
        assert found[0].content is not None, found[0].error
        assert str(found[0].content.caption) == "2 runs"
    finally:
        thread.stop()
        thread.deleteLater()
