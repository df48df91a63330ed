"""Sliders: the code is the start plus multiples of σ along each direction; directions are found only once."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from genstudio.core.errors import UsageError
from genstudio.core.resumable import run
from genstudio.core.spec import ImageSpec
from genstudio.latent.directions.basis import Basis, find_basis
from genstudio.latent.directions.direction import Direction, Directions, LatentSpace
from genstudio.models.base import build
from genstudio.panes.sliders.content import SlidersState, scene_of
from genstudio.panes.sliders.sliders import make_set
from genstudio.training.snapshot import Snapshot, load_model
from genstudio.viewing.blobs import Blob
from genstudio.viewing.content import Content
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import to_pixels
from genstudio.viewing.pane import contents, final
from tests.panes.pane_helpers import make_look

SPEC = ImageSpec(1, 8, 8, levels=256, class_names=("ring", "disc", "square"))


def look_at_gan(name: str = "gan", latent_dim: int = 4, **knobs: Any) -> ViewContext:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = build(name, SPEC, {"latent_dim": latent_dim, "hidden": 16, **knobs})
    weights = {name: value.detach().clone() for name, value in model.state_dict().items()}
    snapshot = Snapshot("run-1", 40, name, model.knobs.model_dump(), SPEC, weights)
    return ViewContext(load_model(snapshot), SPEC, snapshot)


def brought(context: ViewContext, state: SlidersState | None = None) -> SlidersState:
    """A state with found directions, as a pane in the window has."""
    told = final(context, state or SlidersState()).values
    put = context.blobs.put
    return replace(state or SlidersState(), directions=put(told["directions"]), basis=put(told["basis"]))


def z_of(content: Content) -> np.ndarray:
    made: np.ndarray = content.pictures[0].values["z"][0, 0]
    return made


def shown(context: ViewContext, z: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        return to_pixels(context.model.decode(torch.from_numpy(z[None].astype(np.float32))))[0]


def groups(content: Content) -> list[str]:
    return [group for group, _ in itertools.groupby(row.group for row in content.values["sliders"])]


# -- which sliders there are -------------------------------------------------------------------------------------------


def test_order_is_named_by_score_then_components_then_coordinates(squares):
    context = make_look(5, data=squares)
    made = final(context, SlidersState())
    assert groups(made) == ["named", "principal", "coordinates"]
    found = Directions.from_bytes(made.values["directions"])
    told = {
        one.name: one.heldout if one.scored == "r2" else 2 * one.heldout - 1 for one in found if one.heldout is not None
    }
    named = [row.name for row in made.values["sliders"] if row.group == "named" and row.name in told]
    assert {"brightness", "a"} <= set(named)
    assert [told[name] for name in named] == sorted(told.values(), reverse=True)
    assert "random" not in [row.name for row in made.values["sliders"]]


def test_smile_and_head_pose_come_first_if_found():
    def one(name: str, heldout: float | None, method: str = "ridge") -> Direction:
        axis = np.eye(3)[0]
        return Direction(name, axis, 1.0, method, axis, "r2", heldout)

    found = (one("light", 0.99), one("glasses", 0.5), one("smile", 0.6), one("mirror", 0.9), one("yaw", 0.1))
    space = LatentSpace("run", "vae", 3, 1, "hash")
    made = make_set(3, Directions(space, found, np.zeros(3)), None)
    assert made.names == ["smile", "mirror", "glasses", "light", "yaw"], "one that is guessed stands among the others"


@pytest.mark.parametrize("kind", ["vae", "gan"])
def test_coordinates_are_sorted_by_how_much_the_picture_changes(kind: str, squares):
    context = make_look(4, data=squares) if kind == "vae" else look_at_gan()
    with torch.inference_mode():  # the third coordinate is one that nothing listens to
        first = next(p for p in context.model.parameters() if p.ndim == 2 and p.shape[1] == 4)
        first[:, 2] = 0
        first[:, 1] *= 5
    basis = run(find_basis(context))
    assert basis.activity[2] == 0
    assert basis.order[0] == 1
    assert basis.order[-1] == 2
    rows = [row.name for row in final(context, SlidersState()).values["sliders"] if row.group == "coordinates"]
    assert rows == [f"z{k + 1}" for k in basis.order]


def test_activity_is_the_root_mean_square_change_for_one_sigma():
    context = look_at_gan()
    basis = run(find_basis(context))
    from genstudio.latent.directions.basis import CODES, ordinary_codes

    z = torch.from_numpy(ordinary_codes(context)[:CODES])
    moved = z.clone()
    moved[:, 3] += float(basis.spread[3])
    with torch.inference_mode():
        change = context.model.decode(moved) - context.model.decode(z)
    assert basis.activity[3] == pytest.approx(float(change.square().mean().sqrt()), rel=1e-3)
    assert basis.spread == pytest.approx(np.ones(4), abs=0.1), "the prior's, since nothing is encoded"


def test_basis_is_restored_from_bytes_and_invalid_bytes_are_refused(squares):
    basis = run(find_basis(make_look(4, data=squares)))
    again = Basis.from_bytes(basis.to_bytes())
    assert again.to_bytes() == basis.to_bytes()
    assert again.order == basis.order
    for broken in (b"", b"{}", basis.to_bytes().replace(b'"latent_dim": 4', b'"latent_dim": 5')):
        with pytest.raises(UsageError, match="can't be read"):
            Basis.from_bytes(broken)


# -- where they go -----------------------------------------------------------------------------------------------------


def test_slider_moves_in_standard_deviations_along_its_direction(squares):
    context = make_look(5, data=squares)
    state = brought(context)
    found = Directions.from_bytes(context.blobs.get(state.directions))
    basis = Basis.from_bytes(context.blobs.get(state.basis))
    start = z_of(final(context, state))
    for name, step in (("brightness", found["brightness"].step), ("PC 2", basis.components[1].step)):
        moved = final(context, state.with_values({name: 1.5}))
        assert z_of(moved) == pytest.approx(start + 1.5 * step, abs=1e-5)
        assert np.array_equal(moved.pictures[0].pixels, shown(context, z_of(moved)))
    along = z_of(final(context, state.with_values({"z3": -2.0}))) - start
    assert along == pytest.approx(np.eye(5)[2] * -2 * basis.spread[2], abs=1e-5)


def test_start_image_is_shown_beside_its_reconstruction(squares):
    context = make_look(3, data=squares)
    made = final(context, SlidersState(index=5))
    image = squares.split("validation").batch(torch.tensor([5]), generator=torch.Generator()).images
    picture, original, decoded = made.pictures
    assert np.array_equal(original.pixels, to_pixels(image)[0])
    with torch.inference_mode():
        assert z_of(made) == pytest.approx(context.model.encode(image)[0].numpy(), abs=1e-5)
    assert np.array_equal(decoded.pixels, picture.pixels), "all sliders at 0"
    other = final(context, SlidersState(index=5 + len(squares.split("validation"))))
    assert z_of(other) == pytest.approx(z_of(made)), "the number wraps round"


def test_truncation_moves_the_start_to_the_mean_but_not_the_sliders(squares):
    context = make_look(3, data=squares)
    state = brought(context).with_values({"z1": 1.0})
    origin = Basis.from_bytes(context.blobs.get(state.basis)).origin
    step = z_of(final(context, state)) - z_of(final(context, state.reset()))
    assert z_of(final(context, replace(state.reset(), truncation=0.0))) == pytest.approx(origin, abs=1e-5)
    assert z_of(final(context, replace(state, truncation=0.0))) == pytest.approx(origin + step, abs=1e-5)
    assert "ψ 0.50" in str(final(context, replace(state, truncation=0.5)).caption)


def test_sent_z_is_the_start():
    context = make_look(3)
    z = context.blobs.put_array(np.array([0.5, -1.0, 2.0], np.float32))
    state = SlidersState(values=(("z1", 1.0), ("z2", 2.0)), locked=("z2",)).with_z(z)
    assert state.values == (("z2", 2.0),), "only what is locked stays where it was"
    assert z_of(final(context, state.with_lock("z2", False).reset())) == pytest.approx([0.5, -1.0, 2.0])
    four = make_look(4)
    four.blobs = context.blobs
    assert "another latent space" in " ".join(map(str, final(four, state).values["notes"]))


def test_own_image_is_encoded_and_a_missing_one_is_reported(squares):
    context = make_look(3, data=squares)
    own = context.blobs.put_array(np.full((20, 30, 3), 200, np.uint8))
    made = final(context, SlidersState(start="own", own=own))
    assert "your image" in str(made.caption)
    assert made.pictures[1].pixels.shape == (8, 8, 1)
    assert abs(int(made.pictures[1].pixels.mean()) - 200) <= 1
    assert "drop it here" in " ".join(map(str, final(context, SlidersState(start="own")).values["notes"]))


def test_a_model_without_encoder_starts_from_a_drawn_code():
    context = look_at_gan()
    made = final(context, SlidersState(seed=3))
    assert "seed 3" in str(made.caption)
    assert len(made.pictures) == 2, "there is no image that was encoded"
    assert not np.allclose(z_of(made), z_of(final(context, SlidersState(seed=4))))
    assert "has no encoder" in " ".join(map(str, final(context, SlidersState(start="data")).values["notes"]))


def test_class_conditional_model_shows_the_chosen_class():
    context = look_at_gan("conditional-gan", base="gan")
    one, other = (final(context, SlidersState(label=k)) for k in (0, 2))
    assert not np.array_equal(one.pictures[0].pixels, other.pictures[0].pixels)
    assert "as square" in str(other.caption)
    assert other.values["class_names"] == SPEC.class_names


# -- the figure --------------------------------------------------------------------------------------------------------


def test_the_figure_shows_one_direction_across_and_one_up(squares):
    context = make_look(4, data=squares)
    state = brought(context).with_values({"z1": 3.0, "z2": -1.0, "PC 1": 0.5})
    state = replace(state, across="z1", up="z2", reach=2.0, cells=5)
    sheet = final(context, replace(state, show="figure")).pictures[0]
    assert (sheet.rows, sheet.columns) == (5, 5)
    for row, column, u, v in ((0, 0, -2, 2), (0, 4, 2, 2), (4, 1, -1, -2), (2, 2, 0, 0)):
        alone = final(context, state.with_values({"z1": u, "z2": v}))
        assert sheet.values["z"][row, column] == pytest.approx(z_of(alone), abs=1e-5)
        assert (sheet.values["across"][row, column], sheet.values["up"][row, column]) == pytest.approx((u, v))
        assert np.abs(sheet.at(row, column).astype(int) - alone.pictures[0].pixels).max() <= 1
    row = final(context, replace(state, show="row")).pictures[0]
    assert (row.rows, row.columns) == (1, 5)
    alone = final(context, state.with_values({"z1": -1.0}))
    assert row.values["z"][0, 1] == pytest.approx(z_of(alone), abs=1e-5)


def test_named_head_pose_is_across_and_smile_up():
    context = make_look(3)
    names = ("glasses", "smile", "yaw")
    made = [Direction(name, np.eye(3)[k], 1.0, "ridge", np.eye(3)[k], "r2", 0.5) for k, name in enumerate(names)]
    found = Directions(LatentSpace.of(context.snapshot, 3), tuple(made), np.zeros(3))
    state = SlidersState(show="figure", directions=context.blobs.put(found.to_bytes()))
    made_figure = final(context, state)
    assert made_figure.values["pair"] == ("yaw", "smile")
    assert "yaw across, smile up, ±2 σ, 7×7" in str(made_figure.caption)
    assert final(context, replace(state, across="smile")).values["pair"][0] == "smile"
    assert final(context, replace(state, across="smile")).values["pair"][1] != "smile"
    assert final(make_look(3), SlidersState()).values["pair"] == ("PC 1", "PC 2"), "where nothing is named"


# -- locks and chance --------------------------------------------------------------------------------------------------


def test_locked_sliders_do_not_move():
    state = SlidersState().with_values({"a": 1.0, "b": 2.0}).with_lock("a", True)
    assert state.with_values({"a": 3.0, "b": 3.0}).value("a") == 1.0
    assert state.reset().values == (("a", 1.0),)
    drawn = state.randomised({"named": ["a", "b", "c"]}, 1)
    assert drawn.value("a") == 1.0
    assert drawn.value("b") not in (0.0, 2.0)
    assert drawn.value("c") != 0.0
    assert drawn == state.randomised({"named": ["a", "b", "c"]}, 1) != state.randomised({"named": ["a", "b", "c"]}, 2)
    assert state.with_lock("a", False).with_values({"a": 0.0}).values == (("b", 2.0),)


def test_sliders_stay_in_range():
    state = SlidersState().with_values({"z1": 9.0})
    assert state.value("z1") == 4.0
    context = make_look(3)
    wild = replace(state, values=(("z1", 50.0),))
    assert z_of(final(context, wild)) == pytest.approx(z_of(final(context, state)))


# -- while it is searched ----------------------------------------------------------------------------------------------


def test_picture_comes_at_once_and_a_drag_does_not_restart_the_search(squares, monkeypatch: pytest.MonkeyPatch):
    from genstudio.viewing import decode

    monkeypatch.setattr(decode, "CHUNK_VALUES", 64)
    context, whole = make_look(5, data=squares), make_look(5, data=squares)
    every = list(contents(whole, SlidersState()))
    steps = len(every)
    assert sum(step.coarse for step in every) <= 3, "after each of these a render thread rests"
    first = next(contents(context, SlidersState()))
    assert first.coarse
    assert "finding directions" in str(first.caption)
    assert "basis" not in first.values
    taken = 0
    for k in range(10_000):  # a hand that moves all the time: each state gets a few steps
        some = list(itertools.islice(contents(context, SlidersState().with_values({"z1": k / 1000})), 8))
        taken += len(some)
        if "finding" not in some[-1].values:
            break
    assert steps > 20
    assert taken < 2 * steps, "what was done is not done again"


def test_pictures_during_a_search_use_earlier_directions(squares):
    """Otherwise the picture would jump to the start and back while a component is dragged."""
    context = make_look(5, data=squares)
    steps = contents(context, SlidersState())
    next(step for step in steps if step.values["sliders"])
    steps.close()
    moved = SlidersState().with_values({"PC 1": 2.0})
    first, last = next(contents(context, moved)), final(context, moved)
    assert "finding" in first.values
    assert z_of(first) == pytest.approx(z_of(last), abs=1e-5)


def test_stale_sliders_stay_marked_until_new_ones_are_found(squares):
    """As when training rests: named ones do not give way to components and come back."""
    earlier, context = make_look(5, data=squares, step=1000), make_look(5, data=squares, seed=1)
    context.blobs = earlier.blobs
    found = brought(earlier)
    before = final(earlier, found)
    state = SlidersState(stale_directions=found.directions, stale_basis=found.basis)
    *searching, last = contents(context, state)
    assert searching
    for content in searching:
        assert "finding" in content.values
        assert [row.name for row in content.values["sliders"]] == [row.name for row in before.values["sliders"]]
        assert (content.values["found_at"], content.values["basis_at"]) == (1000, 1000)
    assert (last.values["found_at"], last.values["basis_at"]) == (1200, 1200)
    without = final(make_look(5, data=squares, seed=1), SlidersState())
    assert [row.name for row in last.values["sliders"]] == [row.name for row in without.values["sliders"]]
    assert np.array_equal(last.pictures[0].pixels, without.pictures[0].pixels)


def test_given_directions_are_not_searched_and_a_drag_is_one_decode(squares):
    context = make_look(5, data=squares)
    state = brought(context)
    final(context, state)
    asked: list[int] = []
    decode = context.model.decode
    context.model.decode = lambda z, **options: (asked.append(len(z)), decode(z, **options))[1]
    steps = list(contents(context, state.with_values({"PC 1": 1.0})))
    assert len(steps) == 1
    assert not steps[0].coarse
    assert asked == [1]


def test_given_directions_give_the_same_picture_as_found_ones(squares):
    context = make_look(5, data=squares)
    moved = SlidersState().with_values({"brightness": 1.0, "z2": -1.0})
    assert np.array_equal(z_of(final(context, moved)), z_of(final(context, brought(context, moved))))


def test_caption_shows_the_step_of_older_directions(squares):
    context, later = make_look(4, data=squares, step=100), make_look(4, data=squares, step=900, seed=1)
    state = brought(context)
    later.blobs = context.blobs
    text = str(final(later, state).caption)
    assert text.endswith("from step 900, directions of step 100")
    assert final(later, state).values["found_at"] == 100


# -- bad input ---------------------------------------------------------------------------------------------------------


def test_directions_of_another_space_are_refused_and_the_rest_works(squares):
    context = make_look(5, data=squares)
    foreign = Directions(LatentSpace("other", "gan", 7, 1, "0" * 64), (), np.zeros(7))
    state = SlidersState(directions=context.blobs.put(foreign.to_bytes()))
    made = final(context, state)
    assert any("another latent space" in str(note) for note in made.values["notes"])
    assert groups(made) == ["principal", "coordinates"]
    assert made.pictures[0].pixels.shape == (8, 8, 1)


def test_without_images_only_components_and_coordinates_with_a_reason():
    made = final(make_look(5), SlidersState())
    assert groups(made) == ["principal", "coordinates"]
    assert any("not open" in str(note) for note in made.values["notes"])
    assert "basis" not in made.values, "with the images to encode it will be another"
    context = look_at_gan()
    again = final(context, brought(context))
    assert again.values["notes"], "nor is it forgotten once they are brought"


def test_broken_model_is_reported(squares):
    context = make_look(4, data=squares)
    with torch.inference_mode():
        for parameter in context.model.parameters():
            parameter.fill_(float("nan"))
    with pytest.raises(UsageError, match="finite"):
        final(context, SlidersState())


def test_unknown_slider_has_no_effect_and_keeps_its_value(squares):
    context = make_look(4, data=squares)
    state = SlidersState().with_values({"of another model": 2.0})
    assert z_of(final(context, state)) == pytest.approx(z_of(final(context, SlidersState())))
    assert state.value("of another model") == 2.0


# -- films -------------------------------------------------------------------------------------------------------------


def test_a_sweep_goes_from_one_end_to_the_other_and_back(squares):
    from genstudio.panes.sliders.films import pad_walk, slider_sweep, sweep_sheet

    context = make_look(4, data=squares)
    state = brought(context)
    frames = list(slider_sweep(context, state, "PC 1", frames=8, size=64))
    assert len(frames) == 8
    assert len({frame.shape for frame in frames}) == 1
    body = [frame[:64] for frame in frames]
    assert np.array_equal(body[0], enlarged(final(context, state.with_values({"PC 1": -2.0}))))
    assert np.array_equal(body[4], enlarged(final(context, state.with_values({"PC 1": 2.0}))))
    assert np.abs(body[1].astype(int) - body[7]).max() <= 1
    assert len(list(pad_walk(context, state, frames=5))) == 5
    with pytest.raises(UsageError, match="no slider 'x'"):
        next(slider_sweep(context, state, "x"))
    row = sweep_sheet(state, "PC 1")
    assert scene_of(context, row).set.pair(row)[0] == "PC 1"
    assert final(context, row).pictures[0].columns == 9


def enlarged(content: Content) -> np.ndarray:
    return np.repeat(content.pictures[0].pixels, 3, axis=2).repeat(8, axis=0).repeat(8, axis=1)


def test_a_state_carries_its_blobs_through_json():
    state = SlidersState(directions=Blob("a" * 64), basis=Blob("b" * 64), values=(("smile", 1.5),), locked=("yaw",))
    assert SlidersState.from_json(state.to_json()) == state
