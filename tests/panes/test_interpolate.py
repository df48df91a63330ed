"""Paths through latent space: the position at each time, and the content of the pane."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genstudio.core.errors import UsageError
from genstudio.latent.interpolation import along
from genstudio.latent.points import LatentPoint, code_of
from genstudio.panes.interpolate.content import InterpolateState, path_codes, strip_places
from genstudio.viewing.pane import final, steps
from tests.panes.pane_helpers import make_look

AXES = np.eye(2)


def test_straight_path_by_hand() -> None:
    places = np.array([0, 0.25, 0.5, 1.0])
    assert along(AXES, places, "linear", closed=False) == pytest.approx(
        np.array([[1, 0], [0.75, 0.25], [0.5, 0.5], [0, 1]])
    )
    assert along(AXES, places, "linear", closed=True) == pytest.approx(
        np.array([[1, 0], [0.5, 0.5], [0, 1], [1, 0]])
    ), "a closed path is back at its beginning"


def test_spherical_path_turns_at_constant_speed_with_linear_length() -> None:
    half = math.sqrt(0.5)
    assert along(AXES, np.array([0.5]), "spherical", closed=False) == pytest.approx(np.array([[half, half]]))
    third = along(np.array([[1.0, 0], [0, 4]]), np.array([1 / 3]), "spherical", closed=False)[0]
    assert np.linalg.norm(third) == pytest.approx(2)
    assert math.atan2(third[1], third[0]) == pytest.approx(math.pi / 6)


def test_easing_slows_down_at_key_frames() -> None:
    eased = along(AXES, np.array([0.1, 0.5]), "linear", closed=False, easing="smooth")
    assert eased[:, 1] == pytest.approx([3 * 0.01 - 2 * 0.001, 0.5])


@given(
    stops=st.lists(st.lists(st.floats(-3, 3), min_size=3, max_size=3), min_size=1, max_size=6),
    how=st.sampled_from(["linear", "spherical"]),
    closed=st.booleans(),
    easing=st.sampled_from(["even", "smooth"]),
)
def test_every_path_meets_its_key_frames_and_is_finite(stops: Any, how: Any, closed: bool, easing: Any) -> None:
    stops = np.array(stops)
    ways = len(stops) if closed and len(stops) > 1 else len(stops) - 1
    at_stops = np.arange(len(stops)) / max(ways, 1)
    assert along(stops, at_stops, how, closed=closed, easing=easing) == pytest.approx(stops, abs=1e-6)
    assert np.isfinite(along(stops, np.linspace(0, 1, 50), how, closed=closed, easing=easing)).all()


def test_the_picture_at_a_key_frame_is_that_of_its_code() -> None:
    context = make_look(3)
    state = InterpolateState(place=0.25)  # the second of four, of a closed path
    content = final(context, state)
    assert content.pictures[0].values["z"][0] == pytest.approx(
        code_of(context, LatentPoint("seed", 1)).numpy()[None], abs=1e-6
    )
    assert (content.pictures[0].pixels == content.pictures[1].at(0, 1)).all()
    assert "key frame 2 of 4" in str(content.caption)
    assert "50 % of the way from key frame 1" in str(final(context, InterpolateState(place=0.125)).caption)


@pytest.mark.parametrize(("closed", "cells", "shape"), [(True, 12, (4, 3)), (False, 10, (4, 3))])
def test_a_strip_has_the_path_in_rows(closed: bool, cells: int, shape: tuple[int, int]) -> None:
    context, state = make_look(3), InterpolateState(show="strip", between=2, closed=closed)
    content = final(context, state)
    strip = content.pictures[0]
    assert (len(strip), (strip.rows, strip.columns)) == (cells, shape)
    for row in range(4):
        assert (strip.at(row, 0) == content.pictures[1].at(0, row)).all(), "each row begins at a key frame"
    z, _ = path_codes(context, state, strip_places(state))
    assert strip.values["z"].reshape(-1, 3)[:cells] == pytest.approx(z.numpy())


def test_one_key_frame_is_a_constant_path_and_none_is_refused() -> None:
    alone = InterpolateState(frames=(LatentPoint("seed", 7),), show="strip")
    assert len(final(make_look(3), alone).pictures[0]) == 1
    assert alone.length == 0
    with pytest.raises(UsageError, match="no key frames"):
        final(make_look(3), InterpolateState(frames=()))


def test_truncation_scales_the_whole_path() -> None:
    context, places = make_look(3), np.linspace(0, 1, 5)
    whole, _ = path_codes(context, InterpolateState(), places)
    half, _ = path_codes(context, InterpolateState(truncation=0.5), places)
    assert half.numpy() == pytest.approx(0.5 * whole.numpy())


def test_key_frames_are_moved_inserted_and_removed() -> None:
    state = InterpolateState()
    assert [one.number for one in state.moved(0, 2).frames] == [1, 2, 0, 3]
    assert [one.number for one in state.without(1).frames] == [0, 2, 3]
    assert [one.number for one in state.inserted(1, LatentPoint("image", 9)).frames] == [0, 9, 1, 2, 3]
    assert InterpolateState.from_json(state.inserted(1, LatentPoint("image", 9)).to_json()) == state.inserted(
        1, LatentPoint("image", 9)
    )


def test_resampling_redraws_only_drawn_key_frames() -> None:
    state = InterpolateState(frames=(LatentPoint("seed", 0), LatentPoint("image", 5)))
    again = state.resampled()
    assert again.frames[1] == LatentPoint("image", 5)
    assert again.frames[0].number not in (0, again.resampled().frames[0].number)


def test_images_classes_and_sent_codes_are_key_frames(squares: Any) -> None:
    context = make_look(3, data=squares)
    z = context.blobs.put_array(np.array([1.0, 2, 3], np.float32))
    state = InterpolateState(
        frames=(LatentPoint("image", 3), LatentPoint("class", 2), LatentPoint("seed", 1)), closed=False
    ).with_z(z)
    content = final(context, state)
    codes = content.pictures[1].values["z"][0]
    assert codes[3] == pytest.approx([1, 2, 3])
    assert [str(text) for text in content.values["frames"]][:2] == ["validation image 3", "a typical c"]
    split = squares.split("validation")
    import torch

    image = split.batch(torch.tensor([3]), generator=torch.Generator()).images
    assert codes[0] == pytest.approx(context.model.encode(image)[0].numpy(), abs=1e-5)


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        (LatentPoint("image", 1), "images of this run are not open"),
        (LatentPoint("class", 0), "no classes"),
        (LatentPoint("own"), "You have not opened an image"),
        (LatentPoint("z"), "No code z was sent"),
    ],
)
def test_key_frames_without_code_give_a_reason(frame: LatentPoint, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        final(make_look(3), InterpolateState(frames=(frame,)))


def test_z_of_another_space_is_skipped_on_the_path() -> None:
    context = make_look(3)
    z = context.blobs.put_array(np.zeros(5, np.float32))
    state = InterpolateState(
        frames=(LatentPoint("seed", 0), LatentPoint("z", blob=z), LatentPoint("seed", 1)), closed=False, place=0.5
    )
    content = final(context, state)
    assert "has 5 numbers, but codes of this model have 3" in content.values["left_out"][1]
    assert content.values["numbers"] == (0, 2)
    assert "50 % of the way from key frame 1 (seed 0) to 3 (seed 1)" in str(content.caption)
    straight = final(
        context, InterpolateState(frames=(LatentPoint("seed", 0), LatentPoint("seed", 1)), closed=False, place=0.5)
    )
    assert (content.pictures[0].pixels == straight.pictures[0].pixels).all()
    assert not content.pictures[1].at(0, 1).any(), "nothing stands where there is no code"
    with pytest.raises(UsageError, match="has 5 numbers"):
        final(context, InterpolateState(frames=(LatentPoint("z", blob=z),)))


def test_typical_code_is_searched_with_pauses_and_resumes(squares: Any) -> None:
    context = make_look(3, data=squares)
    state = InterpolateState(frames=(LatentPoint("class", 1), LatentPoint("seed", 0)))
    paused = 0
    while True:  # each picture of a drag ends the content before: the search must come to its end all the same
        making = steps(context, replace(state, place=0.01 * paused))
        first = next(making)
        making.close()
        if first is not None:
            break
        paused += 1
        assert paused < 200, "it begins again and again"
    assert paused >= 1
    whole = final(make_look(3, data=squares), state)
    assert (first.pictures[1].pixels == whole.pictures[1].pixels).all()


def test_morph_of_a_conditional_model_has_one_seed() -> None:
    state = InterpolateState(frames=(LatentPoint("image", 3), LatentPoint("seed", 5)), place=0.7)
    assert state.morphed(1, 2, conditional=True).frames == (
        LatentPoint("seed", 5, label=1),
        LatentPoint("seed", 5, label=2),
    )
    assert state.morphed(1, 2, conditional=False).frames == (LatentPoint("class", 1), LatentPoint("class", 2))
    assert state.morphed(1, 2, conditional=False).place == 0.0


def test_broken_model_is_reported() -> None:
    context = make_look(3)
    for weight in context.model.parameters():
        weight.data.fill_(float("nan"))
    with pytest.raises(UsageError, match="not finite"):
        final(context, InterpolateState())


def test_class_conditional_model_gets_class_shares() -> None:
    import torch

    from genstudio.core.spec import ImageSpec
    from genstudio.models.base import build
    from genstudio.training.snapshot import Snapshot, load_model
    from genstudio.viewing.context import ViewContext

    spec = ImageSpec(1, 8, 8, class_names=("a", "b", "c"))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = build("conditional-gan", spec, {"latent_dim": 3, "width": 4})
    snapshot = Snapshot("run", 1, "conditional-gan", model.knobs.model_dump(), spec, dict(model.state_dict()))
    context = ViewContext(load_model(snapshot), spec, snapshot)
    morph = InterpolateState(frames=(LatentPoint("seed", 0, label=0), LatentPoint("seed", 0, label=2)), closed=False)
    _, shares = path_codes(context, morph, np.array([0, 0.25, 1]))
    assert shares is not None
    assert shares["class"].numpy() == pytest.approx(np.array([[1, 0, 0], [0.75, 0, 0.25], [0, 0, 1]]))
    assert str(final(context, morph).caption).startswith("key frame 1 of 2: seed 0 as a")
    typical = InterpolateState(frames=(LatentPoint("class", 1), LatentPoint("class", 2)), closed=False)
    _, shares = path_codes(context, typical, np.array([0, 1]))
    assert shares is not None
    assert shares["class"].numpy() == pytest.approx(np.array([[0, 1, 0], [0, 0, 1]]))
