"""The run's folder, as other readers see it."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from genstudio.core.errors import GenstudioError, RunError
from genstudio.training.events import Stepped
from genstudio.training.job import new_job, resume_job
from genstudio.training.recipe.recipe import Recipe
from genstudio.training.run.checkpoint import steps_to_keep
from genstudio.training.run.run import Run, list_runs
from genstudio.training.telemetry import Row
from tests.training.training_helpers import finish, train_until

Recipes = Callable[..., Recipe]


def test_run_is_a_self_contained_folder(recipe: Recipes, tmp_path: Path) -> None:
    job = new_job(recipe(), out=tmp_path / "run")
    finish(job)
    run = Run.open(tmp_path / "run")
    assert run.checkpoints() == [0, 10, 20, 24]
    assert [at for at, _ in run.samples()] == [0, 10, 20]
    assert Image.open(run.samples()[0][1]).size[0] >= 400, "large enough to look at"
    assert run.status == "finished"
    assert run.measures() == job.result()["measures"]
    assert run.measures()["validation/elbo"] < 0
    rows, _ = run.metrics_since()
    assert [row.step for row in rows if "train/kl" in row.values] == [5, 10, 15, 20]
    assert {"plan", "spec", "versions", "device", "threads", "data_fingerprint"} <= run.state().keys()
    kinds = [json.loads(line)["event"] for line in (run.path / "events.jsonl").read_text().splitlines()]
    assert kinds[0] == "started"
    assert kinds[-1] == "finished"


def test_a_run_can_be_watched_while_it_trains(recipe: Recipes, tmp_path: Path) -> None:
    job = new_job(recipe(), out=tmp_path / "run")
    events, other = job.events(), Run.open(tmp_path / "run")
    offset, seen = 0, []
    for event in events:
        if isinstance(event, Stepped):
            rows, offset = other.metrics_since(offset)
            seen += [row.step for row in rows]
    rows, _ = other.metrics_since(offset)
    seen += [row.step for row in rows]
    assert seen == [row.step for row in other.metrics_since()[0]]
    assert seen[:3] == [0, 5, 8]


def test_incomplete_last_line_is_read_later(recipe: Recipes, tmp_path: Path) -> None:
    run = Run.create(recipe(), tmp_path / "run")
    path = run.path / "metrics.jsonl"
    assert run.metrics_since() == ([], 0)
    line = Row(10, 1.0, {"train/kl": 2.0, "train/bad": float("nan")}).to_json().encode() + b"\n"
    path.write_bytes(line + line[:20])
    rows, offset = run.metrics_since()
    assert len(rows) == 1
    assert offset == len(line)
    path.write_bytes(line + line + b"{}\nnot json\n")
    assert len(run.metrics_since(offset)[0]) == 1
    path.write_bytes(line)  # resumed from an earlier checkpoint
    assert len(run.metrics_since(10**6)[0]) == 1


def test_runs_have_unique_names(recipe: Recipes, tmp_path: Path) -> None:
    first, second = Run.create(recipe()), Run.create(recipe())
    assert (first.name, second.name) == ("tiny-1", "tiny-2")
    (first.path.parent / "no-run").mkdir()
    broken = first.path.parent / "broken"
    broken.mkdir()
    (broken / "recipe.toml").write_text("not TOML")
    assert {run.name for run in list_runs(first.path.parent)} == {"tiny-1", "tiny-2"}
    assert Run.open("tiny-2").path == second.path
    second.rename("discs")
    assert Run.open("discs").status == "empty"
    for bad in ("tiny-1", "../out", "", ".hidden"):
        with pytest.raises(RunError):
            second.rename(bad)
    second.delete()
    assert [run.name for run in list_runs(first.path.parent)] == ["tiny-1"]
    with pytest.raises(RunError, match="no run"):
        Run.open("discs")


def test_nothing_is_overwritten(recipe: Recipes, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("years of work")
    with pytest.raises(RunError, match="not empty"):
        new_job(recipe(), out=tmp_path / "mine")


@given(st.lists(st.integers(0, 10**7), unique=True, max_size=300))
def test_thinning_keeps_the_first_the_newest_and_an_even_spread(steps: list[int]) -> None:
    kept = steps_to_keep(steps)
    assert kept <= set(steps)
    assert len(kept) == min(len(steps), 32)
    if steps:
        assert {min(steps), max(steps)} <= kept


def test_thinning_during_training_spreads_over_its_whole_length() -> None:
    kept: set[int] = set()
    for step in range(0, 100_001, 100):
        kept = steps_to_keep([*kept, step])
    ordered = sorted(kept)
    widest = max(b - a for a, b in pairwise(ordered))
    assert widest <= 10_000, ordered


def test_old_checkpoints_keep_weights_but_not_the_optimiser(recipe: Recipes, tmp_path: Path) -> None:
    train_until(new_job(recipe("plan.save_every=2"), out=tmp_path / "run"), 8)
    run = Run.open(tmp_path / "run")
    has_trainer = [(run.checkpoint(step) / "trainer.pt").exists() for step in run.checkpoints()]
    assert has_trainer == [False, False, False, True, True]
    assert run.snapshot(2).step == 2
    with pytest.raises(RunError, match="There are: 0, 2, 4, 6, 8"):
        run.snapshot(3)


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return eval, ("open('owned', 'w')",)


def test_a_strangers_run_can_not_execute_code(recipe: Recipes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train_until(new_job(recipe(), out=tmp_path / "run"), 2)
    monkeypatch.chdir(tmp_path)
    for folder in (tmp_path / "run/checkpoints").iterdir():
        torch.save({"players": Evil()}, folder / "trainer.pt")
        state = json.loads((folder / "state.json").read_text())
        state["files"]["trainer.pt"] = (folder / "trainer.pt").stat().st_size
        (folder / "state.json").write_text(json.dumps(state))
        (folder / "model.safetensors").write_bytes(pickle.dumps(Evil()))
        state["files"]["model.safetensors"] = (folder / "model.safetensors").stat().st_size
        (folder / "state.json").write_text(json.dumps(state))
    with pytest.raises(GenstudioError, match="can't be read"):
        Run.open(tmp_path / "run").snapshot(averaged=False)
    with pytest.raises(GenstudioError, match="can't be read"):
        finish(resume_job(tmp_path / "run"))
    assert not (tmp_path / "owned").exists()
