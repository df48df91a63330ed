from __future__ import annotations

import numpy as np
import pytest

from genstudio.export.films.paths import lissajous
from genstudio.latent.interpolation import closed_curve


@pytest.mark.parametrize("how", ["spherical", "linear"])
def test_a_closed_curve_meets_its_stops_and_has_no_seam(how: str) -> None:
    stops = np.random.default_rng(0).normal(size=(5, 16))
    curve = closed_curve(stops, 500, how)  # type: ignore[arg-type]
    np.testing.assert_allclose(curve[::100], stops, atol=1e-12)
    strides = np.linalg.norm(np.roll(curve, -1, axis=0) - curve, axis=1)
    assert strides.max() < 4 * np.median(strides)


def test_between_two_codes_the_spherical_path_stays_on_their_shell() -> None:
    stops = np.random.default_rng(1).normal(size=(4, 64))
    stops *= 8 / np.linalg.norm(stops, axis=1, keepdims=True)
    lengths = np.linalg.norm(closed_curve(stops, 200, "spherical"), axis=1)
    np.testing.assert_allclose(lengths, 8, rtol=1e-9)


@pytest.mark.parametrize("stops", [[[1.0, 0.0], [-1.0, 0.0]], [[0.0, 0.0], [1.0, 1.0]], [[2.0, 1.0], [4.0, 2.0]]])
def test_path_without_an_arc_is_straight(stops: list[list[float]]) -> None:
    curve = closed_curve(np.array(stops), 8)
    assert np.isfinite(curve).all()
    np.testing.assert_allclose(curve[2], np.mean(stops, axis=0), atol=1e-6)


def test_the_walk_visits_the_whole_square() -> None:
    curve = lissajous(600)
    assert curve.min() >= 0
    assert curve.max() <= 1
    visited = {(int(u * 3.999), int(v * 3.999)) for u, v in curve}
    assert len(visited) == 16
    strides = np.linalg.norm(np.roll(curve, -1, axis=0) - curve, axis=1)
    assert strides.max() < 0.03
