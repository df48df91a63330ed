"""Values that are not finite: back to the last good checkpoint at half the rate, exactly."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from genstudio.models.variational.vae import VAE
from genstudio.training import events as ev
from genstudio.training.job import new_job, resume_job
from genstudio.training.recipe.recipe import Recipe
from genstudio.training.run import checkpoint as checkpoints
from genstudio.training.run.run import Run
from tests.training.training_helpers import contents, finish, same, train_until

Recipes = Callable[..., Recipe]
LR = "plan.players.model.lr"


@pytest.fixture
def too_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """From step 13 on the loss is not finite as long as the rate is above .001: the recipe's .003 is halved twice."""
    honest = VAE.phases

    def phases(self: VAE, context: Any) -> Any:
        lr = next(iter(_loop_of(self).live.plan.players.values())).lr
        for phase in honest(self, context):
            if context.step >= 13 and lr > 0.001:
                phase.terms["kl"] = phase.terms["kl"] * math.nan
            yield phase

    monkeypatch.setattr(VAE, "phases", phases)


LOOPS: list[Any] = []


def _loop_of(model: VAE) -> Any:
    return next(loop for loop in LOOPS if loop.model is model)


def job_of(made: Any) -> Any:
    LOOPS.append(made.loop)
    return made


def run_events(path: Path, *kinds: str) -> list[dict[str, Any]]:
    return [row for row in Run.open(path).run_events() if row["event"] in kinds]


def test_rollback_to_the_last_good_checkpoint_at_half_the_rate(recipe: Recipes, tmp_path: Path, too_fast: None) -> None:
    job = job_of(new_job(recipe("plan.steps=40"), out=tmp_path / "run"))
    events = finish(job)
    assert [e for e in events if isinstance(e, ev.RolledBack)] == [ev.RolledBack(10, 23)] * 2
    assert [(e.step, e.name, e.was, e.value) for e in events if isinstance(e, ev.Changed)] == [
        (10, LR, 0.003, 0.0015), (10, LR, 0.0015, 0.00075),
    ]  # fmt: skip
    assert events[-1] == ev.Finished(40, "done")
    assert job.recipe.plan.players["model"].lr == 0.003, "the recipe is what it was"
    assert job.plan.players["model"].lr == 0.00075
    alarm = next(e for e in events if isinstance(e, ev.Alarm) and "went back" in str(e.message))
    assert (alarm.step, alarm.level) == (23, "watch")
    assert "step 23 to step 10" in str(alarm.message)


def test_rollback_drops_later_rows_but_not_events(recipe: Recipes, tmp_path: Path, too_fast: None) -> None:
    job = job_of(new_job(recipe("plan.steps=40", "plan.log_every=1", "plan.evaluate_every=0"), out=tmp_path / "run"))
    finish(job)
    rows = [json.loads(line) for line in (tmp_path / "run/metrics.jsonl").read_bytes().splitlines()]
    steps = [row["step"] for row in rows if "train/kl" in row["values"]]
    assert steps == list(range(1, 41)), "each step once, in order"
    assert [r.step for r in job.telemetry.since(0)[0] if "train/kl" in r.values] == steps, (
        "and live readers see the same"
    )
    told = run_events(tmp_path / "run", "rolledback", "changed")
    assert [(row["event"], row["step"]) for row in told] == [("rolledback", 10), ("changed", 10)] * 2
    assert [(row["was"], row["value"]) for row in told if row["event"] == "changed"] == [
        (0.003, 0.0015),
        (0.0015, 0.00075),
    ]


@pytest.mark.parametrize("stops", [(11,), (12, 13, 14), (15, 20), (10,), (22,)])
def test_stopped_and_resumed_run_rolls_back_to_the_same_step(
    stops: tuple[int, ...], recipe: Recipes, tmp_path: Path, too_fast: None
) -> None:
    """Stops before and during the bad steps, so many that the good checkpoint is no longer one of the newest two."""
    made = recipe("plan.steps=40")
    train_until(job_of(new_job(made, out=tmp_path / "straight")), 40)
    train_until(job_of(new_job(made, out=tmp_path / "run")), stops[0])
    for stop in (*stops[1:], 40):
        train_until(job_of(resume_job(tmp_path / "run")), stop)
    same(contents(tmp_path / "run", 40), contents(tmp_path / "straight", 40))


def test_stopped_right_after_a_rollback(recipe: Recipes, tmp_path: Path, too_fast: None) -> None:
    made = recipe("plan.steps=40")
    train_until(job_of(new_job(made, out=tmp_path / "straight")), 40)
    events = job_of(new_job(made, out=tmp_path / "run")).events()
    next(event for event in events if isinstance(event, ev.RolledBack))
    events.close()
    assert Run.open(tmp_path / "run").checkpoints()[-1] == 10
    train_until(job_of(resume_job(tmp_path / "run")), 40)
    same(contents(tmp_path / "run", 40), contents(tmp_path / "straight", 40))


def test_training_stops_without_a_good_checkpoint(
    recipe: Recipes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A damaged checkpoint does not count."""
    honest = VAE.elbo_terms

    def poisoned(self: Any, *args: Any, **options: Any) -> dict[str, torch.Tensor]:
        terms = honest(self, *args, **options)
        return {**terms, "kl": terms["kl"] * math.nan} if self.training else terms

    monkeypatch.setattr(VAE, "elbo_terms", poisoned)
    job = new_job(recipe(), out=tmp_path / "run")
    for event in job.events():
        if isinstance(event, ev.Stepped) and event.step == 1:
            (tmp_path / "run/checkpoints/000000/trainer.pt").unlink()
    assert event == ev.Finished(10, "diverged")


def test_good_checkpoint_survives_thinning(tmp_path: Path) -> None:
    for step in range(120):
        folder = tmp_path / f"{step:06d}"
        folder.mkdir()
        (folder / "state.json").write_text(json.dumps({"step": step, "files": {}}))
        (folder / "trainer.pt").write_bytes(b"")
        checkpoints.thin_out(tmp_path, 57)
    assert 57 in checkpoints.checkpoint_steps(tmp_path)
    assert {int(path.parent.name) for path in tmp_path.glob("*/trainer.pt")} >= {57, 119}, "with all that it needs"
