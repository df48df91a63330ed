"""The training buttons, by mouse and keyboard; closing during training; reopening."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.studio.typing_helpers import enter

PATIENCE = 60_000


def click(widget) -> None:
    assert widget.isEnabled(), f"{widget.accessibleName()} can't be clicked"
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def start(qtbot, window, steps: int = 5) -> None:
    click(window.left.controls.main)
    qtbot.waitUntil(lambda: window.session.state == "training" and window.session.step >= steps, timeout=PATIENCE)


def idle(qtbot, window) -> None:
    qtbot.waitUntil(lambda: window.session.state == "idle", timeout=PATIENCE)


def test_start_pause_step_continue_stop(qtbot, window) -> None:
    session, controls = window.session, window.left.controls
    assert controls.main.text() == "Start"
    assert not controls.step.isEnabled()
    assert not controls.stop.isEnabled()
    start(qtbot, window)
    assert window.left.model.folded, "the form folds, so that the curves have room"

    click(controls.main)
    qtbot.waitUntil(lambda: session.state == "paused", timeout=PATIENCE)
    assert controls.main.text() == "Continue"
    here = session.step

    click(controls.step)
    qtbot.waitUntil(lambda: session.step == here + 1 and not session.training.may_step, timeout=PATIENCE)
    click(controls.step)
    qtbot.waitUntil(lambda: session.step == here + 2 and not session.training.may_step, timeout=PATIENCE)
    assert session.state == "paused"
    qtbot.waitUntil(lambda: controls.where.text().startswith(f"step {here + 2:,} "), timeout=PATIENCE)
    qtbot.waitUntil(lambda: window.left.curves.data.last_step == here + 2, timeout=PATIENCE)

    click(controls.main)
    qtbot.waitUntil(lambda: session.step > here + 4, timeout=PATIENCE)
    click(controls.stop)
    idle(qtbot, window)
    stopped = session.step
    assert session.checkpoint_steps()[-1] == stopped, "stopping keeps the weights of the last step"
    assert controls.main.text() == "Continue"

    click(controls.main)
    qtbot.waitUntil(lambda: session.state == "training" and session.step > stopped, timeout=PATIENCE)
    assert session.run.path.name == "dots-1", "continuing goes on with the same run"


def test_by_keyboard(qtbot, window) -> None:
    session = window.session
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: session.state == "training" and session.step > 0, timeout=PATIENCE)
    QTest.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: session.state == "paused", timeout=PATIENCE)
    QTest.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: session.state == "training", timeout=PATIENCE)
    QTest.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    idle(qtbot, window)
    assert session.checkpoint_steps()


def test_no_two_shortcuts_share_their_keys(window) -> None:
    """Qt ignores ambiguous shortcuts."""
    from PySide6.QtGui import QAction, QShortcut

    anywhere = Qt.ShortcutContext.WindowShortcut
    keys = [s.key().toString() for s in window.findChildren(QShortcut) if s.context() == anywhere]
    keys += [k.toString() for a in window.findChildren(QAction) for k in a.shortcuts()]
    assert len(keys) > 6
    assert sorted(keys) == sorted(set(keys))
    narrower = {s.key().toString() for s in window.findChildren(QShortcut) if s.context() != anywhere}
    assert "Ctrl+Shift+E" in narrower, "export, in the pane that has the focus"
    assert not narrower & set(keys)


def test_tab_order_follows_reading_order(qtbot, window) -> None:
    window.activateWindow()
    left, panes = window.left, window.panes
    met = []
    for _ in range(80):
        QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
        if met and window.focusWidget() is met[0]:
            break
        met.append(window.focusWidget())
    places = [*left.places(), panes.pane_list, panes.views["manifold"], panes.inspectors]
    order = [next((k for k, place in enumerate(places) if place.isAncestorOf(widget)), -1) for widget in met]
    assert order == sorted(order), [f"{type(w).__name__} {w.accessibleName()}" for w in met]
    assert {0, 1, 2, 3, 4, 5, 6, 7, 8} <= set(order), "every part of the window is reached"
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert window.focusWidget() is met[-1]


def test_discard_and_undo(qtbot, window) -> None:
    session, controls = window.session, window.left.controls
    start(qtbot, window)
    path = Path(session.run.path)
    click(controls.discard)
    qtbot.waitUntil(lambda: session.run is None and session.state == "idle", timeout=PATIENCE)
    assert not path.exists()
    assert controls.notice.isVisible()
    assert "trash" in controls.text_label.text()

    click(controls.action)
    qtbot.waitUntil(lambda: session.run is not None, timeout=PATIENCE)
    assert Path(session.run.path) == path
    assert session.checkpoint_steps()[-1] >= 5
    assert not controls.notice.isVisible()


def test_trains_to_the_end_and_shows_every_step(qtbot, window, recipe_file, choose_recipe) -> None:
    choose_recipe(window, recipe_file(30))
    click(window.left.controls.main)
    curves = window.left.curves
    qtbot.waitUntil(lambda: window.session.state == "idle" and window.session.step == 30, timeout=PATIENCE)
    qtbot.waitUntil(lambda: curves.data.last_step == 30, timeout=PATIENCE)
    steps, values = curves.data.curve("train/reconstruction")
    assert list(steps) == list(range(1, 31)), "every point once, none dropped"
    assert values[-1] > 0
    assert curves.data.last("validation/elbo") is not None
    assert curves.plot.isVisible()
    assert set(curves.legend.shown()) >= {"reconstruction", "kl"}
    assert window.left.controls.pace.full_text() == "finished"
    assert not curves.rows.timer.isActive(), "nothing trains: nothing ticks"


def test_closing_in_the_middle_keeps_everything(qtbot, window, open_window, close_window) -> None:
    start(qtbot, window, steps=8)
    path = Path(window.session.run.path)
    close_window(window)
    kept = sorted(int(p.name) for p in (path / "checkpoints").iterdir())
    assert kept[-1] >= 8

    again = open_window()
    qtbot.waitUntil(lambda: again.session.run is not None, timeout=PATIENCE)
    assert Path(again.session.run.path) == path
    assert again.session.latest_snapshot().step == kept[-1]
    qtbot.waitUntil(lambda: again.left.curves.data.last_step == kept[-1], timeout=PATIENCE)
    qtbot.waitUntil(again.left.controls.main.isEnabled, timeout=PATIENCE)
    assert again.left.controls.main.text() == "Continue"
    click(again.left.controls.main)
    qtbot.waitUntil(lambda: again.session.state == "training" and again.session.step > kept[-1], timeout=PATIENCE)


def test_live_knobs_change_and_structural_ones_are_locked(qtbot, window) -> None:
    form = window.left.model.form
    start(qtbot, window)
    assert not form.rows["latent_dim"].field.isEnabled()
    assert "new run" in form.rows["latent_dim"].field.toolTip()
    beta = form.rows["beta"].field
    assert beta.isEnabled()
    enter(beta, "3.5")
    qtbot.waitUntil(lambda: window.session.job.live.model_knobs.beta == 3.5, timeout=PATIENCE)
    assert "Beta" in window.left.recipe.fact.full_text() or "beta" in window.left.recipe.fact.full_text()


def test_snapshots_come_while_training_and_while_paused(qtbot, window) -> None:
    session = window.session
    start(qtbot, window)
    click(window.left.controls.main)
    qtbot.waitUntil(lambda: session.state == "paused", timeout=PATIENCE)

    def fresh() -> bool:
        session.request_snapshot()
        latest = session.latest_snapshot()
        return latest is not None and latest.step == session.step

    qtbot.waitUntil(fresh, timeout=PATIENCE)
    click(window.left.controls.step)
    qtbot.waitUntil(fresh, timeout=PATIENCE)


def test_error_is_a_line_of_text_and_the_window_survives(qtbot, window, monkeypatch) -> None:
    from genstudio.models.variational.vae import VAE

    def broken(self, turn):
        raise RuntimeError("the sky fell")
        yield

    monkeypatch.setattr(VAE, "phases", broken)
    click(window.left.controls.main)
    qtbot.waitUntil(window.left.controls.notice.isVisible, timeout=PATIENCE)
    assert "the sky fell" in window.left.controls.text_label.text()
    idle(qtbot, window)
    monkeypatch.undo()


@pytest.mark.parametrize("when", ["preparing"])
def test_cancelled_while_preparing_leaves_no_run(qtbot, window, home, when) -> None:
    click(window.left.controls.main)
    window.session.stop()
    idle(qtbot, window)
    runs = home / "runs"
    left = [p for p in runs.iterdir() if not (p / "checkpoints").is_dir()] if runs.is_dir() else []
    assert left == []


def test_finished_run_goes_on_for_more_steps(qtbot, open_window, choose_recipe, recipe_file) -> None:
    window = open_window()
    choose_recipe(window, recipe_file(steps=6))
    session, line = window.session, window.left.curves.go_on
    assert not line.isVisible()
    click(window.left.controls.main)
    qtbot.waitUntil(lambda: session.step == 6 and session.state == "idle", timeout=PATIENCE)
    qtbot.waitUntil(line.isVisible, timeout=PATIENCE)
    assert line.steps == 2, "a quarter of the plan"
    run = session.run.path
    enter(line.field, "nothing")
    assert line.field.reason
    enter(line.field, "4")
    click(line.button)
    qtbot.waitUntil(lambda: session.step == 10 and session.state == "idle", timeout=PATIENCE)
    assert session.run.path == run, "the same run"
    assert window.left.plan.plan().steps == 10
    window.left.curves.more.menu_of_all.actions()[2].trigger()
    qtbot.waitUntil(lambda: window.panes.active == "image_losses", timeout=PATIENCE)
