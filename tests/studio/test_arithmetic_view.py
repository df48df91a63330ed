"""Face arithmetic by user input: signs, drops, keys, chips, saved equations, undo, saving, missing parts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest

from genstudio.core.messages import N_
from genstudio.data.base import DataKnobs, Source, data_sets
from genstudio.latent.arithmetic.vector_arithmetic import Term
from genstudio.latent.points import LatentPoint
from genstudio.studio.pane_area.area import PaneArea
from genstudio.studio.panes.arithmetic.exemplars import Carried, pack, unpack
from genstudio.studio.panes.arithmetic.view import ArithmeticView
from genstudio.training.run.run import Run
from tests.small_runs import small_run
from tests.studio.pane_area import PATIENCE, area_on


@data_sets.register("lit-dots-for-windows")
class LitDots(Source):
    """600 squares of 8x8: how bright each is, and whether it lies on the left."""

    title, help = N_("Lit dots"), N_("One square on black, bright or dark, left or right.")

    class Knobs(DataKnobs):
        """Nothing of its own."""

    def fingerprint(self) -> str:
        return "lit-dots-for-windows"

    def decode(self, sink, progress, cancelled) -> None:
        draw = np.random.default_rng(0)
        bright, left = draw.integers(60, 256, 600), draw.integers(0, 2, 600)
        images = np.zeros((600, 1, 8, 8), np.uint8)
        for image, value, side in zip(images, bright, left, strict=True):
            y, x = draw.integers(0, 6), draw.integers(0, 2) + (0 if side else 4)
            image[0, y : y + 3, x : x + 3] = value
        sink.begin(600, (1, 8, 8), attribute_names=("bright", "left"))
        sink.add(images, attributes=np.stack([bright, left], 1).astype(np.float32))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    model = {"name": "vae", "hidden": 8}
    return small_run(tmp_path_factory.mktemp("runs") / "lit-1", model, {"name": "lit-dots-for-windows"})


@pytest.fixture(scope="module")
def gan(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A model that encodes nothing, on images without attributes."""
    model = {"name": "gan", "hidden": 8, "latent_dim": 4}
    return small_run(tmp_path_factory.mktemp("runs") / "dots-1", model, {"name": "dots-for-windows"})


@pytest.fixture
def area(qtbot, home: Path, run: Run) -> Iterator[PaneArea]:
    with area_on(qtbot, home, run, height=860, pane="arithmetic") as made:
        yield made


def settled(qtbot, area: PaneArea) -> ArithmeticView:
    """Wait until the pane shows all of its present state, with the data that is open."""

    def there() -> bool:
        view = area.views.get("arithmetic")
        made = view.rendered if view is not None else None
        return (
            made is not None and made.final and made.state == view.resolved(area.states["arithmetic"])
            and (bool(made.error) or (made.content is not None and "browser" in made.content.values))
        )  # fmt: skip

    qtbot.waitUntil(there, timeout=PATIENCE)
    view = area.views["arithmetic"]
    assert isinstance(view, ArithmeticView)
    return view


@pytest.fixture
def view(qtbot, area: PaneArea) -> ArithmeticView:
    area.show_pane("arithmetic")
    made = settled(qtbot, area)
    area.activateWindow()
    return made


def shown_z(view: ArithmeticView) -> np.ndarray:
    """The code of the sum that is on screen."""
    assert view.grid.picture is not None
    return view.grid.picture.values["z"][1, 1]


def drop(column: Any, data: QMimeData) -> None:
    """Drop something over a term."""
    event = QDropEvent(
        QPointF(20, 40), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    column.dropEvent(event)


def numbers(view: ArithmeticView, k: int) -> list[int]:
    return [one.number for one in view.terms[k].exemplars]


# -- what is seen --------------------------------------------------------------------------------------------------------


def test_pane_opens_with_an_equation_of_the_data_and_exemplars(view: ArithmeticView):
    assert [column.sign.text() for column in view.board.columns] == ["+", "−", "+"]
    assert [column.name.text() for column in view.board.columns] == [
        "high bright, not left", "low bright, not left", "low bright, left",
    ]  # fmt: skip
    for column in view.board.columns:
        assert column.count == 3
        assert column.exemplars.picture is not None
        assert column.mean.picture is not None
    means = [column.mean.picture.values["z"][0, 0] for column in view.board.columns]
    assert shown_z(view) == pytest.approx(means[0] - means[1] + means[2], abs=1e-5)
    assert view.stage.pixels.picture is not None
    assert view.stage.pixels.height() < view.grid.height()
    assert not view.state.terms, "what filled itself is no change of a person's"


def test_exemplar_shows_its_image(view: ArithmeticView):
    content = view.rendered.content
    column = view.board.columns[1]
    for i in range(3):
        assert np.array_equal(column.exemplars.picture.at(0, i), content.pictures[2].at(1, i))


def test_browser_fills_its_space_and_describes_each_image(qtbot, view: ArithmeticView):
    grid = view.browser.grid
    assert view.rendered.state.shown == view.browser.room(8, 8)
    assert len(grid.picture) == min(view.rendered.state.shown, view.rendered.content.values["candidates"])
    assert grid.cell_rect(0, 0).width() >= 40
    qtbot.mouseMove(grid, grid.cell_rect(0, 1).center().toPoint())
    qtbot.waitUntil(lambda: view.inspector.code.text() == "validation image 1", timeout=PATIENCE)


# -- by mouse ------------------------------------------------------------------------------------------------------------


def test_click_on_the_sign_flips_it_and_undo_reverts(qtbot, area: PaneArea, view: ArithmeticView):
    before = shown_z(view).copy()
    qtbot.mouseClick(view.board.columns[2].sign, Qt.MouseButton.LeftButton)
    settled(qtbot, area)
    assert area.states["arithmetic"].terms[2].sign == -1
    assert view.board.columns[2].sign.text() == "−"
    third = view.board.columns[2].mean.picture.values["z"][0, 0]
    assert shown_z(view) == pytest.approx(before - 2 * third, abs=1e-5)
    area.undo_stack.undo()
    settled(qtbot, area)
    assert shown_z(view) == pytest.approx(before)
    assert view.board.columns[2].sign.text() == "+"


def test_an_image_is_dragged_from_the_browser_into_a_term(qtbot, area: PaneArea, view: ArithmeticView):
    grid = view.browser.grid
    data = grid.mime(0, 2)
    assert data is not None
    frame = view.rendered.content.values["browser"][2]
    drop(view.board.columns[1], data)
    assert area.states["arithmetic"].terms[1].exemplars[-1] == frame
    assert view.board.columns[1].count == 4
    shown = view.board.columns[1].exemplars.picture
    assert np.array_equal(shown.cells()[3], grid.picture.at(0, 2)), "it is seen at once"
    assert view.board.columns[1].shown.active, "and that term is active"
    settled(qtbot, area)
    assert area.undo_stack.undoText().endswith("add an exemplar")
    area.undo_stack.undo()
    assert view.board.columns[1].count == 3


def test_mouse_drag_carries_the_image_under_its_start(qtbot, view: ArithmeticView):
    grid, carried = view.browser.grid, []
    pack_it = grid.mime

    def watched(row: int, column: int) -> QMimeData | None:  # offscreen, a drag ends as soon as it has begun
        data = pack_it(row, column)
        carried.append(unpack(data))
        return data

    grid.mime = watched
    begin = grid.cell_rect(0, 1).center().toPoint()
    handle, at = view.window().windowHandle(), grid.mapTo(view.window(), begin)
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    QTest.mouseMove(handle, at + QPoint(2, 0))
    assert carried == [], "a hand that trembles drags nothing"
    QTest.mouseMove(handle, at + QPoint(80, 0))
    assert carried == [Carried(view.rendered.content.values["browser"][1])]
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    grid.mime = pack_it


def test_an_exemplar_moves_from_one_term_to_another(area: PaneArea, view: ArithmeticView):
    moved = view.terms[0].exemplars[1]
    data = view.board.columns[0].exemplars.mime(0, 1)
    drop(view.board.columns[0], data)
    assert not area.states["arithmetic"].terms, "dropped where it was: nothing"
    drop(view.board.columns[2], view.board.columns[0].exemplars.mime(0, 1))
    assert [column.count for column in view.board.columns] == [2, 3, 4]
    assert view.terms[2].exemplars[-1] == moved
    area.undo_stack.undo()
    assert [column.count for column in view.board.columns] == [3, 3, 3]


def test_an_image_file_dropped_on_a_term_is_encoded(qtbot, area: PaneArea, view: ArithmeticView, tmp_path: Path):
    path = tmp_path / "mine.png"
    Image.fromarray(np.full((8, 8), 200, np.uint8)).save(path)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    drop(view.board.columns[2], data)
    qtbot.waitUntil(lambda: view.board.columns[2].count == 4, timeout=PATIENCE)
    settled(qtbot, area)
    assert view.terms[2].exemplars[-1].kind == "own"
    assert (view.board.columns[2].exemplars.picture.cells()[3] == 200).all()


def test_dropped_file_without_a_picture_is_reported(view: ArithmeticView):
    data = QMimeData()
    data.setText("hello")
    drop(view.board.columns[0], data)
    assert view.trouble.isVisible()
    assert "not a picture" in view.trouble.text()
    data.setData("application/x-genstudio-exemplar", b"{}")
    assert unpack(data) is None
    assert unpack(pack(Carried(LatentPoint("seed", 3), 1, 2))) == Carried(LatentPoint("seed", 3), 1, 2)


def test_full_term_refuses_more_with_a_reason(view: ArithmeticView):
    for _k in range(9):
        drop(view.board.columns[0], view.browser.grid.mime(0, 0))
    assert view.board.columns[0].count == 12
    drop(view.board.columns[0], view.browser.grid.mime(0, 0))
    assert view.board.columns[0].count == 12
    assert "12 exemplars" in view.trouble.text()


def test_terms_are_added_and_removed(qtbot, area: PaneArea, view: ArithmeticView):
    qtbot.mouseClick(view.board.add, Qt.MouseButton.LeftButton)
    settled(qtbot, area)
    assert len(view.board.columns) == 4
    assert "Term 4 has no exemplars" in view.caption.full_text()
    assert view.grid.picture is not None, "the others go on"
    for _k in range(4):
        qtbot.mouseClick(view.board.columns[0].remove, Qt.MouseButton.LeftButton)
    assert area.states["arithmetic"].terms == (Term(),), "an empty one is left"
    settled(qtbot, area)
    assert view.grid.picture is None
    text = view.grid.accessibleDescription()
    assert "choose an equation" in text or "no exemplars" in text
    assert view.caption.full_text() == "", "it is said once"
    for _k in range(5):
        area.undo_stack.undo()
    settled(qtbot, area)
    assert [column.count for column in view.board.columns] == [3, 3, 3]


def test_click_on_the_sum_sends_its_z_to_another_pane(qtbot, area: PaneArea, view: ArithmeticView):
    before = area.states["arithmetic"]
    with qtbot.waitSignal(area.codes.sent) as sent:
        qtbot.mouseClick(view.grid, Qt.MouseButton.LeftButton, pos=view.grid.cell_rect(1, 1).center().toPoint())
    assert (sent.args[0] == shown_z(view)).all()
    assert area.states["arithmetic"] == before
    with qtbot.waitSignal(area.codes.sent) as sent:
        mean = view.board.columns[0].mean
        qtbot.mouseClick(mean, Qt.MouseButton.LeftButton, pos=mean.cell_rect(0, 0).center().toPoint())
    assert (sent.args[0] == mean.picture.values["z"][0, 0]).all()


# -- by keyboard ---------------------------------------------------------------------------------------------------------


def test_everything_by_keyboard(qtbot, area: PaneArea, view: ArithmeticView):
    grid = view.browser.grid
    grid.setFocus()
    qtbot.keyClick(grid, Qt.Key.Key_3)
    assert [column.shown.active for column in view.board.columns] == [False, False, True]
    for key in (Qt.Key.Key_Up,) * 9 + (Qt.Key.Key_Left,) * 20 + (Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(grid, key)
    assert view.terms[2].exemplars[-1] == view.rendered.content.values["browser"][1]
    assert view.board.columns[2].count == 4
    column = view.board.columns[2]
    column.exemplars.setFocus()
    qtbot.keyClick(column.exemplars, Qt.Key.Key_Minus)
    assert view.terms[2].sign == -1
    qtbot.keyClick(column.exemplars, Qt.Key.Key_Plus)
    assert view.terms[2].sign == 1
    here = column.exemplar_at(column.exemplars.focused_cell)
    gone = view.terms[2].exemplars[here]
    qtbot.keyClick(column.exemplars, Qt.Key.Key_Delete)
    assert gone not in view.terms[2].exemplars
    assert len(view.terms[2].exemplars) == 3
    qtbot.keyClick(column.exemplars, Qt.Key.Key_F2)
    assert column.name.hasFocus()
    qtbot.keyClicks(column.name, "mine")
    qtbot.keyClick(column.name, Qt.Key.Key_Return)
    assert view.terms[2].name == "mine"
    qtbot.keyClick(column.exemplars, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert len(view.terms) == 2


def test_arrows_go_from_term_to_term(qtbot, view: ArithmeticView):
    first, second = view.board.columns[0].exemplars, view.board.columns[1].exemplars
    first.setFocus()
    for _k in range(3):
        qtbot.keyClick(first, Qt.Key.Key_Right)
    assert second.hasFocus()
    assert view.board.columns[1].shown.active
    for _k in range(3):
        qtbot.keyClick(second, Qt.Key.Key_Left)
    assert first.hasFocus()


def test_pages_turn_by_key_and_button_and_wrap_around(qtbot, area: PaneArea, view: ArithmeticView):
    area.change({"arithmetic": type(view.state)(shown=7)}, "fewer")
    settled(qtbot, area)
    first = view.rendered.content.values["browser"]
    qtbot.keyClick(view.browser.grid, Qt.Key.Key_PageDown)
    settled(qtbot, area)
    second = view.rendered.content.values["browser"]
    assert not set(first) & set(second)
    assert view.browser.place.text().startswith("2 / ")
    qtbot.mouseClick(view.browser.back, Qt.MouseButton.LeftButton)
    qtbot.keyClick(view.browser.grid, Qt.Key.Key_PageUp)
    settled(qtbot, area)
    pages = view.rendered.content.values["pages"]
    assert view.browser.place.text() == f"{pages} / {pages}"


def test_new_picture_does_not_interrupt_typing(qtbot, view: ArithmeticView):
    name = view.board.columns[0].name
    name.setFocus()
    name.selectAll()
    qtbot.keyClicks(name, "half a wo")
    view.show_rendered(view.rendered)
    assert name.text() == "half a wo"


# -- the browser ---------------------------------------------------------------------------------------------------------


def test_chips_cycle_through_high_low_any(qtbot, area: PaneArea, view: ArithmeticView):
    view.browser.filter.setChecked(True)
    chip = view.browser.chips["left"]
    everything = view.browser.count.full_text()
    for side, text in (("high", "left"), ("low", "not left"), ("", "left")):
        qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
        assert (chip.side, chip.text()) == (side, text)
        assert dict(area.states["arithmetic"].attribute_filter) == ({"left": side} if side else {})
        settled(qtbot, area)
        assert (view.browser.count.full_text() == everything) == (not side)
    area.undo_stack.undo()
    assert chip.side == "low"


def test_filter_without_matches_is_reported_and_the_sum_stays(qtbot, area: PaneArea, view: ArithmeticView):
    from dataclasses import replace

    before = shown_z(view).copy()
    # No image is bright and dark at once: by hand that can't be asked for, by a saved session it can.
    both = (("bright", "high"), ("left", "high"))
    area.change({"arithmetic": replace(area.states["arithmetic"], attribute_filter=both)}, "filter")
    settled(qtbot, area)
    browser = view.rendered.content
    empty = replace(browser, values=browser.values | {"browser": (), "note": N_("No image is left.")})
    nothing = replace(
        browser.pictures[-1],
        pixels=np.zeros((8, 8, 1), np.uint8),
        values={"z": np.zeros((1, 1, 2), np.float32)},
        count=0,
    )
    view.show_rendered(replace(view.rendered, content=replace(empty, pictures=(*browser.pictures[:-1], nothing))))
    assert view.browser.note.isVisible()
    assert view.browser.note.text() == "No image is left."
    assert view.browser.grid.picture is None
    assert shown_z(view) == pytest.approx(before)


def test_samples_to_choose_from(qtbot, area: PaneArea, view: ArithmeticView):
    source = view.inspector.controls.rows["source"]
    source.field.setCurrentIndex(2)
    source.field.activated.emit(2)
    settled(qtbot, area)
    assert {one.kind for one in view.rendered.content.values["browser"]} == {"seed"}
    assert view.browser.chips == {}, "nothing is known of them without a judge"


# -- equations -----------------------------------------------------------------------------------------------------------


def entries(view: ArithmeticView) -> dict[str, Any]:
    """The menu of equations as it opens."""
    menu = view.tools.choose.menu()
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions() if not action.isSeparator()}


def chosen(view: ArithmeticView, name: str, what: str) -> None:
    submenu = entries(view)[name].menu()
    next(action for action in submenu.actions() if action.text().startswith(what)).trigger()


def test_resample_keeps_the_exemplars_and_other_exemplars_keep_the_equation(
    qtbot, area: PaneArea, view: ArithmeticView
):
    exemplars, around = [numbers(view, k) for k in range(3)], view.grid.picture.values["z"].copy()
    view.grid.setFocus()
    qtbot.keyClick(view.grid, Qt.Key.Key_R)
    settled(qtbot, area)
    assert [numbers(view, k) for k in range(3)] == exemplars
    after = view.grid.picture.values["z"]
    assert after[1, 1] == pytest.approx(around[1, 1])
    assert np.abs(after[0, 0] - around[0, 0]).max() > 0.01
    assert view.tools.others.isVisibleTo(view.inspector)
    qtbot.keyClick(view.grid, Qt.Key.Key_E)
    settled(qtbot, area)
    assert [numbers(view, k) for k in range(3)] != exemplars
    assert view.board.columns[0].name.text() == "high bright, not left"
    area.undo_stack.undo()
    area.undo_stack.undo()
    settled(qtbot, area)
    assert [numbers(view, k) for k in range(3)] == exemplars
    assert view.grid.picture.values["z"] == pytest.approx(around)


def test_an_equation_is_saved_loaded_renamed_and_deleted(qtbot, area: PaneArea, view: ArithmeticView, home: Path):
    drop(view.board.columns[0], view.browser.grid.mime(0, 0))
    saved = view.terms
    view.tools.name.setFocus()
    view.tools.name.selectAll()
    qtbot.keyClicks(view.tools.name, "mine")
    qtbot.mouseClick(view.tools.save, Qt.MouseButton.LeftButton)
    told = json.loads((home / "equations.json").read_text(encoding="utf-8"))
    assert list(told["equations"]) == ["mine"]
    view.equations.menu.chosen.emit("bright_across_left")
    settled(qtbot, area)
    assert view.terms != saved
    chosen(view, "mine", "Load")
    settled(qtbot, area)
    assert (view.terms, area.states["arithmetic"].name, view.tools.name.text()) == (saved, "mine", "mine")
    view.tools.name.selectAll()
    view.tools.name.setFocus()
    qtbot.keyClicks(view.tools.name, "better")
    qtbot.keyClick(view.tools.name, Qt.Key.Key_Return)
    chosen(view, "mine", "Rename to “better”")
    assert view.equations.menu.saved.names() == ["better"]
    chosen(view, "better", "Delete")
    assert view.equations.menu.saved.names() == []
    assert "None saved yet" in entries(view)
    area.undo_stack.undo()
    assert view.equations.menu.saved.names() == ["better"]
    area.undo_stack.undo()
    assert view.equations.menu.saved.names() == ["mine"]


def test_codes_of_another_model_are_refused_when_an_equation_is_loaded(qtbot, area: PaneArea, view: ArithmeticView):
    terms = [{"sign": 1, "name": "a", "exemplars": [{"kind": "z", "number": 0, "label": 0, "z": [0.0] * 64}] * 2
              + [{"kind": "image", "number": 1, "label": 0}]}]  # fmt: skip
    view.equations.menu.saved.put("theirs", {"model": "gan", "latent_dim": 64, "data": "", "terms": terms})
    chosen(view, "theirs", "Load")
    settled(qtbot, area)
    assert view.stage.notice.isVisible()
    assert "2 exemplars are left out" in view.stage.notice.text()
    assert numbers(view, 0) == [1]
    assert view.grid.picture is not None


def test_unreadable_equation_file_is_reported_and_unchanged(qtbot, area: PaneArea, view: ArithmeticView, home: Path):
    home.mkdir(exist_ok=True)
    (home / "equations.json").write_text("{", encoding="utf-8")
    assert any("can't be read" in text for text in entries(view))
    qtbot.mouseClick(view.tools.save, Qt.MouseButton.LeftButton)
    settled(qtbot, area)
    assert "can't be read" in view.trouble.text()
    assert (home / "equations.json").read_text(encoding="utf-8") == "{"


# -- z from elsewhere ----------------------------------------------------------------------------------------------------


def test_a_z_that_is_sent_joins_the_last_term(qtbot, area: PaneArea, view: ArithmeticView):
    dim = len(shown_z(view))
    area.codes.send(np.ones(dim, np.float32), "arithmetic")
    settled(qtbot, area)
    assert [column.count for column in view.board.columns] == [3, 3, 4], "the equation that filled itself stays"
    picture = view.board.columns[2].exemplars.picture
    assert picture.values["z"].reshape(-1, dim)[3] == pytest.approx(np.ones(dim))
    area.undo_stack.undo()
    settled(qtbot, area)
    assert [column.count for column in view.board.columns] == [3, 3, 3]


def test_z_of_another_space_is_crossed_out_and_the_sum_continues(qtbot, area: PaneArea, view: ArithmeticView):
    before = shown_z(view).copy()
    area.codes.send(np.ones(99, np.float32), "arithmetic")
    settled(qtbot, area)
    column = view.board.columns[2]
    assert column.count == 4
    assert column.shown.refused == {3}
    assert "99 numbers" in view.stage.notice.text()
    assert "left out" in column.exemplars.describe(*divmod(3, column.exemplars.picture.columns))
    assert shown_z(view) == pytest.approx(before, abs=1e-5)


# -- saving --------------------------------------------------------------------------------------------------------------


def test_saved_picture_is_the_whole_equation_and_reproducible(
    qtbot, area: PaneArea, view: ArithmeticView, run: Run, tmp_path: Path
):
    from genstudio.export.reproduce import reproduce

    area.codes.send(np.ones(len(shown_z(view)), np.float32), "arithmetic")
    settled(qtbot, area)
    path = tmp_path / "sum.png"
    with qtbot.waitSignal(area.exporter.finished, timeout=PATIENCE):
        area.exporter.export(view, "picture", str(path))
    saved = np.array(Image.open(path).convert("RGB"))
    content = view.rendered.content
    scale = 1024 // max(content.pictures[0].pixels.shape[:2])
    assert saved.shape[1] > (3 + 3 + 1) * 8 * scale, "three terms, the nine, and the sum in pixels"
    middle = np.repeat(np.repeat(content.pictures[0].at(1, 1), scale, 0), scale, 1)
    assert contains(saved, middle), "the sum itself, crisp"
    assert contains(saved, np.repeat(np.repeat(content.pictures[1].at(0, 2), scale, 0), scale, 1))
    told = Image.open(path).text
    assert any("terms" in value for value in told.values()), "provenance carries the state"
    assert reproduce(path, run=run, data=area.session.data).same


def contains(picture: np.ndarray, part: np.ndarray) -> bool:
    """``True`` where ``part`` (H×W×1, grey) stands somewhere in ``picture``."""
    grey, wanted = np.ascontiguousarray(picture[..., 0]), part[..., 0]
    height, width = wanted.shape
    first = wanted[0].tobytes()
    for y in range(len(grey) - height + 1):
        row, x = grey[y].tobytes(), -1
        while (x := row.find(first, x + 1)) >= 0:
            if np.array_equal(grey[y : y + height, x : x + width], wanted):
                return True
    return False


def test_a_film_through_training_keeps_the_exemplars(qtbot, area: PaneArea, view: ArithmeticView, tmp_path: Path):
    with qtbot.waitSignal(area.exporter.finished, timeout=PATIENCE):
        area.exporter.export(view, "training", str(tmp_path / "film.gif"))
    assert Image.open(tmp_path / "film.gif").size[0] > 100


# -- models that know less -----------------------------------------------------------------------------------------------


def test_without_attributes_an_equation_is_assembled_manually(qtbot, home: Path, gan: Run):
    with area_on(qtbot, home, gan, height=860) as area:
        area.show_pane("arithmetic")
        view = settled(qtbot, area)
        assert [column.count for column in view.board.columns] == [0, 0, 0]
        assert "Drop pictures into a term" in view.grid.accessibleDescription()
        assert view.grid.picture is None
        for k in range(3):
            view.board.columns[k].exemplars.setFocus()
            view.board.acted.emit(k, "hold", None)
            view.browser.grid.picked.emit(0, k)
        settled(qtbot, area)
        assert [column.count for column in view.board.columns] == [1, 1, 1]
        first, second, third = (view.board.columns[k].mean.picture.values["z"][0, 0] for k in range(3))
        assert shown_z(view) == pytest.approx(first - second + third, abs=1e-5)
        own = view.blobs.put_array(np.zeros((8, 8, 1), np.uint8))
        view.put(0, Carried(LatentPoint("own", blob=own)))
        settled(qtbot, area)
        assert "has no encoder" in view.stage.notice.text()
        assert view.grid.picture is not None
