"""Samples: the same seed is the same noise at every step, and a z that was sent is shown with its neighbours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from genstudio.core.spec import ImageSpec
from genstudio.panes.samples.content import SamplesState
from genstudio.viewing.pane import final
from tests.panes.pane_helpers import make_look


def codes(context, state: SamplesState) -> np.ndarray:
    picture = final(context, state).pictures[0]
    return picture.values["z"].reshape(-1, picture.values["z"].shape[-1])[: len(picture)]


def test_the_same_noise_through_the_whole_of_training():
    early, late = make_look(step=10, seed=1), make_look(step=900, seed=2)
    state = SamplesState(n=16)
    assert np.array_equal(codes(early, state), codes(late, state))
    assert not np.array_equal(final(early, state).pictures[0].pixels, final(late, state).pictures[0].pixels)


def test_resampling_draws_again_and_redo_draws_the_same():
    context, state = make_look(), SamplesState(n=16)
    assert not np.array_equal(codes(context, state), codes(context, state.resampled()))
    assert state.resampled() == state.resampled()


def test_more_images_start_with_the_same_ones():
    """A larger number keeps the first images."""
    context = make_look()
    assert np.array_equal(codes(context, SamplesState(n=40))[:16], codes(context, SamplesState(n=16)))


def test_temperature_scales_the_code():
    context = make_look(8)
    assert np.allclose(codes(context, SamplesState(temperature=0.5)), 0.5 * codes(context, SamplesState()))
    assert not codes(context, SamplesState(temperature=0.0)).any()


def test_draws_of_binarised_images_are_black_and_white_and_follow_the_mean():
    context = make_look()
    draw = final(context, SamplesState(n=400, shown="draw", temperature=0.0)).pictures[0].cells()
    mean = final(context, SamplesState(n=1, temperature=0.0)).pictures[0].cells()[0] / 255
    assert set(np.unique(draw)) == {0, 255}
    assert np.abs((draw / 255).mean(0) - mean).max() < 0.12  # 400 coins: 4.8 standard deviations


def test_caption_claims_no_draw_if_there_is_none():
    context = make_look(spec=ImageSpec(3, 8, 8, levels=256))
    assert "means of p(x|z)" in str(final(context, SamplesState(shown="draw")).caption)
    assert "draws x" in str(final(make_look(), SamplesState(shown="draw")).caption)


def test_the_neighbours_of_a_code_begin_with_itself():
    context = make_look(3)
    z = np.array([0.3, -1.2, 2.0], np.float32)
    state = SamplesState(n=200, spread=0.2).with_z(context.blobs.put_array(z))
    found = codes(context, state)
    assert np.array_equal(found[0], z)
    assert (found - z).std() == pytest.approx(0.2, rel=0.15)
    assert np.ptp(codes(context, replace(state, spread=0.0)), axis=0).max() == 0


def test_code_of_another_model_is_ignored():
    context = make_look(3)
    state = SamplesState(n=4).with_z(context.blobs.put_array(np.zeros(7, np.float32)))
    assert codes(context, state).shape == (4, 3)


def test_incomplete_sheet_shows_its_number_of_images():
    picture = final(make_look(), SamplesState(n=10, columns=4)).pictures[0]
    assert (picture.rows, picture.columns, len(picture), len(picture.cells())) == (3, 4, 10, 10)
