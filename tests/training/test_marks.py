"""What a run's events say to its curves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from genstudio.training.job import new_job
from genstudio.training.marks import in_words, marks_of, parts_of
from genstudio.training.recipe import Recipe
from genstudio.training.run import Run
from tests.training.training_helpers import train_until


def test_changes_in_words() -> None:
    told = [
        in_words("plan.players.discriminator.lr", 2e-4, 5e-5),
        in_words("model.discriminator_steps", 1, 5),
        in_words("plan.steps", 3000, 20000),
        in_words("plan.players.model.schedule", "constant", "cosine"),
        in_words("beta", None, 0.25),
        in_words("only", None, "generator"),
        in_words("only", "generator", None),
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


def test_a_run_that_was_opened_again_knows_what_was_changed(recipe: Callable[..., Recipe], tmp_path: Path) -> None:
    changes = {5: {"beta": 2.0}, 9: {"plan.players.model.lr": 0.001}}
    train_until(new_job(recipe(), out=tmp_path / "run"), 12, changes)
    found = marks_of(Run.open(tmp_path / "run").happenings())
    assert [(mark.step, str(mark.message)) for mark in found] == [(5, "beta 1 → 2"), (9, "lr 0.003 → 0.001")]


def test_what_training_took_back_is_marked_where_it_holds_now() -> None:
    rows = [
        {"event": "changed", "step": 4, "name": "beta", "was": 1, "value": 2},
        {"event": "changed", "step": 17, "name": "beta", "was": 2, "value": 3},
        {"event": "rolledback", "step": 10, "since": 23},
        {"event": "changed", "step": 10, "name": "plan.players.model.lr", "was": 0.1, "value": 0.05},
        {"event": "saved", "step": 20},
    ]
    assert [(mark.step, str(mark.message)) for mark in marks_of(rows)] == [
        (4, "beta 1 → 2"),
        (10, "beta 2 → 3"),
        (10, "went back to here from step 23"),
        (10, "lr 0.1 → 0.05"),
    ]


def test_whose_the_curves_are_is_read_from_all_that_was_told() -> None:
    rows = [
        {"event": "parts", "step": 10, "terms": {"d_real": "discriminator"}, "watched": ["D(x)"]},
        {
            "event": "parts",
            "step": 20,
            "terms": {"d_real": "discriminator", "r1": "discriminator"},
            "watched": ["D(x)"],
        },
    ]
    assert parts_of(rows) == {"d_real": "discriminator", "D(x)": "", "r1": "discriminator"}
    assert parts_of([]) == {}
