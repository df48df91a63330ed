"""Directions by user input: search stopped and resumed, rows held fixed, names, new search."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt

from genstudio.latent import codes, storage
from genstudio.latent.directions import search
from genstudio.studio.pane_area.area import PaneArea
from genstudio.studio.panes.directions.view import DirectionsView
from genstudio.training.run.run import Run
from tests.small_runs import SHORT, small_run
from tests.studio.pane_area import PATIENCE, area_on

CODES = codes.known_codes


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Four steps of a small VAE on the dots, saved at the second and the last."""
    model, folder = {"name": "vae", "hidden": 8, "latent_dim": 4}, tmp_path_factory.mktemp("runs")
    return small_run(folder / "dots-1", model, {"name": "dots-for-windows"}, SHORT | {"steps": 4, "save_every": 2})


@pytest.fixture
def run(trained: Run, tmp_path: Path) -> Run:
    """A copy for each test, because directions are saved in it."""
    return Run.open(shutil.copytree(trained.path, tmp_path / "dots-1"))


@pytest.fixture
def area(qtbot, home: Path, run: Run) -> Iterator[PaneArea]:
    with area_on(qtbot, home, run, height=860, pane="directions") as made:
        yield made


def settled(qtbot, area: PaneArea) -> DirectionsView:
    """Wait until the pane shows the whole content of its present state, with what is known."""
    name = "directions"

    def there() -> bool:
        view = area.views.get(name)
        made = view.rendered if view is not None else None
        return made is not None and made.final and made.state == view.resolved(area.states[name])

    qtbot.waitUntil(there, timeout=PATIENCE)
    view = area.views[name]
    assert isinstance(view, DirectionsView)
    return view


def names(view: DirectionsView) -> list[str]:
    assert view.rendered is not None
    assert view.rendered.content is not None
    return [row.name for row in view.rendered.content.values["rows"]]


@pytest.fixture
def view(qtbot, area: PaneArea) -> DirectionsView:
    """The pane with directions found and focus."""
    area.show_pane("directions")
    qtbot.waitUntil(lambda: area.found_directions.blob is not None, timeout=PATIENCE)
    made = settled(qtbot, area)
    area.activateWindow()
    made.grid.setFocus()
    return made


def middle(view: DirectionsView, row: int, column: int) -> QPoint:
    return view.grid.cell_rect(row, column).center().toPoint()


def row_of(view: DirectionsView, name: str) -> int:
    return names(view).index(name)


# -- the search ---------------------------------------------------------------------------------------------------------


def test_found_directions_are_shown_and_saved_in_the_run(qtbot, view: DirectionsView, run: Run):
    assert names(view) == ["b", "mirror", "PC 1", "PC 2", "PC 3", "PC 4", "random"]
    assert not view.stage.progress.isVisible()
    assert "along 7 directions" in view.caption.text()
    qtbot.waitUntil(lambda: bool(storage.all_of(run)), timeout=PATIENCE)
    assert storage.all_of(run)[0].space.step == 4
    assert "b" in storage.all_of(run)[0].names


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """An event; encoding the images does not end until it is set. Before `area`, whose pane starts the search."""
    opened = threading.Event()

    def encoding(context: Any, **how: Any) -> Any:
        while not opened.is_set():
            yield 0.5
        return (yield from CODES(context, **how))

    monkeypatch.setattr(search, "known_codes", encoding)
    return opened


def test_escape_stops_the_search_and_undo_resumes_it(qtbot, gate: threading.Event, area: PaneArea):
    area.show_pane("directions")
    view = area.views["directions"]
    assert isinstance(view, DirectionsView)
    qtbot.waitUntil(lambda: view.is_searching and "PC 1" in names(view), timeout=PATIENCE)
    assert view.stage.progress.isVisible()
    assert view.stage.progress.bar.value() > 0
    assert "finding directions" in view.caption.text()
    assert not view.idle, "newer weights wait until it is done"
    area.activateWindow()
    view.grid.setFocus()
    qtbot.keyClick(view.grid, Qt.Key.Key_Escape)
    settled(qtbot, area)
    assert not view.is_searching
    assert view.idle
    assert names(view) == ["PC 1", "PC 2", "PC 3", "PC 4", "random"]
    assert area.found_directions.blob is None
    assert view.again.text() == "Find directions"
    area.undo_stack.undo()
    qtbot.waitUntil(lambda: view.is_searching, timeout=PATIENCE)
    gate.set()
    qtbot.waitUntil(lambda: area.found_directions.blob is not None, timeout=PATIENCE)
    assert "b" in names(settled(qtbot, area))


def test_one_button_stops_and_the_other_resumes(qtbot, gate: threading.Event, area: PaneArea):
    area.show_pane("directions")
    view = area.views["directions"]
    assert isinstance(view, DirectionsView)
    qtbot.waitUntil(lambda: view.is_searching and view.stage.progress.stop.isVisible(), timeout=PATIENCE)
    qtbot.mouseClick(view.stage.progress.stop, Qt.MouseButton.LeftButton)
    settled(qtbot, area)
    gate.set()
    qtbot.mouseClick(view.again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: area.found_directions.blob is not None, timeout=PATIENCE)
    assert "b" in names(settled(qtbot, area))


def test_drag_gets_pictures_during_the_search(qtbot, gate: threading.Event, area: PaneArea):
    area.show_pane("directions")
    view = area.views["directions"]
    assert isinstance(view, DirectionsView)
    qtbot.waitUntil(lambda: view.is_searching and "PC 1" in names(view), timeout=PATIENCE)
    view.propose("image", index=7)
    qtbot.waitUntil(lambda: "image 7 along" in view.caption.text(), timeout=PATIENCE)
    assert view.is_searching
    gate.set()
    qtbot.waitUntil(lambda: area.found_directions.blob is not None, timeout=PATIENCE)


def test_directions_are_found_again_and_undo_restores_the_old_ones(
    qtbot, area: PaneArea, view: DirectionsView, run: Run
):
    old = area.found_directions.blob
    area.change({"directions": view.state.__class__(at=2)}, "an earlier step")
    settled(qtbot, area)
    assert "found at step 4" in view.caption.text()
    line = view.grid.rows[row_of(view, "b")].lines[0]
    assert line.startswith("linear SVM, at step 4 accuracy ")
    assert ", now " in line
    qtbot.mouseClick(view.again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: area.found_directions.blob not in (None, old), timeout=PATIENCE)
    settled(qtbot, area)
    assert "found at" not in view.caption.text()
    qtbot.waitUntil(lambda: {found.space.step for found in storage.all_of(run)} == {2, 4}, timeout=PATIENCE)
    area.undo_stack.undo()
    assert area.found_directions.blob == old
    settled(qtbot, area)
    assert "found at step 4" in view.caption.text()


def test_saved_directions_are_shown_when_the_run_is_reopened(
    qtbot, home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
):
    with area_on(qtbot, home, run) as first:
        first.show_pane("directions")
        qtbot.waitUntil(lambda: first.found_directions.blob is not None, timeout=PATIENCE)
        blob = first.found_directions.blob
        qtbot.waitUntil(lambda: bool(storage.all_of(run)), timeout=PATIENCE)
    with area_on(qtbot, home / "second", run) as second:
        qtbot.waitUntil(lambda: second.found_directions.blob is not None, timeout=PATIENCE)
        assert second.found_directions.blob == blob
        second.show_pane("directions")
        assert "b" in names(settled(qtbot, second))


# -- held fixed ---------------------------------------------------------------------------------------------------------


def test_checkbox_holds_its_row_fixed_and_undo_releases_it(qtbot, area: PaneArea, view: DirectionsView):
    row = row_of(view, "PC 2")
    qtbot.mouseClick(view.grid.boxes[row], Qt.MouseButton.LeftButton, pos=QPoint(8, 10))
    assert area.states["directions"].fixed == ("PC 2",)
    settled(qtbot, area)
    assert view.grid.boxes[row].isChecked()
    assert "PC 2 held fixed" in view.caption.text()
    area.undo_stack.undo()
    settled(qtbot, area)
    assert not view.grid.boxes[row].isChecked()


def test_f_holds_the_row_in_focus_fixed(qtbot, area: PaneArea, view: DirectionsView):
    assert view.grid.focused_cell == (0, view.grid.picture.columns // 2), "the code itself"
    qtbot.keyClick(view.grid, Qt.Key.Key_Down)
    qtbot.keyClick(view.grid, Qt.Key.Key_F)
    assert area.states["directions"].fixed == ("mirror",)
    settled(qtbot, area)
    qtbot.keyClick(view.grid, Qt.Key.Key_F)
    assert area.states["directions"].fixed == ()


# -- names --------------------------------------------------------------------------------------------------------------


def test_component_gets_the_typed_name_saved_in_the_run(qtbot, area: PaneArea, view: DirectionsView, run: Run):
    row = row_of(view, "PC 3")
    assert not view.name.isVisible(), "b has its name from the data"
    qtbot.mouseClick(view.grid, Qt.MouseButton.LeftButton, pos=middle(view, row, 1))
    assert view.name.isVisible()
    view.name.setFocus()
    qtbot.keyClicks(view.name, "far left")
    assert not area.states["directions"].fixed, "an f that is typed is no shortcut"
    qtbot.keyClick(view.name, Qt.Key.Key_Return)
    settled(qtbot, area)
    assert names(view)[row] == "far left"
    qtbot.waitUntil(lambda: "far left" in storage.all_of(run)[0].names, timeout=PATIENCE)
    assert "PC 3" not in storage.all_of(run)[0].names
    area.undo_stack.undo()
    settled(qtbot, area)
    assert names(view)[row] == "PC 3"


# -- looking ------------------------------------------------------------------------------------------------------------


def test_cell_describes_its_position_and_effects(qtbot, view: DirectionsView):
    qtbot.mouseMove(view.grid, middle(view, 0, 0))
    qtbot.waitUntil(lambda: view.inspector.code.text() == "b, −3 σ", timeout=PATIENCE)
    assert "linear SVM, accuracy" in view.inspector.detail.text()
    assert view.describe_cell(1, 0).startswith("mirror, −3 σ. mirrored images")


def test_keyboard_reaches_every_row_and_scrolls_to_it(qtbot, area: PaneArea, view: DirectionsView):
    area.resize(1000, 480)
    settled(qtbot, area)
    before = view.stage.scrolled.verticalScrollBar().value()
    for _step in range(len(names(view))):
        qtbot.keyClick(view.grid, Qt.Key.Key_Down)
    assert view.grid.focused_cell[0] == len(names(view)) - 1
    assert view.stage.scrolled.verticalScrollBar().value() > before
    rect = view.grid.cell_rect(*view.grid.focused_cell).toRect()
    shown = view.grid.visibleRegion().boundingRect()
    assert shown.contains(rect.center())


def test_matrix_shows_its_numbers(qtbot, area: PaneArea, view: DirectionsView):
    view.inspector.controls.rows["shown"].control.entered.emit("cosines")
    settled(qtbot, area)
    assert view.grid.columns[:2] == ("b", "mirror")
    assert view.describe_cell(0, 0) == "b and b: cosine +1.00"
    assert view.legend.isVisible()
    pitch = view.grid.cell_rect(1, 0).y() - view.grid.cell_rect(0, 0).y()
    assert view.grid.named_every(pitch) == 1
    assert view.grid.named_every(2.5 * pitch) == 3, "names don't lie on each other, however small the cells are"
    assert not any(box.isVisible() for box in view.grid.boxes)
    area.undo_stack.undo()
    settled(qtbot, area)
    assert all(box.isVisible() for box in view.grid.boxes[: len(names(view))])


def test_a_matrix_is_saved_with_the_names_of_its_rows_and_columns(
    qtbot, area: PaneArea, view: DirectionsView, tmp_path: Path
):
    assert "Matrix with its names…" in [action.text() for action in view.inspector.export.menu().actions()]
    with qtbot.waitSignal(area.exporter.failed, timeout=PATIENCE) as refused:
        area.exporter.export(view, "matrix", str(tmp_path / "none.svg"))
    assert "rows of pictures" in refused.args[0]
    assert not (tmp_path / "none.svg").exists()
    view.inspector.controls.rows["shown"].control.entered.emit("cosines")
    settled(qtbot, area)
    for name in ("cosines.svg", "cosines.png"):
        with qtbot.waitSignal(area.exporter.finished, timeout=PATIENCE):
            area.exporter.export(view, "matrix", str(tmp_path / name))
    text = (tmp_path / "cosines.svg").read_text(encoding="utf-8")
    assert text.count("<!-- mirror -->") == 2, (
        "matplotlib says in a comment what each outline spells: a row and a column"
    )
    with Image.open(tmp_path / "cosines.png") as image:
        assert min(image.size) > 300
        assert "genstudio" in image.info


def test_a_click_sends_its_code_to_the_pane_beside_and_the_row_stays(qtbot, area: PaneArea, view: DirectionsView):
    area.show_beside("samples")
    settled(qtbot, area)
    picture = view.grid.picture
    qtbot.mouseClick(view.grid, Qt.MouseButton.LeftButton, pos=middle(view, 0, 0))
    around = area.states["samples"].around
    assert around is not None
    assert np.array_equal(area.blobs.get_array(around), picture.values["z"][0, 0])
    assert area.states["directions"].z is None


def test_sent_code_is_the_start_until_a_button_discards_it(qtbot, area: PaneArea, view: DirectionsView):
    z = np.array([1, 0, -1, 0.5], np.float32)
    area.codes.send(z, "directions")
    settled(qtbot, area)
    assert "The code sent here" in view.caption.text()
    assert np.array_equal(view.z_at((0, view.grid.picture.columns // 2)), z)
    qtbot.mouseClick(view.back, Qt.MouseButton.LeftButton)
    settled(qtbot, area)
    assert "Validation image 0" in view.caption.text()


def test_directions_of_another_space_are_refused_and_a_button_finds_new_ones(
    qtbot, area: PaneArea, view: DirectionsView
):
    from dataclasses import replace as with_

    found = area.found_directions.directions
    assert found is not None
    other = area.blobs.put(with_(found, space=with_(found.space, model="gan")).to_bytes())
    view.propose("other", directions=other)
    qtbot.waitUntil(lambda: "another latent space" in view.grid.accessibleDescription(), timeout=PATIENCE)
    qtbot.mouseClick(view.again, Qt.MouseButton.LeftButton)
    assert "b" in names(settled(qtbot, area))


def test_only_ticked_attributes_are_searched(qtbot, area: PaneArea, view: DirectionsView):
    ticks = [action for action in view.attribute_choice.menu().actions() if action.isCheckable()]
    assert [action.text() for action in ticks] == ["b"]
    ticks[0].trigger()
    assert area.states["directions"].attributes == ("b",)
    settled(qtbot, area)
    qtbot.waitUntil(lambda: "mirror" not in names(view), timeout=PATIENCE)
    assert view.attribute_choice.text() == "1 of 1 attributes  ▸"
