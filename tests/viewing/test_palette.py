"""Colours of points are those of the published maps."""

from __future__ import annotations

import matplotlib
import numpy as np

from genstudio.viewing.palette import CONTINUOUS, continuous_colours


def test_continuous_colours_are_cividis() -> None:
    cividis = matplotlib.colormaps["cividis"]
    knots, between = np.linspace(0, 1, len(CONTINUOUS)), np.linspace(0, 1, 256)
    assert np.abs(np.array(CONTINUOUS) - 255 * cividis(knots)[:, :3]).max() <= 0.5
    made = continuous_colours(5 + 2 * between, 5.0, 7.0)
    assert np.abs(made - 255 * cividis(between)[:, :3]).max() < 9, "of 255: the map has a bend that no knot meets"


def test_values_outside_take_the_colour_of_the_nearer_end() -> None:
    assert continuous_colours(np.array([-9.0, 9.0]), 0.0, 1.0).tolist() == [list(CONTINUOUS[0]), list(CONTINUOUS[-1])]
