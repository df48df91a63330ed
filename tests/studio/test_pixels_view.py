"""Pixel by pixel by user input: play, scrub, change a pixel, erase, complete, undo, save."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QUndoStack
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QComboBox, QLineEdit, QWidget

from genstudio.studio.pane_area.area import PaneArea
from genstudio.studio.panes.pixels.view import PixelsView
from genstudio.studio.session.session import Session
from genstudio.studio.threads import throttle
from genstudio.training.run.run import Run
from tests.small_runs import small_run
from tests.studio.pane_area import settings_with

PATIENCE = 60_000
END = 64  # sub-pixels of an image of 8×8
FASTEST = float("inf")


def trained(folder: Path, levels: dict[str, object], name: str = "dots-1") -> Run:
    """A few steps of a small PixelCNN on the dots."""
    model, data = {"name": "pixelcnn", "width": 8, "blocks": 1}, {"name": "dots-for-windows", **levels}
    plan = {"steps": 20, "batch_size": 16, "save_every": 10, "evaluate_every": 0, "sample_every": 0}
    return small_run(folder / name, model, data, plan)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Black and white."""
    return trained(tmp_path_factory.mktemp("runs"), {"binarisation": "threshold"})


@pytest.fixture(scope="module")
def grey_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Sixteen levels of grey."""
    return trained(tmp_path_factory.mktemp("grey"), {"levels": 16})


@pytest.fixture
def make_area(qtbot, home: Path) -> Iterator[Callable[..., PaneArea]]:
    made: list[PaneArea] = []

    def make(path: Path) -> PaneArea:
        session = Session()
        area = PaneArea(session, QUndoStack(session), settings_with(home, "pixels"))
        area.resize(1000, 860)
        made.append(area)
        area.show()
        qtbot.waitExposed(area)
        session.open_run(path)
        qtbot.waitUntil(lambda: session.data is not None, timeout=PATIENCE)
        area.show_pane("pixels")
        settled(qtbot, area)
        return area

    yield make
    for area in made:
        area.shutdown()
        area.session.shutdown()
        area.undo_stack.clear()
        area.close()
        area.session.deleteLater()
        area.deleteLater()
    made.clear()


@pytest.fixture
def area(make_area, run: Run) -> PaneArea:
    return make_area(run.path)


@pytest.fixture
def view(area: PaneArea) -> PixelsView:
    return view_of(area)


def view_of(area: PaneArea) -> PixelsView:
    found = area.views["pixels"]
    assert isinstance(found, PixelsView)
    return found


def settled(qtbot, area: PaneArea) -> PixelsView:
    """Wait until the pane shows the whole content of its present state."""

    def there() -> bool:
        shown = area.views["pixels"].rendered
        return shown is not None and shown.final and shown.state == area.states["pixels"]

    qtbot.waitUntil(there, timeout=PATIENCE)
    return view_of(area)


def drawn_to(qtbot, area: PaneArea, position: int) -> PixelsView:
    """Move the drawing to a position, as a separate command."""
    area.change({"pixels": replace(area.states["pixels"], position=position)}, "to there")
    return settled(qtbot, area)


def large(view: PixelsView) -> np.ndarray:
    """The levels of the enlarged image, H×W."""
    return view.rendered.content.values["large"][..., 0].astype(int)


def place(view: PixelsView, row: int, column: int) -> QPoint:
    return view.stage.canvas.pixel_rect(row, column).center().toPoint()


# -- playing -----------------------------------------------------------------------------------------------------


def test_pane_opens_with_nothing_drawn_and_a_hint(view: PixelsView):
    assert "nothing drawn yet" in view.caption.full_text()
    assert view.stage.facts.full_text() == "Nothing is drawn yet: press Play."
    assert view.transport.count.text() == "0 of 64"
    assert not view.transport.buttons["start"].isEnabled()


def test_space_plays_to_the_end_and_one_undo_reverts_it(qtbot, area: PaneArea, view: PixelsView):
    view.drawing.speed = FASTEST
    view.stage.canvas.setFocus()
    with qtbot.waitSignal(view.player.stopped, timeout=PATIENCE):
        qtbot.keyClick(view.stage.canvas, Qt.Key.Key_Space)
    settled(qtbot, area)
    assert view.rendered.content.values["drawn"] == END
    assert view.transport.count.text() == "64 of 64"
    assert area.undo_stack.count() == 1
    area.undo_stack.undo()
    assert area.states["pixels"].position == 0


def test_a_play_of_many_frames_is_one_command(qtbot, area: PaneArea, view: PixelsView):
    view.drawing.speed = 300.0
    qtbot.mouseClick(view.transport.buttons["play"], Qt.MouseButton.LeftButton)
    assert view.transport.buttons["play"].accessibleName() == "Pause (Space)"
    qtbot.waitUntil(lambda: view.drawing.drawn > 10, timeout=PATIENCE)
    qtbot.mouseClick(view.transport.buttons["play"], Qt.MouseButton.LeftButton)
    assert view.idle
    assert area.undo_stack.count() == 1
    assert area.states["pixels"].position == view.drawing.drawn, "it stands where the drawing had really come"


def test_playing_with_the_receptive_field_goes_pixel_by_pixel(
    qtbot, monkeypatch: pytest.MonkeyPatch, area: PaneArea, view: PixelsView
):
    monkeypatch.setattr(throttle, "BUDGET_MS", 0.0)  # pictures without it would be shown on the way
    view.propose("", overlay="field")
    settled(qtbot, area)
    view.drawing.speed = 30.0
    seen: list[bool] = []

    def played() -> bool:
        if view.drawing.drawn:
            seen.append("field" in view.drawing.values)
        return view.drawing.drawn >= 12

    view.player.toggle()
    qtbot.waitUntil(played, timeout=PATIENCE)
    view.player.pause()
    assert all(seen)
    settled(qtbot, area)
    view.drawing.speed = FASTEST
    with qtbot.waitSignal(view.player.stopped, timeout=PATIENCE):
        view.player.toggle()
    assert "field" in settled(qtbot, area).drawing.values


def test_undo_in_the_middle_of_a_play_stops_it(qtbot, area: PaneArea, view: PixelsView):
    view.drawing.speed = 30.0
    view.player.toggle()
    qtbot.waitUntil(lambda: view.drawing.drawn > 0, timeout=PATIENCE)
    area.undo_stack.undo()
    assert view.idle
    assert area.states["pixels"].position == 0
    assert not area.undo_stack.canUndo()


def test_change_during_a_play_is_a_separate_command(qtbot, area: PaneArea, view: PixelsView):
    view.drawing.speed = 30.0
    view.player.toggle()
    qtbot.waitUntil(lambda: view.drawing.drawn > 2, timeout=PATIENCE)
    slider = view.tools.rows["temperature"].field.slider
    slider.sliderPressed.emit()
    slider.setValue(40)
    slider.sliderReleased.emit()
    now = area.states["pixels"]
    assert now.temperature_schedule, "what is drawn already stays as it is"
    assert now.temperature_schedule[0][0] == now.position
    assert not view.idle, "it plays on"
    qtbot.waitUntil(lambda: view.drawing.drawn > now.position + 2, timeout=PATIENCE)
    view.player.pause()
    assert area.undo_stack.count() == 3, "play, temperature, play"


def test_hidden_pane_does_not_play(qtbot, area: PaneArea, view: PixelsView):
    view.drawing.speed = 5.0
    view.player.toggle()
    area.show_pane("samples")
    assert view.idle
    area.show_pane("pixels")
    assert view.idle


def test_drag_in_another_pane_pauses_the_play(qtbot, area: PaneArea, view: PixelsView):
    view.drawing.speed = 5.0
    view.player.toggle()
    area.header.slider.sliderPressed.emit()
    assert view.idle, "else the two would be one another's commands"
    area.header.slider.sliderReleased.emit()


def test_choice_during_a_play_can_be_undone_alone(qtbot, area: PaneArea, view: PixelsView):
    view.drawing.speed = 30.0
    view.player.toggle()
    qtbot.waitUntil(lambda: view.drawing.drawn > 0, timeout=PATIENCE)
    combo = view.tools.rows["overlay"].field
    combo.setCurrentIndex(1)
    combo.activated.emit(1)
    assert area.states["pixels"].overlay == "entropy"
    qtbot.waitUntil(lambda: view.drawing.drawn > 4, timeout=PATIENCE)
    view.player.pause()
    assert area.undo_stack.count() == 3, "play, overlay, play"


def test_actual_speed_is_shown(view: PixelsView):
    view.transport.show_speed(1000.0, 60.0)
    assert view.transport.speed_text.full_text() == "60 of 1,000 pixels/s"
    view.transport.show_speed(1000.0, 990.0)
    assert view.transport.speed_text.full_text() == "1,000 pixels/s"
    view.transport.show_speed(FASTEST)
    assert view.transport.speed_text.full_text() == "as fast as it goes"
    view.transport.show_speed(1.0)
    assert view.transport.speed_text.full_text() == "1 pixel/s"


def test_shown_temperature_is_that_of_the_position(qtbot, area: PaneArea, view: PixelsView):
    drawn_to(qtbot, area, 30)
    slider = view.tools.rows["temperature"].field
    view.inspector.controls.edited.emit("temperature", 0.5)
    assert slider.value() == 0.5
    before = large(settled(qtbot, area)).ravel()[:30]
    assert np.array_equal(large(drawn_to(qtbot, area, END)).ravel()[:30], before)
    drawn_to(qtbot, area, 10)
    assert slider.value() == 1.0


def test_steps_rows_and_ends_by_keyboard(qtbot, area: PaneArea, view: PixelsView):
    canvas = view.stage.canvas
    canvas.setFocus()
    for key, position in (
        (Qt.Key.Key_Right, 1), (Qt.Key.Key_Right, 2), (Qt.Key.Key_Down, 10), (Qt.Key.Key_Left, 9),
        (Qt.Key.Key_Up, 1), (Qt.Key.Key_End, END), (Qt.Key.Key_Home, 0),
    ):  # fmt: skip
        qtbot.keyClick(canvas, key)
        assert area.states["pixels"].position == position
    text = [area.undo_stack.text(k) for k in range(area.undo_stack.count())]
    assert text == ["Pixel by pixel: step", "Pixel by pixel: to the end", "Pixel by pixel: to the start"]


def test_scrubbing_back_and_forth_shows_the_same_drawing(qtbot, area: PaneArea, view: PixelsView):
    drawn_to(qtbot, area, END)
    whole = large(view)
    half = large(drawn_to(qtbot, area, 30))
    assert np.array_equal(half.ravel()[:30], whole.ravel()[:30])
    assert np.array_equal(large(drawn_to(qtbot, area, END)), whole)
    slider = view.transport.position
    slider.sliderPressed.emit()
    slider.setSliderDown(True)
    before = area.undo_stack.count()
    for value in (50, 40, 20):
        slider.setValue(value)
    slider.setSliderDown(False)
    assert area.states["pixels"].position == 20
    assert area.undo_stack.count() == before + 1


def test_click_on_an_undrawn_pixel_draws_up_to_it(qtbot, area: PaneArea, view: PixelsView):
    qtbot.mouseClick(view.stage.canvas, Qt.MouseButton.LeftButton, pos=place(view, 3, 4))
    settled(qtbot, area)
    assert view.rendered.content.values["position_yxc"] == (3, 4, 0)
    assert "row 4, column 5" in view.stage.canvas.accessibleDescription()


RECIPE = """
title = "Dots, pixel by pixel"
[model]
name = "pixelcnn"
width = 4
blocks = 1
[data]
name = "dots-for-windows"
binarisation = "threshold"
[plan]
steps = 1000000
batch_size = 16
save_every = 0
sample_every = 0
evaluate_every = 0
"""


def test_weights_stay_during_a_play_and_refresh_when_it_stops(qtbot, open_window, choose_recipe, tmp_path: Path):
    (tmp_path / "pixels.toml").write_text(RECIPE, encoding="utf-8")
    window = open_window()
    choose_recipe(window, str(tmp_path / "pixels.toml"))
    window.panes.show_pane("pixels")
    view = view_of(window.panes)
    window.left.controls.main.click()
    qtbot.waitUntil(lambda: view.drawing.end == END, timeout=PATIENCE)
    view.choose_speed(70.0)
    view.player.toggle()
    qtbot.waitUntil(lambda: view.drawing.drawn > 4, timeout=PATIENCE)
    seen: set[int] = set()

    def over() -> bool:
        seen.add(view.rendered.step)
        return view.idle

    qtbot.waitUntil(over, timeout=PATIENCE)
    assert len(seen) == 1, "one drawing, one set of weights"
    qtbot.waitUntil(lambda: view.rendered.step > max(seen), timeout=PATIENCE)
    assert view.rendered.final, "from newer weights it is shown when it is whole"
    assert view.drawing.drawn == END
    window.session.stop()
    qtbot.waitUntil(lambda: window.session.state == "idle", timeout=PATIENCE)


# -- the distribution --------------------------------------------------------------------------------------------


def test_the_distribution_is_that_of_the_pixel_drawn_last(qtbot, area: PaneArea, view: PixelsView):
    drawn_to(qtbot, area, 20)
    shown = view.stage.distribution.shown
    assert shown.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert shown.level == large(view)[2, 3]
    assert f"level {shown.level}" in view.stage.facts.full_text()
    assert view.stage.odds.text().endswith("nats")


def test_another_level_is_chosen_from_the_bars_by_keyboard(qtbot, area: PaneArea, view: PixelsView):
    drawn_to(qtbot, area, 20)
    bars, before = view.stage.distribution, large(view)[2, 3]
    bars.setFocus()
    qtbot.keyClick(bars, Qt.Key.Key_Left if before else Qt.Key.Key_Right)
    assert bars.accessibleDescription().startswith(f"level {1 - before}: probability")
    qtbot.keyClick(bars, Qt.Key.Key_Return)
    assert large(settled(qtbot, area))[2, 3] == 1 - before


# -- what if -----------------------------------------------------------------------------------------------------


def test_click_changes_a_drawn_pixel_and_redraws_the_rest(qtbot, area: PaneArea, view: PixelsView):
    drawn_to(qtbot, area, END)
    before = large(view)
    qtbot.mouseClick(view.stage.canvas, Qt.MouseButton.LeftButton, pos=place(view, 4, 4))
    after = large(settled(qtbot, area))
    assert after[4, 4] == 1 - before[4, 4]
    assert np.array_equal(after.ravel()[: 4 * 8 + 4], before.ravel()[: 4 * 8 + 4]), "nothing before it changes"
    assert view.tools.editor.back.isVisible()
    qtbot.mouseClick(view.tools.editor.back, Qt.MouseButton.LeftButton)
    assert np.array_equal(large(settled(qtbot, area)), before)
    area.undo_stack.undo()
    area.undo_stack.undo()
    assert area.states["pixels"].edits == ()


def test_plus_makes_the_last_pixel_brighter_and_a_slider_any_pixel(qtbot, make_area, grey_run: Run):
    area = make_area(grey_run.path)
    view = drawn_to(qtbot, area, 20)
    view.stage.canvas.setFocus()
    before = large(view)[2, 3]
    key, by = (Qt.Key.Key_Minus, -1) if before == 15 else (Qt.Key.Key_Plus, 1)
    qtbot.keyClick(view.stage.canvas, key)
    assert large(settled(qtbot, area))[2, 3] == before + by
    qtbot.mouseClick(view.stage.canvas, Qt.MouseButton.LeftButton, pos=place(view, 1, 1))
    assert area.undo_stack.count() == 2, "a click takes the pixel in hand, and changes nothing yet"
    slider = view.tools.editor.sliders[0].slider
    slider.sliderPressed.emit()
    for level in (3, 7, 11):
        slider.setValue(level)
    slider.sliderReleased.emit()
    assert area.undo_stack.count() == 3
    assert large(settled(qtbot, area))[1, 1] == 11


def test_newer_weights_keep_pixels_before_a_branch(qtbot, area: PaneArea, view: PixelsView):
    """At another checkpoint, as while training: only what follows the changed pixel is drawn by the newer weights."""
    drawn_to(qtbot, area, END)
    qtbot.mouseClick(view.stage.canvas, Qt.MouseButton.LeftButton, pos=place(view, 5, 3))
    before = large(settled(qtbot, area)).ravel()
    step = view.rendered.step
    area.change({"pixels": replace(area.states["pixels"], at=10)}, "weights at step")
    after = large(settled(qtbot, area)).ravel()
    assert view.rendered.step == 10 != step
    assert np.array_equal(after[: 5 * 8 + 4], before[: 5 * 8 + 4])
    area.undo_stack.undo()
    area.undo_stack.undo()
    area.change({"pixels": replace(area.states["pixels"], at=10)}, "weights at step")
    assert not np.array_equal(large(settled(qtbot, area)).ravel()[: 5 * 8 + 4], before[: 5 * 8 + 4]), "else no test"


def test_selected_pixel_stays_selected_while_the_rest_is_redrawn(qtbot, area: PaneArea, view: PixelsView):
    drawn_to(qtbot, area, END)
    qtbot.mouseClick(view.stage.canvas, Qt.MouseButton.LeftButton, pos=place(view, 4, 4))
    whole = settled(qtbot, area).rendered
    values = whole.content.values | {"drawn": 12}
    view.show_rendered(replace(whole, content=replace(whole.content, values=values), final=False))
    assert view.pixel_edit.selected == (4, 4)
    view.show_rendered(whole)
    assert view.tools.editor.back.isVisible()


def test_selected_pixel_belongs_to_its_image(qtbot, area: PaneArea, view: PixelsView):
    drawn_to(qtbot, area, END)
    for other in (lambda: view.inpainting.request("resample"), lambda: view.propose("a class", source="data", index=3)):
        qtbot.mouseClick(view.stage.canvas, Qt.MouseButton.LeftButton, pos=place(view, 4, 4))
        settled(qtbot, area)
        assert view.pixel_edit.selected == (4, 4)
        assert area.states["pixels"].edits
        other()
        assert view.pixel_edit.selected is None, "at once"
        assert area.states["pixels"].edits == ()
        assert settled(qtbot, area).pixel_edit.selected is None
        drawn_to(qtbot, area, END)


def test_a_pixel_changed_in_one_run_is_not_changed_in_another(qtbot, area: PaneArea, view: PixelsView, tmp_path: Path):
    other = trained(tmp_path / "another", {"binarisation": "threshold"}, "dots-2")
    drawn_to(qtbot, area, END)
    qtbot.mouseClick(view.stage.canvas, Qt.MouseButton.LeftButton, pos=place(view, 4, 4))
    settled(qtbot, area)
    area.session.open_run(other.path)
    qtbot.waitUntil(lambda: area.views["pixels"] is not view, timeout=PATIENCE)
    view = settled(qtbot, area)
    assert view.rendered.snapshot is not None
    assert view.rendered.snapshot.run == "dots-2"
    assert view.pixel_edit.selected is None
    mine = large(view)
    area.change({"pixels": replace(area.states["pixels"], edits=(), branches=())}, "nothing changed")
    assert np.array_equal(large(settled(qtbot, area)), mine)


def test_the_image_that_is_picked_is_enlarged(qtbot, area: PaneArea, view: PixelsView):
    drawn_to(qtbot, area, END)
    grid = view.grid
    row, column = divmod(5, grid.picture.columns)
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.cell_rect(row, column).center().toPoint())
    assert area.states["pixels"].enlarged == 5
    settled(qtbot, area)
    assert np.array_equal(view.rendered.content.pictures[1].pixels, grid.picture.at(row, column))
    area.undo_stack.undo()
    assert area.states["pixels"].enlarged == 0


# -- completion --------------------------------------------------------------------------------------------------


def completing(qtbot, area: PaneArea) -> PixelsView:
    """A test image with its upper half kept, completely drawn."""
    view = drawn_to(qtbot, area, END)
    view.propose("", source="data", index=2)
    return settled(qtbot, area)


def test_one_stroke_erases_and_is_one_command(qtbot, area: PaneArea):
    view = completing(qtbot, area)
    before, canvas = large(view), view.stage.canvas
    count = area.undo_stack.count()
    view.tools.choose_tool("erase")
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=place(view, 1, 1))
    for column in range(2, 7):
        qtbot.mouseMove(canvas, place(view, 1, column))
    assert area.undo_stack.count() == count, "nothing is redrawn before the brush is lifted"
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=place(view, 1, 6))
    assert area.undo_stack.count() == count + 1
    mask = area.blobs.get_array(area.states["pixels"].mask)
    assert not mask[0:3, 1:7].any()
    assert mask[3].all()
    after = large(settled(qtbot, area))
    assert np.array_equal(after[mask], before[mask]), "what is kept is the image's"
    area.undo_stack.undo()
    assert np.array_equal(large(settled(qtbot, area)), before)


def test_the_brush_by_keyboard(qtbot, area: PaneArea):
    view = completing(qtbot, area)
    canvas = view.stage.canvas
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_K)
    assert view.tools.tool == "keep"
    for _ in range(3):
        qtbot.keyClick(canvas, Qt.Key.Key_Down)
    assert canvas.accessibleDescription().startswith("Brush at row ")
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    mask = area.blobs.get_array(area.states["pixels"].mask)
    assert mask[6, 4]
    assert not mask[7, 7]
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert view.tools.tool == "point"


def test_regions_are_kept_and_an_empty_mask_is_reported(qtbot, area: PaneArea):
    view = completing(qtbot, area)
    actions = {action.data(): action for action in view.tools.regions.menu().actions()}
    actions["region:left"].trigger()
    settled(qtbot, area)
    assert area.blobs.get_array(area.states["pixels"].mask)[:, :4].all()
    actions["region:all"].trigger()
    settled(qtbot, area)
    assert view.stage.canvas.isVisible(), "the image stays, so that one can rub out"


def test_completions_side_by_side_differ(qtbot, area: PaneArea):
    view = completing(qtbot, area)
    view.propose("", mask=area.blobs.put_array(np.zeros((8, 8), bool)))
    cells = settled(qtbot, area).rendered.content.pictures[0].cells()
    assert len({cell.tobytes() for cell in cells}) > 1


def test_own_image_is_dropped_and_an_unreadable_one_is_reported(
    qtbot, area: PaneArea, view: PixelsView, tmp_path: Path
):
    Image.fromarray(np.full((20, 30), 200, np.uint8)).save(tmp_path / "mine.png")
    (tmp_path / "broken.png").write_bytes(b"no image")
    drop(view, tmp_path / "mine.png")
    qtbot.waitUntil(lambda: area.states["pixels"].own is not None, timeout=PATIENCE)
    assert area.states["pixels"].source == "own"
    settled(qtbot, area)
    drop(view, tmp_path / "broken.png")
    qtbot.waitUntil(lambda: "broken.png" in view.trouble.text(), timeout=PATIENCE)
    assert view.trouble.isVisible()
    assert view.stage.canvas.isVisible()


def drop(view: PixelsView, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    none = Qt.KeyboardModifier.NoModifier
    view.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none))


# -- for everyone ------------------------------------------------------------------------------------------------


def test_everything_that_takes_the_focus_has_a_name_and_a_tip(view: PixelsView):
    view.propose("", source="data")
    asked = (QAbstractButton, QAbstractSlider, QComboBox, QLineEdit)
    for part in [*view.findChildren(QWidget), *view.inspector.findChildren(QWidget)]:
        if part.focusPolicy() == Qt.FocusPolicy.NoFocus or not isinstance(part, asked):
            continue
        if part.objectName().startswith("qt_"):
            continue
        assert part.accessibleName() or getattr(part, "text", str)(), part
        tips = [part.toolTip(), *(parent.toolTip() for parent in parents(part))]
        assert any(tips), part.accessibleName()


def parents(part: QWidget) -> list[QWidget]:
    found, above = [], part.parentWidget()
    while above is not None:
        found.append(above)
        above = above.parentWidget()
    return found


@pytest.mark.parametrize("size", [(820, 640), (600, 560), (1000, 860)])
def test_pictures_fit_inside_at_any_size(qtbot, area: PaneArea, view: PixelsView, size):
    drawn_to(qtbot, area, END)
    area.resize(*size)
    qtbot.wait(1)
    stage = view.stage
    assert stage.canvas.factor() >= 1
    assert stage.rect().contains(stage.sheet.geometry())
    assert stage.rect().contains(stage.distribution.geometry())
    assert not stage.canvas.geometry().intersects(stage.sheet.geometry())


def test_undo_reverts_everything(qtbot, area: PaneArea, view: PixelsView):
    first = area.states["pixels"]
    qtbot.keyClick(view.stage.canvas, Qt.Key.Key_End)
    settled(qtbot, area)
    for key in (Qt.Key.Key_E, Qt.Key.Key_R):
        qtbot.keyClick(view.stage.canvas, key)
        settled(qtbot, area)
    completing(qtbot, area)
    qtbot.keyClick(view.stage.canvas, Qt.Key.Key_PageDown)
    assert area.states["pixels"].index == 3
    while area.undo_stack.canUndo():
        area.undo_stack.undo()
    assert area.states["pixels"] == first


# -- saving ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "file"), [("drawing-2", "d.gif"), ("drawing-4", "d.mp4"), ("drawing-1", "d.webp")])
def test_the_drawing_becomes_a_film_at_the_speed_chosen(
    qtbot, area: PaneArea, view: PixelsView, tmp_path: Path, kind, file
):
    drawn_to(qtbot, area, 20)
    view.transport.speed.setValue(8)  # 50 pixels a second
    assert view.drawing.speed == 50
    path = save(qtbot, area, kind, tmp_path / file)
    if path.suffix == ".gif":
        film = Image.open(path)
        assert film.n_frames >= 32, "64 pixels at 2 a frame"
        assert film.height >= 8 * 2
    assert path.stat().st_size > 0


@pytest.mark.parametrize(("kind", "file"), [("picture", "p.png"), ("training", "t.gif"), ("numbers", "n.csv")])
def test_the_sheet_the_training_and_the_numbers_are_saved(qtbot, area: PaneArea, tmp_path: Path, kind, file):
    drawn_to(qtbot, area, 20)
    assert save(qtbot, area, kind, tmp_path / file).stat().st_size > 0


def save(qtbot, area: PaneArea, kind: str, path: Path) -> Path:
    """Through the menu, as a person who types a path."""
    area.exporter.choose_path = lambda title, proposed, filters: str(path)
    menu = view_of(area).inspector.export.menu()
    actions = [action for each in (menu, *menu.findChildren(type(menu))) for action in each.actions()]
    action = next(a for a in actions if a.data() and a.data()[1] == kind)
    told: list[object] = []
    area.exporter.finished.connect(told.append)
    area.exporter.failed.connect(told.append)
    action.trigger()
    qtbot.waitUntil(lambda: bool(told), timeout=PATIENCE)
    assert told == [path]
    return path
