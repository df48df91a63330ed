"""Exchange with the outside: runs that others train, downloads, dropped pictures, files."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from genstudio.core.errors import DataError
from genstudio.core.knobs import knob
from genstudio.core.messages import N_
from genstudio.data.base import DataKnobs, Source, data_sets
from genstudio.training.telemetry import Row

PATIENCE = 60_000

TRAINER = """
import sys
from pathlib import Path
from genstudio.training.run.lock import WriterLock
lock = WriterLock(Path(sys.argv[1]))
lock.take()
print("held", flush=True)
sys.stdin.readline()
lock.release()
"""


def click(widget) -> None:
    assert widget.isVisible()
    assert widget.isEnabled()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_run_trained_by_another_process_is_followed(qtbot, window, recipe_file, choose_recipe) -> None:
    choose_recipe(window, recipe_file(10))
    click(window.left.controls.main)
    session, curves = window.session, window.left.curves
    qtbot.waitUntil(lambda: session.state == "idle" and session.step == 10, timeout=PATIENCE)
    path = Path(session.run.path)
    session.close_run()
    qtbot.waitUntil(lambda: not curves.data.rows, timeout=PATIENCE)

    other = subprocess.Popen(
        [sys.executable, "-c", TRAINER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout.readline() == "held\n"
        session.open_run(path)
        qtbot.waitUntil(lambda: curves.data.last_step == 10 and curves.rows.timer.isActive(), timeout=PATIENCE)
        with open(path / "metrics.jsonl", "a", encoding="utf-8") as file:
            file.write(Row(11, 1.0, {"train/kl": 123.0}).to_json() + "\n" + '{"step": 12, "val')
        qtbot.waitUntil(lambda: curves.data.last("train/kl") == 123.0, timeout=PATIENCE)
        kept = path / "checkpoints"
        shutil.copytree(kept / "000010", kept / "000011")
        qtbot.waitUntil(lambda: session.checkpoint_steps()[-1] == 11, timeout=PATIENCE)
        assert curves.data.last_step == 11, "a line that is being written is not a row yet"
    finally:
        other.communicate("\n", timeout=60)
    qtbot.waitUntil(lambda: not curves.rows.timer.isActive(), timeout=PATIENCE)


@pytest.fixture
def far_away(tmp_path: Path):
    """A data set that is not on this computer until it is downloaded."""
    here = tmp_path / "fetched"

    class FarAway(Source):
        title, help = N_("Far away"), N_("Somewhere else.")

        def fingerprint(self) -> str:
            if not here.exists():
                raise DataError(N_("These images are not on this computer."), N_("Download them."))
            return "far-away"

        def decode(self, sink, progress, cancelled) -> None:
            sink.begin(60, (1, 8, 8))
            sink.add(np.random.default_rng(0).integers(0, 255, (60, 1, 8, 8), np.uint8))

        @classmethod
        def download(cls, folder, progress, cancelled) -> Path:
            progress(0.5, N_("Half of it"))
            here.write_text("here")
            return tmp_path

    with data_sets.restored():
        data_sets.register("far-away")(FarAway)
        yield FarAway


def test_images_are_downloaded_by_a_button(qtbot, far_away, window) -> None:
    card = window.left.data
    place = card.combo.findData("far-away")
    assert "not on this computer" in card.combo.itemText(place)
    card.combo.setCurrentIndex(place)
    card.combo.activated.emit(place)
    qtbot.waitUntil(card.opening_line.download_button.isVisible, timeout=PATIENCE)
    assert "not on this computer" in card.opening_line.text.text()
    assert not window.left.controls.main.isEnabled()
    click(card.opening_line.download_button)
    qtbot.waitUntil(lambda: card.data is not None, timeout=PATIENCE)
    assert card.fact.full_text().startswith("60 images")
    qtbot.waitUntil(lambda: card.combo.itemText(card.combo.findData("far-away")) == "Far away", timeout=PATIENCE)
    assert not card.opening_line.download_button.isVisible()


@pytest.fixture
def scans() -> Iterator[None]:
    """A further data set that reads a folder, by another knob than *My pictures*."""

    class Scans(Source):
        title, help, path_knob = N_("Scans"), N_("Read from a folder."), "place"

        class Knobs(DataKnobs):
            place: str = knob("", help=N_("The folder."))

        def fingerprint(self) -> str:
            if not Path(self.knobs.place).is_absolute():
                raise DataError(N_("No folder was chosen."), N_("Choose one."))
            return "scans"

        def decode(self, sink, progress, cancelled) -> None:
            sink.begin(60, (1, 8, 8))
            sink.add(np.random.default_rng(0).integers(0, 255, (60, 1, 8, 8), np.uint8))

    with data_sets.restored():
        data_sets.register("scans")(Scans)
        yield


def test_the_chosen_data_set_reads_the_dropped_folder(qtbot, scans, window, tmp_path: Path) -> None:
    card = window.left.data
    card.show_values("scans", {})
    assert "not on this computer" not in card.combo.currentText(), "they are where the user says"
    drop(card, tmp_path)
    qtbot.waitUntil(lambda: card.data is not None, timeout=PATIENCE)
    assert (card.name, card.values()["place"]) == ("scans", str(tmp_path))


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_pictures_are_dropped_on_the_card(qtbot, window, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for number in range(30):
        pixels = np.random.default_rng(number).integers(0, 255, (12, 12, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    dropped = folder
    if kind == "zip":
        dropped = tmp_path / "mine.zip"
        with zipfile.ZipFile(dropped, "w") as pack:
            for picture in sorted(folder.iterdir()):
                pack.write(picture, picture.name)
    card = window.left.data
    drop(card, tmp_path / "words.txt")
    assert card.name == "dots-for-windows", "what holds no pictures is not taken"
    drop(card, dropped)
    qtbot.waitUntil(lambda: card.data is not None and card.name == "folder", timeout=PATIENCE)
    assert card.fact.full_text().startswith("30 images")
    assert card.objectName() == "card", "no dashed frame is left"


def drop(card, path: Path) -> None:
    """Drag a path over the card and drop it."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    middle = card.rect().center()
    enter = QDragEnterEvent(middle, Qt.DropAction.CopyAction, mime, left, none)
    enter.ignore()
    QApplication.sendEvent(card, enter)
    if enter.isAccepted():
        assert card.objectName() == "drop", "the frame says that it will be taken"
        QApplication.sendEvent(
            card, QDropEvent(QPointF(middle), Qt.DropAction.CopyAction, mime, left, none, QEvent.Type.Drop)
        )


@pytest.mark.parametrize("kind", ["png", "svg", "csv"])
def test_curves_are_saved_from_the_card(
    qtbot, window, recipe_file: Callable[..., str], choose_recipe, tmp_path: Path, monkeypatch, kind: str
) -> None:
    choose_recipe(window, recipe_file(20))
    click(window.left.controls.main)
    qtbot.waitUntil(lambda: window.session.state == "idle" and window.session.step == 20, timeout=PATIENCE)
    target = tmp_path / f"curves.{kind}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target.with_suffix("")), ""))
    action = next(a for a in window.left.curves.more.menu_of_all.actions() if a.data() == kind)
    action.trigger()
    qtbot.waitUntil(lambda: str(target) in window.left.controls.text_label.text(), timeout=PATIENCE)
    head = target.read_bytes()[:300]
    if kind == "csv":
        assert b"train/kl" in head
        assert len(target.read_text().splitlines()) > 20
    else:
        assert (b"PNG" if kind == "png" else b"<svg") in target.read_bytes()[:2000]


def test_button_applies_the_remedy_of_the_health_line(qtbot, window) -> None:
    session, health = window.session, window.left.curves.health
    click(window.left.controls.main)
    qtbot.waitUntil(lambda: session.state == "training" and session.step > 3, timeout=PATIENCE)
    session.pause()
    qtbot.waitUntil(lambda: session.state == "paused", timeout=PATIENCE)
    qtbot.waitUntil(lambda: not session.background.busy(), timeout=PATIENCE)
    health.show_text("watch", "The code says nothing.", "Reduce the weight of the KL term", {"beta": 0.25})
    click(health.remedy)
    assert not health.remedy.isVisible(), "a remedy is taken once"
    session.step_once()  # live settings hold from the next step on
    qtbot.waitUntil(lambda: session.job.live.model_knobs.beta == 0.25, timeout=PATIENCE)
    assert window.left.model.form.rows["beta"].field.text() == "0.25"
