"""Every picture belongs to a run and a step: nothing of another run stays, and computation is indicated."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from genstudio.core.errors import RunError
from genstudio.core.knobs import knob
from genstudio.core.messages import N_
from genstudio.studio.pane_area.area import PaneArea
from genstudio.studio.pane_view import image_drop
from genstudio.studio.plots.field_plot import FieldPlot
from genstudio.studio.plots.histogram_view import HistogramView
from genstudio.studio.plots.series_plot import SeriesPlot
from genstudio.studio.session import run_loader
from genstudio.studio.threads.rendering import Rendered
from genstudio.studio.widgets.image_grid import ImageGrid
from genstudio.training.events import Changed
from genstudio.training.run.run import Run
from genstudio.viewing.content import Content, Picture
from genstudio.viewing.context import ViewContext
from genstudio.viewing.pane import Pane, panes
from genstudio.viewing.pane_state import PaneState, state
from tests.small_runs import small_run
from tests.studio.pane_area import PATIENCE, area_on

MODELS = {
    "dots-vae": ({"name": "vae", "hidden": 8, "latent_dim": 3}, {"name": "dots-for-windows"}),
    "dots-pixels": (
        {"name": "pixelcnn", "width": 4, "blocks": 1},
        {"name": "dots-for-windows", "binarisation": "threshold"},
    ),
    "points-gan": ({"name": "gan", "hidden": 8, "latent_dim": 2}, {"name": "toy-2d", "count": 300}),
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Two steps each of an encoder, a model of pixels and a game on points; and one more of each kind to go to."""
    made = {}
    for name, (model, data) in MODELS.items():
        for number in (1, 2):
            key = f"{name}-{number}"
            made[key] = small_run(tmp_path_factory.mktemp("runs") / key, model, data)
    return made


@pytest.fixture
def area(qtbot, home: Path, runs: dict[str, Run]) -> Iterator[PaneArea]:
    with area_on(qtbot, home, runs["dots-vae-1"]) as made:
        yield made


def open_and_wait(qtbot, area: PaneArea, run: Run) -> None:
    area.session.open_run(run.path)
    qtbot.waitUntil(lambda: area.session.run is not None and area.session.data is not None, timeout=PATIENCE)
    qtbot.waitUntil(lambda: area.availability.spec is not None, timeout=PATIENCE)


def rendered(qtbot, area: PaneArea, name: str, run: Run) -> Rendered:
    """Wait until a pane shows something of ``run``."""

    def there() -> bool:
        made = area.views[name].rendered
        return made is not None and made.content is not None and made.run == str(run.path)

    qtbot.waitUntil(there, timeout=PATIENCE)
    return area.views[name].rendered


def pictures_in(widget) -> list[str]:
    """Names of visible pictures, curves and histograms of any run."""
    grids = [grid for grid in widget.findChildren(ImageGrid) if grid.isVisible() and grid.picture is not None]
    plots = [plot for plot in widget.findChildren(SeriesPlot) if plot.isVisible()]
    plots += [plot for plot in widget.findChildren(FieldPlot) if plot.isVisible() and plot.chart is not None]
    histograms = [one for one in widget.findChildren(HistogramView) if one.isVisible()]
    return [type(one).__name__ for one in (*grids, *plots, *histograms)]


@pytest.mark.parametrize("name", list(panes))
def test_opening_another_run_shows_nothing_of_the_previous(qtbot, home: Path, runs: dict[str, Run], name):
    kinds = {"pixels": "dots-pixels", "surprise": "dots-pixels"}
    kind = kinds.get(name, "points-gan" if name in ("plane", "objective", "real_or_fake") else "dots-vae")
    first, second = runs[f"{kind}-1"], runs[f"{kind}-2"]
    with area_on(qtbot, home, first) as area:
        area.show_pane(name)
        rendered(qtbot, area, name, first)
        old = area.views[name]
        assert pictures_in(old), "there was something to see"
        texts = {label.text() for label in old.findChildren(QLabel) if label.isVisible() and "·" in label.text()}

        area.session.open_run(second.path)

        new = area.views[name]
        assert new is not old
        assert not old.isVisible()
        assert new.isVisible()
        assert pictures_in(new) == []
        assert new.rendered is None
        assert new.caption.full_text() == ""
        assert new.time.text() == ""
        assert new.legend.isHidden()
        assert not texts & {label.text() for label in new.findChildren(QLabel) if label.isVisible()}
        assert area.pane_layout.inspectors.currentWidget() is new.inspector
        assert second.name in new.grid.accessibleDescription(), "it says what is being opened"
        qtbot.waitUntil(lambda: not shiboken6.isValid(old), timeout=PATIENCE)
        assert rendered(qtbot, area, name, second).run == str(second.path)


def test_detached_pane_also_leaves_the_run(qtbot, area: PaneArea, runs: dict[str, Run]):
    area.move_to_window("samples")
    rendered(qtbot, area, "samples", runs["dots-vae-1"])
    old, window = area.views["samples"], area.windows["samples"]
    area.session.open_run(runs["dots-vae-2"].path)
    assert area.windows["samples"] is window
    assert window.view is area.views["samples"] is not old
    assert window.view.isVisible()
    assert not old.isVisible()
    rendered(qtbot, area, "samples", runs["dots-vae-2"])
    window.close()
    assert not area.views["samples"].window_button.isHidden()


def test_late_results_of_a_closed_run_are_not_shown(qtbot, area: PaneArea, monkeypatch, runs):
    made = rendered(qtbot, area, "manifold", runs["dots-vae-1"])
    open_and_wait(qtbot, area, runs["points-gan-1"])
    area.show_pane("samples")
    here = rendered(qtbot, area, "samples", runs["points-gan-1"])
    late = Rendered(area.states["samples"], made.content, run=made.run, step=7)
    monkeypatch.setattr(area.renderer, "result", lambda name: late)
    area.renderer.ready.emit("samples")
    assert area.views["samples"].rendered is not late
    assert area.views["samples"].rendered.run == here.run


def test_file_being_read_when_the_run_closes_is_dropped(qtbot, area: PaneArea, runs, tmp_path: Path, monkeypatch):
    rendered(qtbot, area, "manifold", runs["dots-vae-1"])
    area.show_pane("sliders")
    rendered(qtbot, area, "sliders", runs["dots-vae-1"])
    old, go = area.views["sliders"], threading.Event()
    monkeypatch.setattr(image_drop, "_read", lambda path: go.wait(60) and np.zeros((8, 8, 1), np.uint8))
    old.image_drop.read(str(tmp_path / "mine.png"))
    area.session.open_run(runs["dots-vae-2"].path)
    qtbot.waitUntil(lambda: not shiboken6.isValid(old), timeout=PATIENCE)
    go.set()
    qtbot.waitUntil(lambda: area.session.run is not None, timeout=PATIENCE)  # read after it, by the same worker
    assert area.states["sliders"].own is None


def test_header_shows_the_open_run_and_its_step_at_once(qtbot, area: PaneArea, runs, tmp_path: Path):
    rendered(qtbot, area, "manifold", runs["dots-vae-1"])
    assert area.header.shown.text().startswith("2 ·")
    model, data = MODELS["dots-vae"]
    plan = {"steps": 5, "batch_size": 16, "save_every": 0, "evaluate_every": 0, "sample_every": 0}
    longer = small_run(tmp_path / "longer-1", model, data, plan)
    steps = []
    area.session.checkpoints_changed.connect(lambda: steps.append((area.header.name.text(), area.header.shown.text())))
    area.session.open_run(longer.path)
    assert area.header.name.text() == "longer-1"
    assert area.header.doing.full_text() == "opening"
    assert area.header.shown.isHidden(), "no step of the run before"
    qtbot.waitUntil(lambda: area.session.run is not None, timeout=PATIENCE)
    assert steps[-1] == ("longer-1", "5 · latest"), "before any picture of it is there"


# -- what names the data does not stay -----------------------------------------------------------------------------------


def test_fields_that_name_images_are_reset_for_other_data_also_after_undo(qtbot, area: PaneArea, runs):
    area.change({"manifold": area.panes["manifold"].state(overlay="class", spacing="linear")}, "colour by class")
    open_and_wait(qtbot, area, runs["dots-vae-2"])
    assert area.states["manifold"].overlay == "class", "the same images"
    open_and_wait(qtbot, area, runs["points-gan-1"])
    assert area.states["manifold"].overlay == ""
    assert area.states["manifold"].spacing == "linear", "a choice that means the same anywhere"
    area.undo_stack.undo()
    area.undo_stack.redo()
    assert area.states["manifold"].overlay == ""


def test_restored_states_fit_their_run(qtbot, home: Path, runs):
    def restarted(name: str) -> str:
        with area_on(qtbot, home, runs[name]) as area:
            overlay = area.states["manifold"].overlay
            area.change({"manifold": area.panes["manifold"].state(overlay="class")}, "colour by class")
            area.remember()
            area.settings.save()
            return overlay

    assert restarted("dots-vae-1") == ""
    assert restarted("dots-vae-1") == "class"
    assert restarted("points-gan-1") == ""


# -- what is being made says so --------------------------------------------------------------------------------------------


@state
class SlowState(PaneState):
    number: int = knob(0, help=N_("Which picture."), ge=0, le=9)


class Slow:
    """A pane that reports 40 % and waits at a gate."""

    def __init__(self) -> None:
        self.open = threading.Event()

    def __call__(self, context: ViewContext, state: SlowState) -> Iterator[Content | float | None]:
        while not self.open.wait(0.01):
            yield 0.4
        yield Content(
            N_("a picture of step {step}", step=context.snapshot.step), (Picture(np.zeros((8, 8, 1), np.uint8)),)
        )


@pytest.fixture
def slow(put_in: Any) -> Slow:
    made = Slow()
    shown = Pane("slow", N_("Slow"), panes["samples"].group, (), SlowState, N_("Slow."), N_("Slow."), made)
    put_in(panes, "slow", shown)
    return made


def test_pane_shows_progress_and_a_stop_button(qtbot, slow: Slow, area: PaneArea):
    area.show_pane("slow")
    view = area.views["slow"]
    line = view.computing
    qtbot.waitUntil(line.isVisible, timeout=PATIENCE)
    qtbot.waitUntil(lambda: view.grid.accessibleDescription() == "Computing, 40 %", timeout=PATIENCE)
    assert line.text_label.text() == "Computing, 40 %"
    qtbot.mouseClick(line.link, Qt.MouseButton.LeftButton)
    assert "Stopped" in view.grid.accessibleDescription()
    assert line.link.text() == "Compute"
    slow.open.set()
    area.session.changed.emit()  # whatever goes on elsewhere does not begin it again
    assert area.renderer.work("slow") is None
    qtbot.mouseClick(line.link, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.rendered is not None, timeout=PATIENCE)
    assert not line.isVisible()
    assert view.grid.picture is not None


def test_older_picture_keeps_its_caption_until_the_newer_is_ready(qtbot, slow: Slow, area: PaneArea):
    slow.open.set()
    area.show_pane("slow")
    view = area.views["slow"]
    qtbot.waitUntil(lambda: view.rendered is not None, timeout=PATIENCE)
    slow.open.clear()
    area.change({"slow": SlowState(number=3)}, "another")
    qtbot.waitUntil(view.computing.isVisible, timeout=PATIENCE)
    assert view.grid.picture is not None
    assert view.caption.full_text() == "a picture of step 2"
    area.change({"slow": SlowState(number=4)}, "another")
    qtbot.mouseClick(view.computing.link, Qt.MouseButton.LeftButton)
    assert view.caption.full_text() == "a picture of step 2"
    slow.open.set()
    area.change({"slow": SlowState(number=5)}, "another")  # a hand's change is a wish to see it
    qtbot.waitUntil(lambda: view.rendered.state.number == 5, timeout=PATIENCE)


# -- opening ---------------------------------------------------------------------------------------------------------------


class Reading:
    """A reader of runs that waits for a signal."""

    def __init__(self, error: Exception | None = None) -> None:
        self.go, self.error = threading.Event(), error
        self.real = run_loader.open_with_weights

    def __call__(self, path: Path):
        assert self.go.wait(60)
        if self.error is not None:
            raise self.error
        return self.real(path)


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reading]:
    made = Reading()
    yield made
    made.go.set()


def test_opening_run_is_indicated_everywhere(qtbot, open_window, home: Path, runs, monkeypatch, reading):
    monkeypatch.setattr(run_loader, "open_with_weights", reading)
    run = runs["dots-vae-1"]
    window = open_window(open_run=str(run.path))
    left, area = window.left, window.panes
    qtbot.waitUntil(lambda: window.library.is_ready, timeout=PATIENCE)
    assert window.session.state == "opening"
    assert area.header.name.text() == run.name
    assert area.header.doing.full_text() == "opening"
    assert run.name in area.views[area.active].grid.accessibleDescription()
    assert "Press Start" not in area.views[area.active].grid.accessibleDescription()
    assert not left.controls.main.isEnabled()
    assert run.name in left.controls.main.toolTip(), "why it can't be pressed"
    assert left.controls.stop.text() == "Cancel"
    assert run.name in left.controls.where.text()
    assert window.windowTitle().startswith(run.name)
    reading.go.set()
    qtbot.waitUntil(lambda: window.session.run is not None, timeout=PATIENCE)
    assert window.session.state == "idle"
    qtbot.waitUntil(left.controls.main.isEnabled, timeout=PATIENCE)


@pytest.mark.parametrize("how", ["cancel", "fail"])
def test_failed_opening_keeps_the_open_run(qtbot, area: PaneArea, runs, monkeypatch, reading, how):
    first, second = runs["dots-vae-1"], runs["points-gan-1"]
    rendered(qtbot, area, "manifold", first)
    area.change({"manifold": area.panes["manifold"].state(overlay="class")}, "colour by class")
    data = area.session.data
    reading.error = RunError(N_("This run is torn."), N_("Open another one."))
    monkeypatch.setattr(run_loader, "open_with_weights", reading)
    said: list[object] = []
    area.session.failed.connect(said.append)
    area.session.open_run(second.path)
    assert area.session.state == "opening"
    if how == "cancel":
        area.session.stop()
    else:
        reading.go.set()
        qtbot.waitUntil(lambda: bool(said), timeout=PATIENCE)
        assert "torn" in str(said[0])
    assert area.session.state == "idle"
    assert area.session.run.path == first.path
    assert area.session.data is data
    assert area.header.name.text() == first.name
    assert area.states["manifold"].overlay == "class"
    rendered(qtbot, area, "manifold", first)


def test_another_run_can_be_chosen_during_opening(qtbot, area: PaneArea, runs, monkeypatch, reading):
    monkeypatch.setattr(run_loader, "open_with_weights", reading)
    area.session.open_run(runs["points-gan-1"].path)
    area.session.open_run(runs["dots-vae-2"].path)
    assert area.header.name.text() == "dots-vae-2"
    reading.go.set()
    qtbot.waitUntil(lambda: area.session.run is not None, timeout=PATIENCE)
    assert area.session.run.path == runs["dots-vae-2"].path


def test_the_header_names_the_recipe_that_is_chosen(qtbot, window, recipe_file, choose_recipe, runs):
    window.session.open_run(runs["dots-vae-1"].path)
    qtbot.waitUntil(lambda: window.session.run is not None, timeout=PATIENCE)
    assert window.panes.header.name.text() == "dots-vae-1"
    window.left.recipe.open_recipe_file(recipe_file())
    assert window.panes.header.name.text() == "Dots"
    assert window.session.run is None


# -- a step shows its step ---------------------------------------------------------------------------------------------


def test_single_step_updates_the_shown_step(qtbot, window):
    session, area = window.session, window.panes
    area.show_pane("samples")
    qtbot.mouseClick(window.left.controls.main, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.state == "training" and session.step > 0, timeout=PATIENCE)
    session.pause()
    qtbot.waitUntil(lambda: session.state == "paused", timeout=PATIENCE)

    def shows_the_newest() -> bool:
        made = area.views["samples"].rendered
        return made is not None and made.final and made.step == session.step

    qtbot.waitUntil(shows_the_newest, timeout=PATIENCE)
    for _ in range(3):
        before = session.step
        session.step_once()
        qtbot.waitUntil(lambda before=before: session.step == before + 1, timeout=PATIENCE)
        qtbot.waitUntil(shows_the_newest, timeout=PATIENCE)
    session.stop()
    qtbot.waitUntil(lambda: session.state == "idle", timeout=PATIENCE)


def test_changed_setting_refreshes_weights_at_once(qtbot, area: PaneArea, runs, monkeypatch):
    rendered(qtbot, area, "manifold", runs["dots-vae-1"])
    session, newer = area.session, area.rendering.weight_refresh
    qtbot.waitUntil(lambda: area.views["manifold"].rendered.final, timeout=PATIENCE)
    monkeypatch.setattr(newer, "_wait", lambda view: 1000.0)  # this pane takes long
    due: list[str] = []
    newer.render_requested.connect(due.append)
    session.state = "training"
    later = runs["dots-vae-2"].snapshot(2)
    session.snapshots.arrived.emit(later)
    assert due == [], "training runs freely: looking is not to slow it"
    session.happened.emit(Changed(2, "beta", 2.0, 1.0))
    session.snapshot_arrived.emit()
    assert due == [], "these are weights of before the change"
    session.happened.emit(Changed(1, "beta", 2.0, 1.0))
    session.snapshot_arrived.emit()
    assert due == ["manifold"]
    newer.render_requested.disconnect(due.append)
    session.state = "idle"


def test_window_switches_to_another_run_in_one_frame(qtbot, open_window, home: Path, runs):
    """No frame shows one run in some parts of the window and another elsewhere."""
    window = open_window(open_run=str(runs["dots-vae-1"].path))
    qtbot.waitUntil(lambda: window.session.run is not None, timeout=PATIENCE)
    paints = []
    window.session.changed.connect(lambda: paints.append(window.updatesEnabled()))  # the last of all that heed it
    window.session.open_run(runs["dots-vae-2"].path)
    assert paints == [False]
    qtbot.waitUntil(lambda: window.session.run is not None and window.updatesEnabled(), timeout=PATIENCE)
