"""Curves as charts: which share a panel, what is smoothed, reduced or marked, and when a range moves."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from genstudio.core.metrics import Metric
from genstudio.training.metrics import metrics_of
from genstudio.training.telemetry import Row
from genstudio.viewing.charts.best import best_of
from genstudio.viewing.charts.chart import AnnotationAt, Behind
from genstudio.viewing.charts.curve_data import CurveData
from genstudio.viewing.charts.curve_panels import Curve
from genstudio.viewing.charts.curves import Arranged, CurvesRequest, arrange, held_range
from genstudio.viewing.charts.thinning import part_of, peaks, thin

METRICS = metrics_of("gan")
TIME = np.arange(200.0)
NOTHING = np.empty(0), np.empty(0)


def rows(n: int, **values: float) -> list[Row]:
    return [Row(i + 1, (i + 1) / 10, {"train/a": 100.0 / (i + 1), "train/b": float(i), **values}) for i in range(n)]


def arranged(data: CurveData, before: Arranged | None = None, **options: Any) -> Arranged:
    curves = tuple(
        Curve(name, place, data.curve(f"train/{name}"), data.held_out(name), Metric(name))
        for place, name in enumerate("ab")
    )
    return arrange(CurvesRequest(curves, 400, of=data, **options), before)


def curve(name: str, section: str, values: np.ndarray) -> Curve:
    x = np.arange(1.0, len(values) + 1)
    return Curve(name, 0, (x, values), NOTHING, METRICS[name], section=section)


def of_game(*curves: Curve, log: bool = True) -> Arranged:
    return arrange(CurvesRequest(curves, 390, log=log))


# -- lines -------------------------------------------------------------------------------------------------------------


def test_the_raw_curve_is_whole_behind_the_smooth_one() -> None:
    data = CurveData(rows(50))
    line = arranged(data).chart.lines["b"]
    assert line.raw is not None
    assert np.array_equal(line.raw[1], np.arange(50.0))
    assert line.points[1][0] == pytest.approx(0.0), "debiased: it begins where the data begin"
    bare = arranged(data, smoothing=0.0).chart.lines["b"]
    assert bare.raw is None
    assert np.array_equal(bare.points[1], np.arange(50.0))


def test_log_scale_drops_only_values_without_a_logarithm() -> None:
    chart = arranged(CurveData(rows(50)), log=True).chart
    raw = chart.lines["b"].raw
    assert raw is not None
    assert math.isnan(raw[1][0]), "0 has no logarithm"
    assert np.nanmax(raw[1]) == pytest.approx(math.log10(49))
    assert chart.panels[0].log


def test_values_that_are_not_finite_are_marked() -> None:
    data = CurveData(rows(50))
    data.add([Row(51, 5.1, {"train/a": math.nan, "train/b": 1.0}), Row(52, 5.2, {"train/a": math.inf})])
    assert arranged(data).chart.breaks == (51.0, 52.0)


def test_held_out_values_are_rings_and_joined_where_there_is_nothing_else() -> None:
    data = CurveData(rows(20))
    data.add([Row(20 * k, 2.0 * k, {"validation/a": 2.0 + k}) for k in range(1, 4)])
    line = arranged(data).chart.lines["a"]
    assert line.rings is not None
    assert line.rings[1].tolist() == [3.0, 4.0, 5.0]
    alone = CurveData([Row(k, k, {"validation/a": float(k)}) for k in range(1, 5)])
    line = arranged(alone).chart.lines["a"]
    assert line.points[1].tolist() == [1.0, 2.0, 3.0, 4.0]


def test_other_runs_are_smoothed_and_named() -> None:
    data, other = CurveData(rows(50)), CurveData(rows(10))
    behind = (Behind("mnist-vae-1", other.curve("train/a")), Behind("mnist-vae-2", NOTHING, 1))
    made = arrange(CurvesRequest((Curve("a", 0, data.curve("train/a"), NOTHING, Metric("a"), behind),)))
    ((one,),) = [line.behind for line in made.chart.panels[0].lines]
    assert (one.run, len(one.points[0])) == ("mnist-vae-1", 10)


def test_part_that_is_looked_at_gets_points_of_its_own_and_moves_no_range() -> None:
    data = CurveData(rows(50_000))
    whole = arranged(data)
    part = arranged(data, whole, within=(1000.0, 1100.0))
    raw, part_raw = whole.chart.lines["b"].raw, part.chart.lines["b"].raw
    assert raw is not None
    assert part_raw is not None
    assert len(raw[0]) <= 800
    assert part_raw[0].tolist() == list(range(999, 1102)), "every point, and one beyond either end"
    assert part.chart.extent == whole.chart.extent
    assert part.chart.panels[0].extent == whole.chart.panels[0].extent
    assert all(part.smoothed[name] is whole.smoothed[name] for name in "ab"), "smoothed once"


def test_data_does_not_change_while_it_is_arranged() -> None:
    """The other thread reads views of arrays that this thread still extends."""
    data = CurveData(rows(200))
    x, y = data.curve("train/b")
    before = y.copy()
    data.add(rows(5000))
    assert np.array_equal(y, before)
    assert len(x) == 200
    assert len(data.curve("train/b")[0]) == 5000


def test_rows_from_file_and_buffer_may_overlap() -> None:
    data = CurveData()
    assert data.add(rows(20))
    assert data.add(rows(30))
    assert not data.add(rows(30))
    assert list(data.curve("train/a")[0]) == list(range(1, 31))
    assert len(data.rows) == 30
    data.add([Row(30, 3.0, {"validation/a": 1.0})])
    assert data.last("validation/a") == 1.0, "a measure at a step that has training values already"


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


def test_part_of_a_curve_has_a_point_beyond_each_end() -> None:
    x = np.arange(10.0)
    assert part_of(x, x, (2.5, 4.0))[0].tolist() == [2.0, 3.0, 4.0, 5.0]
    assert part_of(x, x, (-5.0, 0.5))[0].tolist() == [0.0, 1.0]
    assert part_of(x, x, None)[0] is x


# -- panels ------------------------------------------------------------------------------------------------------------


def test_flat_term_gets_its_own_panel() -> None:
    """Faces have a reconstruction of 15,900 nats and a KL of 8. Changes of both must be visible."""
    data = CurveData()
    data.add([Row(i, i, {"train/a": 15900 + 900 * math.exp(-i / 20), "train/b": 8 - 8 / i}) for i in range(1, 100)])
    for log in (True, False):
        made = arranged(data, log=log)
        assert made.groups == [["a"], ["b"]]
        for panel in made.chart.panels:
            shown = panel.lines[0].points[1]
            assert np.ptp(shown) > 0.4 * (panel.extent[1] - panel.extent[0]), panel.lines[0].name


def test_curves_without_a_logarithm_are_shown_all_the_same() -> None:
    data = CurveData()
    data.add([Row(i, i, {"train/a": -1000.0 - i, "train/b": 1.0 + i}) for i in range(1, 50)])
    made = arranged(data, log=True)
    assert made.groups == [["a"], ["b"]]
    raw = made.chart.lines["a"].raw
    assert raw is not None
    assert np.array_equal(raw[1], -1000.0 - np.arange(1, 50))


def test_adversarial_losses_are_linear_and_gradients_logarithmic() -> None:
    won = 0.7 * np.exp(-TIME / 20) + 1e-7
    made = of_game(
        curve("d_real", "discriminator", won), curve("d_fake", "discriminator", won),
        curve("adversarial", "generator", 1 + TIME / 10),
        curve("D(x)", "watched", 1 - won / 2), curve("D(G(z))", "watched", won / 2),
    )  # fmt: skip
    assert made.groups == [["d_real", "d_fake"], ["adversarial"], ["D(x)", "D(G(z))"]]
    assert [panel.log for panel in made.chart.panels] == [False, True, False]
    assert of_game(curve("gradient/generator", "gradients", won)).chart.panels[0].log


def test_panels_of_one_player_name_their_terms() -> None:
    made = of_game(
        curve("relativistic", "discriminator", 0.69 + 0.01 * np.sin(TIME)),
        curve("r1", "discriminator", 40 * np.exp(-TIME / 50)), curve("r2", "discriminator", 30 * np.exp(-TIME / 50)),
        curve("adversarial", "generator", np.sin(TIME)),
        log=False,
    )  # fmt: skip
    assert [panel.title for panel in made.chart.panels] == [
        "discriminator: relativistic", "discriminator: R1, R2", "generator",
    ]  # fmt: skip


def test_small_penalty_has_its_own_panel_and_lines_per_panel_are_limited() -> None:
    made = of_game(
        curve("d_real", "discriminator", -20 + np.sin(TIME)), curve("d_fake", "discriminator", 20 + np.sin(TIME)),
        curve("gradient_penalty", "discriminator", 0.01 + 0.001 * np.sin(TIME)),
        curve("adversarial", "generator", np.sin(TIME)), curve("D(x)", "watched", np.sin(TIME)),
    )  # fmt: skip
    assert ["gradient_penalty"] in made.groups or len(made.groups) == 4
    assert max(map(len, made.groups)) <= 2


# -- ranges ------------------------------------------------------------------------------------------------------------


def test_outputs_have_the_whole_range_of_a_probability_and_critics_their_own() -> None:
    won = 0.7 * np.exp(-TIME / 20)
    made = of_game(curve("D(x)", "watched", 1 - won / 2), curve("D(G(z))", "watched", won / 2))
    assert made.heights[0] == (-0.12, 1.12)
    made = of_game(curve("D(x)", "watched", 3 + np.sin(TIME)), curve("D(G(z))", "watched", -2 + np.sin(TIME)))
    low, high = made.heights[0]
    assert low < -2.9
    assert high > 3.9


def test_range_changes_only_when_curves_leave_it() -> None:
    held = held_range(0.0, 100.0, None, room_below=False)
    assert held[0] == 0.0
    assert held[1] > 100.0, "room for the next points"
    assert held_range(0.0, (100.0 + held[1]) / 2, held, room_below=False) == held
    beyond = held_range(0.0, held[1] + 1, held, room_below=False)
    assert beyond[1] > held[1] + 1
    shorter = held_range(0.0, 10.0, held, room_below=False)
    assert shorter[1] < 20.0, "a shorter run fills its plot"


def test_ranges_stay_while_a_curve_grows_within_them() -> None:
    data = CurveData(rows(100))
    before = arranged(data)
    data.add(rows(103))
    after = arranged(data, before)
    assert after.chart.extent == before.chart.extent
    assert len(after.request.curves[0].train[0]) == 103


def test_a_range_of_one_value_has_a_height() -> None:
    for value in (0.0, 7.0, -7.0):
        low, high = held_range(value, value, None)
        assert low < value < high


def test_annotations_come_with_the_chart() -> None:
    note = AnnotationAt(10.0, "beta 1 → 2", 10)
    assert arranged(CurveData(rows(50)), annotations=(note,)).chart.annotations == (note,)


# -- the best ----------------------------------------------------------------------------------------------------------


def test_best_held_out_value_is_marked_where_it_is_known_what_is_good() -> None:
    held_out = np.array([10.0, 20.0, 30.0, 40.0]), np.array([5.0, math.nan, 2.0, 3.0])
    assert best_of(Metric("NLL", "nats", better="lower"), held_out) == (30.0, 2.0)
    assert best_of(Metric("ELBO", "nats", better="higher"), held_out) == (10.0, 5.0)
    assert best_of(Metric("KL", "nats"), held_out) is None
    assert best_of(Metric("NLL", better="lower"), NOTHING) is None
    for metric in (METRICS["elbo"], metrics_of("pixelcnn")["nll"], METRICS["fid"]):
        assert metric.better, metric
    made = arrange(
        CurvesRequest((Curve("nll", 0, (TIME, TIME + 1), held_out, Metric("NLL", better="lower")),), log=True)
    )
    best = made.chart.lines["nll"].best
    assert best == pytest.approx((30.0, math.log10(2.0) if made.chart.panels[0].log else 2.0))
