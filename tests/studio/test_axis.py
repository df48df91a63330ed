"""The axes' texts: round numbers as people write them, in the places that pyqtgraph chooses."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from genstudio.studio.plots.axis import Axis, in_short, log_text


@pytest.fixture(scope="module")
def axes(qapp) -> dict[str, Axis]:
    made = {"step": Axis("bottom", "step"), "time": Axis("bottom", "time"), "log": Axis("left"), "value": Axis("left")}
    made["log"].setLogMode(True)
    return made


def texts(axis: Axis, low: float, high: float, pixels: float) -> list[list[str]]:
    """Texts of the ticks, level by level."""
    axis.setRange(low, high)
    return [axis.tickStrings(values, 1.0, spacing) for spacing, values in axis.tickValues(low, high, pixels)]


def test_powers_as_people_write_them(axes: dict[str, Axis]) -> None:
    assert texts(axes["log"], -2.2, 3.2, 300)[0] == ["10⁻²", "10⁻¹", "1", "10", "10²", "10³"]
    assert log_text(2.0, as_power=True) == "10²"
    assert log_text(3.0, as_power=False) == "1,000"
    assert in_short(-14000.0, 1000) == "−14,000"
    assert in_short(0.25, 0.05) == "0.25"


def test_short_logarithmic_scale_has_its_most_welcome_digits_first(axes: dict[str, Axis]) -> None:
    """From 18 to 33, where no power lies."""
    assert texts(axes["log"], 1.25, 1.52, 40)[:2] == [[], ["20"]]
    assert "30" in texts(axes["log"], 1.25, 1.52, 40)[2]


def test_steps_and_times(axes: dict[str, Axis]) -> None:
    assert texts(axes["step"], 0, 680, 330)[0] == ["0", "200", "400", "600"]
    assert texts(axes["step"], 0, 3, 330)[0] == ["0", "1", "2", "3"], "there is no half a step"
    assert texts(axes["time"], 0, 900, 330) == [["0:00", "5:00", "10:00", "15:00"]]


@example(47619048.0, 330.0)
@given(st.floats(5, 1e8), st.floats(200, 900))
def test_times_never_overlap(axes: dict[str, Axis], high: float, pixels: float) -> None:
    ((spacing, values),) = axes["time"].tickValues(0, high, pixels)
    for one, other in itertools.pairwise(axes["time"].tickStrings(values, 1.0, spacing)):
        assert spacing * pixels / high >= 6.0 * (len(one) + len(other)) / 2


@given(st.floats(-1e5, 1e5), st.floats(1e-3, 1e5), st.floats(24, 400))
def test_texts_of_a_short_axis_never_overlap(axes: dict[str, Axis], low: float, span: float, pixels: float) -> None:
    ((_spacing, values),) = axes["value"].tickValues(low, low + span, pixels)
    assert all((b - a) * pixels / span >= 16 for a, b in itertools.pairwise(values))


def test_short_axis_has_two_texts(axes: dict[str, Axis]) -> None:
    """One text gives no scale."""
    assert texts(axes["value"], 0.62, 0.70, 34) == [["0.64", "0.68"]]
