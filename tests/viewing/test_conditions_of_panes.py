"""Panes generate images under the condition that their state chooses, and leave to the model what it does not choose."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from genstudio.core.errors import UsageError
from genstudio.panes.manifold.state import ManifoldState
from genstudio.panes.pixels.state import PixelsState
from genstudio.panes.plane.state import PlaneState
from genstudio.panes.samples.content import SamplesState
from genstudio.panes.sliders.state import SlidersState
from genstudio.panes.surprise.content import SurpriseState
from genstudio.viewing.conditioning import choices_of, chosen_condition
from genstudio.viewing.context import ViewContext
from genstudio.viewing.pane import final
from tests.conditional_model import PIXELS, registered, tiles_context

LIGHT = (("light", 0.8),)


@pytest.fixture
def context() -> Iterator[ViewContext]:
    with registered():
        yield tiles_context()


def cells(context: ViewContext, state: Any) -> np.ndarray:
    return final(context, state).pictures[0].cells()[..., 0]


def test_samples_have_the_chosen_class_and_attributes(context: ViewContext) -> None:
    drawn = cells(context, SamplesState(n=6, label=1, attributes=LIGHT))
    assert (drawn[:, :, 2:] == round(0.8 * 255)).all()
    assert (drawn[:, :, :2] == cells(context, SamplesState(n=6, label=1))[:, :, :2]).all(), "the same noise"


def test_what_is_not_chosen_is_left_to_the_model(context: ViewContext) -> None:
    drawn = cells(context, SamplesState(n=4, columns=4))
    assert [int(image[1, 3]) for image in drawn] == [0, 128, 0, 128], "classes in turn, light left open"
    assert chosen_condition(context, SamplesState(), 4).keys() == {"class"}


def test_names_of_other_images_choose_nothing(context: ViewContext) -> None:
    state = SamplesState(n=4, attributes=(("smile", 1.0),))
    assert final(context, state).digest() == final(context, SamplesState(n=4)).digest()


@pytest.mark.parametrize("kind", [SlidersState, ManifoldState])
def test_pictures_of_a_code_have_the_chosen_condition(context: ViewContext, kind: type[Any]) -> None:
    plain, chosen = kind(label=1), kind(label=1, attributes=LIGHT)
    assert (cells(context, chosen)[:, :, 2:] == round(0.8 * 255)).all()
    assert (cells(context, plain)[:, :, 2:] == 128).all()
    assert "right, light 0.80" in str(final(context, chosen).caption)


def test_drawing_pixel_by_pixel_has_the_chosen_condition() -> None:
    with registered():
        pixels = tiles_context(PIXELS)
        state = PixelsState(n=4, label=1, attributes=(("light", 1.0),), position=pixels.spec.values)
        assert (cells(pixels, state)[:, :, 2:] == 255).all()
        half = cells(pixels, replace(state, attributes=()))[:, :, 2:]
        assert set(half.ravel().tolist()) <= {127, 128}, "light is left open"
        field = final(pixels, replace(state, overlay="field"))
        assert field.values["field"].shape == (4, 4)
        scored = SurpriseState(source="samples", n=4)
        assert final(pixels, scored).values["nats"].max() < 6, "8 pixels of one bit: likely, under their own classes"


@pytest.mark.parametrize("kind", [SamplesState, SlidersState, ManifoldState, PixelsState, SurpriseState, PlaneState])
def test_a_chosen_condition_survives_a_file(kind: type[Any]) -> None:
    state = kind(label=1, attributes=(("light", 0.25), ("tilt", -3.0)))
    assert kind.from_json(json.loads(json.dumps(state.to_json()))) == state
    without = {name: value for name, value in state.to_json().items() if name != "attributes"}
    assert kind.from_json(without).attributes == (), "a state of an older session"
    assert state.for_another_run(same_images=False).attributes == ()
    with pytest.raises(UsageError, match="attributes"):
        kind.from_json({**state.to_json(), "attributes": [["light", "bright"]]})


def test_the_caption_names_what_was_chosen(context: ViewContext) -> None:
    text = str(final(context, SamplesState(n=4, label=0, attributes=LIGHT)).caption)
    assert "4 means of p(x|z) of left with light 0.80, seed 0" in text


def test_without_images_an_attribute_goes_from_0_to_1(context: ViewContext) -> None:
    found = choices_of(context)
    assert found["class"].names == ("left", "right")
    assert (found["attributes"].names, found["attributes"].ranges) == (("light", "tilt"), ((0, 1), (0, 1)))
