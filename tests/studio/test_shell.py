"""The main window: imports, data, themes, runs, recipes, and remembered settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from genstudio.studio.settings import Settings
from genstudio.studio.theme import DARK, LIGHT, style_sheet, theme
from tests.studio.typing_helpers import choose, enter

PATIENCE = 60_000

SPY = """
import json, sys, threading
seen, elsewhere = {}, []
class Spy:
    def find_spec(self, name, path=None, target=None):
        root, here = name.split(".")[0], threading.current_thread() is threading.main_thread()
        if root in ("torch", "numpy", "sklearn", "matplotlib"):
            seen.setdefault(root, here)
        if name.startswith("genstudio.studio") and not here:
            elsewhere.append(name)
sys.meta_path.insert(0, Spy())
from genstudio.studio import main_window
painted = []
whole = main_window.MainWindow._after_paint
def note(self):
    combo = self.left.recipe.combo
    painted.append({"modules": sorted(seen), "recipe": combo.currentText(), "plan": self.left.plan.name.text()})
    whole(self)
main_window.MainWindow._after_paint = note
from genstudio.cli import main
code = 0
try:
    main(["window", "--report", sys.argv[1]])
except SystemExit as left:
    code = left.code or 0
from genstudio.studio.deferred_imports import late_modules
missing = [name for name in late_modules() if name not in sys.modules]
print(json.dumps({"seen": seen, "painted": painted[0], "code": code, "elsewhere": elsewhere, "missing": missing}))
"""


def test_a_window_starts_by_the_command_line_with_torch_late_and_qt_on_the_gui_thread(
    home: Path, tmp_path: Path
) -> None:
    """The real one, in a process of its own, which leaves once it has measured its start. Torch comes after the first
    paint and never on the GUI thread; classes of Qt on no other: one made elsewhere crashed one start in twenty."""
    report = tmp_path / "report.json"
    done = subprocess.run(
        [sys.executable, "-c", SPY, str(report)], capture_output=True, text=True, timeout=170, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["code"] == 0
    assert (said["elsewhere"], said["missing"]) == ([], [])
    assert said["painted"]["modules"] == []
    assert said["painted"]["recipe"]
    assert "steps" in said["painted"]["plan"]
    assert said["seen"]["torch"] is False
    assert said["seen"]["numpy"] is False
    assert set(json.loads(report.read_text())) == {
        "painted_seconds", "ready_seconds", "torch_import_seconds", "longest_freeze_ms",
    }  # fmt: skip


def test_data_card_shows_what_there_is(qtbot, window) -> None:
    card = window.left.data
    assert card.fact.full_text() == "300 images · 8×8 grey"
    assert card.summary.thumbs.isVisible()
    assert "2 classes" in card.summary.details.text()
    assert card.summary.problems.button.isVisible()
    QTest.mouseClick(card.summary.problems.button, Qt.MouseButton.LeftButton)
    assert card.summary.problems.list.isVisible()
    assert "broken.png" in card.summary.problems.list.text()


def test_zip_of_own_pictures(qtbot, window, tmp_path: Path) -> None:
    archive = tmp_path / "mine.zip"
    with zipfile.ZipFile(archive, "w") as pack:
        for number in range(40):
            picture = tmp_path / f"{number}.png"
            Image.fromarray(np.random.default_rng(number).integers(0, 255, (16, 16, 3), np.uint8)).save(picture)
            pack.write(picture, picture.name)
        pack.writestr("broken.png", b"no picture")
    window.left.data.use_folder(str(archive))
    qtbot.waitUntil(lambda: window.left.data.data is not None and window.left.data.name == "folder", timeout=PATIENCE)
    assert window.left.data.fact.full_text().startswith("40 images")
    assert "colour" in window.left.data.fact.full_text()
    assert window.left.data.summary.problems.button.isVisible()
    assert "data" in window.left.recipe.fact.full_text()


def test_missing_images_are_a_line_of_text(qtbot, window, tmp_path: Path) -> None:
    window.left.data.use_folder(str(tmp_path / "nowhere"))
    card = window.left.data
    qtbot.waitUntil(
        lambda: card.opening_line.text.isVisible() and card.opening_line.text.property("level") == "bad",
        timeout=PATIENCE,
    )
    assert "nowhere" in card.opening_line.text.text()
    assert not window.left.controls.main.isEnabled()


def test_weights_are_counted_again_when_the_form_changes(qtbot, window) -> None:
    qtbot.waitUntil(lambda: "weights" in window.left.model.fact.full_text(), timeout=PATIENCE)
    before = window.left.model.fact.full_text()
    enter(window.left.model.form.rows["hidden"].field, "64")
    qtbot.waitUntil(lambda: window.left.model.fact.full_text() not in ("", before), timeout=PATIENCE)


def test_unsuitable_model_is_reported(qtbot, window) -> None:
    choose(window.left.model.form.rows["likelihood"].field, "bernoulli")
    qtbot.waitUntil(window.left.model.form.general.isVisible, timeout=PATIENCE)
    assert not window.left.controls.main.isEnabled()


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_contrast(palette) -> None:
    for role in ("text", "muted", "accent", "bad", "good", "warn"):
        assert contrast(getattr(palette, role), palette.card) >= 4.5, role
    assert contrast(palette.muted, palette.window) >= 4.5
    assert contrast(palette.accent_text, palette.accent_fill) >= 4.5
    for series in palette.series:
        assert contrast(series.colour, palette.card) >= 3, series
    assert len({s.dash for s in palette.series}) == len(palette.series), "told apart by dash as well"
    assert "@" not in style_sheet(palette)


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_lines_of_other_runs_are_seen_and_told_apart(qapp, choice: str) -> None:
    from genstudio.studio.plots.line_items import BEHIND, run_tint

    try:
        theme().choose(choice)
        palette = theme().current
        for series in palette.series:
            tints = [run_tint(series.colour, place).name() for place in range(len(BEHIND))]
            assert min(contrast(tint, palette.card) for tint in tints) >= 3, (series, tints)
            assert len({series.colour, *tints[:2], tints[3]}) == 4
    finally:
        theme().choose("light")


def test_switching_the_theme_reaches_everything(qtbot, window) -> None:
    try:
        window.left.recipe.theme_chosen.emit("dark")
        assert theme().current is DARK
        middle = window.left.recipe.grab().toImage().pixelColor(200, 6)
        assert middle == QColor(DARK.card)
        assert Settings().get("theme", "") in ("", "dark")
    finally:
        theme().choose("light")
    assert window.left.recipe.grab().toImage().pixelColor(200, 6) == QColor(LIGHT.card)


def test_saving_a_recipe_and_opening_it_again(qtbot, window, tmp_path: Path) -> None:
    enter(window.left.model.form.rows["beta"].field, "2")
    path = tmp_path / "mine.toml"
    window.left.recipe.save_requested.emit(str(path))
    window.left.recipe.open_recipe_file(str(path))
    assert window.left.draft.recipe().model_knobs["beta"] == 2
    assert window.left.recipe.fact.full_text() == ""


def test_recipe_file_is_restored_at_the_next_start(qtbot, window, open_window, close_window) -> None:
    close_window(window)
    again = open_window()
    assert again.left.draft.recipe().data == "dots-for-windows"
    assert again.left.recipe.combo.currentText() == "Dots"


def test_a_broken_recipe_file_is_a_line_of_text(qtbot, window, tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("model = [")
    window.left.recipe.open_recipe_file(str(path))
    assert "broken.toml" in window.left.controls.text_label.text()
    assert window.left.controls.notice.property("level") == "bad"


def test_geometry_and_choices_are_remembered(qtbot, open_window, close_window, home: Path) -> None:
    first = open_window()
    first.resize(1200, 700)
    first.left.curves.options.log_button.click()
    close_window(first)
    again = open_window()
    assert again.height() == 700  # the screen of these tests is narrower than our least width
    assert again.left.curves.options.log_button.text() == "linear"


def test_broken_settings_do_not_prevent_the_start(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text("{ no json")
    settings = Settings(path)
    assert settings.get("theme", "system") == "system"
    assert path.with_suffix(".broken.json").exists()
    settings.set("theme", "dark")
    settings.save()
    assert Settings(path).get("theme", "system") == "dark"
    assert Settings(path).get("theme", 3) == 3, "a value of another kind is not handed out"


def contrast(one: str, other: str) -> float:
    """WCAG 2: (lighter + .05) / (darker + .05)."""

    def luminance(name: str) -> float:
        channels = [c / 255 for c in QColor(name).getRgb()[:3]]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
