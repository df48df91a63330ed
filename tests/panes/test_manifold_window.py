"""Positions of cells on the plane, and fixed points of zoom and pan."""

from __future__ import annotations

import itertools
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genstudio.panes.manifold import window
from genstudio.panes.manifold.state import ManifoldState

SPACINGS = st.sampled_from(["gauss", "linear"])
PLACES = st.floats(0, 1)
STATES = st.builds(
    ManifoldState,
    spacing=SPACINGS,
    reach=st.floats(0.1, 6),
    cells=st.integers(5, 40),
    centre_u=st.floats(-2, 2),
    centre_v=st.floats(-2, 2),
    zoom=st.floats(0.5, 50),
)


@given(low=st.floats(-7, 6), width=st.floats(0.01, 12), n=st.integers(2, 40), spacing=SPACINGS)
def test_cells_are_monotone_from_end_to_end(low: float, width: float, n: int, spacing: window.Spacing):
    cells = window.positions(low, low + width, n, spacing)
    assert (cells[0], cells[-1]) == (low, low + width)
    assert all(a < b for a, b in itertools.pairwise(cells))


def test_gaussian_cells_hold_equal_shares_of_the_prior():
    cdf = NormalDist().cdf
    shares = [cdf(value) for value in window.positions(-2, 2, 20, "gauss")]
    steps = [b - a for a, b in itertools.pairwise(shares)]
    assert steps == pytest.approx([steps[0]] * 19)
    assert cdf(2) - cdf(-2) == pytest.approx(sum(steps))


def test_gaussian_cells_mirror_about_the_middle():
    cells = window.positions(-3, 3, 21, "gauss")
    assert cells == pytest.approx([-value for value in reversed(cells)])
    assert window.positions(5, 7, 9, "gauss") == pytest.approx(
        [-value for value in reversed(window.positions(-7, -5, 9, "gauss"))]
    )


@given(state=STATES, x=PLACES, y=PLACES, factor=st.floats(0.8, 1.25))
def test_zoom_keeps_the_point_under_the_pointer(state: ManifoldState, x: float, y: float, factor: float):
    closer = state.zoomed(x, y, factor)
    if abs(closer.centre_u) < 6 and abs(closer.centre_v) < 6:
        assert closer.place(x, y) == pytest.approx(state.place(x, y), abs=1e-6)
    assert closer.zoom == pytest.approx(min(200, max(0.25, state.zoom * factor)))


@given(state=STATES, x0=PLACES, y0=PLACES, x=PLACES, y=PLACES)
def test_dragged_point_follows_the_pointer(state: ManifoldState, x0: float, y0: float, x: float, y: float):
    moved = state.moved(x0, y0, x, y)
    if abs(moved.centre_u) < 6 and abs(moved.centre_v) < 6:
        assert moved.place(x, y) == pytest.approx(state.place(x0, y0), abs=1e-6)


@given(state=STATES)
def test_zoom_and_pan_keep_the_pattern(state: ManifoldState):
    plain = ManifoldState(spacing=state.spacing, reach=state.reach, cells=state.cells).cell_places()[0]
    assert state.cell_places()[0] == pytest.approx([state.centre_u + value / state.zoom for value in plain], abs=1e-9)


def test_dragging_right_shows_what_is_on_the_left():
    moved = ManifoldState().moved(0.5, 0.5, 0.7, 0.5)
    assert moved.centre_u < 0
    assert moved.centre_v == pytest.approx(0, abs=1e-9)
