"""A model that gives a forward pass alone is sampled and shown pixel by pixel; methods that it lacks are refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from autoregressive_nets import make

from genstudio.core.capabilities import capabilities_of
from genstudio.core.errors import UsageError
from genstudio.core.resumable import Stepper
from genstudio.core.seeding import generator
from genstudio.panes.pixels.content import PixelsState
from genstudio.training.snapshot import Snapshot
from genstudio.viewing.context import ViewContext
from genstudio.viewing.pane import final


@pytest.fixture
def model():
    return make("forward-alone", 1, 5, 4, 3)


def test_its_method_is_the_naive_one_and_the_cached_one_is_refused_with_a_reason(model):
    assert model.sampling == "naive"
    with pytest.raises(
        UsageError, match="Two neighbours can't be drawn by the method 'cached': it has no causal graph"
    ):
        model.sample(2, generator=generator(0), method="cached")
    with pytest.raises(UsageError, match="naive, jacobi, auto"):
        next(model.pixels(2, generator=generator(0), method="cached"))


def test_auto_compares_the_naive_method_with_jacobi(model):
    drawn = model.sample(3, generator=generator(1), method="auto")
    assert torch.equal(drawn, model.sample(3, generator=generator(1)))
    assert set(model.pace.seconds["4"]) == {"naive", "jacobi"}
    assert model.pace.used == "naive"


def test_a_drawing_pauses_after_each_forward_pass_and_gives_the_same_images(model):
    steps = Stepper(model.resumable_sample(3, generator=generator(2), temperature=0.8))
    shares = []
    while steps.advance():
        shares.append(steps.value)
    assert shares == pytest.approx([(k + 1) / 20 for k in range(20)])
    assert torch.equal(steps.result, model.sample(3, generator=generator(2), temperature=0.8))


def test_the_pane_pixel_by_pixel_shows_it_with_its_receptive_field(model):
    assert {"Samples", "SamplesPixels", "ScoresLikelihood"} <= set(capabilities_of(model))
    snapshot = Snapshot("run", 1, "forward-alone", {}, model.spec, dict(model.state_dict()))
    context = ViewContext(model, model.spec, snapshot)
    content = final(context, PixelsState(n=4, position=20))
    drawn = model.sample(4, generator=generator(0, "samples"))
    shown = content.pictures[0].cells()[..., 0] / 255
    assert torch.allclose(torch.from_numpy(shown).double(), drawn[:, 0].double(), atol=0.01)
    field = final(context, PixelsState(n=4, position=10, overlay="field")).values["field"]
    y, x = (10 - 1) // 4, (10 - 1) % 4
    assert np.argwhere(field > 0).tolist() == [[y - 1, x], [y, x - 1]]


def test_a_model_without_any_pass_is_told_what_it_lacks(model):
    class Nothing(type(model)):  # type: ignore[misc]
        forward = type(model).__mro__[1].forward

    with pytest.raises(NotImplementedError, match="neither forward nor by_layers"):
        Nothing(model.spec, model.knobs)(torch.zeros(1, *model.spec.shape))
