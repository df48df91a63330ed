"""Plane and objective by user input: zoom, drag, home, undo; curves with a readout; the data card."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from genstudio.core.spec import ImageSpec
from genstudio.panes.plane.content import DATA, SAMPLES
from genstudio.studio.pane_area.area import PaneArea
from genstudio.studio.pane_area.default_pane import first_pane
from genstudio.studio.pane_view.points_legend import HEIGHT, PointsLegend
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.panes.plane.view import PlaneView
from genstudio.studio.plots.series_plot import SeriesPlot
from genstudio.studio.settings import Settings
from genstudio.studio.sidebar.data.opening import open_preview
from genstudio.studio.sidebar.data.thumbnails import ALONE, Thumbnails
from genstudio.studio.widgets.controls import Combo
from genstudio.training.run.run import Run
from genstudio.viewing.content import Content, Legend, Series
from genstudio.viewing.pane import Pane, panes
from tests.small_runs import small_run
from tests.studio.pane_area import PATIENCE, area_on


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two steps of a small GAN on points of the plane."""
    model = {"name": "gan", "hidden": 8, "latent_dim": 2, "objective": "minimax"}
    return small_run(tmp_path_factory.mktemp("runs") / "plane-1", model, {"name": "toy-2d", "count": 300})


@pytest.fixture
def area(qtbot, home: Path, run: Run) -> Iterator[PaneArea]:
    with area_on(qtbot, home, run, pane="plane") as made:
        yield made


def settled(qtbot, area: PaneArea, name: str) -> PaneView:
    """Wait until the pane shows the whole content of its present state."""
    area.show_pane(name)
    view = area.views[name]
    qtbot.waitUntil(
        lambda: (
            view.rendered is not None
            and view.rendered.content is not None
            and view.rendered.final
            and view.rendered.state == view.resolved(area.states[name])
        ),
        timeout=PATIENCE,
    )
    return view


def test_wheel_zooms_drag_moves_and_undo_reverts_each(qtbot, area: PaneArea):
    view = settled(qtbot, area, "plane")
    assert isinstance(view, PlaneView)
    assert view.legend.isVisible()
    assert "of 25 modes covered" in view.caption.full_text()
    plot = view.plot
    assert plot.isVisible()
    assert not view.grid.isVisible()
    side = view.rendered.content.pictures[0].pixels.shape[0]
    assert 300 < side <= min(plot.width(), plot.height()), "the file's picture is as large"
    at = plot.position_of(0.75, 0.25)
    under = area.states["plane"].place(0.75, 0.25)
    nothing = Qt.KeyboardModifier.NoModifier
    for _ in range(5):
        wheel = QWheelEvent(at, plot.viewport().mapToGlobal(at), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
                            nothing, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
        QApplication.sendEvent(plot.viewport(), wheel)
    zoomed = area.states["plane"]
    assert zoomed.zoom == pytest.approx(1.2**5)
    assert zoomed.place(0.75, 0.25) == pytest.approx(under, abs=0.004)
    left, top = zoomed.corner
    assert plot.view.viewRange() == pytest.approx(
        np.array([[left, left + 1 / zoomed.zoom], [top - 1 / zoomed.zoom, top]])
    )
    qtbot.waitUntil(lambda: not view.pan_and_zoom.zooming, timeout=PATIENCE)
    settled(qtbot, area, "plane")
    press, release = at.toPoint(), at.toPoint() + QPoint(-60, 40)
    QTest.mousePress(plot.viewport(), Qt.MouseButton.LeftButton, nothing, press)
    QTest.mouseMove(plot.viewport(), press + QPoint(-30, 20))
    QTest.mouseMove(plot.viewport(), release)
    QTest.mouseRelease(plot.viewport(), Qt.MouseButton.LeftButton, nothing, release)
    moved = area.states["plane"]
    assert moved.centre_x > zoomed.centre_x
    area.undo_stack.undo()
    assert area.states["plane"] == zoomed
    qtbot.keyClick(plot, Qt.Key.Key_Home)
    assert area.states["plane"].zoom == 1.0
    area.undo_stack.undo()
    area.undo_stack.undo()
    assert area.states["plane"].zoom == 1.0, "five notches of one turn are one command"


def test_field_and_points_are_items_of_the_plot(qtbot, area: PaneArea, tmp_path: Path):
    view = settled(qtbot, area, "plane")
    chart, values = view.plot.chart, view.rendered.content.values
    assert np.array_equal(chart.samples, values["samples_xy"])
    assert np.array_equal(chart.data, values["data_xy"])
    assert chart.colours.shape == (*values["field"].shape, 3)
    assert chart.arrows is None
    view.inspector.controls.rows["arrows"].field.click()
    view.inspector.controls.rows["data"].field.click()
    settled(qtbot, area, "plane")
    assert view.plot.chart.arrows is not None
    assert view.plot.chart.data is None
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_Plus, Qt.Key.Key_Left):
        qtbot.keyClick(view.plot, key)
    state = area.states["plane"]
    assert state.zoom > 1
    assert state.centre_x < 0.5
    exporter = area.exporter
    exporter.choose_path = lambda title, proposed, filters: str(tmp_path / "plane.svg")
    actions = {action.text(): action for action in view.plot.make_menu().actions()}
    with qtbot.waitSignal(exporter.finished, timeout=PATIENCE):
        actions["Save as SVG…"].trigger()
    assert (tmp_path / "plane.svg").read_text().startswith("<?xml")


def test_objective_is_drawn_as_curves_with_a_readout(qtbot, area: PaneArea):
    view = settled(qtbot, area, "objective")
    plot = view.stack.plot
    assert isinstance(plot, SeriesPlot)
    assert plot.isVisible()
    assert not view.grid.isVisible()
    assert not view.inspector.view.isVisible()
    assert "slope at the samples" in view.caption.full_text()
    discriminator, generator = plot.plot.panels
    assert discriminator.view.sceneBoundingRect().bottom() < generator.view.sceneBoundingRect().top()
    assert len(generator.lines) == 2
    place = generator.view.mapViewToScene(QPointF(0.5, 0.0))
    QTest.mouseMove(plot.plot.viewport(), place.toPoint())
    told = [plot.legend.entries[name].value for name in generator.lines]
    assert told == ["−0.69", "+0.69"]  # log 1/2, -log 1/2
    view.inspector.controls.rows["axis"].field.activated.emit(1)
    settled(qtbot, area, "objective")
    assert plot.chart.extent[0] < 0
    view.toggle_help()
    assert view.showing_help
    view.toggle_help()
    assert plot.isVisible()
    area.show_pane("plane")
    settled(qtbot, area, "plane")


@pytest.mark.parametrize("name", ["samples", "real_or_fake", "neighbours"])
def test_panes_of_images_show_points_as_small_maps(qtbot, area: PaneArea, name: str):
    grid = settled(qtbot, area, name).grid
    picture = grid.picture
    assert picture.cell == ImageSpec(2, 1, 1).cell
    assert {values.shape[:2] for values in picture.values.values()} == {(picture.rows, picture.columns)}
    grid.grab()  # every mark is drawn
    for key in (Qt.Key.Key_End, Qt.Key.Key_Home, Qt.Key.Key_Right):
        QTest.keyClick(grid, key)
        assert area.views[name].describe_cell(*grid.focused_cell)


def test_points_are_previewed_all_on_one_picture(qtbot):
    preview = open_preview("toy-2d", {"count": 300}, lambda share, text: None, lambda: False)
    (picture,) = preview.images
    assert picture.shape[:2] == (240, 240)
    assert len(np.unique(picture)) > 2
    thumbs = Thumbnails()
    qtbot.addWidget(thumbs)
    thumbs.show_images(preview.images, "points")
    assert thumbs.height() == ALONE


# -- which pane stands first -------------------------------------------------------------------------------------------


def test_run_on_points_opens_on_the_plane_as_default(qtbot, home: Path, run: Run):
    with area_on(qtbot, home, run) as area:
        qtbot.waitUntil(lambda: area.slots == ["plane"], timeout=PATIENCE)
        assert area.active == "plane"
        qtbot.waitUntil(lambda: area.views["plane"].rendered is not None, timeout=PATIENCE)
        area.remember()
        assert area.settings.get("panes")["slots"] == [], "the next run may have another"


def test_images_after_points_have_the_manifold_again(qtbot, home: Path, run: Run, tmp_path: Path):
    model, data = {"name": "gan", "hidden": 8, "latent_dim": 2}, {"name": "faces", "count": 40, "size": 8}
    pictures = small_run(tmp_path / "pictures-1", model, data)
    with area_on(qtbot, home, run) as area:
        qtbot.waitUntil(lambda: area.slots == ["plane"], timeout=PATIENCE)
        area.session.open_run(pictures.path)
        qtbot.waitUntil(lambda: area.slots == ["manifold"], timeout=PATIENCE)
        qtbot.mouseClick(area.pane_list.buttons["samples"], Qt.MouseButton.LeftButton)
        area.session.open_run(run.path)
        qtbot.waitUntil(
            lambda: area.availability.spec is not None and area.availability.spec.is_point, timeout=PATIENCE
        )
        assert area.slots == ["samples"], "what a person chose stays"


def test_saved_session_takes_precedence(qtbot, home: Path, run: Run):
    settings = Settings(home / "settings.json")
    settings.set("panes", {"slots": ["samples", "manifold"]})
    settings.save()
    with area_on(qtbot, home, run) as area:
        qtbot.waitUntil(lambda: area.availability.spec is not None, timeout=PATIENCE)
        assert area.slots == ["samples", "manifold"]


def test_pane_declares_its_preferred_images():
    def newcomer(preferred_for) -> Pane:
        return replace(panes["samples"], name="mine", group=panes["neighbours"].group, preferred_for=preferred_for)

    ours = {**dict(panes.items()), "mine": newcomer(lambda spec: spec.channels == 7)}
    assert first_pane(ours, lambda name: True, ImageSpec(7, 8, 8, 256)) == "mine", "though it stands last in the rail"
    assert first_pane(ours, lambda name: name != "mine", ImageSpec(7, 8, 8, 256)) == "manifold", "first in the rail"
    assert first_pane(ours, lambda name: name != "manifold", ImageSpec(1, 8, 8, 256)) == "samples"
    assert first_pane(ours, lambda name: True, ImageSpec(2, 1, 1, None)) == "plane"
    assert first_pane(ours, lambda name: False, ImageSpec(2, 1, 1, None)) == "plane", "its page says what to train"


# -- where there is little room ----------------------------------------------------------------------------------------


def test_caption_below_a_plot_wraps_and_its_tooltip_is_complete(qtbot):
    x = np.linspace(-2, 2, 20)
    name = "for a sample with an exceptionally long description"
    content = Content("", series=(Series(name, x, x, group="Generator's loss"),), across="the difference of " * 5)
    plot = SeriesPlot()
    qtbot.addWidget(plot)
    plot.resize(600, 400)
    plot.show_content(content)
    plot.show()
    wide = plot.across.height()
    assert plot.plot.panels[0].shown_title == "Generator's loss"
    plot.resize(240, 400)
    qtbot.waitUntil(lambda: plot.across.height() > wide)
    assert plot.across.height() >= plot.across.heightForWidth(plot.across.width()), "room for all of the text"
    (entry,) = plot.legend.entries.values()
    assert name in entry.toolTip()


def test_colour_bar_has_its_labels_below_if_narrow(qtbot):
    scale = Legend(
        "critic", (("−0.021, generated", (200, 90, 0)), ("", (255, 255, 255)), ("+0.021, real", (0, 90, 200))), True
    )
    legend = PointsLegend()
    qtbot.addWidget(legend)
    legend.show_legend(Legend("", (("data", DATA), ("samples", SAMPLES)), False, scale))
    legend.resize(440, 60)
    assert legend.sizeHint().height() == 2 * HEIGHT
    legend.resize(190, 60)
    assert legend.sizeHint().height() == 3 * HEIGHT
    assert "+0.021, real" in legend.toolTip()
    image = legend.grab().toImage()
    ground = image.pixelColor(189, 1)
    ends = [k for k in range(190) if any(image.pixelColor(k, y) != ground for y in range(2 * HEIGHT, 3 * HEIGHT))]
    assert ends[0] < 3
    assert 180 < ends[-1] < 189, "whole, not cut by the edge"


def test_long_choice_is_elided(qtbot):
    combo = Combo("Order")
    qtbot.addWidget(combo)
    combo.addItems(["near", "those that lie nearest first"])
    combo.resize(110, 30)
    assert combo.shown() == "near"
    combo.setCurrentIndex(1)
    assert combo.shown().startswith("those")
    assert combo.shown().endswith("…")
    combo.resize(400, 30)
    assert combo.shown() == "those that lie nearest first"
