"""A run that was stopped, or killed, and resumed equals to the bit the run that was not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from genstudio.core.errors import RunError
from genstudio.training.events import Sampled, Stepped
from genstudio.training.job import new_job, resume_job
from genstudio.training.recipe.recipe import Recipe
from genstudio.training.run.run import Run
from tests.training.training_helpers import Hooked, contents, finish, same, torch_unchanged, train_killed, train_until

CHANGES = {5: {"beta": 2.0}, 9: {"plan.players.model.lr": 0.001, "plan.log_every": 4}, 14: {"plan.clip": 50.0}}
Recipes = Callable[..., Recipe]


@pytest.fixture(scope="module")
def straight(recipe: Recipes, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """24 steps without a stop, with live changes."""
    folder = tmp_path_factory.mktemp("straight") / "run"
    with torch_unchanged():
        train_until(new_job(recipe(), out=folder), 24, CHANGES)
    return contents(folder, 24)


@pytest.mark.parametrize("stop", [1, 8, 9, 10, 17])
def test_stopped_and_resumed_equals_uninterrupted(
    stop: int, recipe: Recipes, tmp_path: Path, straight: dict[str, object]
) -> None:
    train_until(new_job(recipe(), out=tmp_path / "run"), stop, CHANGES)
    train_until(resume_job(tmp_path / "run"), 24, CHANGES)
    same(contents(tmp_path / "run", 24), straight)


@pytest.mark.parametrize(
    "overrides",
    [
        ("plan.players.model.optimiser=adamw", "plan.players.model.weight_decay=0.01", "data.binarisation=fixed"),
        ("plan.players.model.optimiser=sgd", "plan.players.model.schedule=linear", "plan.clip=1"),
        ("plan.players.model.optimiser=rmsprop", "plan.players.model.schedule=exponential"),
        ("plan.players.model.optimiser=adagrad", "plan.players.model.average=0", "data.binarisation=none"),
        ("model.net=conv", "plan.precision=bf16", "plan.batch_size=190"),
    ],
    ids=["adamw", "sgd", "rmsprop", "adagrad", "conv-bf16"],
)
def test_every_optimiser_resumes_exactly(overrides: tuple[str, ...], recipe: Recipes, tmp_path: Path) -> None:
    train_until(new_job(recipe(*overrides), out=tmp_path / "straight"), 13)
    train_until(new_job(recipe(*overrides), out=tmp_path / "run"), 7)
    train_until(resume_job(tmp_path / "run"), 13)
    same(contents(tmp_path / "run", 13), contents(tmp_path / "straight", 13))


def test_steps_only_determine_the_end(recipe: Recipes, tmp_path: Path) -> None:
    """A schedule without decay steps takes the recipe's steps, and a longer run does not change it."""
    overrides = ("plan.players.model.decay_steps=0", "plan.steps=12")
    finish(new_job(recipe(*overrides), out=tmp_path / "run"))
    finish(resume_job(tmp_path / "run", steps=20))
    finish(new_job(recipe(*overrides).override(["plan.steps=20"]), out=tmp_path / "straight"))
    same(contents(tmp_path / "run", 20), contents(tmp_path / "straight", 20))


def test_the_final_measurement_is_made_again(recipe: Recipes, tmp_path: Path) -> None:
    first = new_job(recipe("plan.steps=5"), out=tmp_path / "run")
    finish(first)
    again = resume_job(tmp_path / "run")
    finish(again)
    assert again.result()["step"] == 5
    assert again.result()["measures"] == first.result()["measures"]
    assert Run.open(tmp_path / "run").status == "finished"


def test_closed_between_two_events_of_one_step(recipe: Recipes, tmp_path: Path) -> None:
    """Samples, a measurement and a checkpoint are due at step 8: a close after the first loses none of the others."""
    made = recipe("plan.sample_every=8", "plan.steps=12")
    train_until(new_job(made, out=tmp_path / "straight"), 12)
    events = new_job(made, out=tmp_path / "run").events()
    next(event for event in events if isinstance(event, Sampled) and event.step == 8)
    events.close()
    train_until(resume_job(tmp_path / "run"), 12)
    same(contents(tmp_path / "run", 12), contents(tmp_path / "straight", 12))


def test_a_measurement_that_a_stop_cut_short_is_made_on_resuming(recipe: Recipes, tmp_path: Path) -> None:
    made = recipe("plan.steps=12")
    train_until(new_job(made, out=tmp_path / "straight"), 12)
    stopping: list[bool] = []
    job = new_job(made, out=tmp_path / "run", cancelled=lambda: bool(stopping))
    events = job.events()
    for event in events:
        if isinstance(event, Stepped) and event.step == 7:
            stopping.append(True)  # the person presses Stop while step 8 is being measured
        elif isinstance(event, Stepped) and event.step == 8:
            break
    events.close()
    assert not job.measures
    train_until(resume_job(tmp_path / "run"), 12)
    same(contents(tmp_path / "run", 12), contents(tmp_path / "straight", 12))


def test_changes_made_while_paused_survive_a_stop(recipe: Recipes, tmp_path: Path) -> None:
    job = new_job(recipe(), out=tmp_path / "run")
    train_until(job, 10, {10: {"beta": 3.0}})  # 10 was just saved, with the old beta
    again = resume_job(tmp_path / "run")
    assert again.model.knobs.beta == 3.0
    assert again.recipe.model_knobs["beta"] == 3.0


def test_the_thread_count_comes_back(recipe: Recipes, tmp_path: Path) -> None:
    import torch

    train_until(new_job(recipe("plan.threads=2"), out=tmp_path / "run"), 2)
    torch.set_num_threads(1)
    train_until(resume_job(tmp_path / "run"), 3)
    assert torch.get_num_threads() == 2


def test_change_to_one_thread_during_a_run(recipe: Recipes, tmp_path: Path) -> None:
    """A change during training is an event and in the checkpoint, and the resumed run equals the uninterrupted one."""
    import torch

    torch.set_num_threads(2)
    changes = {5: {"plan.threads": 1}, 14: {"plan.threads": 0}}
    job = new_job(recipe(), out=tmp_path / "straight")
    train_until(job, 24, changes)
    assert job.threads == torch.get_num_threads() == 2, "0 is torch's own choice again, not the last number"
    for stop in (5, 9):
        torch.set_num_threads(2)
        run = tmp_path / f"stopped at {stop}"
        first = new_job(recipe(), out=run)
        train_until(first, stop, changes)
        assert first.threads == torch.get_num_threads() == 1
        torch.set_num_threads(2)
        again = resume_job(run)
        train_until(again, 13, changes)
        assert again.threads == 1
        assert Run.open(run).state(13)["threads"] == 1
        torch.set_num_threads(2)
        train_until(resume_job(run), 24, changes)
        same(contents(run, 24), contents(tmp_path / "straight", 24))
    told = [row for row in Run.open(tmp_path / "straight").run_events() if row["event"] == "changed"]
    assert [(row["step"], row["name"], row["was"], row["value"]) for row in told] == [
        (5, "plan.threads", 0, 1),
        (14, "plan.threads", 1, 0),
    ]


def test_thread_count_does_not_carry_over_to_the_next_training(recipe: Recipes, tmp_path: Path) -> None:
    """As in the window, each training has its own thread: the first on one core, the next with torch's default."""
    import threading

    import torch

    def train(name: str, *overrides: str) -> None:
        job = new_job(recipe(*overrides), out=tmp_path / name)
        train_until(job, 2)
        used.append(job.threads)

    used: list[int] = []
    torch.set_num_threads(2)
    for arguments in (("first", "plan.threads=1"), ("second",)):
        thread = threading.Thread(target=train, args=arguments)
        thread.start()
        thread.join()
    assert used == [1, 2]


def test_killed_at_any_moment_of_a_save(recipe: Recipes, tmp_path: Path) -> None:
    """``kill -9`` before each flush and each rename of the second save point, and with each file half written."""
    made = recipe("plan.steps=6", "plan.save_every=3", "plan.sample_every=3", "plan.evaluate_every=0")
    made.save(tmp_path / "tiny.toml")
    starts: list[int] = []
    with Hooked() as hooked:
        job = new_job(made, out=tmp_path / "straight")
        hooked.calls.clear()
        for event in job.events():
            if isinstance(event, Stepped):
                starts.append(len(hooked.calls))
    straight = contents(tmp_path / "straight", 6)

    first, last = starts[1], starts[2]  # what step 3 wrote: its samples, then its checkpoint
    assert hooked.calls[first:last].count("replace") == 2
    assert hooked.calls[first:last].count("fsync") >= 7  # the sheet, two tables of rows, four files of a checkpoint
    for at in range(first, last):
        for torn in (False, True) if hooked.calls[at] == "fsync" else (False,):
            out = tmp_path / f"killed-{at}-{torn}"
            train_killed(tmp_path / "tiny.toml", out, at, torn)
            assert Run.open(out).status == "stopped", "a killed writer leaves no lock"
            resumed = resume_job(out)
            finish(resumed)
            same(contents(out, 6), straight, f"killed at {at} ({hooked.calls[at]}, torn: {torn})")
            leftovers = [path for path in out.rglob(".*") if path.name != ".lock"]
            assert leftovers == []


def test_killed_before_the_first_checkpoint(recipe: Recipes, tmp_path: Path) -> None:
    """The run then starts from the beginning, in the same folder."""
    made = recipe("plan.steps=3")
    made.save(tmp_path / "tiny.toml")
    train_killed(tmp_path / "tiny.toml", tmp_path / "killed", 4, False)
    assert Run.open(tmp_path / "killed").checkpoints() == []
    finish(resume_job(tmp_path / "killed"))
    finish(new_job(made, out=tmp_path / "straight"))
    same(contents(tmp_path / "killed", 3), contents(tmp_path / "straight", 3))


def test_damaged_newest_checkpoint_falls_back_to_the_previous(recipe: Recipes, tmp_path: Path) -> None:
    train_until(new_job(recipe(), out=tmp_path / "run"), 13)
    damaged = tmp_path / "run/checkpoints/000013/trainer.pt"
    damaged.write_bytes(damaged.read_bytes()[:-100])
    train_until(resume_job(tmp_path / "run"), 24)
    train_until(new_job(recipe(), out=tmp_path / "straight"), 24)
    same(contents(tmp_path / "run", 24), contents(tmp_path / "straight", 24))


def test_two_processes_can_not_write_one_run(recipe: Recipes, tmp_path: Path) -> None:
    job = new_job(recipe(), out=tmp_path / "run")
    events = job.events()
    next(events)
    assert Run.open(tmp_path / "run").status == "training"
    with pytest.raises(RunError, match="being trained"):
        resume_job(tmp_path / "run")
    with pytest.raises(RunError, match="being trained"):
        Run.open(tmp_path / "run").delete()
    events.close()
    assert Run.open(tmp_path / "run").status == "stopped"
