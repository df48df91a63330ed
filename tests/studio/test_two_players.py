"""Form of a model with two players: both optimisers, defaults of an objective, and reasons that disable Start."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.studio.typing_helpers import choose, enter

PATIENCE = 60_000
RECIPE = """
title = "Dots from noise"
[model]
name = "{model}"
latent_dim = 3
{knobs}
[data]
name = "dots-for-windows"
[plan]
steps = 50
batch_size = 6
save_every = 0
sample_every = 0
evaluate_every = 0
log_every = 1
{players}
"""


@pytest.fixture
def open_recipe(qtbot, open_window, choose_recipe, tmp_path):
    """``open_recipe("dcgan", "width = 4")``: a window with that recipe, ready to start."""

    def made(model: str, knobs: str, players: str = ""):
        path = tmp_path / "two.toml"
        path.write_text(RECIPE.format(model=model, knobs=knobs, players=players))
        window = open_window()
        choose_recipe(window, str(path))
        return window

    return made


def pick(form, name: str, choice: object) -> None:
    """Choose an entry of a combo box as a person does."""
    choose(form.rows[name].field, choice)


def optimisers(window) -> dict[str, tuple[str, float]]:
    plan = window.left.draft.recipe().plan
    return {name: (plan.players[name].optimiser, plan.players[name].lr) for name in window.left.plan.players}


def test_a_recipe_that_names_no_players_shows_both(qtbot, open_recipe) -> None:
    window = open_recipe("gan", "hidden = 8")
    assert list(window.left.plan.players) == ["discriminator", "generator"]
    assert optimisers(window) == {"discriminator": ("adam", 2e-4), "generator": ("adam", 2e-4)}
    assert window.left.plan.changes() == [], "that is how the recipe is"


def test_another_objective_brings_its_optimisers_as_revertible_changes(qtbot, open_recipe) -> None:
    players = "[plan.players.generator]\nlr = 0.003\naverage = 0.9"
    window = open_recipe("gan", "hidden = 8", players)
    left = window.left
    given = {"discriminator": ("adam", 2e-4), "generator": ("adam", 0.003)}
    assert optimisers(window) == given
    pick(left.model.form, "objective", "wasserstein")
    brought = {"discriminator": ("rmsprop", 5e-5), "generator": ("rmsprop", 5e-5)}
    assert optimisers(window) == brought
    assert left.draft.recipe().plan.players["generator"].average == 0.9
    assert set(left.plan.changes()) == {"Optimiser", "Learning rate"}
    assert "optimisers" in left.controls.text_label.text()
    QTest.mouseClick(left.controls.action, Qt.MouseButton.LeftButton)  # Undo
    assert optimisers(window) == given
    assert left.draft.recipe().model_knobs["objective"] == "wasserstein", "the choice stays"
    pick(left.model.form, "objective", "hinge")
    assert optimisers(window)["discriminator"] == ("adam", 4e-4)
    QTest.mouseClick(left.model.form.rows["objective"].reset_button, Qt.MouseButton.LeftButton)
    assert optimisers(window) == given, "back to the recipe's objective is back to its optimisers"
    assert left.plan.changes() == []


def test_other_knobs_leave_the_optimisers_alone(qtbot, open_recipe) -> None:
    window = open_recipe("gan", "hidden = 8")
    field = window.left.plan.players["generator"].rows["lr"].field
    enter(field, "0.005")
    enter(window.left.model.form.rows["hidden"].field, "16")
    assert optimisers(window)["generator"] == ("adam", 0.005)


def test_another_model_has_other_players(qtbot, window) -> None:
    left = window.left
    assert list(left.plan.players) == ["model"]
    combo = left.model.combo
    combo.setCurrentIndex(combo.findData("resnet-gan"))
    combo.activated.emit(combo.currentIndex())
    assert optimisers(window) == {"discriminator": ("adam", 4e-4), "generator": ("adam", 1e-4)}
    combo.setCurrentIndex(combo.findData("vae"))
    combo.activated.emit(combo.currentIndex())
    assert optimisers(window) == {"model": ("adam", 1e-3)}


def test_invalid_settings_disable_start_with_a_reason(qtbot, open_recipe, choose_recipe, tmp_path) -> None:
    window = open_recipe("dcgan", 'width = 4\nobjective = "hinge"\ndiscriminator_norm = "batch"')
    left = window.left

    def refused(text: str) -> None:
        qtbot.waitUntil(lambda: not left.controls.main.isEnabled(), timeout=PATIENCE)
        assert text in left.controls.main.toolTip()
        assert text in left.model.form.general.text()

    def served_again(row) -> None:
        row.reset_button.click()
        qtbot.waitUntil(left.controls.main.isEnabled, timeout=PATIENCE)
        assert left.model.form.general.text() == ""

    enter(left.plan.form.rows["batch_size"].field, "1")
    refused("plan.batch_size=2")
    served_again(left.plan.form.rows["batch_size"])
    for name, choice, text in (
        ("augment", "colour+translation+cutout", "augment=translation+cutout"),
        ("objective", "wasserstein-gp", "discriminator_norm=none"),
    ):
        pick(left.model.form, name, choice)
        refused(text)
        served_again(left.model.form.rows[name])


def test_a_recipe_that_names_no_players_starts_with_those_of_its_model(qtbot, open_recipe) -> None:
    window = open_recipe("dcgan", 'width = 4\nobjective = "wasserstein-gp"')
    failed: list[object] = []
    window.session.failed.connect(failed.append)
    qtbot.waitUntil(window.left.controls.main.isEnabled, timeout=PATIENCE)
    QTest.mouseClick(window.left.controls.main, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(failed) or window.session.step >= 1, timeout=PATIENCE)
    assert failed == []
    assert set(window.session.recipe.plan.players) == {"discriminator", "generator"}
