"""Sliders by user input: mouse, wheel and keys move one, pad and picture move two, each drag is one command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from genstudio.export.provenance import read_provenance
from genstudio.studio.pane_area.area import PaneArea
from genstudio.studio.panes.sliders.bank import SliderBank
from genstudio.studio.panes.sliders.bank_rows import BankRow
from genstudio.studio.panes.sliders.view import SlidersView
from genstudio.training.run.run import Run
from tests.small_runs import small_run
from tests.studio.pane_area import PATIENCE, area_on

LEFT = Qt.MouseButton.LeftButton
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """30 steps of the dots."""
    plan = {"steps": 30, "batch_size": 16, "save_every": 10, "evaluate_every": 0, "sample_every": 0}
    model = {"name": "vae", "hidden": 16, "latent_dim": 5}
    return small_run(tmp_path_factory.mktemp("runs") / "dots-1", model, {"name": "dots-for-windows"}, plan)


@pytest.fixture
def area(qtbot, home: Path, run: Run) -> Iterator[PaneArea]:
    with area_on(qtbot, home, run, pane="sliders") as made:
        made.show_pane("sliders")
        yield made


@pytest.fixture
def view(qtbot, area: PaneArea) -> SlidersView:
    made = settled(qtbot, area)
    assert len(made.bank.current) > 0
    return made


def settled(qtbot, area: PaneArea) -> SlidersView:
    """Wait until the pane shows all of its present state."""

    def there() -> bool:
        view = area.views.get("sliders")
        rendered = view.rendered if view is not None else None
        return rendered is not None and rendered.final and rendered.state == view.resolved(area.states["sliders"])

    qtbot.waitUntil(there, timeout=PATIENCE)
    view = area.views["sliders"]
    assert isinstance(view, SlidersView)
    return view


def drag(qtbot, widget: QWidget, *places: QPoint) -> None:
    qtbot.mousePress(widget, LEFT, pos=places[0])
    for place in places[1:]:
        qtbot.mouseMove(widget, place)
    qtbot.mouseRelease(widget, LEFT, pos=places[-1])


def wheel(widget: QWidget, place: QPoint, notches: int) -> None:
    event = QWheelEvent(
        QPointF(place), QPointF(widget.mapToGlobal(place)), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def pixels(view: SlidersView) -> np.ndarray:
    assert view.grid.picture is not None
    return view.grid.picture.pixels.copy()


# -- the bank ----------------------------------------------------------------------------------------------------------


def test_a_drag_moves_a_slider_and_the_picture_and_is_one_command(qtbot, area: PaneArea, view: SlidersView):
    before, bank = pixels(view), view.bank
    name = bank.current
    places = [bank.place_of(name, value) for value in (0.0, 0.7, 1.5, 2.5)]
    drag(qtbot, bank.viewport(), *places)
    assert view.state.value(name) == pytest.approx(2.5, abs=0.1)
    settled(qtbot, area)
    assert not np.array_equal(pixels(view), before)
    assert f"{name} +2." in view.caption.full_text()
    assert area.undo_stack.count() == 1
    area.undo_stack.undo()
    settled(qtbot, area)
    assert view.state.values == ()
    assert bank.value(name) == 0.0
    assert np.array_equal(pixels(view), before)


def test_double_click_resets_a_slider_and_a_press_moves_it_there(qtbot, view: SlidersView):
    bank, name = view.bank, view.bank.current
    qtbot.mouseClick(bank.viewport(), LEFT, pos=bank.place_of(name, -3.0))
    assert view.state.value(name) == pytest.approx(-3.0, abs=0.1)
    qtbot.mouseClick(bank.viewport(), LEFT, pos=bank.place_of(name, -3.0))
    assert view.state.value(name) == pytest.approx(-3.0, abs=0.1), "on the knob a click alone does nothing"
    qtbot.mouseDClick(bank.viewport(), LEFT, pos=bank.place_of(name, -3.0))
    assert view.state.value(name) == 0.0


def test_keys_choose_a_row_and_move_it(qtbot, area: PaneArea, view: SlidersView):
    bank = view.bank
    bank.setFocus()
    first = bank.current
    qtbot.keyClick(bank, Qt.Key.Key_Down)
    second = bank.current
    assert second != first
    for key, modifier, value in (
        (Qt.Key.Key_Right, None, 0.1),
        (Qt.Key.Key_Right, SHIFT, 0.6),
        (Qt.Key.Key_PageUp, None, 1.1),
        (Qt.Key.Key_Left, None, 1.0),
        (Qt.Key.Key_PageDown, None, 0.5),
        (Qt.Key.Key_Left, SHIFT, 0.0),
    ):
        qtbot.keyClick(bank, key, *(() if modifier is None else (modifier,)))
        assert view.state.value(second) == pytest.approx(value)
    qtbot.keyClick(bank, Qt.Key.Key_PageUp)
    qtbot.keyClick(bank, Qt.Key.Key_Home)
    assert view.state.value(second) == 0.0
    qtbot.keyClick(bank, Qt.Key.Key_Up)
    assert bank.current == first
    assert view.state.value(first) == 0.0
    settled(qtbot, area)


def test_a_row_of_small_steps_is_one_command(qtbot, area: PaneArea, view: SlidersView):
    view.bank.setFocus()
    for _ in range(5):
        qtbot.keyClick(view.bank, Qt.Key.Key_Right)
    assert view.state.value(view.bank.current) == pytest.approx(0.5)
    assert area.undo_stack.count() == 1
    qtbot.waitUntil(lambda: not view.bank.steps.is_active, timeout=PATIENCE)
    qtbot.keyClick(view.bank, Qt.Key.Key_Right)
    assert area.undo_stack.count() == 2
    area.undo_stack.undo()
    area.undo_stack.undo()
    assert view.state.values == ()


def test_focused_row_is_announced(qtbot, view: SlidersView):
    bank = view.bank
    bank.setFocus()
    qtbot.keyClick(bank, Qt.Key.Key_PageUp)
    assert bank.accessibleName() == bank.current.replace("_", " ")
    assert bank.accessibleDescription().startswith("+0.50 σ. Named.")
    qtbot.keyClick(bank, Qt.Key.Key_L)
    assert "locked" in bank.accessibleDescription()
    qtbot.keyClick(bank, Qt.Key.Key_Down)
    assert bank.accessibleDescription().startswith("+0.00 σ")


def test_locked_slider_ignores_mouse_keys_randomise_and_reset(qtbot, area: PaneArea, view: SlidersView):
    bank, name = view.bank, view.bank.current
    bank.setFocus()
    qtbot.keyClick(bank, Qt.Key.Key_PageUp)
    qtbot.mouseClick(bank.viewport(), LEFT, pos=bank.lock_place(name))
    assert view.state.locked == (name,)
    drag(qtbot, bank.viewport(), bank.place_of(name, 0.5), bank.place_of(name, 3.0))
    qtbot.keyClick(bank, Qt.Key.Key_Right)
    qtbot.keyClick(bank, Qt.Key.Key_Home)
    assert view.state.value(name) == 0.5
    qtbot.mouseClick(view.stage.randomise, LEFT)
    others = [row.name for row in view.rows if row.name != name]
    assert view.state.value(name) == 0.5
    assert sum(view.state.value(other) != 0 for other in others) > 0.9 * len(others)
    qtbot.mouseClick(view.stage.reset, LEFT)
    assert view.state.values == ((name, 0.5),)
    qtbot.keyClick(bank, Qt.Key.Key_L)
    assert view.state.locked == ()
    qtbot.keyClick(view, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    assert view.state.values == ()
    area.undo_stack.undo()
    assert view.state.values == ((name, 0.5),)


def test_wheel_moves_the_chosen_slider_only_with_focus(qtbot, view: SlidersView):
    bank, name = view.bank, view.bank.current
    view.grid.setFocus()
    wheel(bank.viewport(), bank.place_of(name, 0.0), -1)
    assert view.state.values == ()
    bank.verticalScrollBar().setValue(0)
    bank.setFocus()
    wheel(bank.viewport(), bank.place_of(name, 0.0), 2)
    assert view.state.value(name) == pytest.approx(0.2)


def test_only_visible_sliders_are_painted(qtbot):
    bank = SliderBank()
    qtbot.addWidget(bank)
    children = len(bank.findChildren(QWidget))
    bank.set_rows([BankRow(f"z{k}", f"z{k}", "Coordinates") for k in range(500)])
    bank.resize(320, 300)
    bank.show()
    qtbot.waitExposed(bank)
    for place in (0, 3000, bank.verticalScrollBar().maximum()):
        bank.verticalScrollBar().setValue(place)
        bank.grab()
        assert 0 < bank.painted_rows <= 12
    assert len(bank.findChildren(QWidget)) == children
    bank.setFocus()
    bank.choose("z250")
    assert bank.viewport().rect().contains(bank.row_rect("z250"))
    qtbot.keyClick(bank, Qt.Key.Key_Down)
    assert bank.current == "z251"


# -- the pad and the figure --------------------------------------------------------------------------------------------


def test_the_pad_moves_two_sliders_at_once(qtbot, area: PaneArea, view: SlidersView):
    pad = view.pad
    across, up = view.pair
    drag(qtbot, pad.viewport(), *(pad.place_of(u, v).toPoint() for u, v in ((0, 0), (0.5, 0.8), (1.0, 1.5))))
    assert (view.state.value(across), view.state.value(up)) == pytest.approx((1.0, 1.5), abs=0.05)
    assert area.undo_stack.count() == 1
    pad.setFocus()
    qtbot.keyClick(pad, Qt.Key.Key_Left, SHIFT)
    qtbot.keyClick(pad, Qt.Key.Key_Down)
    assert (view.state.value(across), view.state.value(up)) == pytest.approx((0.5, 1.4), abs=0.05)
    assert f"{across} +0.5" in pad.accessibleDescription()
    qtbot.keyClick(pad, Qt.Key.Key_Home)
    assert view.state.values == ()


def test_picture_works_as_a_pad(qtbot, area: PaneArea, view: SlidersView):
    across, up = view.pair
    rect = view.grid.cell_rect(0, 0)
    middle = rect.center().toPoint()
    quarter = QPoint(round(rect.width() / 4), -round(rect.height() / 4))
    drag(qtbot, view.grid, middle, middle + quarter / 2, middle + quarter)
    assert (view.state.value(across), view.state.value(up)) == pytest.approx((1.0, 1.0), abs=0.05)
    area.undo_stack.undo()
    assert view.state.values == ()
    assert not area.undo_stack.canUndo()


def test_chosen_directions_appear_in_the_pad(qtbot, area: PaneArea, view: SlidersView):
    combo = view.tools.across.field
    assert [combo.itemText(k) for k in range(combo.count())] == [row.title for row in view.rows]
    combo.setCurrentText("z2")
    combo.activated.emit(combo.currentIndex())
    settled(qtbot, area)
    assert view.pair[0] == "z2"
    assert "z2" in view.pad.accessibleName()


def test_click_on_a_cell_of_the_figure_goes_there(qtbot, area: PaneArea, view: SlidersView):
    view.tools.rows["show"].field.setFocus()
    qtbot.keyClick(view.tools.rows["show"].field, Qt.Key.Key_Down)
    settled(qtbot, area)
    fitting = view.grid.picture.rows
    factors = {n: n * view.grid.factor_for(n, n, *view.grid.picture.cell) for n in range(5, 10)}
    assert factors[fitting] == max(factors.values()), "as many as fill the pane"
    view.propose("cells", cells=7)
    settled(qtbot, area)
    assert (view.grid.picture.rows, view.grid.picture.columns) == (7, 7)
    across, up = view.pair
    cell = view.grid.picture.at(1, 5).copy()
    assert view.describe_cell(1, 5) == f"{across} +1.33 σ, {up} +1.33 σ"
    qtbot.mouseClick(view.grid, LEFT, pos=view.grid.cell_rect(1, 5).center().toPoint())
    settled(qtbot, area)
    assert view.state.show == "picture"
    assert (view.state.value(across), view.state.value(up)) == pytest.approx((1.333, 1.333))
    assert np.abs(pixels(view).astype(int) - cell).max() <= 1
    area.undo_stack.undo()
    assert view.state.show == "figure"


# -- where it starts ---------------------------------------------------------------------------------------------------


def test_another_image_keeps_the_sliders(qtbot, area: PaneArea, view: SlidersView):
    view.bank.setFocus()
    qtbot.keyClick(view.bank, Qt.Key.Key_PageUp)
    original = view.stage.originals[0].view.pixels.copy()
    qtbot.keyClick(view.bank, Qt.Key.Key_N)
    settled(qtbot, area)
    assert view.state.index == 1
    assert view.state.value(view.bank.current) == 0.5
    assert not np.array_equal(view.stage.originals[0].view.pixels, original)


def test_own_image_is_opened(qtbot, area: PaneArea, view: SlidersView, tmp_path: Path):
    path = tmp_path / "mine.png"
    Image.fromarray(np.full((30, 30, 3), 190, np.uint8)).save(path)
    view.image_drop.choose_path = lambda: str(path)
    qtbot.mouseClick(view.tools.open, LEFT)
    qtbot.waitUntil(lambda: view.state.start == "own", timeout=PATIENCE)
    settled(qtbot, area)
    assert abs(int(view.stage.originals[0].view.pixels.mean()) - 190) <= 1
    assert view.caption.full_text().startswith("your image")
    view.image_drop.choose_path = lambda: str(tmp_path / "not there.png")
    qtbot.mouseClick(view.tools.open, LEFT)
    qtbot.waitUntil(lambda: "can't be read" in view.trouble.text(), timeout=PATIENCE)
    assert view.state.start == "own", "what was there is still there"


def test_z_from_another_pane_is_the_start_and_can_be_sent_on(qtbot, area: PaneArea, view: SlidersView):
    z = np.arange(5, dtype=np.float32) / 5
    area.codes.send(z, "sliders")
    settled(qtbot, area)
    assert view.current_z == pytest.approx(z)
    view.bank.setFocus()
    qtbot.keyClick(view.bank, Qt.Key.Key_PageUp)
    settled(qtbot, area)
    moved = view.current_z
    assert not np.allclose(moved, z)
    area.codes.send(moved, "samples")
    assert area.blobs.get_array(area.states["samples"].around) == pytest.approx(moved)


def test_a_click_on_the_picture_sends_its_z_to_the_pane_beside(qtbot, area: PaneArea, view: SlidersView):
    area.show_beside("samples")
    area.pane_layout.activate("sliders")
    z = settled(qtbot, area).current_z
    qtbot.mouseClick(view.grid, LEFT, pos=view.grid.cell_rect(0, 0).center().toPoint())
    assert area.blobs.get_array(area.states["samples"].around) == pytest.approx(z)
    assert view.state.start == "auto", "here it stays what it was"


# -- what was found ----------------------------------------------------------------------------------------------------


def test_directions_are_found_once_and_again_on_request(qtbot, area: PaneArea, view: SlidersView):
    assert view.rendered.state.directions is not None, "what is shown, and saved, carries them"
    assert view.rendered.state.basis is not None
    assert area.states["sliders"].directions is None, "the state itself leaves them to the run"
    assert view.stage.again.isHidden()
    area.change({"sliders": type(view.state)(at=10)}, "weights at step")
    settled(qtbot, area)
    assert "directions of step 30" in view.caption.full_text()
    assert view.stage.again.isVisible()
    qtbot.mouseClick(view.stage.again, LEFT)
    qtbot.waitUntil(lambda: "directions of step" not in view.caption.full_text(), timeout=PATIENCE)
    settled(qtbot, area)
    assert view.stage.again.isHidden()
    kept = area.session.run.path / "directions"
    qtbot.waitUntil(lambda: len(list(kept.glob("*.json"))) == 2, timeout=PATIENCE)  # of both steps


# -- saved -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sweep", "padwalk"])
@pytest.mark.parametrize("suffix", [".gif", ".webp", ".mp4"])
def test_a_slider_and_the_pad_are_saved_as_a_film(
    qtbot, area: PaneArea, view: SlidersView, tmp_path: Path, kind: str, suffix: str, monkeypatch: pytest.MonkeyPatch
):
    from genstudio.panes.sliders import exports

    monkeypatch.setattr(exports, "FRAMES_OF_SWEEP", 6)
    monkeypatch.setattr(exports, "FRAMES_OF_WALK", 6)
    path = tmp_path / f"film{suffix}"
    saved(qtbot, area, view, kind, path)
    if suffix != ".mp4":
        with Image.open(path) as film:
            assert film.n_frames >= 3
    assert path.stat().st_size > 500


def test_a_slider_and_the_pad_are_saved_as_a_sheet(qtbot, area: PaneArea, view: SlidersView, tmp_path: Path):
    saved(qtbot, area, view, "sweepsheet", tmp_path / "row.png")
    saved(qtbot, area, view, "padsheet", tmp_path / "figure.png")
    with Image.open(tmp_path / "row.png") as row, Image.open(tmp_path / "figure.png") as figure:
        assert row.width > 8 * row.height
        assert figure.width == figure.height
    told: Any = read_provenance(tmp_path / "row.png")
    assert told.state["show"] == "row"
    assert told.state["across"] == view.bank.current


def saved(qtbot, area: PaneArea, view: SlidersView, kind: str, path: Path) -> None:
    with qtbot.waitSignal(area.exporter.finished, timeout=PATIENCE):
        area.exporter.export(view, kind, str(path))
    assert path.exists()


# -- other runs --------------------------------------------------------------------------------------------------------


def test_saved_directions_are_used_when_the_run_is_reopened(qtbot, home: Path, run: Run):
    """Only what is not saved is searched again, and the content contains both."""
    for first in (True, False):
        with area_on(qtbot, home, run) as area:
            area.show_pane("sliders")
            view = settled(qtbot, area)
            assert view.rendered.state.directions is not None
            assert view.rendered.state.basis is not None
            kept = run.path / "directions"
            qtbot.waitUntil(lambda: len(list(kept.glob("*.json"))) > 0, timeout=PATIENCE)  # noqa: B023
            assert first or area.found_directions.blob == view.rendered.state.directions


def test_class_conditional_model_has_a_class_chooser(qtbot, home: Path, tmp_path: Path):
    """A generator has no start image, and without a judge no named directions; it says so, and the rest works."""
    model = {"name": "conditional-gan", "base": "gan", "hidden": 16, "latent_dim": 4}
    with area_on(qtbot, home, small_run(tmp_path / "classes-1", model, {"name": "dots-for-windows"})) as area:
        area.show_pane("sliders")
        view = settled(qtbot, area)
        qtbot.waitUntil(lambda: len(view.rows) > 0, timeout=PATIENCE)
        assert not view.tools.rows["label"].isHidden()
        assert view.tools.open.isHidden()
        assert view.stage.originals[1].isHidden()
        assert "no judge" in view.stage.note.text() or "No direction has a name" in view.stage.note.text()
        before = pixels(view)
        combo = view.tools.rows["label"].field
        combo.setFocus()
        qtbot.keyClick(combo, Qt.Key.Key_Down)
        settled(qtbot, area)
        assert view.state.label == 1
        assert "as b" in view.caption.full_text()
        assert not np.array_equal(pixels(view), before)
        view.bank.setFocus()
        qtbot.keyClick(view.bank, Qt.Key.Key_N)
        settled(qtbot, area)
        assert view.state.seed != 0
