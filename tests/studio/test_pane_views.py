"""The pane area by user input: list, zoom, drag, undo, side by side, sending a z, saving."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QUndoStack

from genstudio.export.provenance import read_provenance
from genstudio.studio.pane_area.area import PaneArea
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.session.session import Session
from genstudio.studio.settings import Settings
from genstudio.training.run.run import Run
from tests.small_runs import small_run

PATIENCE = 60_000


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """30 steps of the dots, saved every 10."""
    return trained({"name": "vae", "hidden": 16, "latent_dim": 3}, tmp_path_factory.mktemp("runs") / "dots-1")


@pytest.fixture(scope="module")
def run_of_classes(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The same with a class-conditional GAN."""
    model = {"name": "conditional-gan", "base": "gan", "hidden": 16, "latent_dim": 3}
    return trained(model, tmp_path_factory.mktemp("runs") / "classes-1")


def trained(model: dict[str, object], out: Path) -> Run:
    plan = {"steps": 30, "batch_size": 16, "save_every": 10, "evaluate_every": 0, "sample_every": 0}
    return small_run(out, model, {"name": "dots-for-windows"}, plan)


@pytest.fixture
def make_area(qtbot, home: Path) -> Iterator[Callable[..., PaneArea]]:
    made: list[PaneArea] = []

    def make(path: Path | None = None, settings: Settings | None = None) -> PaneArea:
        session = Session()
        area = PaneArea(session, QUndoStack(session), settings or Settings(home / "settings.json"))
        area.resize(1000, 860)
        made.append(area)
        area.show()
        qtbot.waitExposed(area)
        if path is not None:
            session.open_run(path)
            qtbot.waitUntil(lambda: session.data is not None, timeout=PATIENCE)
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
def area(qtbot, make_area, run: Run) -> PaneArea:
    """The area with the run opened and its manifold on screen."""
    made = make_area(run.path)
    view = settled(qtbot, made, "manifold")
    qtbot.waitUntil(lambda: "PC1" in view.caption.full_text(), timeout=PATIENCE)  # with the run's images
    return made


def settled(qtbot, area: PaneArea, name: str) -> PaneView:
    """Wait until a pane shows the content of its present state, with the data that is open."""

    def there() -> bool:
        view = area.views.get(name)
        rendered = view.rendered if view is not None else None
        return rendered is not None and rendered.final and rendered.state == view.resolved(area.states[name])

    qtbot.waitUntil(there, timeout=PATIENCE)
    return area.views[name]


def test_empty_pane_shows_a_hint(make_area):
    area = make_area()
    assert "Press Start" in area.views["manifold"].grid.message
    assert area.header.slider.isHidden()


def test_opened_run_is_shown_with_caption_and_time(area: PaneArea):
    view = area.views["manifold"]
    assert area.header.name.text() == "dots-1"
    assert view.caption.full_text() == "PC1 across, PC2 up, ±2 σ, 20×20 from step 30", (
        "three dimensions: the principal ones"
    )
    assert view.time.text().endswith(" ms")
    assert view.inspector.code.text().startswith("z = (")


def test_users_choice_of_plane_is_kept(qtbot, area: PaneArea):
    view = area.views["manifold"]
    plane, across = view.tools.plane.field, view.tools.across.field
    assert plane.currentText() == "principal", "the default, not a choice"
    assert not across.isEnabled()
    plane.setFocus()
    qtbot.keyClick(plane, Qt.Key.Key_Up)
    assert area.states["manifold"].axes == "latent"
    qtbot.waitUntil(lambda: view.caption.full_text().startswith("z1 across, z2 up"), timeout=PATIENCE)
    assert across.isEnabled()
    area.undo_stack.undo()
    qtbot.waitUntil(lambda: view.caption.full_text().startswith("PC1"), timeout=PATIENCE)
    assert plane.currentText() == "principal"


def test_pane_list_chooses_and_undo_restores_the_other(qtbot, area: PaneArea):
    area.views["manifold"].inspector.controls.rows["cells"].field.slider.setValue(2)
    assert area.states["manifold"].cells == 7
    qtbot.mouseClick(area.pane_list.buttons["samples"], Qt.MouseButton.LeftButton)
    assert area.slots == ["samples"]
    settled(qtbot, area, "samples")
    area.undo_stack.undo()
    assert area.slots == ["manifold"], "undo raises the pane that it changes"
    assert area.states["manifold"].cells == 0, "as many as fit"
    area.undo_stack.redo()
    assert settled(qtbot, area, "manifold").grid.picture.rows == 7


def test_cells_fit_the_pane_until_chosen(qtbot, area: PaneArea):
    view = settled(qtbot, area, "manifold")
    assert view.rendered.state.cells == 20, "8x8 images: more would fit"
    area.resize(600, 600)
    area.show_beside("samples")
    qtbot.waitUntil(lambda: view.rendered.state.cells < 20, timeout=PATIENCE)
    settled(qtbot, area, "manifold")
    assert view.grid.sheet_layout.factor == 1, "no pixel is smaller than one of the screen"
    view.propose("", cells=40)
    assert settled(qtbot, area, "manifold").grid.picture.rows == 40, "what a person chose stands"


def test_smooth_pixels_can_be_undone(qtbot, area: PaneArea):
    box = area.views["manifold"].inspector.smooth
    box.click()
    assert area.views["manifold"].grid.smooth
    area.undo_stack.undo()
    assert not area.views["manifold"].grid.smooth
    assert not box.isChecked()


def test_one_drag_of_a_slider_is_one_undo(area: PaneArea):
    slider = area.views["manifold"].inspector.controls.rows["reach"].field.slider
    before = area.states["manifold"]
    slider.sliderPressed.emit()
    for value in (120, 130, 140, 150):
        slider.setValue(value)
    slider.sliderReleased.emit()
    assert area.undo_stack.count() == 1
    assert area.states["manifold"].reach > before.reach
    slider.setValue(20)
    assert area.undo_stack.count() == 2
    area.undo_stack.undo()
    area.undo_stack.undo()
    assert area.states["manifold"] == before


def test_undo_and_redo_by_keyboard(qtbot, area: PaneArea):
    grid = area.views["manifold"].grid
    area.views["manifold"].propose("", cells=7)
    area.activateWindow()
    grid.setFocus()
    qtbot.keyClick(grid, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert area.states["manifold"].cells == 0, "as many as fit"
    qtbot.keyClick(grid, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert area.states["manifold"].cells == 7


def test_the_manifold_follows_the_training(qtbot, window):
    """In the whole window: newer weights arrive after Start while the plane is dragged."""
    area = window.panes
    area.show_pane("manifold")
    window.left.controls.main.click()
    qtbot.waitUntil(lambda: area.views["manifold"].rendered is not None, timeout=PATIENCE)
    view = settled(qtbot, area, "manifold")
    first, pixels = view.rendered.step, view.grid.picture.pixels.copy()
    view.propose("", cells=9)
    qtbot.waitUntil(lambda: view.rendered.step > first and view.rendered.state.cells == 9, timeout=PATIENCE)
    assert area.header.shown.text().endswith("latest")
    assert view.grid.picture.pixels.shape != pixels.shape
    window.session.stop()
    qtbot.waitUntil(lambda: window.session.state == "idle", timeout=PATIENCE)


def test_dragging_moves_the_plane_and_home_resets_it(qtbot, area: PaneArea):
    view = area.views["manifold"]
    start = view.grid.cell_rect(10, 10).center().toPoint()
    qtbot.mousePress(view.grid, Qt.MouseButton.LeftButton, pos=start)
    for k in range(1, 6):
        qtbot.mouseMove(view.grid, start + QPoint(15 * k, 0))
    qtbot.mouseRelease(view.grid, Qt.MouseButton.LeftButton, pos=start + QPoint(75, 0))
    assert area.states["manifold"].centre_u < 0
    assert area.states["manifold"].centre_v == pytest.approx(0, abs=1e-6)
    assert area.undo_stack.count() == 1
    settled(qtbot, area, "manifold")
    qtbot.keyClick(view.grid, Qt.Key.Key_Home)
    assert area.states["manifold"].centre_u == 0
    assert "about" not in settled(qtbot, area, "manifold").caption.full_text()


def test_plus_zooms_about_the_focused_cell(qtbot, area: PaneArea):
    view = area.views["manifold"]
    view.grid.setFocus()
    while view.grid.focused_cell != (5, 15):
        qtbot.keyClick(view.grid, Qt.Key.Key_Up if view.grid.focused_cell[0] > 5 else Qt.Key.Key_Right)
    before = view.z_at((5, 15)).copy()
    qtbot.keyClick(view.grid, Qt.Key.Key_Plus)
    settled(qtbot, area, "manifold")
    assert area.states["manifold"].zoom > 1
    assert view.z_at((5, 15)) == pytest.approx(before, abs=1e-5)


def test_chosen_code_is_unchanged_by_zoom_pan_home_and_newer_weights(qtbot, area: PaneArea):
    view = area.views["manifold"]
    qtbot.mouseClick(view.grid, Qt.MouseButton.LeftButton, pos=view.grid.cell_rect(3, 4).center().toPoint())
    qtbot.waitUntil(lambda: view.grid.mark is not None, timeout=PATIENCE)
    chosen = view.current_z.copy()
    assert np.array_equal(chosen, view.z_at((3, 4)))
    centre = view.grid.mark_centre()
    assert view.grid.cell_rect(3, 4).contains(centre)
    cell = view.grid.picture.at(3, 4)

    area.change({"manifold": view.state.zoomed(0.5, 0.5, 20)}, "zoom")
    settled(qtbot, area, "manifold")
    qtbot.waitUntil(lambda: not view.grid.marks_inside, timeout=PATIENCE)
    assert np.array_equal(view.current_z, chosen), "what is sent is what was chosen"
    assert "outside the view" in view.caption.full_text()
    assert "outside the view" in view.inspector.detail.text()
    assert view.inspector.caption.accessibleName() == "Chosen z"

    qtbot.keyClick(view.grid, Qt.Key.Key_Home)
    settled(qtbot, area, "manifold")
    qtbot.waitUntil(lambda: view.grid.marks_inside, timeout=PATIENCE)
    assert view.grid.mark_centre() == centre
    assert np.array_equal(view.grid.picture.at(3, 4), cell)

    area.change({"manifold": replace(view.state, at=area.session.checkpoint_steps()[0])}, "weights at step")
    settled(qtbot, area, "manifold")
    assert np.array_equal(view.current_z, chosen), "other weights: the same z"

    qtbot.keyClick(view.grid, Qt.Key.Key_Right)
    assert np.array_equal(view.current_z, view.z_at(view.grid.focused_cell)), "the focus was moved on: that is sent"
    qtbot.keyClick(view.grid, Qt.Key.Key_Escape)
    settled(qtbot, area, "manifold")
    assert view.grid.mark is None


def test_range_in_the_caption_is_that_of_the_view(qtbot, area: PaneArea):
    view = area.views["manifold"]
    slider = view.inspector.controls.rows["reach"].field

    def agree(half: str) -> None:
        rendered = settled(qtbot, area, "manifold").rendered
        assert slider.slider.accessibleDescription() == f"±{half} σ"
        assert f"±{half} σ" in view.caption.full_text()
        u = rendered.content.values["u"]
        assert f"{(u[-1] - u[0]) / 2:.3g}" == half

    agree("2")
    area.change({"manifold": view.state.zoomed(0.5, 0.5, 4)}, "zoom")
    agree("0.5")
    area.change({"manifold": view.state.zoomed(0.5, 0.5, 10)}, "zoom")
    agree("0.05")
    slider.moved.emit(1.5)
    assert (view.state.reach, view.state.zoom) == (1.5, 1.0), "a range that is set takes the place of the zoom"
    agree("1.5")
    qtbot.keyClick(view.grid, Qt.Key.Key_Home)
    agree("1.5")


def test_cell_has_an_accessible_description(qtbot, area: PaneArea):
    grid = area.views["manifold"].grid
    grid.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    assert grid.accessibleDescription().startswith("Row 12, column 11: PC1 0.0")


def test_enter_sends_z_to_the_samples_beside(qtbot, area: PaneArea):
    area.show_beside("samples")
    settled(qtbot, area, "samples")
    view = area.views["manifold"]
    with qtbot.waitSignal(area.codes.sent) as sent:
        qtbot.mouseClick(view.grid, Qt.MouseButton.LeftButton, pos=view.grid.cell_rect(3, 4).center().toPoint())
    assert np.array_equal(sent.args[0], view.z_at((3, 4)))
    neighbours = settled(qtbot, area, "samples")
    assert np.array_equal(neighbours.z_at((0, 0)), view.z_at((3, 4)))
    assert "neighbours" in neighbours.caption.full_text() or "about the z" in neighbours.caption.full_text()
    area.undo_stack.undo()
    assert area.states["samples"].around is None


def test_other_panes_accept_a_z(area: PaneArea):
    taken: list[np.ndarray] = []
    area.codes.register("elsewhere", "Elsewhere", taken.append)
    titles = [action.text() for action in area.views["manifold"].inspector.send.menu().actions()]
    assert {"Samples", "Sliders"} < set(titles)
    assert titles[-1] == "Elsewhere"
    area.codes.send(np.zeros(3, np.float32), "elsewhere")
    assert len(taken) == 1


def test_the_same_noise_through_the_checkpoints(qtbot, area: PaneArea):
    area.show_pane("samples")
    view = settled(qtbot, area, "samples")
    late, z = view.grid.picture.pixels.copy(), view.grid.picture.values["z"].copy()
    area.header.slider.setValue(1)
    settled(qtbot, area, "samples")
    assert area.header.shown.text() == "10"
    assert "step 10" in view.caption.full_text()
    assert np.array_equal(view.grid.picture.values["z"], z)
    assert not np.array_equal(view.grid.picture.pixels, late)
    area.undo_stack.undo()
    settled(qtbot, area, "samples")
    assert area.header.shown.text() == "30 · latest"


def test_r_resamples(qtbot, area: PaneArea):
    area.show_pane("samples")
    view = settled(qtbot, area, "samples")
    view.grid.setFocus()
    before = view.grid.picture.pixels.copy()
    qtbot.keyClick(view.grid, Qt.Key.Key_R)
    settled(qtbot, area, "samples")
    assert not np.array_equal(view.grid.picture.pixels, before)
    area.undo_stack.undo()
    settled(qtbot, area, "samples")
    assert np.array_equal(view.grid.picture.pixels, before)


def test_class_is_chosen_for_conditional_models(qtbot, make_area, run_of_classes: Run):
    area = make_area(run_of_classes.path)
    manifold = settled(qtbot, area, "manifold")
    assert manifold.caption.full_text().startswith("a: z1 across")
    control = manifold.inspector.controls.rows["label"]
    assert [control.field.itemText(i) for i in range(control.field.count())] == ["a", "b"]
    control.field.activated.emit(1)
    assert area.states["manifold"].label == 1
    qtbot.waitUntil(lambda: manifold.caption.full_text().startswith("b: z1 across"), timeout=PATIENCE)
    area.undo_stack.undo()
    qtbot.waitUntil(lambda: manifold.caption.full_text().startswith("a: z1 across"), timeout=PATIENCE)
    area.show_pane("samples")
    samples = settled(qtbot, area, "samples")
    control = samples.inspector.controls.rows["label"]
    assert [control.field.itemText(i) for i in range(control.field.count())] == ["each in turn", "a", "b"]
    assert samples.rendered.content.pictures[0].columns == 8, "four columns each"
    assert not samples.inspector.controls.rows["shown"].isVisible(), "G(z) is all there is"
    control.field.activated.emit(2)
    qtbot.waitUntil(lambda: "of b" in samples.caption.full_text(), timeout=PATIENCE)
    assert samples.rendered.content.pictures[0].columns == 8


def test_pane_moves_to_its_own_window_and_back(qtbot, area: PaneArea):
    area.move_to_window("manifold")
    assert area.slots == ["samples"]
    window = area.windows["manifold"]
    settled(qtbot, area, "manifold")
    area.show_pane("manifold")
    assert area.slots == ["samples"], "the rail raises the window"
    window.close()
    assert area.windows == {}
    area.show_pane("manifold")
    assert area.slots == ["manifold"]
    assert area.views["manifold"].isVisible()


def test_the_overlay_has_points_and_a_legend(qtbot, area: PaneArea):
    area.views["manifold"].propose("", overlay="class", reach=4.0)
    view = settled(qtbot, area, "manifold")
    assert len(view.rendered.content.points.xy) > 0
    assert view.legend.accessibleName() == "class: a, b"
    assert view.legend.isVisible()


def test_help_shows_the_mathematics_and_closes(qtbot, area: PaneArea):
    view = area.views["manifold"]
    qtbot.mouseClick(view.help_button, Qt.MouseButton.LeftButton)
    assert view.showing_help
    assert "Φ" in view.page.toPlainText()
    qtbot.keyClick(view.page, Qt.Key.Key_Escape)
    assert not view.showing_help


def test_unavailable_pane_gives_a_reason(qtbot, area: PaneArea):
    area.availability.take("refusals:vae", {"manifold": "It needs codes. Train a VAE.", "samples": None})
    view = area.views["manifold"]
    assert "Train a VAE" in view.page.toPlainText()
    assert not view.inspector.isEnabled()
    assert not area.pane_list.buttons["manifold"].served
    area.availability.take("refusals:vae", {"manifold": None, "samples": None})
    assert view.inspector.isEnabled()
    assert not view.showing_help


def test_states_are_restored(qtbot, area: PaneArea, make_area, home: Path):
    area.views["manifold"].propose("", cells=9, overlay="plain")
    area.show_pane("samples")
    area.remember()
    area.settings.save()
    again = make_area(settings=Settings(home / "settings.json"))
    assert again.slots == ["samples"]
    assert (again.states["manifold"].cells, again.states["manifold"].overlay) == (9, "plain")


def test_settings_of_another_version_are_tolerated(make_area, home: Path):
    settings = Settings(home / "settings.json")
    settings.set("panes", {"states": {"manifold": {"cells": 999}}, "slots": ["gone"], "smooth": True})
    area = make_area(settings=settings)
    assert area.states["manifold"].cells == 0, "as many as fit"
    assert area.slots == ["manifold"]


# -- saving ------------------------------------------------------------------------------------------------------


def save(qtbot, area: PaneArea, view: PaneView, kind: str, path: Path) -> Path:
    """Through the menu, as a person who types a path."""
    area.exporter.choose_path = lambda title, proposed, filters: str(path)
    action = next(a for a in view.inspector.export.menu().actions() if a.data()[1] == kind)
    with qtbot.waitSignal(area.exporter.finished, timeout=PATIENCE) as done:
        action.trigger()
    return done.args[0]


def test_picture_has_provenance(qtbot, area: PaneArea, run: Run, tmp_path: Path):
    path = save(qtbot, area, area.views["manifold"], "picture", tmp_path / "m.png")
    assert Image.open(path).width > 20 * 8
    provenance = read_provenance(path)
    assert (provenance.run, provenance.step, provenance.pane) == ("dots-1", 30, "manifold")
    assert provenance.state["cells"] == 20
    assert area.export_line.isVisible()
    assert area.export_line.text_label.text() == "Saved m.png"
    assert area.export_line.action.isVisible()


def test_unfinished_picture_is_not_saved(qtbot, area: PaneArea, tmp_path: Path):
    """Saved during a drag, when only every second cell is decoded."""
    view = area.views["manifold"]
    whole = Image.open(save(qtbot, area, view, "picture", tmp_path / "whole.png"))
    content = view.rendered.content
    half = replace(content.pictures[0], pixels=content.pictures[0].pixels * 0)
    view.rendered = replace(view.rendered, content=replace(content, pictures=(half,), coarse=True), final=False)
    again = Image.open(save(qtbot, area, view, "picture", tmp_path / "again.png"))
    assert again.tobytes() == whole.tobytes()


def test_the_numbers_read_back_exactly(qtbot, area: PaneArea, tmp_path: Path):
    view = area.views["manifold"]
    path = save(qtbot, area, view, "numbers", tmp_path / "z.csv")
    rows = list(csv.DictReader(path.open()))
    assert len(rows) == 400
    last = rows[-1]
    z = np.array([float(last[f"z{k}"]) for k in (1, 2, 3)], np.float32)
    assert np.array_equal(z, view.z_at((int(last["row"]), int(last["column"]))))
    arrays = np.load(save(qtbot, area, view, "numbers", tmp_path / "z.npz"))
    assert arrays["z"].shape == (400, 3)
    assert arrays["pixels"].shape == (400, 8, 8, 1)


def test_samples_through_training_become_a_film(qtbot, area: PaneArea, tmp_path: Path):
    area.show_pane("samples")
    path = save(qtbot, area, settled(qtbot, area, "samples"), "training", tmp_path / "t.gif")
    assert Image.open(path).n_frames >= 3


def test_failed_write_is_reported(qtbot, area: PaneArea, tmp_path: Path):
    with qtbot.waitSignal(area.exporter.failed, timeout=PATIENCE) as failed:
        area.exporter.export(area.views["manifold"], "walk", str(tmp_path / "film.avi"))
    assert "avi" in failed.args[0]
    assert area.trouble.isVisible()
    assert "avi" in area.trouble.text()
    assert not area.export_line.isVisible()


def test_a_film_that_is_stopped_leaves_nothing(qtbot, area: PaneArea, tmp_path: Path):
    area.exporter.export(area.views["manifold"], "walk", str(tmp_path / "walk.webp"))
    qtbot.mouseClick(area.export_line.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not area.exporter.is_writing, timeout=PATIENCE)
    assert list(tmp_path.glob("*walk*")) == []
    assert "Nothing was saved" in area.export_line.text_label.text()


def test_weights_shown_during_a_drag_do_not_delay_newer_ones(qtbot, area: PaneArea):
    """The content is not made again when newer weights are announced, so nothing waits for it."""
    view = area.views["manifold"]
    qtbot.waitUntil(lambda: view.rendered is not None and view.rendered.final)
    due = []
    area.rendering.weight_refresh.render_requested.connect(due.append)
    area.session.snapshot_arrived.emit()  # announced, though the pane shows them
    assert "manifold" not in due
    assert area.rendering.weight_refresh.interval.wait("manifold") < 1
    area.rendering.weight_refresh.render_requested.disconnect(due.append)


def test_paused_pane_with_older_weights_requests_the_newest(qtbot, area: PaneArea, monkeypatch):
    """A drag continued with the weights on screen; while training is paused no later weights would arrive."""
    name = area.active
    made = settled(qtbot, area, name).rendered
    due: list[str] = []
    area.rendering.weight_refresh.render_requested.disconnect()
    area.rendering.weight_refresh.render_requested.connect(due.append)
    area.rendering.weight_refresh.shown(name, made)
    monkeypatch.setattr(area.session, "state", "paused")
    area.rendering.weight_refresh.shown(name, made)
    assert due == [], "these are the newest"
    older = replace(made, snapshot=replace(made.snapshot, step=1))
    area.rendering.weight_refresh.shown(name, older)
    assert due == [name]
    area.rendering.weight_refresh.shown(name, replace(older, snapshot=None))
    assert due == [name], "an error has no weights: asking again would never end"
    monkeypatch.setattr(area.session, "state", "idle")
