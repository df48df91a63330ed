"""The curves by hand: read, zoomed, moved, followed again; refreshed off the GUI thread."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest

from genstudio.studio.plots import loss_plot
from genstudio.studio.plots.legend import number
from genstudio.studio.plots.loss_plot import LossPlot
from genstudio.studio.theme import DARK, LIGHT, theme
from genstudio.studio.widgets.titles import as_time
from genstudio.training.telemetry import Row
from genstudio.viewing.charts.chart import Chart
from genstudio.viewing.charts.curve_data import CurveData
from genstudio.viewing.charts.curves import arrange

NOTHING = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


def rows(n: int, **values) -> list[Row]:
    return [Row(i + 1, (i + 1) / 10, {"train/a": 100.0 / (i + 1), "train/b": float(i), **values}) for i in range(n)]


@pytest.fixture
def plot(qtbot) -> Iterator[LossPlot]:
    made = LossPlot()
    qtbot.addWidget(made)
    made.resize(400, 260)
    made.set_data(CurveData(rows(50)))
    made.set_names(["a", "b"], {"a": 0, "b": 1})
    with qtbot.waitSignal(made.drawn):
        made.show()
    yield made
    made.shutdown()


def drawn(qtbot, plot: LossPlot, **options) -> Chart:
    """The chart that is on screen after ``options`` and whatever was changed before."""
    with qtbot.waitSignal(plot.drawn):
        plot.set_options(**options)
    qtbot.waitUntil(lambda: not plot.drawing)
    assert plot.chart is not None
    return plot.chart


def middle(plot: LossPlot) -> QPoint:
    """A place in the middle of the first panel."""
    return plot.mapFromScene(plot.panels[0].view.sceneBoundingRect().center())


def turn_wheel(plot: LossPlot, at: QPoint, notches: int) -> None:
    place = QPointF(at)
    for _ in range(abs(notches)):
        wheel = QWheelEvent(place, plot.viewport().mapToGlobal(place), QPoint(), QPoint(0, 120 if notches > 0 else -120),
                            Qt.MouseButton.NoButton, NOTHING, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
        QGuiApplication.sendEvent(plot.viewport(), wheel)


def mouse(plot: LossPlot, kind: QEvent.Type, at: QPoint, modifiers=NOTHING, buttons=LEFT) -> None:
    """Send a mouse event as the window system would: with the keys that are held."""
    place = QPointF(at)
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else LEFT
    event = QMouseEvent(kind, place, plot.viewport().mapToGlobal(place), button, buttons, modifiers)
    QGuiApplication.sendEvent(plot.viewport(), event)


def drag(plot: LossPlot, start: QPoint, way: QPoint, modifiers=NOTHING) -> None:
    mouse(plot, QEvent.Type.MouseButtonPress, start, modifiers)
    for share in (0.3, 0.6, 1.0):
        mouse(plot, QEvent.Type.MouseMove, start + QPoint(round(way.x() * share), round(way.y() * share)), modifiers)
    mouse(plot, QEvent.Type.MouseButtonRelease, start + way, modifiers, Qt.MouseButton.NoButton)


def double_click(plot: LossPlot, at: QPoint) -> None:
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
        mouse(plot, kind, at)
        mouse(plot, QEvent.Type.MouseButtonRelease, at, buttons=Qt.MouseButton.NoButton)


def colours_of(plot: LossPlot) -> np.ndarray:
    """All colours on screen, int n×3."""
    image = plot.grab().toImage()
    places = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
    return np.array([QColor(each).getRgb()[:3] for each in places])


def is_near(seen: np.ndarray, wanted: str) -> bool:
    """True if a colour is seen, but for what smooth edges change."""
    return bool(np.abs(seen - np.array(QColor(wanted).getRgb()[:3])).max(1).min() <= 12)


# -- what is shown -----------------------------------------------------------------------------------------------------


def test_ranges_of_the_chart_are_on_screen(qtbot, plot) -> None:
    chart = drawn(qtbot, plot, log=True)
    for item, panel in zip(plot.panels, chart.panels, strict=True):
        assert item.view.viewRange()[0] == pytest.approx(chart.extent)
        assert item.view.viewRange()[1] == pytest.approx(panel.extent)
        assert item.axis.logMode == panel.log


def test_curves_and_marks_are_painted_in_their_colours(qtbot, plot) -> None:
    plot.data.add([Row(51, 5.1, {"train/a": math.nan, "train/b": 1.0}), Row(52, 5.2, {"train/a": math.inf})])
    plot.set_annotations([(20, "beta 1 → 2")])
    drawn(qtbot, plot)
    seen = colours_of(plot)
    for wanted in (LIGHT.series[0].colour, LIGHT.series[1].colour, LIGHT.accent, LIGHT.bad, LIGHT.window):
        assert is_near(seen, wanted), wanted
    assert number(math.nan) == "not finite"
    assert "beta 1 → 2" in plot.text_near(plot.pixel_of(20))
    assert plot.text_near(plot.pixel_of(30)) == ""


def test_colours_follow_the_theme(qtbot, plot) -> None:
    try:
        theme().choose("dark")
        drawn(qtbot, plot)
        seen = colours_of(plot)
    finally:
        theme().choose("light")
    assert is_near(seen, DARK.window)
    assert is_near(seen, DARK.series[0].colour)
    assert not is_near(seen, LIGHT.series[0].colour)


def test_growing_curve_is_redrawn(qtbot, plot) -> None:
    plot.data.add(rows(60))
    plot.grown()
    qtbot.waitUntil(lambda: len(plot.chart.lines["a"].raw[0]) == 60)


def test_other_run_is_named_where_it_is_pointed_at(qtbot, plot) -> None:
    other = CurveData([Row(i + 1, i / 10, {"train/b": 40.0 - i}) for i in range(40)])
    plot.set_others({"mnist-vae-2": other})
    drawn(qtbot, plot, smoothing=0.0)
    item = next(item for item in plot.panels if "b" in item.lines)
    place = item.view.mapViewToScene(QPointF(10.0, 31.0))
    assert plot.run_near(place.x(), place.y()) == "mnist-vae-2"
    assert plot.run_near(place.x(), place.y() + 20) == ""


def test_the_gui_thread_arranges_nothing_itself(qtbot, plot, monkeypatch) -> None:
    """Sorting and smoothing long curves take far longer than an event of the window may."""
    threads = []
    monkeypatch.setattr(loss_plot, "arrange", lambda *a: threads.append(threading.get_ident()) or arrange(*a))
    drawn(qtbot, plot, log=True)
    assert threads
    assert threading.get_ident() not in threads


def test_long_curves_come_reduced(qtbot, plot) -> None:
    plot.set_data(CurveData(rows(20_000)))
    drawn(qtbot, plot)
    for items in (items for item in plot.panels for items in item.lines.values()):
        for curve in (items.main, items.raw):
            assert 0 < len(curve.points[0]) <= 2 * plot.width()


# -- reading -----------------------------------------------------------------------------------------------------------


def test_pointer_and_arrow_keys_read_the_nearest_point(qtbot, plot) -> None:
    with qtbot.waitSignal(plot.hovered) as told:
        plot.point_at(20.4)
    assert told.args == [20.0]
    plot.setFocus()
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert plot.at == 21.0
    plot.set_options(axis="time")
    plot.point_at(2.04)
    assert plot.at == pytest.approx(2.0)
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    assert math.isnan(plot.at)


def test_mouse_reads_the_value_under_it(qtbot, plot) -> None:
    place = QPoint(round(plot.pixel_of(33.0)), middle(plot).y())
    with qtbot.waitSignal(plot.hovered) as told:
        QTest.mouseMove(plot.viewport(), place)
    assert told.args == [33.0]


# -- hands -------------------------------------------------------------------------------------------------------------


def test_wheel_zooms_about_the_pointer_and_growth_does_not_move_it(qtbot, plot) -> None:
    at = middle(plot)
    under = plot.x_at(at.x())
    whole = plot.shown_extent
    turn_wheel(plot, at, 3)
    low, high = plot.shown_extent
    assert high - low < 0.8 * (whole[1] - whole[0])
    assert plot.x_at(at.x()) == pytest.approx(under, abs=0.01)
    assert not plot.following
    assert plot.all_button.isVisible()
    plot.data.add(rows(500))
    drawn(qtbot, plot)
    assert plot.shown_extent == (low, high), "a person looks at it"
    QTest.mouseClick(plot.all_button, LEFT)
    assert plot.following
    qtbot.waitUntil(lambda: plot.shown_extent[1] > 500)


def test_drag_moves_and_double_click_shows_all(qtbot, plot) -> None:
    start = plot.shown_extent
    drag(plot, middle(plot), QPoint(-60, 0))
    moved = plot.shown_extent
    assert moved[0] > start[0]
    assert moved[1] - moved[0] == pytest.approx(start[1] - start[0])
    double_click(plot, middle(plot))
    assert plot.following
    assert plot.shown_extent == pytest.approx(start)


def test_box_with_shift_zooms_to_it(qtbot, plot) -> None:
    view = plot.panels[0].view
    corner = plot.mapFromScene(view.mapViewToScene(QPointF(10.0, view.viewRange()[1][1])))
    way = plot.mapFromScene(view.mapViewToScene(QPointF(20.0, view.viewRange()[1][0]))) - corner
    drag(plot, corner + QPoint(0, 4), way - QPoint(0, 8), Qt.KeyboardModifier.ShiftModifier)
    assert plot.shown_extent == pytest.approx((10.0, 20.0), abs=0.5)
    assert not plot.following


def test_zoomed_part_gets_points_of_its_own(qtbot, plot) -> None:
    plot.set_data(CurveData(rows(50_000)))
    drawn(qtbot, plot)
    with qtbot.waitSignal(plot.drawn):
        plot.look_at(1000.0, 1100.0)
    x = plot.chart.lines["b"].raw[0]
    assert x.tolist() == list(range(999, 1102))


def test_all_of_it_by_keyboard(qtbot, plot) -> None:
    whole = plot.shown_extent
    plot.setFocus()
    QTest.keyClick(plot, Qt.Key.Key_Plus)
    zoomed = plot.shown_extent
    assert zoomed[1] - zoomed[0] == pytest.approx(0.8 * (whole[1] - whole[0]))
    QTest.keyClick(plot, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert plot.shown_extent[0] == pytest.approx(zoomed[0] + 0.1 * (zoomed[1] - zoomed[0]))
    QTest.keyClick(plot, Qt.Key.Key_A)
    assert plot.following
    assert plot.shown_extent == pytest.approx(whole)
    with qtbot.waitSignal(plot.log_chosen):
        QTest.keyClick(plot, Qt.Key.Key_L)


def test_menu_shows_all_chooses_the_scale_saves_and_copies(qtbot, plot) -> None:
    plot.look_at(10.0, 20.0)
    actions = {action.text(): action for action in plot.make_menu().actions() if action.text()}
    assert list(actions) == [
        "Show all", "Logarithmic scale", "Save as PNG…", "Save as SVG…", "Save as CSV…", "Copy picture",
    ]  # fmt: skip
    with qtbot.waitSignal(plot.log_chosen):
        actions["Logarithmic scale"].trigger()
    with qtbot.waitSignal(plot.save_requested) as told:
        actions["Save as SVG…"].trigger()
    assert told.args == ["svg"]
    actions["Copy picture"].trigger()
    assert QGuiApplication.clipboard().image().width() == plot.width()
    actions["Show all"].trigger()
    assert plot.following


# -- text --------------------------------------------------------------------------------------------------------------


def test_numbers_as_text() -> None:
    assert [number(v) for v in (214.83, 17.934, 1204.2, 0.01322, 0.00001, None, -15791.8)] == [
        "214.8", "17.93", "1,204", "0.013", "1.00e-05", "", "−15,792",
    ]  # fmt: skip
    assert [as_time(s) for s in (48, 725, 3725)] == ["0:48", "12:05", "1:02:05"]
