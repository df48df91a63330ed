"""The axes' ticks: round numbers, enough to read a scale, no overlapping labels."""

from __future__ import annotations

import itertools

import pytest
from genstudio.studio.plots.ticks import LINE, across, in_short, log_text, upward
from hypothesis import example, given
from hypothesis import strategies as st

TALL = st.floats(24, 400)


@given(st.floats(-6, 6), st.floats(0.5, 9), TALL)
def test_labels_of_a_logarithmic_scale_never_overlap(low: float, decades: float, pixels: float) -> None:
    ticks = [tick for tick in upward(low, low + decades, pixels, log=True) if tick.text]
    gaps = [(b.at - a.at) * pixels / decades for a, b in itertools.pairwise(ticks)]
    assert all(gap >= LINE - 1e-6 for gap in gaps)


@given(st.floats(-1e5, 1e5), st.floats(1e-3, 1e5), TALL)
def test_labels_of_a_linear_scale_never_overlap(low: float, span: float, pixels: float) -> None:
    ticks = [tick for tick in upward(low, low + span, pixels, log=False) if tick.text]
    gaps = [(b.at - a.at) * pixels / span for a, b in itertools.pairwise(ticks)]
    assert all(gap >= LINE - 1e-6 for gap in gaps)


@pytest.mark.parametrize(("low", "high"), [(148.0, 390.0), (0.0, 5.4), (18.2, 25.3), (-16300.0, -15700.0)])
def test_a_strip_of_ordinary_height_has_a_scale(low: float, high: float) -> None:
    assert sum(bool(tick.text) for tick in upward(low, high, 80, log=False)) >= 2


def test_short_strips_of_a_logarithmic_scale() -> None:
    """From 18 to 33: the labels 20 and 30 overlapped."""
    said = [tick.text for tick in upward(1.25, 1.52, 40, log=True) if tick.text]
    assert said == ["20", "30"]
    assert [tick.text for tick in upward(1.2, 1.55, 26, log=True) if tick.text] == ["20"]


def test_powers_as_people_write_them() -> None:
    assert [tick.text for tick in upward(-2.2, 3.2, 300, log=True) if tick.text] == [
        "10⁻²", "10⁻¹", "1", "10", "10²", "10³",
    ]  # fmt: skip
    assert log_text(2.0, as_power=True) == "10²"
    assert log_text(3.0, as_power=False) == "1,000"
    assert in_short(-14000.0, 1000) == "−14,000"
    assert in_short(0.25, 0.05) == "0.25"


def test_steps_and_times() -> None:
    assert [tick.text for tick in across(0, 680, 330)] == ["0", "200", "400", "600"]
    assert [tick.text for tick in across(0, 3, 330)] == ["0", "1", "2", "3"], "there is no half a step"
    assert [tick.text for tick in across(0, 900, 330, seconds=True)] == ["0:00", "5:00", "10:00", "15:00"]


@example(47619048.0, 200.0)
@given(st.floats(1, 1e8), st.floats(200, 900))
def test_labels_of_the_horizontal_axis_never_overlap(high: float, pixels: float) -> None:
    ticks = [tick for tick in across(0, high, pixels) if tick.text]
    assert len(ticks) >= 2
    for one, other in itertools.pairwise(ticks):
        needed = 6.5 * (len(one.text) + len(other.text)) / 2
        assert (other.at - one.at) * pixels / high >= needed
