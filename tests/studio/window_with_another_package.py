"""The window with things of another package; run by ``tests/contracts/test_from_another_package.py``."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from genstudio.studio.widgets.card import Caption

PATIENCE = 60_000  # ms: a machine under load is no failure
RECIPE = """
title = "Bars"
[model]
name = "{model}"
{knobs}
[data]
name = "bars"
[plan]
steps = {steps}
batch_size = 16
save_every = 0
sample_every = 0
evaluate_every = 4
log_every = 1
"""


def click(widget) -> None:
    assert widget.isEnabled()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def open_recipe(qtbot, window, folder: Path, model: str, knobs: str = "", steps: int = 8) -> None:
    path = folder / f"{model}.toml"
    path.write_text(RECIPE.format(model=model, knobs=knobs, steps=steps), encoding="utf-8")
    window.left.recipe.open_recipe_file(str(path))
    qtbot.waitUntil(lambda: window.left.model.model == model and window.left.data.data is not None, timeout=PATIENCE)
    qtbot.waitUntil(window.left.controls.main.isEnabled, timeout=PATIENCE)


def train(qtbot, window, steps: int = 8) -> None:
    click(window.left.controls.main)
    qtbot.waitUntil(lambda: window.session.state == "idle" and window.session.step == steps, timeout=PATIENCE)


def titles(window) -> set[str]:
    return {entry.title for entry in window.left.curves.legend.entries.values()}


def test_all_of_it_is_used_in_the_window(qtbot, open_window, tmp_path: Path) -> None:
    window = open_window()
    choices = window.left.model.combo
    assert {"logits", "renamed-gan"} <= {choices.itemData(k) for k in range(choices.count())}

    open_recipe(qtbot, window, tmp_path, "logits")
    assert "bars" in window.left.data.fact.text()
    train(qtbot, window)
    curves = window.left.curves
    qtbot.waitUntil(lambda: "brightness" in curves.data.names(), timeout=PATIENCE)
    groups = {action.text(): action for action in curves.options.group_menu.actions()}
    assert {"bananas", "lux"} <= groups.keys()
    assert "misfit of the pixels" in titles(window)
    groups["lux"].trigger()
    assert titles(window) == {"brightness", "contrast of samples"}

    area = window.panes
    assert "FESTIVE" in {caption.text() for caption in area.pane_list.findChildren(Caption)}
    click(area.pane_list.buttons["wall"])
    view = area.views["wall"]
    assert type(view).__name__ == "WallView"
    qtbot.waitUntil(lambda: "seed 0, step 8" in view.caption.text(), timeout=PATIENCE)
    click(view.next)
    qtbot.waitUntil(lambda: "seed 1, step 8" in view.caption.text(), timeout=PATIENCE)
    window.undo_stack.undo()
    qtbot.waitUntil(lambda: "seed 0, step 8" in view.caption.text(), timeout=PATIENCE)

    action = next(a for a in view.inspector.export.menu().actions() if a.text() == "The line under it…")
    asked = []
    area.exporter.choose_path = lambda *question: asked.append(question) or str(tmp_path / "line.txt")
    with qtbot.waitSignal(area.exporter.finished, timeout=PATIENCE):
        action.trigger()
    assert (Path(asked[0][1]).name, asked[0][2]) == ("wall-8.txt", "TXT (*.txt)")
    assert (tmp_path / "line.txt").read_text() == "four samples of seed 0, step 8\nThat is all.\n"


def test_its_objective_is_a_choice_in_the_form_of_a_model(qtbot, open_window, tmp_path: Path) -> None:
    window = open_window()
    open_recipe(qtbot, window, tmp_path, "renamed-gan", 'objective = "soft"\nhidden = 8\nlatent_dim = 2')
    row = window.left.model.form.rows["objective"]
    assert "soft" in row.info.choices
    train(qtbot, window)
    assert {"doubt of the discriminator", "effort of the generator", "D(x)"} <= titles(window)
