"""A run has everything needed to resume, and a failed save loses nothing."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from genstudio.core.errors import NotSavedError, RunError, UsageError
from genstudio.training.events import Stepped
from genstudio.training.job import Job, new_job, resume_job
from genstudio.training.recipe.plan import Plan
from genstudio.training.recipe.recipe import Recipe
from genstudio.training.run import files
from genstudio.training.run.images import open_images
from genstudio.training.run.run import Run
from tests.training.training_helpers import contents, finish, same

Recipes = Callable[..., Recipe]
QUICK = ("plan.steps=6", "plan.evaluate_every=0", "plan.save_every=0", "plan.sample_every=0")


def test_size_none_survives_in_a_run(recipe: Recipes, tmp_path: Path) -> None:
    finish(new_job(recipe(*QUICK, "data.size=none"), out=tmp_path / "run"))
    run = Run.open(tmp_path / "run")
    assert run.recipe.resolve().recipe.data_knobs["size"] is None
    finish(resume_job(run.path, steps=8))
    text = (run.path / "recipe.toml").read_text()
    (run.path / "recipe.toml").write_text(text.replace('size = "none"\n', ""))  # as runs were written before
    assert open_images(Run.open(run.path)).spec.shape == (1, 8, 8)


def test_later_defaults_change_no_run(recipe: Recipes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finish(new_job(recipe(*QUICK), out=tmp_path / "run"))
    for name, value in (("batch_size", 7), ("seed", 5), ("log_every", 3)):
        monkeypatch.setattr(Plan.model_fields[name], "default", value)
    Plan.model_rebuild(force=True)
    try:
        job = resume_job(tmp_path / "run", steps=8)
        assert (job.plan.batch_size, job.plan.seed, job.plan.log_every) == (50, 3, 5)
    finally:
        monkeypatch.undo()
        Plan.model_rebuild(force=True)


def relative_run(recipe: Recipes, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    for name in ("A", "B"):
        (tmp_path / name).mkdir()
    shutil.copytree(pictures, tmp_path / "A" / "mine")
    monkeypatch.chdir(tmp_path / "A")
    job = new_job(recipe(*QUICK, "data.path=mine"), out=tmp_path / "run")
    finish(job)
    monkeypatch.chdir(tmp_path / "B")
    return job.run


def test_relative_path_resumes_from_any_folder(
    recipe: Recipes, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = relative_run(recipe, pictures, tmp_path, monkeypatch)
    finish(resume_job(run.path, steps=8))
    assert run.state()["images"]["place"] == str(tmp_path / "A" / "mine")


def test_other_images_of_the_same_name_are_not_used(
    recipe: Recipes, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = relative_run(recipe, pictures, tmp_path, monkeypatch)
    shutil.move(tmp_path / "A" / "mine", tmp_path / "B" / "mine")
    assert resume_job(run.path, steps=8).data.place == tmp_path / "B" / "mine", "moved, and the same"
    for number in range(60):
        (tmp_path / "B" / "mine" / f"{number:03d}.png").unlink()
    before = (run.path / "events.jsonl").read_bytes()
    with pytest.raises(RunError, match="not those that the run"):
        resume_job(run.path, steps=8)
    assert (run.path / "events.jsonl").read_bytes() == before
    assert resume_job(run.path, steps=8, search=[tmp_path / "B"]), "an explicit folder takes precedence"


def test_search_folders_are_remembered(
    recipe: Recipes, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(pictures, tmp_path / "sets" / "mine")
    finish(new_job(recipe(*QUICK, "data.path=mine"), out=tmp_path / "run", search=[tmp_path / "sets"]))
    run = Run.open(tmp_path / "run")
    assert run.recipe.data_knobs["path"] == "mine"
    finish(resume_job(run.path, steps=8))


def test_invalid_text_in_a_name_is_refused_before_a_folder_is_made(recipe: Recipes, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"caf\\xe9"):
        new_job(recipe(*QUICK).override(["data.path=" + os.fsdecode(b"caf\xe9")]), out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def full(monkeypatch: pytest.MonkeyPatch, inside: Path) -> Callable[[], None]:
    """A full disk under ``inside``; the function frees space."""
    real = os.fsync

    def fsync(handle: int) -> None:
        if os.fstat(handle).st_ino in {path.stat().st_ino for path in inside.rglob("*") if path.is_file()}:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    monkeypatch.setattr(files.os, "fsync", fsync)
    return lambda: monkeypatch.setattr(files.os, "fsync", real)


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("where", ["run", "run/checkpoints"])
def test_full_disk_leaves_no_partial_folder(
    recipe: Recipes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool, where: str
) -> None:
    if there:
        (tmp_path / "run").mkdir()
    make_room = full(monkeypatch, tmp_path / where)
    with pytest.raises(RunError, match="No space left"):
        finish(new_job(recipe(*QUICK), out=tmp_path / "run"))
    assert (tmp_path / "run").exists() == there
    make_room()
    finish(new_job(recipe(*QUICK), out=tmp_path / "run"))


def test_leftovers_of_a_killed_process_are_ignored(recipe: Recipes, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / ".recipe.toml.123.tmp").write_text("[mo")
    assert os.listdir(Run.create(recipe(), tmp_path / "run").path) == ["recipe.toml"]


def train_and_lose(job: Job, lose: Callable[[], object]) -> None:
    """Until the run's folder is noticed to be gone."""
    steps = (lose() for event in job.events() if isinstance(event, Stepped) and event.step == 15)
    with pytest.raises(NotSavedError, match="gone"):
        list(steps)


def test_deleted_run_is_saved_elsewhere_to_the_bit(recipe: Recipes, tmp_path: Path) -> None:
    whole = new_job(recipe("plan.evaluate_every=0"), out=tmp_path / "whole")
    finish(whole)
    job = new_job(recipe("plan.evaluate_every=0"), out=tmp_path / "run")
    train_and_lose(job, lambda: shutil.rmtree(tmp_path / "run"))
    assert not (tmp_path / "run").exists(), "no stump comes back"
    saved_elsewhere = job.save_elsewhere()
    assert saved_elsewhere.name == "run-kept-1"
    assert saved_elsewhere.step == 20
    events = [row for row in saved_elsewhere.run_events() if row["step"] <= 15]
    assert events, "its curves know where settings were changed, and to which player each term belongs"
    assert events == [row for row in whole.run.run_events() if row["step"] <= 15]
    finish(resume_job(saved_elsewhere.path))
    ours, theirs = contents(saved_elsewhere, 24), contents(whole.run, 24)
    assert [row for row in ours["rows"] if row["step"] <= 15] == [row for row in theirs["rows"] if row["step"] <= 15]
    for part in ("weights", "averaged", "trainer", "plan"):
        same(ours[part], theirs[part], part)


def test_failed_save_elsewhere_leaves_nothing_and_can_be_retried(
    recipe: Recipes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = new_job(recipe("plan.evaluate_every=0"), out=tmp_path / "run")
    train_and_lose(job, lambda: shutil.rmtree(tmp_path / "run"))
    make_room = full(monkeypatch, tmp_path / "elsewhere" / "checkpoints")
    with pytest.raises(RunError):
        job.save_elsewhere(tmp_path / "elsewhere")
    assert not job.saved_elsewhere
    assert not (tmp_path / "elsewhere").exists()
    make_room()
    assert job.save_elsewhere(tmp_path / "elsewhere").step == 20
    assert job.saved_elsewhere
