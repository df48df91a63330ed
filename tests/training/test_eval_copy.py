"""Snapshots, measurements and samples leave the bits of training unchanged."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import torch

from genstudio.core.seeding import generator
from genstudio.training import snapshot as snapshots
from genstudio.training.events import Stepped
from genstudio.training.job import Job, new_job
from genstudio.training.recipe.recipe import Recipe
from genstudio.training.run.run import Run
from genstudio.training.snapshot import SnapshotBoard, load_model
from tests.training.training_helpers import contents, finish, same

Recipes = Callable[..., Recipe]


def trained(made: Recipe, out: Path, look: Callable[[Job], None] = lambda job: None) -> dict[str, object]:
    job = new_job(made, out=out)
    for event in job.events():
        if isinstance(event, Stepped):
            look(job)
    return contents(out, job.result()["step"])


def test_measuring_and_sampling_change_no_bit(recipe: Recipes, tmp_path: Path) -> None:
    often = trained(recipe("plan.sample_every=2", "plan.evaluate_every=3", "plan.save_every=1"), tmp_path / "often")
    never = trained(recipe("plan.sample_every=0", "plan.evaluate_every=0", "plan.save_every=0"), tmp_path / "never")
    for part in ("weights", "averaged", "trainer"):
        same(often[part], never[part], part)
    same(
        [r for r in often["rows"] if "train/kl" in r["values"]], [r for r in never["rows"] if "train/kl" in r["values"]]
    )  # type: ignore[attr-defined]


def test_viewing_from_another_thread_changes_no_bit(recipe: Recipes, tmp_path: Path, monkeypatch: object) -> None:
    """Another thread loads every snapshot, builds models, decodes, samples and encodes, while training goes on."""
    alone = trained(recipe(), tmp_path / "alone")
    looked: list[int] = []
    asked, done = threading.Event(), threading.Event()
    jobs: list[Job] = []

    def onlooker() -> None:
        while True:
            asked.wait()
            asked.clear()
            if done.is_set():
                return
            shot = jobs[0].board.latest
            if shot is not None:
                model = load_model(shot)
                dice = generator(0, "look")
                with torch.inference_mode():
                    model.encode(model.decode(model.prior(50, generator=dice)))  # type: ignore[operator]
                looked.append(shot.step)

    def look(job: Job) -> None:
        jobs[:] = [job]
        job.board._offered = -1e9  # no pause between two: this test does not wait for a clock
        job.board.request()
        asked.set()

    thread = threading.Thread(target=onlooker)
    thread.start()
    watched = trained(recipe(), tmp_path / "watched", look)
    done.set()
    asked.set()
    thread.join()
    assert looked
    same(watched, alone)


def test_loading_draws_nothing_and_shares_nothing_with_training(recipe: Recipes, tmp_path: Path) -> None:
    job = new_job(recipe("plan.steps=4"), out=tmp_path / "run")
    events = job.events()
    next(event for event in events if isinstance(event, Stepped))
    job.board.request()
    job.publish()
    shot = job.board.latest
    assert shot is not None
    before, digest = torch.get_rng_state(), shot.digest
    model = load_model(shot)
    assert torch.equal(torch.get_rng_state(), before)
    assert not model.training
    assert not any(p.requires_grad for p in model.parameters())
    finish_rest = list(events)
    assert finish_rest
    assert snapshots.digest_of(shot.weights) == digest, "a snapshot stays as it was"
    assert shot.digest != job.run.snapshot().digest


def test_a_snapshot_holds_the_averaged_weights(recipe: Recipes, tmp_path: Path) -> None:
    finish(new_job(recipe(), out=tmp_path / "run"))
    run = Run.open(tmp_path / "run")
    averaged, plain = run.snapshot(), run.snapshot(averaged=False)
    assert averaged.averaged
    assert not plain.averaged
    assert averaged.digest != plain.digest
    assert run.snapshot(0).step == 0
    image = load_model(averaged).sample(2, generator=generator(0))  # type: ignore[operator]
    assert image.shape == (2, 1, 8, 8)


def test_board_gives_the_newest_snapshot_at_a_limited_rate() -> None:
    board = SnapshotBoard()
    assert not board.is_requested(), "no request"
    board.request()
    board.request()
    assert board.is_requested()
    first = snapshots.Snapshot("r", 1, "vae", {}, None, {})  # type: ignore[arg-type]
    board.offer(lambda: first)
    assert board.latest is first
    assert not board.is_requested()
    board.request()
    assert not board.is_requested(), "a quarter of a second has not gone by"
    assert board.pending, "it is owed all the same"
    asked: list[bool] = []

    def take() -> snapshots.Snapshot:
        asked.append(board.pending)
        return snapshots.Snapshot("r", 2, "vae", {}, None, {})  # type: ignore[arg-type]

    board.offer(take)
    assert asked == [True], "waiting ends only when the new one arrives"
    assert not board.pending
    assert board.latest.step == 2
