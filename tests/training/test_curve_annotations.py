"""Annotations of curves from a run's events."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from genstudio.training.curve_annotations import annotations_of, describe_change, owners_of
from genstudio.training.job import new_job
from genstudio.training.recipe.recipe import Recipe
from genstudio.training.run.run import Run
from tests.training.training_helpers import train_until


def test_changes_in_words() -> None:
    told = [
        describe_change("plan.players.discriminator.lr", 2e-4, 5e-5),
        describe_change("model.discriminator_steps", 1, 5),
        describe_change("plan.steps", 3000, 20000),
        describe_change("plan.players.model.schedule", "constant", "cosine"),
        describe_change("beta", None, 0.25),
        describe_change("only", None, "generator"),
        describe_change("only", "generator", None),
    ]
    assert list(map(str, told)) == [
        "discriminator lr 0.0002 → 5e-05",
        "discriminator steps 1 → 5",
        "steps 3,000 → 20,000",
        "schedule constant → cosine",
        "beta → 0.25",
        "only the generator learns",
        "all players learn",
    ]


def test_reopened_run_has_its_changes(recipe: Callable[..., Recipe], tmp_path: Path) -> None:
    changes = {5: {"beta": 2.0}, 9: {"plan.players.model.lr": 0.001}}
    train_until(new_job(recipe(), out=tmp_path / "run"), 12, changes)
    found = annotations_of(Run.open(tmp_path / "run").run_events())
    assert [(mark.step, str(mark.message)) for mark in found] == [(5, "beta 1 → 2"), (9, "lr 0.003 → 0.001")]


def test_changes_after_a_rollback_are_marked_where_they_now_apply() -> None:
    rows = [
        {"event": "changed", "step": 4, "name": "beta", "was": 1, "value": 2},
        {"event": "changed", "step": 17, "name": "beta", "was": 2, "value": 3},
        {"event": "rolledback", "step": 10, "since": 23},
        {"event": "changed", "step": 10, "name": "plan.players.model.lr", "was": 0.1, "value": 0.05},
        {"event": "saved", "step": 20},
    ]
    assert [(mark.step, str(mark.message)) for mark in annotations_of(rows)] == [
        (4, "beta 1 → 2"),
        (10, "beta 2 → 3"),
        (10, "returned here from step 23"),
        (10, "lr 0.1 → 0.05"),
    ]


def test_owners_of_curves_are_read_from_all_events() -> None:
    rows = [
        {"event": "termowners", "step": 10, "terms": {"d_real": "discriminator"}, "watched": ["D(x)"]},
        {
            "event": "termowners",
            "step": 20,
            "terms": {"d_real": "discriminator", "r1": "discriminator"},
            "watched": ["D(x)"],
        },
    ]
    assert owners_of(rows) == {"d_real": "discriminator", "D(x)": "", "r1": "discriminator"}
    assert owners_of([]) == {}
