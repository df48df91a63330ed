"""The curves: no value dropped or smoothed away, a true logarithm, and the readout at the pointer."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from genstudio.studio.plots.curve_chart import Chart, arrange
from genstudio.studio.plots.curve_painting import paint
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from genstudio.studio.plots import loss_plot
from genstudio.studio.plots.legend import number
from genstudio.studio.plots.loss_plot import LossPlot
from genstudio.studio.theme import DARK, LIGHT, theme
from genstudio.studio.widgets.titles import as_time
from genstudio.training.telemetry import Row
from genstudio.viewing.charts.curve_data import CurveData
from genstudio.viewing.charts.strips import held_range
from genstudio.viewing.charts.thinning import peaks, thin


def rows(n: int, **values) -> list[Row]:
    return [Row(i + 1, (i + 1) / 10, {"train/a": 100.0 / (i + 1), "train/b": float(i), **values}) for i in range(n)]


@pytest.fixture
def plot(qtbot) -> Iterator[LossPlot]:
    made = LossPlot()
    qtbot.addWidget(made)
    made.resize(400, 260)
    data = CurveData()
    data.add(rows(50))
    made.set_data(data)
    made.set_names(["a", "b"], {"a": LIGHT.series[0], "b": LIGHT.series[1]})
    with qtbot.waitSignal(made.drawn):
        made.show()
    yield made
    made.shutdown()


def drawn(qtbot, plot: LossPlot, **options) -> Chart:
    """The chart that is on screen after ``options`` and whatever was changed before."""
    with qtbot.waitSignal(plot.drawn):
        plot.set_options(**options)
    qtbot.waitUntil(lambda: not plot.drawing)
    return plot.chart


def test_rows_from_file_and_buffer_may_overlap() -> None:
    data = CurveData()
    assert data.add(rows(20))
    assert data.add(rows(30))
    assert not data.add(rows(30))
    assert list(data.curve("train/a")[0]) == list(range(1, 31))
    assert len(data.rows) == 30
    data.add([Row(30, 3.0, {"validation/a": 1.0})])
    assert data.last("validation/a") == 1.0, "a measure at a step that has training values already"


def test_the_raw_curve_is_drawn_whole_behind_the_smooth_one(qtbot, plot) -> None:
    line = drawn(qtbot, plot).lines["b"]
    assert np.array_equal(line.raw[1], np.arange(50.0))
    assert line.smooth[1][0] == pytest.approx(0.0), "debiased: it begins where the data begin"
    assert np.array_equal(drawn(qtbot, plot, smoothing=0.0).lines["b"].smooth[1], np.arange(50.0))


def test_log_scale_drops_only_values_without_a_logarithm(qtbot, plot) -> None:
    chart = drawn(qtbot, plot, log=True)
    line = chart.lines["b"]
    assert math.isnan(line.raw[1][0]), "0 has no logarithm"
    assert np.nanmax(line.raw[1]) == pytest.approx(math.log10(49))
    strip = chart.strips[0]
    assert strip.log
    assert strip.pixel(2.0) < strip.pixel(0.0), "100 above 1"


def test_values_that_are_not_finite_are_marked(qtbot, plot) -> None:
    plot.data.add([Row(51, 5.1, {"train/a": math.nan, "train/b": 1.0}), Row(52, 5.2, {"train/a": math.inf})])
    chart = drawn(qtbot, plot)
    assert chart.breaks == (51.0, 52.0)
    image, strip = paint(chart), chart.strips[0]
    column = [image.pixelColor(round(chart.pixel(51.0)), y) for y in range(round(strip.top), round(strip.bottom))]
    assert any(c.name() == LIGHT.bad for c in column), "in red"
    assert number(math.nan) == "not finite"


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
    place = QPoint(round(plot.chart.pixel(33.0)), 60)
    with qtbot.waitSignal(plot.hovered) as told:
        QTest.mouseMove(plot, place)
    assert told.args == [33.0]


def test_flat_term_gets_its_own_strip(qtbot, plot) -> None:
    """Faces have a reconstruction of 15,900 nats and a KL of 8. Changes of both must be visible."""
    data = CurveData()
    data.add([Row(i, i, {"train/a": 15900 + 900 * math.exp(-i / 20), "train/b": 8 - 8 / i}) for i in range(1, 100)])
    plot.set_data(data)
    for log in (True, False):
        chart = drawn(qtbot, plot, log=log)
        assert chart.groups == [["a"], ["b"]]
        for strip in chart.strips:
            shown = strip.pixel(strip.lines[0].smooth[1])
            assert np.ptp(shown) > 0.4 * (strip.bottom - strip.top), strip.lines[0].name
        one, other = chart.strips
        assert one.bottom < other.top
        assert one.bottom - one.top == pytest.approx(other.bottom - other.top)
    plot.set_names(["b"], {"b": LIGHT.series[1]})
    assert drawn(qtbot, plot).groups == [["b"]]


def test_curves_without_a_logarithm_are_shown_all_the_same(qtbot, plot) -> None:
    data = CurveData()
    data.add([Row(i, i, {"train/a": -1000.0 - i, "train/b": 1.0 + i}) for i in range(1, 50)])
    plot.set_data(data)
    chart = drawn(qtbot, plot, log=True)
    assert chart.groups == [["a"], ["b"]]
    assert np.array_equal(chart.lines["a"].raw[1], -1000.0 - np.arange(1, 50))


def test_held_out_values_and_other_runs_are_drawn(qtbot, plot) -> None:
    other = CurveData(rows(10))
    plot.set_others({"other": other})
    plot.data.add([Row(50, 5.0, {"validation/a": 2.0})])
    line = drawn(qtbot, plot).lines["a"]
    assert [len(x) for x, _y in line.others] == [10]
    assert line.held_out[1].tolist() == [2.0]
    plot.set_others({})
    assert drawn(qtbot, plot).lines["a"].others == ()


def test_colours_follow_the_theme(qtbot, plot) -> None:
    try:
        theme().choose("dark")
        plot.set_names(["a"], {"a": theme().current.series[0]})
        image = paint(drawn(qtbot, plot))
    finally:
        theme().choose("light")
    seen = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert {DARK.card, DARK.series[0].colour} <= seen
    assert LIGHT.series[0].colour not in seen


def test_growing_curve_is_redrawn(qtbot, plot) -> None:
    plot.data.add(rows(60))
    plot.grown()
    qtbot.waitUntil(lambda: len(plot.chart.lines["a"].raw[0]) == 60)


def test_data_does_not_change_while_it_is_painted() -> None:
    """The drawing thread reads views of arrays that this thread still extends."""
    data = CurveData(rows(200))
    x, y = data.curve("train/b")
    before = y.copy()
    data.add(rows(5000))
    assert np.array_equal(y, before)
    assert len(x) == 200
    assert len(data.curve("train/b")[0]) == 5000


def test_the_gui_thread_draws_nothing_itself(qtbot, plot, monkeypatch) -> None:
    """Sorting, axes and wide lines take far longer than an event of the window may."""
    threads = []
    monkeypatch.setattr(loss_plot, "arrange", lambda *a: threads.append(threading.get_ident()) or arrange(*a))
    monkeypatch.setattr(loss_plot, "paint", lambda *a: threads.append(threading.get_ident()) or paint(*a))
    drawn(qtbot, plot, log=True)
    plot.grab()
    assert len(threads) == 2
    assert threading.get_ident() not in threads


def test_peak_in_a_long_curve_is_visible() -> None:
    x, y = np.arange(100_000.0), np.zeros(100_000)
    y[31_415], y[27_182] = 7.0, np.nan
    _shown, peak = peaks(x, y, 800)
    assert len(peak) <= 800
    assert np.nanmax(peak) == 7.0


def test_thinning_keeps_both_ends() -> None:
    x = np.arange(1000.0)
    shown, _y = thin(x, x, 100)
    assert len(shown) <= 101
    assert (shown[0], shown[-1]) == (0.0, 999.0)


def test_numbers_as_text() -> None:
    assert [number(v) for v in (214.83, 17.934, 1204.2, 0.01322, 0.00001, None, -15791.8)] == [
        "214.8", "17.93", "1,204", "0.013", "1.00e-05", "", "−15,792",
    ]  # fmt: skip
    assert [as_time(s) for s in (48, 725, 3725)] == ["0:48", "12:05", "1:02:05"]


def test_axis_changes_only_when_curves_leave_it() -> None:
    held = held_range(0.0, 100.0, None, room_below=False)
    assert held[0] == 0.0
    assert held[1] > 100.0, "room for the next points"
    assert held_range(0.0, (100.0 + held[1]) / 2, held, room_below=False) == held
    beyond = held_range(0.0, held[1] + 1, held, room_below=False)
    assert beyond[1] > held[1] + 1
    shorter = held_range(0.0, 10.0, held, room_below=False)
    assert shorter[1] < 20.0, "a shorter run fills its plot"


def test_an_axis_of_one_value_has_a_height() -> None:
    for value in (0.0, 7.0, -7.0):
        low, high = held_range(value, value, None)
        assert low < value < high
