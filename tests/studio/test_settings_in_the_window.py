"""Settings in the window: complete, refused, undone; before, during and after training."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest

from tests.studio.typing_helpers import enter, type_in

PATIENCE = 60_000
CTRL = Qt.KeyboardModifier.ControlModifier


def changes(window) -> list[tuple[str, object, object]]:
    """Name, value before, value of each live change that the run has written down."""
    path = window.session.run.path / "events.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(row["name"], row["was"], row["value"]) for row in rows if row["event"] == "changed"]


def step(qtbot, window) -> None:
    """One more step, so that changes are in force and recorded."""
    here = window.session.step
    QTest.mouseClick(window.left.controls.step, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.session.step == here + 1 and window.session.state == "paused", timeout=PATIENCE)


def idle(qtbot, window) -> None:
    qtbot.waitUntil(lambda: window.session.state == "idle", timeout=PATIENCE)


def row(window, name: str):
    if name.startswith("plan."):
        return window.left.plan.row(name.removeprefix("plan."))
    return window.left.model.row(name)


@pytest.fixture
def training(qtbot, window):
    """A window whose run is paused after a few steps."""
    QTest.mouseClick(window.left.controls.main, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.session.step >= 3, timeout=PATIENCE)
    window.session.pause()
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=PATIENCE)
    return window


# -- while it trains ---------------------------------------------------------------------------------------------------


def test_a_live_setting_changes_once_when_it_is_complete(qtbot, training) -> None:
    type_in(row(training, "plan.players.model.lr").field, "5e-4")
    step_without_leaving(qtbot, training)
    assert changes(training) == []
    QTest.keyClick(row(training, "plan.players.model.lr").field, Qt.Key.Key_Return)
    enter(row(training, "plan.steps").field, "200000")
    step(qtbot, training)
    assert changes(training) == [("plan.players.model.lr", 0.001, 0.0005), ("plan.steps", 100_000, 200_000)]
    assert training.session.live.total_steps == 200_000
    assert "200,000 steps" in training.left.plan.name.text()


def step_without_leaving(qtbot, window) -> None:
    here = window.session.step
    window.session.step_once()
    qtbot.waitUntil(lambda: window.session.step == here + 1 and window.session.state == "paused", timeout=PATIENCE)


def test_a_german_comma_is_a_decimal_sign(qtbot, training, monkeypatch: pytest.MonkeyPatch) -> None:
    class German:
        system = staticmethod(lambda: QLocale("de_DE"))

    monkeypatch.setattr("genstudio.studio.forms.number_text.QLocale", German)
    enter(row(training, "beta").field, "0,5")
    enter(row(training, "plan.steps").field, "120.000")  # 120 or 120 thousand
    assert "Write 120 or 120000" in row(training, "plan.steps").error.text()
    QTest.keyClick(row(training, "plan.steps").field, Qt.Key.Key_Escape)
    step(qtbot, training)
    assert changes(training) == [("model.beta", 1.0, 0.5)]


def test_refused_live_setting_changes_nothing(qtbot, training) -> None:
    before = training.left.recipe.fact.full_text()
    for name, text in (("beta", "half"), ("beta", "-1"), ("plan.steps", "2"), ("plan.players.model.lr", "nan")):
        enter(row(training, name).field, text)
        assert row(training, name).reason
    assert f"step {training.session.step:,} already" in row(training, "plan.steps").reason
    assert training.left.recipe.fact.full_text() == before
    assert "100,000 steps" in training.left.plan.name.text()
    assert training.session.live.total_steps == 100_000
    assert not training.undo_stack.canUndo()
    for name in ("beta", "plan.steps", "plan.players.model.lr"):
        QTest.keyClick(row(training, name).field, Qt.Key.Key_Escape)
    assert row(training, "plan.steps").field.text() == "100000"
    step(qtbot, training)
    assert changes(training) == []


def test_step_completes_a_half_typed_setting_first(qtbot, training) -> None:
    type_in(row(training, "beta").field, "2")
    step(qtbot, training)
    assert changes(training) == [("model.beta", 1.0, 2.0)]
    here = training.session.step
    type_in(row(training, "beta").field, "two")
    for press in (training.left.controls.step, training.left.controls.main):
        training.left.controls.show_text("")
        QTest.mouseClick(press, Qt.MouseButton.LeftButton)
        assert "Beta (KL weight): It must be a number." in training.left.controls.text_label.text()
        assert training.session.state == "paused"
    QTest.keyClick(row(training, "beta").field, Qt.Key.Key_Escape)
    step(qtbot, training)
    assert training.session.step == here + 1
    assert len(changes(training)) == 1


def test_undo_of_a_live_change_is_another_live_change(qtbot, training) -> None:
    stack = training.undo_stack
    enter(row(training, "beta").field, "2")
    step(qtbot, training)
    assert stack.undoText() == "Beta (KL weight) 1 → 2"
    stack.undo()
    assert row(training, "beta").field.text() == "1"
    assert "Beta (KL weight): back to 1" in training.left.controls.text_label.text()
    step(qtbot, training)
    stack.redo()
    step(qtbot, training)
    assert changes(training) == [("model.beta", 1.0, 2.0), ("model.beta", 2.0, 1.0), ("model.beta", 1.0, 2.0)]


def test_a_row_of_arrow_steps_is_undone_as_one(qtbot, training) -> None:
    field = row(training, "plan.players.model.lr").field
    field.setFocus()
    for _ in range(3):
        QTest.keyClick(field, Qt.Key.Key_Up)
    assert training.session.job.live.coming.player("model").lr == 0.01
    training.undo_stack.undo()
    assert training.session.job.live.coming.player("model").lr == 0.001
    assert not training.undo_stack.canUndo()


def test_undo_that_would_end_training_is_refused_with_a_reason(qtbot, training) -> None:
    session = training.session
    enter(row(training, "plan.steps").field, str(session.step + 1))
    enter(row(training, "plan.steps").field, "100000")
    step(qtbot, training)
    step(qtbot, training)
    training.undo_stack.undo()
    assert "already" in training.left.controls.text_label.text()
    assert session.live.total_steps == 100_000
    assert row(training, "plan.steps").field.text() == "100000"


def test_remedy_can_be_undone(qtbot, training) -> None:
    training.left.curves.health.remedy_requested.emit({"beta": 0.25})
    assert row(training, "beta").field.text() == "0.25"
    training.undo_stack.undo()
    assert row(training, "beta").field.text() == "1"
    step(qtbot, training)
    assert training.session.job.live.model_knobs.beta == 1


def test_changes_leave_the_undo_stack_when_the_run_ends(qtbot, training, recipe_file, choose_recipe) -> None:
    stack = training.undo_stack
    enter(row(training, "beta").field, "2")
    training.panes.views["manifold"].inspector.smooth.toggle()  # something else on top, which stays
    on_top = stack.count()
    training.session.stop()
    idle(qtbot, training)
    assert stack.count() == on_top
    stack.undo()  # the other thing; with it goes what no longer applies
    assert not stack.canUndo()
    assert row(training, "beta").field.text() == "2"
    choose_recipe(training, recipe_file())
    assert row(training, "beta").field.text() == "1"
    assert not stack.canUndo()


def test_settings_are_locked_while_a_run_is_prepared(qtbot, window) -> None:
    """A change at that moment would be shown in the form without being in force."""
    states = []
    window.session.changed.connect(lambda: states.append((window.session.state, row(window, "beta").field.isEnabled())))
    QTest.mouseClick(window.left.controls.main, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: window.session.state == "training" and row(window, "beta").field.isEnabled(), timeout=PATIENCE
    )
    assert ("preparing", False) in states


# -- before and after --------------------------------------------------------------------------------------------------


def test_start_completes_a_half_typed_setting(qtbot, window) -> None:
    type_in(row(window, "beta").field, "3")
    QTest.keyClick(row(window, "beta").field, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: window.session.state == "training", timeout=PATIENCE)
    assert window.session.job.live.model_knobs.beta == 3


def by_mouse(window) -> None:
    QTest.mouseClick(window.left.controls.main, Qt.MouseButton.LeftButton)


def by_key(window) -> None:
    QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Return, CTRL)


@pytest.mark.parametrize("press", [by_mouse, by_key])
def test_start_is_refused_for_an_invalid_half_typed_setting(qtbot, window, press) -> None:
    window.left.plan.set_folded(False)
    type_in(row(window, "plan.steps").field, "many")
    window.left.plan.set_folded(True)
    assert window.left.plan.folded
    press(window)
    assert window.session.state == "idle"
    assert "Steps: It must be a whole number." in window.left.controls.text_label.text()
    assert not window.left.plan.folded, "the field can be seen"
    assert not window.left.controls.main.isEnabled()
    assert "Steps: It must be a whole number." in window.left.controls.main.toolTip()
    QTest.keyClick(row(window, "plan.steps").field, Qt.Key.Key_Escape)
    assert window.left.controls.main.isEnabled()
    assert window.left.draft.recipe().plan.steps == 100_000


def test_edits_before_training_are_undone_and_redone(qtbot, window) -> None:
    stack = window.undo_stack
    assert not stack.canUndo()
    enter(row(window, "latent_dim").field, "5")
    enter(row(window, "plan.steps").field, "77")
    assert window.left.recipe.fact.full_text()
    stack.undo()
    stack.undo()
    draft = window.left.draft.recipe()
    assert (draft.model_knobs["latent_dim"], draft.plan.steps) == (2, 100_000)
    assert row(window, "latent_dim").field.text() == "2"
    assert window.left.recipe.fact.full_text() == ""
    stack.redo()
    assert window.left.draft.recipe().model_knobs["latent_dim"] == 5


def test_undo_of_another_model_restores_all_its_settings(qtbot, window) -> None:
    combo = window.left.model.combo
    enter(row(window, "plan.players.model.lr").field, "0.005")
    combo.setCurrentIndex(combo.findData("gan"))
    combo.activated.emit(combo.currentIndex())
    assert list(window.left.plan.players) == ["discriminator", "generator"]
    window.undo_stack.undo()
    assert window.left.model.model == "vae"
    assert window.left.draft.recipe().plan.player("model").lr == 0.005


def test_edits_before_start_can_not_be_undone_after_it(qtbot, window) -> None:
    enter(row(window, "beta").field, "3")
    QTest.mouseClick(window.left.controls.main, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.session.state == "training", timeout=PATIENCE)
    assert not window.undo_stack.canUndo()
    assert window.session.job.live.model_knobs.beta == 3
