"""The curves: nothing dropped, nothing smoothed away, the true logarithm, and what the pointer reads."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from genstudio.studio.theme import LIGHT, theme
from genstudio.studio.widgets.curve_data import CurveData, thin
from genstudio.studio.widgets.legend import number
from genstudio.studio.widgets.loss_plot import LossPlot, log_tick
from genstudio.studio.widgets.strips import held_range
from genstudio.studio.widgets.words import as_time
from genstudio.training.telemetry import Row


def rows(n: int, **values) -> list[Row]:
    return [Row(i + 1, (i + 1) / 10, {"train/a": 100.0 / (i + 1), "train/b": float(i), **values}) for i in range(n)]


@pytest.fixture
def plot(qtbot) -> LossPlot:
    made = LossPlot()
    qtbot.addWidget(made)
    made.resize(400, 260)
    made.show()
    data = CurveData()
    data.add(rows(50))
    made.set_data(data)
    made.set_names(["a", "b"], {"a": LIGHT.series[0], "b": LIGHT.series[1]})
    return made


def test_rows_from_file_and_buffer_may_overlap() -> None:
    data = CurveData()
    assert data.add(rows(20))
    assert data.add(rows(30))
    assert not data.add(rows(30))
    assert list(data.curve("train/a")[0]) == list(range(1, 31))
    assert len(data.rows) == 30
    data.add([Row(30, 3.0, {"validation/a": 1.0})])
    assert data.last("validation/a") == 1.0, "a measure at a step that has training values already"


def test_the_raw_curve_is_drawn_whole_behind_the_smooth_one(plot) -> None:
    line = plot._lines["b"]
    assert np.array_equal(line.raw.yData, np.arange(50.0))
    assert line.smooth.yData[0] == pytest.approx(0.0), "debiased: it begins where the data begin"
    plot.set_smoothing(0.0)
    assert np.array_equal(plot._lines["b"].smooth.yData, np.arange(50.0))


def test_log_scale_is_a_logarithm_and_drops_only_what_has_none(plot) -> None:
    plot.set_log(True)
    line = plot._lines["b"]
    assert math.isnan(line.raw.yData[0]), "0 has no logarithm"
    _x, drawn = line.raw.getData()
    assert np.nanmax(drawn) == pytest.approx(math.log10(49))
    assert log_tick(2.0, True) == "10²"
    assert log_tick(-1.0, True) == "10⁻¹"


def test_values_that_are_not_finite_are_marked(plot) -> None:
    plot.data.add([Row(51, 5.1, {"train/a": math.nan, "train/b": 1.0}), Row(52, 5.2, {"train/a": math.inf})])
    plot.redraw()
    assert [line.value() for _strip, line in plot._breaks] == [51.0, 52.0]
    assert number(math.nan) == "not finite"


def test_pointer_and_arrow_keys_read_the_nearest_point(qtbot, plot) -> None:
    with qtbot.waitSignal(plot.hovered) as told:
        plot.point_at(20.4)
    assert told.args == [20.0]
    plot.setFocus()
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert plot.at == 21.0
    plot.set_axis("time")
    plot.point_at(2.04)
    assert plot.at == pytest.approx(2.0)
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    assert math.isnan(plot.at)


def test_a_term_that_would_be_flat_gets_a_strip_of_its_own(plot) -> None:
    """Faces: a reconstruction of 15,900 nats beside a KL of 8. Both must be seen to move."""
    data = CurveData()
    data.add([Row(i, i, {"train/a": 15900 + 900 * math.exp(-i / 20), "train/b": 8 - 8 / i}) for i in range(1, 100)])
    for log in (True, False):
        plot.set_log(log)
        plot.set_data(data)
        assert plot.groups == [["a"], ["b"]]
        QTest.qWait(1)  # pyqtgraph ranges its axes when it paints
        for strip, name in zip(plot._strips, "ab", strict=False):
            low, high = strip.getViewBox().viewRange()[1]
            _x, drawn = plot._lines[name].smooth.getData()
            assert np.nanmax(drawn) - np.nanmin(drawn) > 0.4 * (high - low), name
        one, other = (strip.getViewBox().viewRange()[0] for strip in plot._strips)
        assert one == pytest.approx(other), "one x for both"
    plot.set_names(["b"], {"b": LIGHT.series[1]})
    assert plot.groups == [["b"]]
    assert not plot._strips[1].isVisible()


def test_curves_without_a_logarithm_are_shown_all_the_same(plot) -> None:
    data = CurveData()
    data.add([Row(i, i, {"train/a": -1000.0 - i, "train/b": 1.0 + i}) for i in range(1, 50)])
    plot.set_log(True)
    plot.set_data(data)
    assert plot.groups == [["a"], ["b"]]
    assert np.array_equal(plot._lines["a"].raw.getData()[1], -1000.0 - np.arange(1, 50))


def test_other_runs_are_drawn_behind(plot) -> None:
    other = CurveData()
    other.add(rows(10))
    plot.set_others({"other": other})
    overlay = plot._lines["a"].overlays[0]
    assert len(overlay.xData) == 10
    plot.set_others({})
    assert plot._lines["a"].overlays == []


def test_colours_follow_the_theme(plot) -> None:
    try:
        theme().choose("dark")
        plot.set_names(["a"], {"a": theme().current.series[0]})
        plot._dress()
        assert plot._lines["a"].smooth.opts["pen"].color().name() == theme().current.series[0].colour
    finally:
        theme().choose("light")


def test_thinning_keeps_both_ends() -> None:
    x = np.arange(1000.0)
    shown, _y = thin(x, x, 100)
    assert len(shown) <= 101
    assert (shown[0], shown[-1]) == (0.0, 999.0)


def test_numbers_in_words() -> None:
    assert [number(v) for v in (214.83, 17.934, 1204.2, 0.01322, 0.00001, None, -15791.8)] == [
        "214.8", "17.93", "1,204", "0.013", "1.00e-05", "", "−15,792",
    ]  # fmt: skip
    assert [as_time(s) for s in (48, 725, 3725)] == ["0:48", "12:05", "1:02:05"]


def test_an_axis_stands_still_while_curves_grow_within_it_and_follows_when_they_leave() -> None:
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
