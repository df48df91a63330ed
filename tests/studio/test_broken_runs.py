"""A run whose folder disappears during training, and broken runs in the menu."""

from __future__ import annotations

import shutil

from tests.studio.test_training_in_the_window import PATIENCE, click, idle, start


def lose(qtbot, window):
    """The run's folder is deleted during training, and the error is shown."""
    start(qtbot, window, steps=20)
    path = window.session.run.path
    shutil.rmtree(path)
    qtbot.waitUntil(lambda: window.session.unsaved.job is not None, timeout=PATIENCE)
    idle(qtbot, window)
    return path


def test_button_saves_a_deleted_run_elsewhere(qtbot, window) -> None:
    controls = window.left.controls
    path = lose(qtbot, window)
    assert "gone" in controls.text_label.text()
    assert "Nothing was saved." in controls.text_label.text()
    assert controls.action.text() == "Save elsewhere"
    assert not path.exists()
    assert f"step {window.session.step:,} is still in memory" in controls.text_label.text()
    click(controls.action)
    qtbot.waitUntil(lambda: window.session.run is not None and window.session.run.path != path, timeout=PATIENCE)
    assert window.session.step >= 20
    assert "Saved as" in controls.text_label.text()
    qtbot.waitUntil(lambda: controls.main.isEnabled() and controls.main.text() == "Continue", timeout=PATIENCE)
    step = window.session.step
    click(controls.main)
    qtbot.waitUntil(lambda: window.session.state == "training" and window.session.step > step, timeout=PATIENCE)


def test_continue_saves_it_first(qtbot, window) -> None:
    path = lose(qtbot, window)
    step = window.session.step
    click(window.left.controls.main)
    qtbot.waitUntil(lambda: window.session.run is not None and window.session.run.path != path, timeout=PATIENCE)
    assert window.session.step == step >= 20


def test_failed_save_asks_for_a_folder(qtbot, window, home, tmp_path, monkeypatch) -> None:
    controls = window.left.controls
    path = lose(qtbot, window)
    shutil.rmtree(home / "runs")
    (home / "runs").write_text("no folder")
    click(controls.action)
    qtbot.waitUntil(lambda: controls.action.text() == "Choose a folder…", timeout=PATIENCE)
    monkeypatch.setattr(
        "genstudio.studio.sidebar.run.run_messages.QFileDialog.getExistingDirectory", lambda *_: str(tmp_path)
    )
    click(controls.action)
    qtbot.waitUntil(lambda: (tmp_path / path.name / "checkpoints").is_dir(), timeout=PATIENCE)
    run = lambda: window.session.run  # noqa: E731
    qtbot.waitUntil(lambda: run() is not None and run().path == tmp_path / path.name, timeout=PATIENCE)


def test_unsaved_model_is_saved_when_the_run_is_left(qtbot, window, home) -> None:
    lose(qtbot, window)
    window.session.choose(window.session.recipe)
    assert window.session.unsaved.job is None
    qtbot.waitUntil(lambda: "is saved as" in window.left.controls.text_label.text(), timeout=PATIENCE)
    (kept,) = (run for run in (home / "runs").iterdir() if (run / "checkpoints").is_dir())
    assert kept.name in window.left.controls.text_label.text()
    assert window.session.run is None, "and the recipe stays in front"


def test_model_being_saved_at_close_is_saved_once(qtbot, window, home, close_window) -> None:
    lose(qtbot, window)
    window.session.choose(window.session.recipe)
    close_window(window)
    assert len([run for run in (home / "runs").iterdir() if (run / "checkpoints").is_dir()]) == 1


def test_closing_saves_an_unsaved_model(qtbot, window, home, close_window) -> None:
    lose(qtbot, window)
    close_window(window)
    assert [run.name for run in (home / "runs").iterdir() if (run / "checkpoints").is_dir()]


def test_a_broken_run_is_one_line_of_the_menu(qtbot, window, home) -> None:
    start(qtbot, window)
    click(window.left.controls.stop)
    idle(qtbot, window)
    path = window.session.run.path
    shutil.copytree(path, home / "runs" / "torn")
    newest = max((home / "runs" / "torn" / "checkpoints").iterdir()) / "state.json"
    newest.write_bytes(newest.read_bytes()[:300])
    menu = window.left.runs_menu

    def lines() -> list[str]:
        return [action.text() for action in menu.actions()]

    menu.aboutToShow.emit()
    qtbot.waitUntil(lambda: any("torn · damaged" in line for line in lines()), timeout=PATIENCE)
    assert any(line.startswith(path.name) and "damaged" not in line for line in lines())
    window.session.open_run(home / "runs" / "torn")
    qtbot.waitUntil(lambda: window.session.run is not None and window.session.run.name == "torn", timeout=PATIENCE)
    assert "is damaged: the run continues from step 0" in window.left.controls.text_label.text()
    assert window.session.step == 0
    window.session.open_run(path)
    qtbot.waitUntil(lambda: window.session.run is not None and window.session.run.path == path, timeout=PATIENCE)
    assert not window.left.controls.text_label.text(), "what was said of the run before"
