"""Directions: rows along each direction, honest scores, and messages about missing parts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.core.spec import ImageSpec
from genstudio.data.base import DataKnobs, Source, data_sets
from genstudio.data.dataset import open_data
from genstudio.latent.directions.direction import Directions
from genstudio.latent.effects import ORDINARY, base_codes
from genstudio.models.base import build
from genstudio.panes.directions.state import DirectionsState
from genstudio.training.judge import recipe
from genstudio.training.judge import train as train_judges
from genstudio.training.snapshot import Snapshot, load_model
from genstudio.viewing.content import Content
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import to_pixels
from genstudio.viewing.pane import contents, final, panes
from tests.panes.pane_helpers import make_look

STATE = DirectionsState(cells=5)


@data_sets.register("flat-for-panes")
class Flat(Source):
    """60 grey images, one square each; one attribute varies, one is the same in all, one is known of none."""

    title, help = N_("Flat"), N_("One square on black.")

    class Knobs(DataKnobs):
        """Nothing of its own."""

    def fingerprint(self) -> str:
        return "flat-for-panes"

    def decode(self, sink: Any, progress: Any, cancelled: Any) -> None:
        draw = np.random.default_rng(1)
        bright = draw.integers(60, 255, 60)
        images = np.zeros((60, 1, 8, 8), np.uint8)
        images[:, 0, 2:5, 2:5] = bright[:, None, None]
        told = np.stack([bright / 255, np.full(60, 0.5), np.full(60, np.nan)], 1).astype(np.float32)
        sink.begin(60, (1, 8, 8), attribute_names=("brightness", "flat", "unheard"))
        sink.add(images, attributes=told)


@pytest.fixture
def context(squares: Any) -> ViewContext:
    return make_look(4, data=squares)


@pytest.fixture
def judged(squares: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> ViewContext:
    """A context with a judge that was trained briefly."""
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path))
    for name in ("STEPS", "FEWEST_STEPS"):
        monkeypatch.setattr(recipe, name, 12)
    train_judges.judge_for(squares)
    return make_look(4, data=squares)


def row_names(content: Content) -> list[str]:
    return [row.name for row in content.values["rows"]]


def known(context: ViewContext, state: DirectionsState = STATE) -> DirectionsState:
    """``state`` with what is found for ``context``."""
    return replace(state, directions=context.blobs.put(final(context, state).values["found"]))


def told(content: Content, name: str) -> str:
    return " ".join(str(line) for line in content.values["lines"][row_names(content).index(name)])


# -- what is found -----------------------------------------------------------------------------------------------------


def test_rows_for_attributes_and_classes_then_unnamed_directions(context: ViewContext):
    content = final(context, STATE)
    components = [f"PC {k}" for k in (1, 2, 3, 4)]
    assert row_names(content) == ["brightness", "a", "b", "c", "mirror", *components, "random"]
    assert "ridge regression, R² " in told(content, "brightness")
    assert "accuracy " in told(content, "a")
    assert "random, for comparison" in told(content, "random")


def test_a_row_walks_from_the_code_in_sigmas(context: ViewContext):
    content = final(context, replace(STATE, index=3, reach=2.0))
    batch = context.data.split("validation").batch(torch.tensor([3]), generator=torch.Generator())  # type: ignore[union-attr]
    with torch.no_grad():
        code = context.model.encode(batch.images)[0]  # type: ignore[operator]
        middle = to_pixels(context.model.decode(code[None]))[0]  # type: ignore[operator]
    picture = content.pictures[0]
    for row in range(picture.rows):
        assert np.array_equal(picture.at(row, 2), middle), "the middle one is the code itself"
    bright = Directions.from_bytes(content.values["found"])["brightness"]
    for column, t in enumerate((-2, -1, 0, 1, 2)):
        expected = code.detach().numpy() + t * bright.sigma * bright.vector
        assert np.allclose(picture.values["z"][0, column], expected, atol=1e-5)
    assert "Validation image 3 along 10 directions, ±2 σ" in str(content.caption)


def test_encoded_attribute_is_found_and_its_reading_rises_along_the_direction():
    content = final(make_look(4, data=open_data("flat-for-panes", {})), STATE)
    bright = Directions.from_bytes(content.values["found"])["brightness"]
    assert bright.heldout is not None
    assert bright.heldout > 0.9
    assert np.all(np.diff(content.pictures[0].values["z"][0] @ bright.reader) > 0)


def test_the_first_picture_comes_at_once_and_the_share_only_grows(context: ViewContext):
    steps = list(contents(context, STATE))
    assert row_names(steps[0]) == []
    assert len(steps[0].pictures[0]) == 1
    shares = [content.values["percent"] for content in steps]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert "finding directions, " in str(steps[len(steps) // 2].caption)
    assert not steps[-1].values["finding"]
    assert "finding" not in str(steps[-1].caption)


def test_drag_does_not_restart_the_search(context: ViewContext):
    steps = contents(context, STATE)
    percent = next(content.values["percent"] for content in steps if content.values["percent"] > 40)
    steps.close()
    moved = contents(context, replace(STATE, index=5))
    assert next(moved).values["percent"] >= percent
    moved.close()
    assert (
        final(context, replace(STATE, index=5)).digest()
        == final(make_look(4, data=context.data), replace(STATE, index=5)).digest()
    )


def test_known_directions_are_not_searched_again(context: ViewContext):
    state = known(context)
    fresh = make_look(4, data=context.data)
    fresh.blobs = context.blobs
    before, after = final(context, STATE), final(fresh, state)
    assert np.array_equal(before.pictures[0].pixels, after.pictures[0].pixels)
    assert row_names(before) == row_names(after)
    assert "found" not in after.values
    assert not any(content.values["finding"] for content in contents(fresh, state))


def test_another_method_and_fewer_attributes(context: ViewContext):
    content = final(context, replace(STATE, how="means", attributes=("b", "brightness"), components=0))
    assert row_names(content) == ["b", "brightness", "random"]
    assert told(content, "b").startswith("difference of means")
    assert content.values["search_key"] == ("means", ("b", "brightness"))


def test_without_search_only_unnamed_directions(context: ViewContext):
    final(context, STATE)
    content = final(context, replace(STATE, search=False))
    assert row_names(content) == ["PC 1", "PC 2", "PC 3", "PC 4", "random"]
    assert "found" not in content.values


def test_named_component_is_shown_at_any_rank(context: ViewContext):
    found = Directions.from_bytes(final(context, STATE).values["found"])
    named = tuple(replace(one, name="stripes") if one.name == "PC 3" else one for one in found)
    blob = context.blobs.put(replace(found, found=named).to_bytes())
    assert row_names(final(context, replace(STATE, components=1, directions=blob)))[-3:] == [
        "PC 1",
        "stripes",
        "random",
    ]


# -- held fixed --------------------------------------------------------------------------------------------------------


def test_fixed_readings_do_not_change_along_the_others(context: ViewContext):
    content = final(context, replace(STATE, fixed=("brightness", "nobody")))
    found = Directions.from_bytes(content.values["found"])
    for row in content.values["rows"]:
        change = float(row.step @ found["brightness"].reader) / row.direction.sigma
        assert (abs(change) < 1e-6) == (not row.fixed)
    assert "brightness held fixed" in str(content.caption)
    z = base_codes(context, ORDINARY).double().numpy()
    for row in content.values["rows"]:
        along = z @ (row.step / np.linalg.norm(row.step))
        assert row.fixed or row.direction.sigma == pytest.approx(along.std(), rel=1e-5), "σ of what is left of it"


def test_row_without_remainder_gives_a_reason_and_the_others_are_shown(context: ViewContext):
    content = final(context, replace(STATE, fixed=("PC 1", "PC 2", "PC 3", "PC 4")))
    assert "Nothing remains of it" in told(content, "brightness")
    assert "Nothing remains" not in told(content, "PC 1")
    assert len(content.pictures[0]) == 5 * len(row_names(content))


# -- what it does ------------------------------------------------------------------------------------------------------


def test_effects_are_measured_by_the_judge_and_shown_as_a_matrix(judged: ViewContext):
    content = final(judged, replace(STATE, shown="effects"))
    found = Directions.from_bytes(content.values["found"])
    assert content.values["column_names"] == ("brightness", "a", "b", "c")
    for row, name in enumerate(row_names(content)):
        expected = [found[name].effect[column] for column in content.values["column_names"]]
        assert np.allclose(content.values["matrix"][row], expected)
    assert content.legend is not None
    strips = final(judged, STATE)
    assert "brightness\u00a0" in told(strips, "brightness")
    assert strips.values["remarks"] == ()


def test_effects_are_measured_again_with_others_held_fixed(judged: ViewContext):
    state = known(judged)
    before = {row.name: row.direction.effect for row in final(judged, state).values["rows"]}
    after = {row.name: row.direction.effect for row in final(judged, replace(state, fixed=("a",))).values["rows"]}
    assert after["a"] == before["a"]
    assert after["brightness"].keys() == before["brightness"].keys()
    assert after["brightness"] != before["brightness"]


def test_without_a_judge_the_rest_is_shown_with_a_message(context: ViewContext):
    content = final(context, replace(STATE, shown="effects"))
    assert content.values["shown"] == "strips"
    assert "no effect is measured" in str(content.caption)
    assert [str(text)[:38] for text in content.values["remarks"]] == ["The effects are not measured: there is"]


def test_the_cosines_are_those_between_the_walks(context: ViewContext):
    content = final(context, replace(STATE, shown="cosines"))
    found = Directions.from_bytes(content.values["found"])
    matrix, names = content.values["matrix"], row_names(content)
    assert np.allclose(np.diag(matrix), 1)
    assert matrix[0, 1] == pytest.approx(found[names[0]].vector @ found[names[1]].vector)
    picture = content.pictures[0]
    assert (picture.rows, picture.columns) == matrix.shape
    assert tuple(picture.at(0, 0)[0, 0]) == (213, 94, 0)


# -- other weights, other spaces ---------------------------------------------------------------------------------------


def test_newer_weights_show_old_step_and_new_scores(context: ViewContext):
    newer = make_look(4, data=context.data, step=3000, seed=1)
    newer.blobs = context.blobs
    content = final(newer, known(context))
    assert "found at step 1,200" in str(content.caption)
    line = told(content, "brightness")
    assert "at step 1,200 R² " in line
    assert ", now " in line
    assert "now" not in told(content, "PC 1")
    now = content.values["rows"][0].now
    assert now is not None
    assert now < 0.9 * content.values["rows"][0].direction.heldout, "other weights, drawn at random"


def test_directions_of_another_space_are_refused_with_a_remedy(context: ViewContext):
    other = make_look(3, data=context.data)
    other.blobs = context.blobs
    with pytest.raises(UsageError, match="another latent space") as refusal:
        final(other, known(context))
    assert "Find them again" in str(refusal.value.remedy)


def test_missing_directions_are_found_again(context: ViewContext):
    state = known(context)
    content = final(make_look(4, data=context.data), state)
    assert row_names(content)[0] == "brightness"


# -- what is missing ---------------------------------------------------------------------------------------------------


def test_constant_and_unknown_attributes_are_reported_and_the_rest_is_found():
    content = final(make_look(4, data=open_data("flat-for-panes", {})), STATE)
    assert row_names(content)[:2] == ["brightness", "mirror"]
    remarks = [str(text) for text in content.values["remarks"]]
    assert remarks[:2] == [
        "flat is 0.5 in all 60 images, so no direction can be found.",
        "unheard is not known for any image.",
    ]


def test_unknown_attribute_lists_the_known_ones(context: ViewContext):
    content = final(context, replace(STATE, attributes=("nose", "a")))
    assert "a" in row_names(content)
    assert str(content.values["remarks"][0]) == "There is no attribute 'nose' here; there are: brightness, a, b, c."


def test_without_images_only_components_with_a_reason():
    content = final(make_look(4), STATE)
    assert row_names(content) == ["PC 1", "PC 2", "PC 3", "PC 4", "random"]
    assert "images of this run are not open" in str(content.values["remarks"][0])
    assert str(content.caption).startswith("The draw of seed 0 along 5 directions")


def test_known_directions_work_without_images(context: ViewContext):
    state = known(context)
    alone = make_look(4, spec=context.spec)
    alone.blobs = context.blobs
    assert row_names(final(alone, state))[:4] == ["brightness", "a", "b", "c"]


def test_codes_of_a_broken_model_are_refused(squares: Any):
    broken = make_look(4, data=squares)
    with torch.no_grad():
        for parameter in broken.model.parameters():
            parameter.fill_(float("nan"))
    with pytest.raises(UsageError, match="not finite") as refusal:
        final(broken, STATE)
    assert "an earlier checkpoint" in str(refusal.value.remedy)


def test_points_are_refused_with_a_reason():
    refusal = panes["directions"].unsupported(ImageSpec(2, 1, 1))
    assert refusal is not None
    assert "pane Plane" in str(refusal.remedy)
    assert panes["directions"].unsupported(ImageSpec(1, 28, 28)) is None


# -- models without an encoder -----------------------------------------------------------------------------------------


def generator_of(data: Any) -> ViewContext:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = build("gan", data.spec, {"latent_dim": 4, "hidden": 8})
    weights = {name: value.detach().clone() for name, value in model.state_dict().items()}
    snapshot = Snapshot("run-1", 40, "gan", model.knobs.model_dump(), data.spec, weights)
    return ViewContext(load_model(snapshot), data.spec, snapshot, data)


def test_generator_without_a_judge_has_components_and_a_hint(squares: Any, tmp_path, monkeypatch):
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path))
    content = final(generator_of(squares), STATE)
    assert row_names(content) == ["PC 1", "PC 2", "PC 3", "PC 4", "random"]
    assert "genstudio evaluate RUN" in str(content.values["remarks"][0])


def test_generator_with_a_judge_uses_the_extremes(judged: ViewContext):
    content = final(generator_of(judged.data), replace(STATE, attributes=("brightness",)))
    assert row_names(content)[0] == "brightness"
    assert told(content, "brightness").startswith("SVM of the extremes")
    assert content.values["rows"][0].direction.effect["brightness"] > 0


# -- codes that are sent -----------------------------------------------------------------------------------------------


def test_sent_code_is_the_start_unless_it_is_another_models(context: ViewContext):
    z = np.array([1.0, -1.0, 0.5, 0.0], np.float32)
    sent = STATE.with_z(context.blobs.put_array(z))
    content = final(context, sent)
    assert str(content.caption).startswith("The code sent here")
    assert np.array_equal(content.pictures[0].values["z"][0, 2], z)
    other = STATE.with_z(context.blobs.put_array(z[:3]))
    assert str(final(context, other).caption).startswith("Validation image 0")


# -- names over time ---------------------------------------------------------------------------------------------------


def test_a_component_found_again_keeps_the_name_that_it_was_given_and_its_sense(context: ViewContext):
    found = Directions.from_bytes(final(context, STATE).values["found"])
    named = replace(found, found=tuple(replace(one, name="tilt") if one.name == "PC 2" else one for one in found))
    turned = replace(found, found=tuple(one.turned() if one.name == "PC 2" else one for one in found))
    again = turned.with_names_of(named)
    assert "PC 2" not in again
    assert np.array_equal(again["tilt"].vector, found["PC 2"].vector)
    other = Directions.from_bytes(final(make_look(4, data=context.data, seed=5), STATE).values["found"])
    apart = replace(other, found=tuple(one for one in other if one.method != "components"))
    assert apart.with_names_of(named).names == apart.names, "where none is much the same, none has the name"
