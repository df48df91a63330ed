from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genstudio.viewing.charts.smoothing import smooth

values = st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), max_size=60)


@given(values=values, weight=st.floats(0, 0.999))
def test_smoothing_is_the_debiased_moving_average(values: list[float], weight: float) -> None:
    total = seen = 0.0
    wanted = []
    for value in values:
        if np.isnan(value):
            wanted.append(np.nan)
            continue
        total, seen = weight * total + (1 - weight) * value, weight * seen + (1 - weight)
        wanted.append(total / seen)
    np.testing.assert_allclose(smooth(np.array(values), weight), np.array(wanted), rtol=1e-9, atol=1e-6)


def test_a_constant_stays_where_it_is_from_the_first_point_on() -> None:
    np.testing.assert_allclose(smooth(np.full(5000, 7.0), 0.99), 7.0, rtol=1e-12)


def test_raw_values_are_unchanged() -> None:
    values = np.arange(5.0)
    smooth(values, 0.9)
    assert np.array_equal(values, np.arange(5.0))
    assert np.array_equal(smooth(values, 0.0), values)


@pytest.mark.parametrize("weight", [-0.1, 1.0, 2.0])
def test_invalid_weight_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="weight"):
        smooth(np.arange(3.0), weight)
