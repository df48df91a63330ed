"""Manifold: each cell is the decoding of the z that it names, and points are at their codes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from genstudio.core.batch import Batch
from genstudio.core.draws import Draws
from genstudio.core.errors import UsageError
from genstudio.panes.manifold.content import plane_of
from genstudio.panes.manifold.overlay import overlay_choices
from genstudio.panes.manifold.state import ManifoldState
from genstudio.viewing import progressive
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import Encodings, Plane, agreement, plane_anchor, principal_plane, to_pixels
from genstudio.viewing.pane import contents, final
from tests.panes.pane_helpers import make_look


def test_a_cell_is_the_decoding_of_its_z():
    context = make_look()
    picture = final(context, ManifoldState(cells=12)).pictures[0]
    assert (picture.rows, picture.columns, picture.pixels.shape) == (12, 12, (96, 96, 1))
    for cell in ((0, 0), (3, 7), (11, 11)):
        with torch.inference_mode():
            alone = to_pixels(context.model.decode(torch.from_numpy(picture.values["z"][cell][None])))[0]
        assert np.abs(picture.at(*cell).astype(int) - alone).max() <= 1


def test_z1_grows_to_the_right_and_z2_upwards():
    z = final(make_look(), ManifoldState(cells=9, reach=2.0)).pictures[0].values["z"]
    assert np.allclose(z[0, 0], [-2, 2])
    assert np.allclose(z[-1, -1], [2, -2])
    assert np.allclose(z[4, 4], 0, atol=1e-6)
    assert (np.diff(z[0, :, 0]) > 0).all()
    assert (np.diff(z[:, 0, 1]) < 0).all()


def test_two_of_many_dimensions_vary_and_the_others_stay_at_the_mean():
    z = final(make_look(5), ManifoldState(cells=6, across=4, up=2)).pictures[0].values["z"]
    assert np.ptp(z[..., 3]) > 3
    assert np.ptp(z[..., 1]) > 3
    assert not z[..., [0, 2, 4]].any()


def test_a_state_from_a_larger_model_still_shows_a_plane():
    names = plane_of(make_look(2), ManifoldState(across=7, up=9))[1]
    assert names == ("z1", "z2")
    assert plane_of(make_look(1), ManifoldState())[1] == ("z1", "z1")


def test_the_principal_plane_follows_the_encodings(squares):
    context = make_look(6, data=squares)
    through, names = plane_of(context, ManifoldState(axes="principal"))
    codes = context.once(("encodings", 2000), lambda: None).z.astype(np.float64)
    assert names == ("PC1", "PC2")
    assert np.allclose(through.origin, codes.mean(0))
    u, v = through.places(codes.astype(np.float32))
    assert (u.std(ddof=1), v.std(ddof=1)) == pytest.approx((1, 1), rel=1e-4)
    assert abs(np.corrcoef(u, v)[0, 1]) < 1e-4
    assert np.linalg.norm(through.across) >= np.linalg.norm(through.up)


def test_many_dimensions_open_on_the_principal_ones_and_a_choice_stays(squares):
    """Two of many dimensions alone change little: all pictures would look alike."""
    many, two = make_look(6, data=squares), make_look(2, data=squares)

    def names(context: ViewContext, **chosen) -> tuple[str, str]:
        return plane_of(context, ManifoldState(**chosen))[1]

    assert names(many) == ("PC1", "PC2")
    assert names(two) == ("z1", "z2")
    assert names(many, axes="latent") == ("z1", "z2")
    assert names(many, across=3) == ("z3", "z2"), "two named dimensions count as a choice too"
    assert names(two, axes="principal") == ("PC1", "PC2"), "as pictures from before say"


def test_without_images_two_dimensions_are_used_with_a_message(squares):
    context = make_look(6)
    assert plane_of(context, ManifoldState())[1] == ("z1", "z2")
    assert "no images are open" in str(final(context, ManifoldState(cells=5)).caption)
    assert "no images" not in str(final(make_look(2), ManifoldState(cells=5)).caption)
    assert "no images" not in str(final(make_look(6, data=squares), ManifoldState(cells=5)).caption)


def test_export_records_its_plane(squares):
    """The export must give the same picture later, with other data or none."""
    assert ManifoldState().decided(make_look(6, data=squares)).axes == "principal"
    assert ManifoldState().decided(make_look(6)).axes == "latent"
    assert ManifoldState().decided(make_look(2, data=squares)).axes == "latent"


def test_points_lie_on_the_cells_that_hold_their_codes():
    """The code of a cell is drawn at the middle of that cell."""
    from genstudio.panes.manifold.overlay import sheet_places

    cells = np.array(ManifoldState().window[0][0] + np.cumsum(np.full(10, 0.3)))
    assert sheet_places(cells, cells) == pytest.approx((np.arange(10) + 0.5) / 10)


def test_the_overlay_colours_by_class_and_by_attribute(squares):
    context = make_look(data=squares)
    state = ManifoldState(cells=10, reach=6.0, overlay="class", overlay_count=50)
    points = final(context, state).points
    assert points is not None
    assert len(points.legend.entries) == 3
    by_class = {int(label): tuple(colour) for label, colour in zip(points.values["label"], points.colours, strict=True)}
    assert len(set(by_class.values())) == len(by_class) > 1
    by_number = final(context, replace(state, overlay="brightness")).points
    assert by_number.legend.continuous
    order = np.argsort(by_number.values["brightness"])
    assert by_number.colours[order[-1]].sum() > by_number.colours[order[0]].sum()
    assert [value for value, _ in overlay_choices(context.spec)] == ["", "plain", "class", "brightness"]


def test_unknown_attribute_colours_no_points(squares):
    with pytest.raises(UsageError, match="smile") as refusal:
        final(make_look(data=squares), ManifoldState(cells=5, overlay="smile"))
    assert "brightness" in str(refusal.value.remedy)


def test_points_outside_the_window_are_left_out(squares):
    context = make_look(data=squares)
    near = final(context, ManifoldState(cells=10, reach=6.0, overlay="plain")).points
    far = final(context, ManifoldState(cells=10, reach=0.1, overlay="plain", centre_u=6.0, centre_v=6.0)).points
    assert len(near.xy) > 0
    assert len(far.xy) == 0
    assert ((near.xy >= 0) & (near.xy <= 1)).all()


def test_without_data_there_is_a_manifold_without_points():
    assert final(make_look(), ManifoldState(cells=5, overlay="class")).points is None


@pytest.mark.parametrize("cells", [8, 19, 20, 40])
def test_a_large_grid_comes_coarse_first_and_ends_the_same(monkeypatch: pytest.MonkeyPatch, cells: int):
    context = make_look()
    monkeypatch.setattr(progressive, "COARSE_FROM", 10**9)
    once = list(contents(context, ManifoldState(cells=cells)))
    monkeypatch.setattr(progressive, "COARSE_FROM", 0)
    steps = list(contents(context, ManifoldState(cells=cells)))
    assert len(once) == 1
    assert steps[0].coarse
    assert not steps[-1].coarse
    assert steps[-1].digest() == once[0].digest()


def test_a_coarse_grid_is_honest(monkeypatch: pytest.MonkeyPatch):
    """A pending cell shows a neighbour's picture and z, and the caption counts decoded cells."""
    context = make_look()
    monkeypatch.setattr(progressive, "COARSE_FROM", 0)
    steps = list(contents(context, ManifoldState(cells=20)))
    first, second = (step.pictures[0] for step in steps[:2])
    assert np.array_equal(first.at(2, 2), first.at(1, 3))
    assert np.array_equal(first.values["z"][2, 2], first.values["z"][1, 3])
    assert len(np.unique(first.values["z"].reshape(-1, 2), axis=0)) == 25
    assert len(np.unique(second.values["z"].reshape(-1, 2), axis=0)) == 100
    assert str(steps[0].caption).endswith("20×20 from step 1,200 · 25 of 400 pictures so far")
    assert "so far" not in str(steps[-1].caption)
    for cell in ((0, 0), (9, 14)):
        with torch.inference_mode():
            alone = to_pixels(context.model.decode(torch.from_numpy(second.values["z"][cell][None])))[0]
        assert np.abs(second.at(*cell).astype(int) - alone).max() <= 1


def test_no_cell_is_decoded_twice(monkeypatch: pytest.MonkeyPatch):
    context, asked = make_look(), []
    decode = context.model.decode
    monkeypatch.setattr(context.model, "decode", lambda z: (asked.extend(map(tuple, z.tolist())), decode(z))[1])
    monkeypatch.setattr(progressive, "COARSE_FROM", 0)
    list(contents(context, ManifoldState(cells=20)))
    assert len(asked) == len(set(asked)) == 400


def test_caption_describes_the_content():
    text = str(final(make_look(), ManifoldState(cells=20)).caption)
    assert text == "z1 across, z2 up, ±2 σ, 20×20 from step 1,200"
    assert "about (+0.50, -1.00)" in str(final(make_look(), ManifoldState(centre_u=0.5, centre_v=-1.0)).caption)


def test_a_plane_projects_what_it_makes():
    through = Plane(np.array([1.0, 0, 2]), np.array([0.0, 2, 0]), np.array([0.0, 0, 0.5]))
    u, v = through.places(through.z(np.array([0.25, -1]), np.array([3.0, 0.5])))
    assert np.allclose(u, [0.25, -1])
    assert np.allclose(v, [3.0, 0.5])


def test_viewing_draws_nothing_from_the_default_generator(squares):
    before = torch.get_rng_state()
    context: ViewContext = make_look(4, data=squares)
    final(context, ManifoldState(cells=5, axes="principal", overlay="class"))
    assert torch.equal(before, torch.get_rng_state())


# -- the principal plane from one update to the next ---------------------------------------------------------------------


def codes(turn: float, spread: tuple[float, float], signs: tuple[int, int] = (1, 1), noise: int = 0) -> np.ndarray:
    """Codes 600×3 of the same images: one spread along an axis that is turned by so many degrees, one across it."""
    draw = np.random.default_rng(7)
    drawn = draw.normal(size=(2, 600))
    along, across = drawn / drawn.std(1, keepdims=True) * np.array(spread)[:, None]
    c, s = np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))
    made = np.stack([c * along - s * across, s * along + c * across, 0.01 * draw.normal(size=600)], 1)
    made += 0.05 * np.random.default_rng(noise).normal(size=made.shape)
    return (made * np.array([*signs, 1])).astype(np.float32)


def plane_for(z: np.ndarray, anchor: np.ndarray | None) -> tuple[Plane, np.ndarray]:
    """The principal plane of a model that encodes the images as ``z``, and its anchor."""
    context = make_look(3)
    context.once(("encodings", 2000), lambda: Encodings(z, np.arange(len(z)), None, None))
    plane = principal_plane(context, 3, anchor)
    assert plane is not None
    return plane, plane_anchor(context, plane)


def test_the_plane_keeps_its_signs_while_codes_turn_all_the_way_round():
    """A full turn of the latent space in steps of 5 degrees: by largest entries an axis flips four times."""
    anchor, flips = None, 0
    for k, turn in enumerate(range(0, 361, 5)):
        z = codes(turn, (2.0, 1.0), noise=k)
        found = plane_for(z, anchor)[1]
        if anchor is not None:
            both = agreement(found, anchor).diagonal()
            assert (both > 0.9).all(), (turn, both)
            alone = plane_for(z, None)[1]
            flips += int((agreement(alone, anchor).diagonal() < 0).any())
        anchor = found
    assert flips > 10, "else this shows nothing"


def test_components_that_vary_alike_keep_their_order_and_others_go_by_variance():
    anchor = plane_for(codes(0, (1.05, 1.0)), None)[1]
    swapped = agreement(plane_for(codes(0, (1.0, 1.05)), anchor)[1], anchor)
    assert np.allclose(swapped, np.eye(2), atol=0.1), "nearly alike: the order of before"
    grown = agreement(plane_for(codes(0, (1.0, 2.0)), anchor)[1], anchor)
    assert np.allclose(abs(grown), [[0, 1], [1, 0]], atol=0.1), "the first component varies most"
    mirrored = plane_for(codes(0, (1.0, 2.0), signs=(-1, -1)), None)[1]
    assert np.allclose(agreement(plane_for(codes(0, (1.0, 2.0)), mirrored)[1], mirrored), np.eye(2), atol=0.1)


def test_an_anchor_of_other_images_changes_nothing():
    z = codes(30, (2.0, 1.0))
    free = plane_for(z, None)[0]
    other = plane_for(z, np.ones((2, 17), np.float32))[0]
    assert np.array_equal(free.across, other.across)


def test_consecutive_snapshots_of_a_training_show_one_plane(squares):
    """A real training of a VAE with three dimensions: from each snapshot to the next no axis turns round."""
    from genstudio.models.base import build
    from genstudio.training.snapshot import Snapshot, load_model

    torch.manual_seed(0)
    model = build("vae", squares.spec, {"latent_dim": 3, "hidden": 32})
    optimiser = torch.optim.Adam(model.parameters(), 3e-3)
    turn = _Turn(squares.split("train").batch(torch.arange(64), generator=torch.Generator()))
    anchor, seen, blobs = None, [], None
    for step in range(1, 13):
        for _ in range(5):
            phase = next(model.phases(turn))
            optimiser.zero_grad()
            phase.loss().backward()
            optimiser.step()
        weights = {key: value.detach().clone() for key, value in model.state_dict().items()}
        snapshot = Snapshot("run-1", step, "vae", model.knobs.model_dump(), squares.spec, weights)
        context = ViewContext(load_model(snapshot), squares.spec, snapshot, squares)
        blobs = blobs or context.blobs
        context.blobs = blobs
        state = ManifoldState(cells=5, axes="principal", anchor=None if anchor is None else blobs.put_array(anchor))
        found = final(context, state).values["anchor"]
        if anchor is not None:
            seen.append(agreement(found, anchor))
        anchor = found
    assert all((one.diagonal() > 0).all() for one in seen), seen


class _Turn:
    step, draws = 1, Draws()

    def __init__(self, batch: Batch) -> None:
        self._batch = batch

    def batch(self) -> Batch:
        return self._batch


# -- a chosen code -------------------------------------------------------------------------------------------------------


def test_chosen_code_is_the_same_z_in_any_view():
    context = make_look(3)
    base = ManifoldState(cells=9, axes="latent")
    z = final(context, base).pictures[0].values["z"][2, 6]
    chosen = replace(base, chosen=context.blobs.put_array(z))
    at_home = final(context, chosen)
    assert np.allclose(at_home.values["chosen_xy"], [6.5 / 9, 2.5 / 9]), "in the middle of its cell"
    assert np.array_equal(at_home.values["chosen_image"], at_home.pictures[0].cells()[2 * 9 + 6])
    for other in (chosen.zoomed(0.7, 0.3, 3), chosen.moved(0.5, 0.5, 0.2, 0.9), replace(chosen, reach=5.0)):
        told = final(context, other).values
        assert np.array_equal(told["chosen_z"], z)
        x, y = told["chosen_xy"]
        if 0 <= x <= 1 and 0 <= y <= 1:
            u, v = other.place(float(x), float(y))
            assert np.allclose((u, v), told["chosen_uv"], atol=0.05), "its mark lies where its z is"
    away = final(context, replace(chosen, centre_u=-4.0)).values["chosen_xy"]
    assert away[0] > 1, "outside the view"


def test_chosen_code_off_the_plane_shows_its_distance_and_one_of_another_space_is_skipped():
    context = make_look(3)
    blob = context.blobs.put_array(np.array([0.5, -0.5, 2.0], np.float32))
    told = final(context, ManifoldState(cells=5, axes="latent", chosen=blob)).values
    assert told["chosen_away"] == pytest.approx(2.0)
    assert np.allclose(told["chosen_uv"], [0.5, -0.5])
    other = context.blobs.put_array(np.zeros(7, np.float32))
    assert "chosen_z" not in final(context, ManifoldState(cells=5, axes="latent", chosen=other)).values
