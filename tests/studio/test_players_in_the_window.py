"""A model with two players in the window: steps of one alone, curves by player, marks at changes."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from genstudio.core.messages import N_
from genstudio.training.health import Health
from genstudio.training.judge import recipe
from genstudio.training.run.run import Run
from tests.studio.typing_helpers import enter

PATIENCE = 60_000
GAME = """
title = "Squares"
[model]
name = "gan"
hidden = 8
latent_dim = 2
[data]
name = "dots-for-windows"
[plan]
steps = 100000
batch_size = 8
save_every = 0
sample_every = 0
evaluate_every = 0
log_every = 1
[plan.players.discriminator]
lr = 0.001
[plan.players.generator]
lr = 0.001
"""
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def playing(qtbot, open_window, choose_recipe, tmp_path: Path):
    """A window in which a game has been started, and paused after some steps."""
    (tmp_path / "game.toml").write_text(GAME, encoding="utf-8")
    window = open_window()
    choose_recipe(window, str(tmp_path / "game.toml"))
    window.left.controls.main.click()
    qtbot.waitUntil(lambda: window.session.state == "training" and window.session.step >= 4, timeout=PATIENCE)
    window.left.controls.main.click()
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=PATIENCE)
    return window


def weights(window, player: str) -> list[np.ndarray]:
    model = window.session.job.model
    return [p.detach().numpy().copy() for p in model.players()[player]]


def stepped(qtbot, window, press: Callable[[], None]) -> set[str]:
    """Players that a step has updated."""
    before = {player: weights(window, player) for player in ("discriminator", "generator")}
    here = window.session.step
    press()
    qtbot.waitUntil(lambda: window.session.step == here + 1 and not window.session.training.may_step, timeout=PATIENCE)
    moved = {p: any(not np.array_equal(a, b) for a, b in zip(was, weights(window, p), strict=True))
             for p, was in before.items()}  # fmt: skip
    return {player for player, has_moved in moved.items() if has_moved}


def test_one_player_steps_alone_then_all_learn_again(qtbot, playing) -> None:
    window, controls = playing, playing.left.controls
    window.activateWindow()
    assert controls.step_menu.isVisible()
    assert not controls.only.isVisible()
    assert stepped(qtbot, window, controls.step.click) == {"discriminator", "generator"}

    assert stepped(qtbot, window, lambda: QTest.keyClick(window, Qt.Key.Key_1, CTRL)) == {"discriminator"}
    assert controls.only.isVisible()
    assert "Only the discriminator learns" in controls.only.text_label.text()
    assert stepped(qtbot, window, controls.step.click) == {"discriminator"}, "it holds"

    generator = controls.step_menu.menu_of_players.actions()[1]
    assert generator.text() == "Step the generator only"
    assert stepped(qtbot, window, generator.trigger) == {"generator"}

    QTest.mouseClick(controls.only.link, Qt.MouseButton.LeftButton)
    assert not controls.only.isVisible()
    assert stepped(qtbot, window, controls.step.click) == {"discriminator", "generator"}
    told = [row for row in Run.open(window.session.run.path).run_events() if row["event"] == "changed"]
    assert [row["value"] for row in told] == ["discriminator", "generator", None]


def test_health_line_follows_the_learning_players(qtbot, playing) -> None:
    window, health = playing, playing.left.curves.health
    window.session.unpause()
    qtbot.waitUntil(lambda: window.session.step > 40, timeout=PATIENCE)
    window.session.pause()
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=PATIENCE)
    qtbot.waitUntil(lambda: health.text_label.text().startswith("Up to step"), timeout=PATIENCE)
    stepped(qtbot, window, lambda: window.session.step_alone("discriminator"))
    qtbot.waitUntil(lambda: health.text_label.text().startswith("Only the discriminator learns"), timeout=PATIENCE)
    assert health.level == "unclear"
    window.left.controls.stop.click()
    qtbot.waitUntil(lambda: window.session.state == "idle", timeout=PATIENCE)
    qtbot.waitUntil(lambda: health.text_label.text().startswith(("At step", "Up to step")), timeout=PATIENCE)
    assert not health.remedy.isVisible(), "nothing trains that a setting could help"


def test_late_verdicts_of_the_previous_run_are_dropped(qtbot, playing, monkeypatch: pytest.MonkeyPatch) -> None:
    """The health is computed in the background: a result requested before the line was cleared is not shown."""
    window, health = playing, playing.left.curves.health
    gate = threading.Event()

    def late(*_rows: object, **_how: object) -> Health:
        gate.wait(60)
        return Health("good", N_("Of the run before."))

    qtbot.waitUntil(lambda: not window.session.background.busy(), timeout=PATIENCE)
    monkeypatch.setattr("genstudio.training.health.assess", late)
    health.consider(window.left.curves.data, window.session, now=True)
    health.clear()
    gate.set()
    qtbot.waitUntil(lambda: not window.session.background.busy(), timeout=PATIENCE)
    assert not health.isVisible()
    health.consider(window.left.curves.data, window.session, now=True)
    qtbot.waitUntil(lambda: health.text_label.text() == "Of the run before.", timeout=PATIENCE)


def test_player_that_learns_alone_is_shown_after_a_stop(qtbot, playing) -> None:
    window, controls = playing, playing.left.controls
    stepped(qtbot, window, lambda: window.session.step_alone("generator"))
    controls.stop.click()
    qtbot.waitUntil(lambda: window.session.state == "idle", timeout=PATIENCE)
    assert not controls.only.isVisible(), "nothing learns now"
    qtbot.waitUntil(controls.main.isEnabled, timeout=PATIENCE)
    controls.main.click()
    qtbot.waitUntil(lambda: window.session.live.only == "generator", timeout=PATIENCE)
    assert "Only the generator learns" in controls.only.text_label.text()


def test_curves_are_grouped_by_player_and_changes_marked(qtbot, playing) -> None:
    window, curves = playing, playing.left.curves
    field = window.left.plan.players["discriminator"].rows["lr"].field
    assert field.isEnabled(), "while it trains"
    window.session.live.change({"plan.players.discriminator.lr": 0.0005, "discriminator_steps": 2})
    here = window.session.step
    stepped(qtbot, window, window.left.controls.step.click)
    qtbot.waitUntil(lambda: len(curves.rows.annotations) == 2, timeout=PATIENCE)
    assert [(m.step, str(m.message)) for m in curves.rows.annotations] == [
        (here, "discriminator lr 0.001 → 0.0005"), (here, "discriminator steps 0 → 2"),
    ]  # fmt: skip
    qtbot.waitUntil(lambda: curves.plot.chart is not None and len(curves.plot.chart.panels) >= 3, timeout=PATIENCE)
    titles = [panel.title for panel in curves.plot.chart.panels]
    assert list(dict.fromkeys(t.partition(":")[0] for t in titles)) == ["discriminator", "generator", "other values"]
    assert len(titles) == len(set(titles))
    low, high = curves.plot.chart.panels[-1].extent
    assert low < -0.12 < 1.12 < high, "all of what a probability may be"

    qtbot.waitUntil(lambda: len(curves.plot.chart.annotations) == 2 and not curves.plot.drawing, timeout=PATIENCE)
    at = curves.plot.pixel_of(here)
    assert "discriminator lr 0.001 → 0.0005" in curves.plot.text_near(at)
    assert curves.plot.text_near(at - 40) == ""
    curves.plot.point_at(here)
    assert f"step {here}: discriminator lr" in curves.fact.full_text(), "the keyboard reads it too"
    curves.plot.point_at(math.nan)


def test_an_opened_run_has_its_players_and_marks(qtbot, playing, close_window, open_window) -> None:
    window = playing
    window.session.live.change({"plan.players.generator.lr": 0.0001})
    stepped(qtbot, window, window.left.controls.step.click)
    close_window(window)
    again = open_window()
    rows = again.left.curves.rows
    qtbot.waitUntil(lambda: bool(rows.annotations), timeout=PATIENCE)
    assert str(rows.annotations[0].message) == "generator lr 0.001 → 0.0001"
    assert rows.parts["adversarial"] == "generator"
    assert "gradients" in again.left.curves.options.group_menu.actions()[1].text()


@pytest.fixture
def a_judge_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Judges go to a separate cache, because other tests need that there is none, and train for only a few steps."""
    monkeypatch.setattr("genstudio.training.judge.find.cache_dir", lambda: tmp_path / "judges")
    for name in ("STEPS", "FEWEST_STEPS", "BATCH"):
        monkeypatch.setattr(recipe, name, 12)


def test_judged_measures_can_be_enabled_during_training(a_judge_of_its_own, qtbot, playing) -> None:
    plan, session = playing.left.plan, playing.session
    plan.show()
    row = plan.form.rows["judge_every"]
    assert row.field.isEnabled(), "while it trains"
    enter(row.field, "500")
    here = session.step
    stepped(qtbot, playing, playing.left.controls.step.click)
    assert session.job.plan.judge_every == 500
    qtbot.waitUntil(lambda: bool(playing.left.curves.rows.annotations), timeout=PATIENCE)
    assert [(m.step, str(m.message)) for m in playing.left.curves.rows.annotations] == [(here, "judge every 0 → 500")]
    qtbot.waitUntil(lambda: "There is no judge" in playing.left.curves.health.text_label.text(), timeout=PATIENCE)

    run = session.run.path  # as those words say: stop and go on
    playing.left.controls.stop.click()
    qtbot.waitUntil(lambda: session.state == "idle", timeout=PATIENCE)
    qtbot.waitUntil(playing.left.controls.main.isEnabled, timeout=PATIENCE)
    playing.left.controls.main.click()
    qtbot.waitUntil(lambda: session.state == "training", timeout=PATIENCE)
    assert session.run.path == run, "not a new run"
    assert session.job.plan.judge_every == 500


def test_a_model_with_one_player_has_no_such_menu(window) -> None:
    assert not window.left.controls.step_menu.isVisible()
    assert not [a for a in window.left.controls.step_menu.player_actions.values() if a.isEnabled()]


@pytest.fixture
def nothing_else_said(monkeypatch) -> None:
    """The run's own health would replace the test's message at any time."""
    monkeypatch.setattr("genstudio.training.health.assess", lambda *_seen, **_how: None)


def test_long_alarm_wraps_above_its_full_remedy(nothing_else_said, qtbot, playing) -> None:
    health = playing.left.curves.health
    wanted: list[dict[str, float]] = []
    health.remedy_requested.connect(wanted.append)
    text = "The discriminator is too strong: the generator's gradient has vanished for 290 steps."
    change = {"plan.players.discriminator.lr": 0.0003}
    health.show_text("watch", text, "Slow the discriminator to a third", change)
    qtbot.waitUntil(lambda: health.remedy.y() >= health.text_label.y() + health.text_label.height(), timeout=PATIENCE)
    assert health.remedy.width() >= health.remedy.sizeHint().width()
    assert health.text_label.height() >= health.text_label.heightForWidth(health.text_label.width())
    QTest.mouseClick(health.remedy, Qt.MouseButton.LeftButton)
    assert wanted == [change]
    stepped(qtbot, playing, playing.left.controls.step.click)
    assert playing.session.job.plan.players["discriminator"].lr == 0.0003
    assert float(playing.left.plan.players["discriminator"].rows["lr"].value) == 0.0003

    health.show_text("good", "Learning.", "Slower", change)
    qtbot.waitUntil(lambda: health.remedy.x() > health.text_label.x(), timeout=PATIENCE)
