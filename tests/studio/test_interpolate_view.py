"""Interpolate by user input: key frames by mouse and keyboard, playing, a morph, skipped key frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QWidget

from genstudio.export.provenance import read_provenance
from genstudio.latent.points import LatentPoint
from genstudio.panes.interpolate.content import MOST_FRAMES, InterpolateState
from genstudio.studio.pane_area.area import PaneArea
from genstudio.studio.panes.interpolate.key_row import KeyRow
from genstudio.studio.panes.interpolate.view import InterpolateView, left_out_text
from genstudio.training.run.run import Run
from tests.small_runs import small_run
from tests.studio.pane_area import PATIENCE, area_on

DOTS = {"name": "dots-for-windows"}
NONE, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier
LEFT = Qt.MouseButton.LeftButton
_KEY = Qt.Key


@pytest.fixture(scope="module")
def vae(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two steps of a small VAE on the dots, with a checkpoint at each."""
    plan = {"steps": 2, "batch_size": 16, "save_every": 1, "evaluate_every": 0, "sample_every": 0}
    return small_run(tmp_path_factory.mktemp("runs") / "vae-1", {"name": "vae", "hidden": 16}, DOTS, plan)


@pytest.fixture(scope="module")
def told_gan(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two steps of a small class-conditional GAN."""
    model = {"name": "conditional-gan", "latent_dim": 3, "width": 4}
    return small_run(tmp_path_factory.mktemp("runs") / "told-1", model, DOTS)


@pytest.fixture(scope="module")
def gan(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two steps of a small GAN, which has no encoder."""
    return small_run(tmp_path_factory.mktemp("runs") / "gan-1", {"name": "gan", "hidden": 8, "latent_dim": 3}, DOTS)


@pytest.fixture
def area(qtbot, home: Path, vae: Run) -> Iterator[PaneArea]:
    with area_on(qtbot, home, vae, pane="interpolate") as made:
        settled(qtbot, made)
        yield made


def settled(qtbot, area: PaneArea) -> InterpolateView:
    """Wait until the pane shows the whole content of its present state, or says why there is none."""
    area.show_pane("interpolate")
    view = area.views["interpolate"]
    assert isinstance(view, InterpolateView)
    qtbot.waitUntil(
        lambda: (
            view.rendered is not None
            and (view.rendered.content is not None or bool(view.rendered.error))
            and view.rendered.final
            and view.rendered.state == view.resolved(area.states["interpolate"])
        ),
        timeout=PATIENCE,
    )
    return view


def state_of(area: PaneArea) -> InterpolateState:
    state = area.states["interpolate"]
    assert isinstance(state, InterpolateState)
    return state


def numbers(area: PaneArea) -> list[int]:
    return [one.number for one in state_of(area).frames]


def choose(menu: QMenu, *text: str) -> None:
    """Trigger the entry of that name, in a menu within the menu where there are several."""
    for word in text[:-1]:
        found = next(action for action in menu.actions() if action.text() == word).menu()
        assert isinstance(found, QMenu)
        menu = found
    entry = next(action for action in menu.actions() if action.text() == text[-1])
    assert entry.isEnabled()
    entry.trigger()


def drag(row: KeyRow, before: int, after: int) -> None:
    start, end = row.rect_of(before).center(), row.rect_of(after).center()
    QTest.mousePress(row, LEFT, NONE, start)
    QTest.mouseMove(row, start + QPoint(20, 0))
    QTest.mouseMove(row, end)
    QTest.mouseRelease(row, LEFT, NONE, end)


def drop(view: InterpolateView, path: Path, on: QWidget, at: QPoint) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    place = QPointF(on.mapTo(view, at))
    view.dropEvent(QDropEvent(place, Qt.DropAction.CopyAction, data, LEFT, NONE))


@pytest.fixture
def square(tmp_path: Path) -> Path:
    """A user's own image."""
    pixels = np.zeros((20, 20), np.uint8)
    pixels[5:12, 5:12] = 220
    Image.fromarray(pixels).save(tmp_path / "mine.png")
    return tmp_path / "mine.png"


# -- key frames --------------------------------------------------------------------------------------------------------


def test_key_frames_are_moved_and_removed_by_drag_and_keys_and_undone(qtbot, area: PaneArea):
    view = settled(qtbot, area)
    row = view.row
    assert [key.text for key in row.keys] == ["seed 0", "seed 1", "seed 2", "seed 3"]
    shown = row.keys[0].pixels
    drag(row, 0, 2)
    assert numbers(area) == [1, 2, 0, 3]
    assert row.current == 2, "the one that was moved stays chosen"
    assert row.keys[2].pixels is shown, "at once, before it is rendered"
    row.setFocus()
    QTest.keyClick(row, _KEY.Key_Left, ALT)
    QTest.keyClick(row, _KEY.Key_Left, ALT)
    assert numbers(area) == [0, 1, 2, 3]
    QTest.keyClick(row, _KEY.Key_Right)
    QTest.keyClick(row, _KEY.Key_Delete)
    assert numbers(area) == [0, 2, 3]
    assert row.accessibleDescription() == "Key frame 2 of 3: seed 2"
    view.tools.remove.click()
    assert numbers(area) == [0, 3]
    for wanted in ([0, 2, 3], [0, 1, 2, 3], [1, 0, 2, 3], [1, 2, 0, 3], [0, 1, 2, 3]):
        area.undo_stack.undo()
        assert numbers(area) == wanted
    assert not area.undo_stack.canUndo()
    settled(qtbot, area)
    assert view.caption.full_text().startswith("key frame 1 of 4")


def test_drag_without_a_target_or_cancelled_changes_nothing(qtbot, area: PaneArea):
    view = settled(qtbot, area)
    row, start = view.row, view.row.rect_of(1).center()
    QTest.mousePress(row, LEFT, NONE, start)
    QTest.mouseMove(row, start + QPoint(20, 0))
    QTest.mouseMove(row, row.rect_of(3).center())
    QTest.keyClick(row, _KEY.Key_Escape)
    QTest.mouseRelease(row, LEFT, NONE, row.rect_of(3).center())
    assert numbers(area) == [0, 1, 2, 3]
    assert not area.undo_stack.canUndo()


def test_each_kind_of_key_frame_is_added_and_replaces_another(qtbot, area: PaneArea, square: Path):
    view = settled(qtbot, area)
    view.image_drop.choose_path = lambda: str(square)
    menu = view.add.menu()
    choose(menu, "A drawn code")
    choose(menu, "An image of the data set")
    choose(menu, "Typical of", "b")
    choose(menu, "My own image…")
    qtbot.waitUntil(lambda: len(state_of(area).frames) == 8, timeout=PATIENCE)
    assert [(one.kind, one.number) for one in state_of(area).frames[4:]] == [
        ("seed", 4), ("image", 0), ("class", 1), ("own", 0),
    ]  # fmt: skip
    settled(qtbot, area)
    assert [key.text for key in view.row.keys[4:]] == ["seed 4", "validation image 0", "a typical b", "your image"]
    assert all(key.pixels is not None and not key.problem for key in view.row.keys)
    assert view.row.current == 7
    tools = view.tools
    view.row.setFocus()
    QTest.keyClick(view.row, _KEY.Key_Home)
    tools.kind.setFocus()
    tools.kind.activated.emit(tools.kind.findData("image"))
    assert state_of(area).frames[0] == LatentPoint("image", 1)
    tools.number.setFocus()
    tools.number.selectAll()
    QTest.keyClicks(tools.number, "12")
    QTest.keyClick(tools.number, _KEY.Key_Return)
    assert state_of(area).frames[0] == LatentPoint("image", 12)
    QTest.keyClick(tools.number, _KEY.Key_Up)
    QTest.keyClick(tools.number, _KEY.Key_Up)
    assert state_of(area).frames[0].number == 14
    area.undo_stack.undo()
    assert state_of(area).frames[0].number == 12, "a row of steps is one command"
    area.undo_stack.undo()
    area.undo_stack.undo()
    assert state_of(area).frames[0] == LatentPoint("seed", 0)


def test_dropped_file_replaces_a_key_frame_or_adds_one(qtbot, area: PaneArea, square: Path, tmp_path: Path):
    view = settled(qtbot, area)
    drop(view, square, view.row, view.row.rect_of(1).center())
    qtbot.waitUntil(lambda: state_of(area).frames[1].kind == "own", timeout=PATIENCE)
    assert len(state_of(area).frames) == 4
    drop(view, square, view.grid, QPoint(30, 30))
    qtbot.waitUntil(lambda: len(state_of(area).frames) == 5, timeout=PATIENCE)
    (tmp_path / "broken.png").write_bytes(b"no image")
    drop(view, tmp_path / "broken.png", view.grid, QPoint(30, 30))
    qtbot.waitUntil(lambda: "broken.png" in view.trouble.text(), timeout=PATIENCE)
    assert view.trouble.isVisible()
    assert len(state_of(area).frames) == 5


def test_menu_of_a_key_frame_opens_by_key_and_works(qtbot, area: PaneArea):
    view = settled(qtbot, area)

    def menu() -> QMenu:
        view.row.menu_requested.emit(view.row.current, view.mapToGlobal(QPoint(9, 9)))
        made = [child for child in view.row.findChildren(QMenu) if child.parent() is view.row and child.isVisible()]
        assert len(made) == 1
        return made[0]

    view.row.choose(1)
    for text in (("Move to the right (Alt+Right)",), ("Replace with", "An image of the data set"), ("Go there",)):
        shown = menu()
        choose(shown, *text)
        shown.close()
    assert [one.kind for one in state_of(area).frames] == ["seed", "seed", "image", "seed"]
    assert state_of(area).place == 0.5
    shown = menu()
    choose(shown, "Remove (Delete)")
    shown.close()
    assert numbers(area) == [0, 2, 3]


def test_sent_z_adds_a_key_frame_that_resampling_keeps(qtbot, area: PaneArea):
    view = settled(qtbot, area)
    area.codes.send(np.array([0.5, -1.0], np.float32), "interpolate")
    settled(qtbot, area)
    assert view.row.keys[4].text == "a z that was sent"
    assert view.rendered.content.pictures[1].values["z"][0, 4] == pytest.approx([0.5, -1.0])
    view.grid.setFocus()
    QTest.keyClick(view.grid, _KEY.Key_R)
    assert state_of(area).frames[4].kind == "z"
    assert not {0, 1, 2, 3} & set(numbers(area)[:4])
    area.undo_stack.undo()
    assert numbers(area)[:4] == [0, 1, 2, 3]


def test_maximum_number_of_key_frames_is_reported(qtbot, area: PaneArea, square: Path):
    view = settled(qtbot, area)
    full = InterpolateState(frames=tuple(LatentPoint("seed", k) for k in range(MOST_FRAMES)))
    area.change({"interpolate": full}, "many")
    settled(qtbot, area)
    assert not view.add.isEnabled()
    area.codes.send(np.array([0.5, -1.0], np.float32), "interpolate")
    assert area.trouble.isVisible()
    assert f"{MOST_FRAMES} key frames, which" in area.trouble.text()
    assert len(state_of(area).frames) == MOST_FRAMES
    drop(view, square, view.grid, QPoint(30, 30))
    qtbot.waitUntil(lambda: "the maximum" in view.trouble.text(), timeout=PATIENCE)
    view.row.setFocus()
    QTest.keyClick(view.row, _KEY.Key_End)
    assert view.row.rect().contains(view.row.rect_of(MOST_FRAMES - 1)), "the row goes along with the keys"
    for _ in range(MOST_FRAMES):
        QTest.keyClick(view.row, _KEY.Key_Backspace)
    settled(qtbot, area)
    assert state_of(area).frames == ()
    assert "no key frames" in view.grid.accessibleDescription()
    assert view.add.isVisible()
    choose(view.add.menu(), "A drawn code")
    settled(qtbot, area)
    assert "key frame 1 of 1" in view.caption.full_text()


# -- along the path ----------------------------------------------------------------------------------------------------


def test_it_plays_live_and_a_whole_play_is_one_command(qtbot, area: PaneArea):
    view = settled(qtbot, area)
    places: list[float] = []
    view.grid.painted.connect(lambda: places.append(view.rendered.state.place))
    view.grid.setFocus()
    QTest.keyClick(view.grid, _KEY.Key_Space)
    assert view.player.playing
    assert view.transport.buttons["play"].accessibleName() == "Pause (Space)"
    qtbot.waitUntil(lambda: len({*places}) >= 6, timeout=PATIENCE)
    assert area.undo_stack.count() == 0, "playing fills no undo stack"
    assert state_of(area).place == 0.0
    QTest.keyClick(view.grid, _KEY.Key_Space)
    settled(qtbot, area)
    assert area.undo_stack.count() == 1
    assert state_of(area).place == view.player.position > 0
    assert view.rendered.state.place == state_of(area).place, "what is shown is what the state says"
    area.undo_stack.undo()
    assert state_of(area).place == 0.0


def test_change_during_a_play_is_a_separate_command_and_the_play_continues(qtbot, area: PaneArea):
    view = settled(qtbot, area)
    view.player.toggle()
    truncation = view.tools.rows["truncation"].field.slider
    truncation.setValue(truncation.value() - 40)
    drag(view.row, 3, 0)
    assert view.player.playing
    assert numbers(area) == [3, 0, 1, 2]
    qtbot.waitUntil(lambda: view.rendered.state.truncation < 1 and view.rendered.state.place > 0, timeout=PATIENCE)
    area.undo_stack.undo()
    area.undo_stack.undo()
    assert state_of(area) == InterpolateState()
    assert view.player.playing
    area.show_pane("manifold")
    assert not view.player.playing, "a hidden pane does not play"
    assert area.active == "manifold"


def test_undo_of_a_position_during_a_play_goes_there(qtbot, area: PaneArea):
    view = settled(qtbot, area)
    QTest.keyClick(view.grid, _KEY.Key_End)
    qtbot.waitUntil(lambda: not view.merging.stepping, timeout=PATIENCE)
    area.change({"interpolate": replace(state_of(area), place=0.5)}, "there")
    view.player.toggle()
    view.player.advance(0.2)
    area.undo_stack.undo()
    assert not view.player.playing
    assert state_of(area).place == 1.0
    assert area.undo_stack.canRedo(), "standing still put nothing on the stack"


def test_path_ends_unless_it_loops(qtbot, area: PaneArea):
    view = settled(qtbot, area)
    player = view.player
    view.grid.setFocus()
    QTest.keyClick(view.grid, _KEY.Key_L)
    assert not state_of(area).loop
    view.player.toggle()
    for _ in range(100):
        player.advance(0.1)
    assert not view.player.playing
    assert state_of(area).place == 1.0
    view.player.toggle()
    assert view.path.place < 0.5, "from the beginning"
    view.player.pause()
    view.transport.loop.click()
    assert state_of(area).loop
    QTest.keyClick(view.grid, _KEY.Key_End)
    view.player.toggle()
    for _ in range(42):  # 8.4 s of a path of 8
        player.advance(0.2)
    assert 0 < view.player.position < 0.5
    assert view.player.playing
    view.player.pause()


def test_speed_is_from_the_state_and_time_from_the_clock(qtbot, area: PaneArea):
    view = settled(qtbot, area)
    area.change({"interpolate": replace(state_of(area), seconds=0.5)}, "quick")
    view.player.toggle()
    before = view.player.position
    view.player.advance(0.1)
    assert view.player.position - before == pytest.approx(0.1 / (4 * 0.5), abs=0.02)
    view.player.advance(61.0)  # 30.5 times round
    assert view.player.position - before < 0.3, "after a standstill it goes on, it does not jump"
    view.player.pause()
    assert view.transport.time.text().endswith("of 2.0 s")


def test_scrubbing_is_one_command_and_keys_go_from_picture_to_picture(qtbot, area: PaneArea):
    view = settled(qtbot, area)
    slider = view.transport.position
    middle = slider.rect().center()
    QTest.mousePress(slider, LEFT, NONE, QPoint(8, middle.y()))
    for x in (60, 90, middle.x()):
        QTest.mouseMove(slider, QPoint(x, middle.y()))
    QTest.mouseRelease(slider, LEFT, NONE, middle)
    assert state_of(area).place == pytest.approx(0.5, abs=0.03)
    area.undo_stack.undo()
    assert state_of(area).place == 0.0
    view.grid.setFocus()
    for key, place in (
        (_KEY.Key_Right, 1 / 32), (_KEY.Key_PageDown, 0.25), (_KEY.Key_PageDown, 0.5), (_KEY.Key_Left, 15 / 32),
        (_KEY.Key_PageUp, 0.25), (_KEY.Key_End, 1.0), (_KEY.Key_Right, 1.0), (_KEY.Key_Home, 0.0),
    ):  # fmt: skip
        QTest.keyClick(view.grid, key)
        assert state_of(area).place == pytest.approx(place)
    QTest.mouseClick(view.row, LEFT, NONE, view.row.rect_of(2).center())
    settled(qtbot, area)
    assert "key frame 3 of 4" in view.caption.full_text()
    assert view.grid.describe(0, 0).startswith("key frame 3 of 4")


def test_a_click_in_the_strip_goes_to_that_picture_which_is_marked(qtbot, area: PaneArea):
    view = settled(qtbot, area)
    view.tools.rows["show"].field.activated.emit(1)
    settled(qtbot, area)
    picture = view.grid.picture
    assert (picture.rows, picture.columns) == (4, 8)
    assert view.is_here(0, 0)
    QTest.mouseClick(view.grid, LEFT, NONE, view.grid.cell_rect(2, 3).center().toPoint())
    assert state_of(area).place == pytest.approx((2 + 3 / 8) / 4)
    assert [(r, c) for r in range(4) for c in range(8) if view.is_here(r, c)] == [(2, 3)]
    assert view.describe_cell(2, 3) == "Picture 3 after key frame 3"
    strips = []
    view.grid.painted.connect(lambda: strips.append(1))
    settled(qtbot, area)
    before = view.rendered
    view.player.toggle()
    view.player.advance(0.2)
    assert view.rendered is before, "the strip is made once, the mark goes along it"
    view.player.pause()
    view.tools.rows["show"].field.activated.emit(0)
    settled(qtbot, area)
    assert len(view.grid.picture) == 1


# -- classes -----------------------------------------------------------------------------------------------------------


def test_a_morph_of_two_classes_by_typical_images(qtbot, area: PaneArea):
    view = settled(qtbot, area)
    assert view.tools.morph.isVisible()
    view.grid.setFocus()
    QTest.keyClick(view.grid, _KEY.Key_M)
    assert state_of(area).frames == (LatentPoint("class", 0), LatentPoint("class", 1))
    settled(qtbot, area)
    assert [key.text for key in view.row.keys] == ["a typical a", "a typical b"]
    view.player.toggle()
    assert not view.idle, "newer weights would have to search again"
    view.player.pause()
    assert view.idle
    while area.undo_stack.canUndo():
        area.undo_stack.undo()
    assert state_of(area) == InterpolateState()


def test_morph_of_two_classes_of_a_conditional_model(qtbot, home: Path, told_gan: Run):
    with area_on(qtbot, home, told_gan) as area:
        view = settled(qtbot, area)
        view.tools.morph_from.setCurrentIndex(1)
        view.tools.morph_to.setCurrentIndex(0)
        view.tools.morph.click()
        assert state_of(area).frames == (LatentPoint("seed", 0, label=1), LatentPoint("seed", 0, label=0))
        settled(qtbot, area)
        assert [key.text for key in view.row.keys] == ["seed 0 as b", "seed 0 as a"]
        assert (view.row.keys[0].pixels != view.row.keys[1].pixels).any()
        view.tools.condition.activated.emit(0)
        assert state_of(area).frames[0].label == 0


# -- what goes wrong ---------------------------------------------------------------------------------------------------


def test_key_frame_without_a_code_is_reported_and_skipped(qtbot, area: PaneArea):
    view = settled(qtbot, area)
    area.codes.send(np.zeros(5, np.float32), "interpolate")
    settled(qtbot, area)
    assert "Key frame 5 is left out. A z that was sent here has 5 numbers" in view.stage.note.text()
    assert view.stage.note.isVisible()
    assert view.row.keys[4].problem
    assert view.row.describe(4).endswith("send one from this model.")
    assert view.path.segments == 4
    assert view.path.length == 8.0, "it takes the time of the four"
    view.player.toggle()
    view.player.advance(0.2)
    assert view.player.playing
    view.player.pause()
    before = state_of(area).place
    view.row.setFocus()
    QTest.keyClick(view.row, _KEY.Key_End)
    QTest.keyClick(view.row, _KEY.Key_Return)
    assert state_of(area).place == before, "there is nothing to go to"
    QTest.keyClick(view.row, _KEY.Key_Delete)
    settled(qtbot, area)
    assert not view.stage.note.isVisible()
    area.undo_stack.undo()
    settled(qtbot, area)
    assert len(state_of(area).frames) == 5


def test_key_frames_skipped_for_one_reason_share_a_line():
    assert left_out_text({}) == ""
    assert left_out_text({1: "Why.", 2: "Else.", 4: "Why."}).splitlines() == [
        "Key frames 2, 5 are left out. Why.",
        "Key frame 3 is left out. Else.",
    ]


def test_gan_reports_that_it_has_no_encoder(qtbot, home: Path, gan: Run):
    with area_on(qtbot, home, gan) as area:
        view = settled(qtbot, area)
        entries = {action.text(): action.isEnabled() for action in view.add.menu().actions()}
        assert entries["A drawn code"]
        assert not entries["An image of the data set (this model has no encoder)"]
        assert [kind for kind, _text in view.path.known.kinds()] == ["seed", "class"]
        choose(view.add.menu(), "Typical of", "a")
        settled(qtbot, area)
        assert "Make a judge once" in view.stage.note.text(), "a class that nothing tells"
        assert view.caption.full_text().startswith("key frame 1 of 5"), "the rest goes on"


def test_broken_model_is_reported_and_the_key_frames_stay(qtbot, home: Path, tmp_path: Path):
    plan = {"steps": 1, "batch_size": 16, "save_every": 1, "evaluate_every": 0, "sample_every": 0}
    run = small_run(tmp_path / "broken-1", {"name": "vae", "hidden": 8}, DOTS, plan)
    with area_on(qtbot, home, run) as area:
        qtbot.waitUntil(lambda: area.session.data is not None, timeout=PATIENCE)  # or other weights come with it
        view = settled(qtbot, area)
        broken: list[bool] = []

        def break_weights() -> None:
            for context in area.renderer.models.contexts:
                for weight in context.model.parameters():
                    weight.data.fill_(float("nan"))
            broken.append(True)

        area.renderer.ask("break", break_weights)
        qtbot.waitUntil(lambda: bool(broken), timeout=PATIENCE)  # what is to be rendered would go first
        view.tools.rows["how"].field.activated.emit(1)
        QTest.keyClick(view.grid, _KEY.Key_PageDown)
        qtbot.waitUntil(lambda: "not finite" in view.grid.accessibleDescription(), timeout=PATIENCE)
        assert view.row.isVisible()
        assert len(view.row.keys) == 4
        assert view.add.isEnabled()


# -- export ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "suffix"), [("path", "gif"), ("path", "webp"), ("path", "mp4"), ("strip", "png"),
                                              ("training-path", "gif")])  # fmt: skip
def test_saved_film_is_the_path(qtbot, area: PaneArea, tmp_path: Path, kind: str, suffix: str):
    area.change({"interpolate": InterpolateState(seconds=0.2, between=1, place=0.3)}, "short")
    view = settled(qtbot, area)
    path = tmp_path / f"saved.{suffix}"
    titles = [action.text() for action in view.inspector.export.menu().actions()]
    assert "Animation: along the path, as it plays…" in titles
    assert "Animation: the whole path, at every checkpoint…" in titles
    with qtbot.waitSignal(area.exporter.finished, timeout=PATIENCE):
        area.exporter.export(view, kind, str(path))
    told = read_provenance(path)
    assert told.pane == "interpolate"
    kept = InterpolateState.from_json(told.state)
    assert kept.frames == state_of(area).frames
    if kind == "strip":
        assert kept.show == "strip"
        with Image.open(path) as image:
            assert image.width < image.height, "four rows of two"
    elif kind == "training-path":
        assert kept.show == "strip"
        with Image.open(path) as image:
            assert 2 <= image.n_frames <= 9, "each checkpoint, the last one held; equal frames of a GIF may be one"
            assert image.height > 900, "as large as a sheet"
    elif suffix in ("gif", "webp"):
        with Image.open(path) as image:
            assert image.n_frames == (20 if suffix == "gif" else 24), "0.8 s, at 25 (GIF) and 30 frames a second"
            assert image.info.get("loop") == 0


# -- while it trains ---------------------------------------------------------------------------------------------------


def test_it_plays_during_training_with_newer_weights(qtbot, window, close_window: Callable):
    area = window.panes
    window.left.controls.main.click()
    qtbot.waitUntil(lambda: area.session.latest_snapshot() is not None, timeout=PATIENCE)
    view = settled_once(qtbot, area)
    view.player.toggle()
    seen: set[tuple[int, float]] = set()
    view.grid.painted.connect(lambda: seen.add((view.rendered.step, view.rendered.state.place)))
    qtbot.waitUntil(lambda: len({step for step, _ in seen}) >= 3 and len(seen) >= 6, timeout=PATIENCE)
    assert view.player.playing
    view.player.pause()
    area.session.stop()
    qtbot.waitUntil(lambda: area.session.state not in ("training", "stopping"), timeout=PATIENCE)


def settled_once(qtbot, area: PaneArea) -> InterpolateView:
    area.show_pane("interpolate")
    view = area.views["interpolate"]
    assert isinstance(view, InterpolateView)
    qtbot.waitUntil(lambda: view.rendered is not None and view.rendered.content is not None, timeout=PATIENCE)
    return view
