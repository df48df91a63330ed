"""Surprise by user input: scores of images, another source, an own image, undo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from genstudio.studio.pane_area.area import PaneArea
from genstudio.studio.panes.surprise.view import SurpriseView
from genstudio.training.run.run import Run
from tests.small_runs import small_run
from tests.studio.pane_area import PATIENCE, area_on


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two steps of a small PixelCNN on the dots, in sixteen levels."""
    model = {"name": "pixelcnn", "width": 8, "blocks": 1}
    return small_run(tmp_path_factory.mktemp("runs") / "dots-1", model, {"name": "dots-for-windows", "levels": 16})


@pytest.fixture
def area(qtbot, home: Path, run: Run) -> Iterator[PaneArea]:
    with area_on(qtbot, home, run, pane="surprise") as made:
        made.show_pane("surprise")
        settled(qtbot, made)
        yield made


def settled(qtbot, area: PaneArea) -> SurpriseView:
    """Wait until the pane shows the whole content of its present state."""
    view = area.views["surprise"]
    assert isinstance(view, SurpriseView)
    qtbot.waitUntil(
        lambda: view.rendered is not None and view.rendered.final and view.rendered.state == area.states["surprise"],
        timeout=PATIENCE,
    )
    return view


def test_each_image_and_its_map_show_their_score(qtbot, area: PaneArea):
    view = settled(qtbot, area)
    values = view.rendered.content.values
    nats = f"{values['nats'][1]:.2f} nats"
    assert view.describe_cell(0, 2) == f"Image 1: {nats}, {values['bits_per_dim'][1]:.3f} bits/dim"
    assert view.describe_cell(0, 3).startswith(f"Surprise of image 1: {nats}")
    before = view.grid.focused_cell
    qtbot.keyClick(view.grid, Qt.Key.Key_Up)
    assert view.grid.focused_cell != before
    assert view.inspector.code.text() == view.describe_cell(*view.grid.focused_cell)
    assert view.legend.isVisible()


def test_only_relevant_fields_are_shown_and_undo_restores_a_source(qtbot, area: PaneArea):
    view = settled(qtbot, area)
    rows = view.inspector.controls.rows

    def shown() -> set[str]:
        return {name for name in ("index", "seed", "label", "n") if not rows[name].isHidden()}

    assert shown() == {"index", "n"}
    rows["source"].field.activated.emit(1)
    settled(qtbot, area)
    assert area.states["surprise"].source == "samples"
    assert shown() == {"seed", "n"}
    assert "drawn by the model" in view.caption.full_text()
    area.undo_stack.undo()
    settled(qtbot, area)
    assert shown() == {"index", "n"}
    assert "Test images" in view.caption.full_text()


def test_own_image_is_dropped_and_an_unreadable_one_is_reported(qtbot, area: PaneArea, tmp_path: Path):
    view = settled(qtbot, area)
    Image.fromarray(np.full((20, 30), 200, np.uint8)).save(tmp_path / "mine.png")
    (tmp_path / "broken.png").write_bytes(b"no image")
    drop(view, tmp_path / "mine.png")
    qtbot.waitUntil(lambda: area.states["surprise"].own is not None, timeout=PATIENCE)
    settled(qtbot, area)
    assert "Your image" in view.caption.full_text()
    assert len(view.rendered.content.pictures[0]) == 2
    drop(view, tmp_path / "broken.png")
    qtbot.waitUntil(lambda: "broken.png" in view.trouble.text(), timeout=PATIENCE)
    assert "Your image" in view.caption.full_text(), "what is shown is still told"
    assert area.states["surprise"].source == "own"


def drop(view: SurpriseView, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    none = Qt.KeyboardModifier.NoModifier
    view.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none))
