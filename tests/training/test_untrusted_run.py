"""A run from elsewhere: nothing outside its folder changes, and each odd value is refused with a reason."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from genstudio.core.errors import GenstudioError, RunError
from genstudio.export.pins import pin
from genstudio.training.job import new_job, resume_job
from genstudio.training.recipe.recipe import Recipe
from genstudio.training.run.listing import DAMAGED, summarise_run
from genstudio.training.run.run import Run, list_runs, run_folders
from tests.training.training_helpers import finish, torch_unchanged

Recipes = Callable[..., Recipe]


@pytest.fixture(scope="module")
def trained(recipe: Recipes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of ten steps, not to be changed."""
    folder = tmp_path_factory.mktemp("trained") / "run"
    with torch_unchanged():
        finish(new_job(recipe("plan.steps=10", "plan.evaluate_every=0"), out=folder))
    return folder


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> Run:
    """A copy of that run."""
    return Run.open(shutil.copytree(trained, tmp_path / "run"))


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    folder = tmp_path / "victim"
    folder.mkdir()
    (folder / "thesis.txt").write_text("precious\n" * 100)
    for name in ("000099.png", "trainer.pt", "state.json"):
        (folder / name).write_bytes(b"holiday")
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


LINKS = [
    "metrics.jsonl", "events.jsonl", ".lock", "samples", "checkpoints", "checkpoints/000000", "samples/000020.png",
    ".left.tmp", ".left.trash", "checkpoints/.000020.1.tmp", "pinned", "directions", "checkpoints/000010/trainer.pt",
]  # fmt: skip


@pytest.mark.parametrize("name", LINKS)
def test_no_link_is_followed_for_writing(run: Run, victim: Path, name: str) -> None:
    place = run.path / name
    if place.is_dir():
        shutil.move(place, run.path / "aside")
    place.unlink(missing_ok=True)
    place.symlink_to(
        victim if "." not in Path(name).name[1:] or name.startswith("checkpoints/.") else victim / "thesis.txt"
    )
    before = content(victim)
    with pytest.raises(GenstudioError):
        finish(resume_job(run.path, steps=12))
    if run.checkpoints():
        with pytest.raises(GenstudioError, match="leads out"):
            pin(run, Run.open(run.path).snapshot())
    summarise_run(run.path)
    run.delete()
    assert content(victim) == before


def test_run_reached_through_a_link_trains(run: Run, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(run.path)
    finish(resume_job(tmp_path / "link", steps=12))
    assert run.checkpoints()[-1] == 12


def test_hard_link_to_the_rows_keeps_its_content(run: Run, tmp_path: Path) -> None:
    for name in ("metrics.jsonl", "events.jsonl"):
        os.link(run.path / name, tmp_path / name)
    before = [(tmp_path / name).read_bytes() for name in ("metrics.jsonl", "events.jsonl")]
    finish(resume_job(run.path, steps=20))
    assert [(tmp_path / name).read_bytes() for name in ("metrics.jsonl", "events.jsonl")] == before
    assert (run.path / "metrics.jsonl").read_bytes() != before[0]


@pytest.mark.parametrize("name", ["metrics.jsonl", "events.jsonl", ".lock", "checkpoints/000010/state.json"])
def test_pipe_does_not_block_reading(run: Run, name: str) -> None:
    (run.path / name).unlink()
    getattr(os, "mkfifo", os.mkdir)(run.path / name)  # where there are no pipes, a folder is as odd
    summarise_run(run.path)
    with pytest.raises(RunError):
        finish(resume_job(run.path, steps=12))


DEEP = "[" * 100_000
STATES: list[Any] = [
    "", "{", "[]", DEEP, '{"plan": ' + DEEP, {"step": "ten"}, {"step": -1}, {"step": 99}, {"plan": [1]},
    {"plan": {"steps": "x"}},
    {"spec": None}, {"spec": {"channels": 10**6, "height": 10**6, "width": 10**6}}, {"lengths": {"metrics": -5}},
    {"lengths": []}, {"seconds": "x"}, {"threads": 10**9}, {"files": {"../../x": 1}}, {"model_knobs": [1]}, {"model": 5},
    {"rollback": {"good": "x"}}, {"owed": "yes"}, {"data_fingerprint": None}, {"model_knobs": {"latent_dim": 10**9}},
]  # fmt: skip


@pytest.mark.parametrize("state", STATES, ids=lambda state: str(state)[:30])
def test_invalid_state_is_refused_with_a_reason(run: Run, state: Any) -> None:
    for step in run.checkpoints():
        path = run.checkpoint(step) / "state.json"
        path.write_text(state if isinstance(state, str) else json.dumps({**json.loads(path.read_text()), **state}))
    assert summarise_run(run.path).name == "run"
    with pytest.raises(GenstudioError):
        finish(resume_job(run.path, steps=12))


def change(trainer: dict[str, Any], where: str, value: Any) -> None:
    *way, last = where.split("/")
    for name in way:
        trainer = trainer[int(name) if name.isdigit() else name]
    trainer[last] = value


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("step", "x"), ("step", 3), ("only", "nobody"), ("bad_steps", -1), ("players", {}), ("players/model", None),
        ("players/model/updates", None), ("players/model/optimiser/state", {0: {"exp_avg": torch.zeros(3)}}),
        ("players/model/optimiser/state/0/exp_avg", torch.zeros(1)),
        ("players/model/optimiser/state/0/step", torch.tensor(-5.0)),
        ("players/model/optimiser", {}), ("context", {}), ("context/position", -7), ("context/bits", torch.zeros(3)),
        ("meter", {"kl": "x"}), ("generators", {}), ("generators/torch", 5), ("generators/numpy", [1]),
        ("generators/python", []),
    ],
)  # fmt: skip
def test_invalid_trainer_state_is_refused_with_a_reason(run: Run, where: str, value: Any) -> None:
    path = run.checkpoint() / "trainer.pt"
    trainer = torch.load(path, weights_only=True)
    change(trainer, where, value)
    torch.save(trainer, path)
    state = json.loads((run.checkpoint() / "state.json").read_text())
    state["files"]["trainer.pt"] = path.stat().st_size
    (run.checkpoint() / "state.json").write_text(json.dumps(state))
    with pytest.raises(RunError, match="can't be read"):
        finish(resume_job(run.path, steps=12))


def test_settings_of_an_optimiser_come_from_the_plan(run: Run) -> None:
    path = run.checkpoint() / "trainer.pt"
    trainer = torch.load(path, weights_only=True)
    trainer["players"]["model"]["optimiser"]["param_groups"][0].update(lr=1e30, maximize=True)
    torch.save(trainer, path)
    state = json.loads((run.checkpoint() / "state.json").read_text())
    state["files"]["trainer.pt"] = path.stat().st_size
    (run.checkpoint() / "state.json").write_text(json.dumps(state))
    finish(resume_job(run.path, steps=11))
    group = torch.load(run.checkpoint(11) / "trainer.pt", weights_only=True)["players"]["model"]["optimiser"][
        "param_groups"
    ][0]
    assert group["lr"] < 0.01
    assert not group["maximize"]


def test_invalid_rows_are_skipped(run: Run) -> None:
    rows, events = run.metrics_since()[0], run.run_events()
    odd = [DEEP, "[]", '{"step": 1, "values": {"a": []}}', '{"step": "x", "values": {}}', '{"event": "changed", "step": 1}',
           '{"event": "rolledback", "step": 1}', '{"event": "termowners", "step": 1, "terms": [1]}', "1" * 5000]  # fmt: skip
    for name in ("metrics.jsonl", "events.jsonl"):
        with open(run.path / name, "a") as file:
            file.write("\n".join(odd) + "\n")
    assert run.metrics_since()[0] == rows
    assert run.run_events() == events
    assert summarise_run(run.path).status == "finished"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("checkpoints/000010/state.json", "{"),
        ("recipe.toml", "x = " + DEEP),
        ("recipe.toml", "x = " + "1" * 5000),
        ("recipe.toml", "["),
    ],
)
def test_broken_run_is_one_line_and_others_are_still_listed(run: Run, tmp_path: Path, name: str, text: str) -> None:
    shutil.copytree(run.path, tmp_path / "runs" / "good")
    shutil.copytree(run.path, tmp_path / "runs" / "torn")
    (tmp_path / "runs" / "torn" / name).write_text(text)
    lines = {line.name: line for line in map(summarise_run, run_folders(tmp_path / "runs"))}
    assert lines["good"].status == "finished"
    assert lines["torn"].status == DAMAGED
    assert lines["torn"].problem
    assert "good" in [one.name for one in list_runs(tmp_path / "runs")]
