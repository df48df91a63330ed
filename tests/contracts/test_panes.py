"""Contract of panes, tested on every registered one. Registering a pane is enough to be tested."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from genstudio.core.errors import Cancelled, UsageError
from genstudio.core.knobs import KnobInfo
from genstudio.core.spec import ImageSpec
from genstudio.export.pane_exports import exports_of, find_export
from genstudio.models.base import build, models
from genstudio.training.snapshot import Snapshot, load_model
from genstudio.viewing.content import Content, Picture
from genstudio.viewing.context import ViewContext
from genstudio.viewing.pane import PaneGroup, contents, final, groups_of, pane, pane_of, panes
from genstudio.viewing.pane_state import PaneState

NAMES = ("ring", "disc", "square")
SPECS = {
    "binary": ImageSpec(1, 8, 8, levels=2, class_names=NAMES),
    "colour": ImageSpec(3, 6, 7, levels=256, class_names=NAMES),
    "point": ImageSpec(2, 1, 1),
    "rounded-point": ImageSpec(2, 1, 1, levels=8),
}
MODELS: dict[str, dict[str, Any]] = {
    "vae": {"latent_dim": 3, "hidden": 8},
    "gan": {"latent_dim": 3, "hidden": 8},
    "dcgan": {"latent_dim": 3, "width": 4},
    "pixelcnn": {"width": 4, "blocks": 1},
    "pixelcnn-pp": {"width": 4, "blocks": 1, "resolutions": 1, "components": 2},
    "conditional-gan": {"base": "gan", "latent_dim": 3, "hidden": 8},
}


def is_made_for(model: str, spec: ImageSpec) -> bool:
    try:
        models[model].check(spec, models[model].Knobs(**MODELS[model]))
    except UsageError:
        return False
    return True


def serve_one_another(name: str, model: str) -> bool:
    """Each pane with a model that has its capabilities, and with images that both support."""
    shown = panes[name]
    if shown.why_not(models[model]) is not None:
        return False
    return any(shown.unsupported(spec) is None and is_made_for(model, spec) for spec in SPECS.values())


def a_spec_for(name: str, model: str) -> ImageSpec:
    """The first test images that both support."""
    return next(spec for spec in SPECS.values() if panes[name].unsupported(spec) is None and is_made_for(model, spec))


SERVED = [(name, model) for name in panes for model in MODELS if serve_one_another(name, model)]
EVERY_PANE = pytest.mark.parametrize("name", list(panes))
EVERY_PANE_AND_MODEL = pytest.mark.parametrize(("name", "model"), SERVED)
SHOWN = [
    pytest.param(name, model, spec, id=f"{name}-{model}-{kind}")
    for name, model in SERVED
    for kind, spec in SPECS.items()
    if panes[name].unsupported(spec) is None and is_made_for(model, spec)
]


@cache
def snapshot_of(spec: ImageSpec, name: str) -> Snapshot:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = build(name, spec, MODELS[name])
    weights = {name: value.detach().clone() for name, value in model.state_dict().items()}
    return Snapshot("run-1", 40, name, model.knobs.model_dump(), spec, weights)


def view_context(spec: ImageSpec, name: str = "vae") -> ViewContext:
    """A view context of its own, with nothing cached in it."""
    snapshot = snapshot_of(spec, name)
    return ViewContext(load_model(snapshot), spec, snapshot)


def test_every_pane_is_served_by_a_model_of_the_battery():
    assert {name for name, _ in SERVED} == set(panes)


def values_of(info: KnobInfo) -> st.SearchStrategy[Any]:
    """Values that a person can set a field to; its default if only the window knows the choices."""
    if info.choices is not None:
        return st.sampled_from(info.choices)
    if info.annotation is bool:
        return st.booleans()
    if info.annotation is int:
        return st.integers(int(info.minimum or 0), int(info.maximum if info.maximum is not None else 10_000))
    if info.annotation is float:
        return st.floats(info.minimum, info.maximum, allow_nan=False, allow_infinity=False)
    return st.just(info.default)


@st.composite
def states(draw: st.DrawFn, kind: type[PaneState]) -> PaneState:
    chosen = {info.name: draw(values_of(info)) for info in kind.controls()}
    at = draw(st.one_of(st.just("latest"), st.integers(0, 10**7)))
    return kind(run=draw(st.sampled_from(["", "mnist-1"])), at=at, **chosen)


@EVERY_PANE
@settings(max_examples=30)
@given(data=st.data())
def test_state_survives_a_file(name: str, data: st.DataObject):
    state = data.draw(states(panes[name].state))
    again = panes[name].state.from_json(json.loads(json.dumps(state.to_json())))
    assert again == state
    assert hash(again) == hash(state)


MEANS_THE_SAME_ANYWHERE = {
    "interpolate": {
        "frames"
    },  # in other data each is the image or class of that number, or is left out with its reason
    "pixels": {"own"},  # a person's own image
    "sliders": {"own"},
    "surprise": {"own"},
}


@EVERY_PANE
def test_another_run_takes_over_no_images_classes_or_codes(name: str):
    """Fields that are names, lists, codes, classes or image numbers declare what they belong to."""
    kind = panes[name].state
    belongs = {*kind.OF_RUN, *kind.OF_IMAGES}
    fields = {info.name: info for info in kind.controls()}
    assert belongs <= fields.keys()
    plain = (bool, int, float)
    named = {
        field
        for field, info in fields.items()
        if field in ("label", "index") or (info.choices is None and info.annotation not in plain)
    }
    assert named - belongs == MEANS_THE_SAME_ANYWHERE.get(name, set())


@EVERY_PANE
@settings(max_examples=30)
@given(data=st.data())
def test_what_another_run_takes_over_fits_it(name: str, data: st.DataObject):
    state, fresh = data.draw(states(panes[name].state)), panes[name].state()
    same, other = state.for_another_run(same_images=True), state.for_another_run(same_images=False)
    for field in state.OF_RUN:
        assert getattr(same, field) == getattr(other, field) == getattr(fresh, field)
    for field in state.OF_IMAGES:
        assert getattr(same, field) == getattr(state, field)
        assert getattr(other, field) == getattr(fresh, field)
    assert (other.run, other.at) == ("", "latest")


@EVERY_PANE
def test_it_has_title_and_help(name: str):
    shown = panes[name]
    assert shown.name == name
    assert isinstance(shown.group, PaneGroup)
    assert str(shown.help).endswith(".")
    assert len(str(shown.page)) > 200, "a help page with the mathematics"
    assert pane_of(shown.state()) is shown
    assert all(str(info.help) for info in shown.state.controls())


@pytest.mark.parametrize(("name", "model", "spec"), SHOWN)
def test_content_is_pure_and_has_a_caption(name: str, model: str, spec: ImageSpec):
    state = panes[name].state()
    before = torch.get_rng_state()
    first, second = final(view_context(spec, model), state), final(view_context(spec, model), state)
    assert first.digest() == second.digest()
    assert torch.equal(torch.get_rng_state(), before), "only the training thread may draw from the default generator"
    assert str(first.caption)
    assert "40" in str(first.caption), "the words name the step"
    for picture in first.pictures:
        assert picture.pixels.dtype == "uint8"
        assert picture.pixels.shape[2] in (1, 3)


@pytest.mark.parametrize(("name", "model"), [pair for pair in SERVED if pair[1] not in ("pixelcnn-pp", "dcgan")])
@settings(max_examples=4)
@given(data=st.data())
def test_any_state_has_a_content_independent_of_history(name: str, model: str, data: st.DataObject):
    """The view context caches results between states, which must not affect the content."""
    spec = a_spec_for(name, model)
    context, other = view_context(spec, model), view_context(spec, model)
    before, state = data.draw(states(panes[name].state)), data.draw(states(panes[name].state))
    assert isinstance(final(context, before), Content)
    assert final(context, state).digest() == final(other, state).digest()


@EVERY_PANE_AND_MODEL
def test_it_stops_on_request(name: str, model: str):
    with pytest.raises(Cancelled):
        final(view_context(a_spec_for(name, model), model), panes[name].state(), cancelled=lambda: True)


@EVERY_PANE_AND_MODEL
def test_it_leaves_no_grad_mode_behind(name: str, model: str):
    steps = contents(view_context(a_spec_for(name, model), model), panes[name].state())
    next(steps)
    assert torch.is_grad_enabled()
    assert not torch.is_inference_mode_enabled()
    steps.close()


@EVERY_PANE
def test_unsuitable_model_is_refused_with_an_alternative(name: str):
    shown = panes[name]
    if not shown.needs:
        return
    reason = str(shown.why_not(torch.nn.Linear(2, 2)))
    assert str(shown.title) in reason
    serving = [model for pane_name, model in SERVED if pane_name == name]
    assert all(str(models[model].title) in reason for model in serving)
    context = view_context(SPECS["binary"])
    context.model = torch.nn.Linear(2, 2)
    with pytest.raises(UsageError, match="needs a model"):
        final(context, shown.state())
    assert shown.why_not(view_context(SPECS["binary"], serving[0]).model) is None


@EVERY_PANE_AND_MODEL
def test_unsuitable_images_are_refused_with_a_remedy(name: str, model: str):
    refused = [
        spec for spec in SPECS.values() if panes[name].unsupported(spec) is not None and is_made_for(model, spec)
    ]
    for spec in refused:
        with pytest.raises(UsageError) as refusal:
            final(view_context(spec, model), panes[name].state())
        assert str(refusal.value.remedy)


def test_two_panes_of_one_name_are_refused():
    with pytest.raises(UsageError, match="already"):
        pane("samples", title="x", group=PaneGroup("x", "x"), needs=(), state=PaneState, help="x")(lambda *_: None)


def test_panes_of_one_group_agree_on_its_title_and_order():
    titles = {(shown.group.name, shown.group) for _, shown in panes.items()}
    assert len(titles) == len(groups_of(panes[name] for name in panes))


@EVERY_PANE
def test_its_exports_have_names_titles_and_formats_of_their_own(name: str):
    exports = exports_of(panes[name])
    assert len({export.name for export in exports}) == len({str(export.title) for export in exports}) == len(exports)
    for export in exports:
        assert export.file.format(pane=name, step=1).endswith(export.suffixes)
        assert find_export(panes[name], export.name) is export
    with pytest.raises(UsageError, match="There are: picture, training"):
        find_export(panes[name], "hologram")


def test_a_sheet_gives_back_its_cells():
    import numpy as np

    cells = np.arange(6 * 2 * 3, dtype=np.uint8).reshape(6, 2, 3, 1)
    rows = cells.reshape(2, 3, 2, 3, 1).swapaxes(1, 2).reshape(4, 9, 1)
    picture = Picture(rows, cell=(2, 3))
    assert (picture.rows, picture.columns) == (2, 3)
    assert np.array_equal(picture.cells(), cells)
    assert np.array_equal(picture.at(1, 2), cells[5])
    assert len(replace(picture, count=4).cells()) == 4
