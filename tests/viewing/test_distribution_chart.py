"""The distribution of a sub-pixel: a scale in steps, bars or a curve, the colours of the levels."""

from __future__ import annotations

import numpy as np
import pytest

from genstudio.viewing.charts.distribution import Distribution


@pytest.mark.parametrize(("top", "scale"), [(1.0, 1.0), (0.51, 1.0), (0.5, 0.5), (0.03, 0.05), (0.004, 0.01)])
def test_scale_goes_in_steps(top: float, scale: float) -> None:
    assert Distribution(np.array([top, 0.0]), 0).scale == scale


def test_many_levels_are_a_curve() -> None:
    even = {levels: Distribution(np.full(levels, 1 / levels, np.float32), 0) for levels in (2, 64, 65)}
    assert [one.as_curve for one in even.values()] == [False, False, True]
    assert Distribution(np.full(2, 0.5), 0, curve=True).as_curve


def test_levels_are_greys_or_shades_of_their_channel() -> None:
    third = np.full(3, 1 / 3, np.float32)
    assert Distribution(third, 0).colours()[:, 0].tolist() == [[0, 0, 0], [128, 128, 128], [255, 255, 255]]
    assert Distribution(third, 0, channel=1, channels=3).colours()[:, 0].tolist() == [
        [0, 0, 0],
        [0, 128, 0],
        [0, 255, 0],
    ]
