"""Every method draws the same image from the same noise, and the cached one never computes a whole image."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from autoregressive_nets import VARIANTS, WITH_GRAPH, make
from hypothesis import given, settings
from hypothesis import strategies as st

from genstudio.core.conditions.base import NO_CONDITION
from genstudio.core.conditions.classes import of_class
from genstudio.core.errors import UsageError
from genstudio.nets.causal.schedule import schedule


def noise(seed: int = 3) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("variant", list(VARIANTS))
@settings(max_examples=5, derandomize=True)
@given(data=st.data())
def test_methods_agree_in_float64(variant: str, data: st.DataObject) -> None:
    """Tested over sizes, levels, colours, weights, batch sizes, masks (one per image), classes, temperatures."""
    channels = data.draw(st.sampled_from([1, 1, 3]))
    height, width = data.draw(st.integers(1, 5)), data.draw(st.integers(2, 5))
    levels = data.draw(st.sampled_from([2, 2, 3, 16, 256]))
    model = make(variant, channels, height, width, levels, seed=data.draw(st.integers(0, 99)))
    n = data.draw(st.sampled_from([1, 2, 5]))
    seed = data.draw(st.integers(0, 10**6))
    temperature = data.draw(st.sampled_from([1.0, 0.7]))
    label = data.draw(st.sampled_from([None, 0, 2])) if model.classes else None
    torch.manual_seed(seed)
    images = torch.randint(levels, (n, *model.spec.shape)) / (levels - 1)
    known = torch.rand(n if data.draw(st.booleans()) else 1, height, width) < data.draw(
        st.sampled_from([0.0, 0.5, 0.9])
    )
    known[0, -1, -1] = False
    known = known.expand(n, -1, -1)
    drawn = {
        method: model.complete(
            images, known, generator=noise(seed), condition=of_class(label), temperature=temperature, method=method
        )
        for method in model.methods()
        if method != "auto"
    }
    assert ("cached" in drawn) == (variant in WITH_GRAPH)
    assert all(torch.equal(drawn["naive"], other) for other in drawn.values())
    kept = known[:, None].expand_as(images)
    assert torch.equal(drawn["naive"][kept], images[kept].float())


@pytest.mark.parametrize("variant", WITH_GRAPH)
def test_float32_methods_differ_only_at_rounding_boundaries(variant: str) -> None:
    model = make(variant, 3, 4, 4, 16).float()
    drawn = {m: list(model.pixels(8, generator=noise(), method=m)) for m in ("naive", "cached")}
    parted = torch.zeros(8, dtype=torch.bool)
    for one, other in zip(drawn["naive"], drawn["cached"], strict=True):
        assert (one.y, one.x, one.channel) == (other.y, other.x, other.channel)
        differs = (one.levels != other.levels) & ~parted
        cdf = one.distribution.cdf(one.drawn.output, one.drawn.earlier, one.channel)
        gap = (one.u[:, None] - cdf).abs().amin(1)
        assert (gap[differs] < 1e-5).all()
        parted |= differs
    assert parted.sum() <= 1


@pytest.mark.parametrize("variant", WITH_GRAPH)
def test_the_cached_sampler_makes_no_forward_pass_of_an_image(variant: str) -> None:
    model = make(variant, 3, 3, 3, 4)
    model.full_forwards = 0
    model.sample(1, generator=noise(), method="cached")
    list(model.pixels(1, generator=noise(), method="cached"))
    assert model.full_forwards == 0
    model.sample(1, generator=noise(), method="naive")
    assert model.full_forwards == (9 if model.distribution.joint else 27)


@pytest.mark.parametrize("variant", list(VARIANTS))
def test_pixels_come_in_order_with_their_distributions(variant: str) -> None:
    model = make(variant, 3, 2, 4, 5)
    label = 1 if model.classes else None
    expected = model.sample(2, generator=noise(), condition=of_class(label), method="naive")
    seen = []
    for one in model.pixels(2, generator=noise(), condition=of_class(label)):
        seen.append((one.y, one.x, one.channel))
        p = one.probabilities()
        assert p.shape == (2, 5)
        torch.testing.assert_close(p.sum(1), torch.ones(2, dtype=torch.float64))
        cumulative = p.cumsum(1)
        for i, level in enumerate(one.levels.tolist()):
            low = cumulative[i, level - 1] if level else 0.0
            assert low - 1e-9 <= one.u[i] <= cumulative[i, level] + 1e-9
        assert (one.entropy() >= 0).all()
        assert torch.equal(one.images()[:, one.channel, one.y, one.x], one.levels.float() / 4)
    assert seen == [(y, x, c) for y, x, channels in model.pixel_units() for c in channels]
    assert torch.equal(one.images(), expected)
    wave = list(model.pixels(2, generator=noise(), condition=of_class(label), order="wavefront"))
    assert torch.equal(wave[-1].images(), expected)
    assert sorted(seen) == sorted((o.y, o.x, o.channel) for o in wave)


def test_wavefront_of_a_pixelcnn_needs_the_ticks_of_its_receptive_field() -> None:
    """A window of seven, then blocks: a pixel depends on three to the right in the row above, so rows are four
    ticks apart."""
    model = make("pixelcnn", 1, 9, 9, kernel=7)
    graph = model.graph(NO_CONDITION)
    empty = np.zeros((9, 9), bool)
    assert len(schedule(graph, empty, "wavefront").ticks) == 8 * 4 + 9
    assert len(schedule(graph, empty, "raster").ticks) == 81


@pytest.mark.parametrize("variant", list(VARIANTS))
def test_given_pixels_before_the_first_unknown_cost_no_tick(variant: str) -> None:
    model = make(variant, 1, 6, 6)
    known = torch.ones(6, 6, dtype=torch.bool)
    known[4, 2:4] = False
    pixels = list(model.pixels(2, generator=noise(), images=torch.zeros(2, 1, 6, 6), known=known))
    assert [(one.y, one.x) for one in pixels] == [(4, 2), (4, 3)]
    request = model.request(2, generator=noise(), images=torch.zeros(2, 1, 6, 6), known=known)
    assert model.machine(model.to_net(request.given), known.numpy(), request.condition, "raster").ticks == 2


def test_one_seed_gives_one_image_with_every_method() -> None:
    model = make("pixelcnn")
    first = model.sample(3, generator=noise(1))
    assert torch.equal(first, model.sample(3, generator=noise(1), method="auto"))
    assert not torch.equal(first, model.sample(3, generator=noise(2)))
    assert set(model.pace.seconds["4"]) == {"cached", "jacobi"}
    assert torch.equal(first, model.sample(3, generator=noise(1), method="auto")), "now by what it has measured"


def test_sampling_changes_neither_mode_nor_default_generator() -> None:
    model = make("pixelcnn").train()
    before = torch.get_rng_state()
    model.sample(2, generator=noise())
    for _ in model.pixels(2, generator=noise()):
        assert torch.is_grad_enabled()
    assert all(module.training for module in model.modules())
    assert torch.equal(before, torch.get_rng_state())


def test_impossible_drawings_are_refused_with_a_reason() -> None:
    model = make("pixelcnn")
    images, known = torch.zeros(2, 1, 6, 5), torch.ones(6, 5, dtype=torch.bool)
    with pytest.raises(UsageError, match="nothing to draw"):
        model.complete(images, known, generator=noise())
    with pytest.raises(UsageError, match="mask is 5×6"):
        model.complete(images, ~known.t(), generator=noise())
    with pytest.raises(UsageError, match="images are 1×5×6"):
        model.complete(images.transpose(2, 3), ~known, generator=noise())
    with pytest.raises(UsageError, match="without classes"):
        model.sample(2, generator=noise(), condition=of_class(1))
    with pytest.raises(UsageError, match="no class 7"):
        make("gated-classes").sample(2, generator=noise(), condition=of_class(7))
    with pytest.raises(UsageError, match="temperature"):
        model.sample(2, generator=noise(), temperature=0.0)


def test_auto_corrects_a_disturbed_trial() -> None:
    model = make("pixelcnn")
    model.sample(3, generator=noise(1), method="auto")
    model.pace.seconds = {"4": {"cached": 60.0, "jacobi": 30.0}}  # as if the computer had been busy with something else
    model.sample(3, generator=noise(1), method="auto")
    assert model.pace.seconds["4"]["jacobi"] < 30.0, "what was drawn by a method says how long it takes"
    model.pace.seconds["4"]["jacobi"] = 90.0
    model.sample(3, generator=noise(1), method="auto")
    assert model.pace.best(3) == "cached"
    assert model.pace.seconds["4"]["cached"] < 60.0
