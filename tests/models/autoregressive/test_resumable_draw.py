"""Drawing and scoring in parts: equal numbers, a bounded batch, at most one tick or layer between pauses."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from genstudio.core.batch import Batch
from genstudio.core.resumable import run
from genstudio.core.seeding import generator
from genstudio.core.spec import ImageSpec
from genstudio.models.autoregressive.sampling import resumable_draw
from genstudio.models.base import build

NAMES = ("a", "b", "c")
MODELS: dict[str, tuple[str, dict[str, Any], ImageSpec]] = {
    "pixelcnn": ("pixelcnn", {"width": 8, "blocks": 1}, ImageSpec(1, 8, 8, levels=2)),
    "of classes": (
        "gated-pixelcnn", {"width": 8, "layers": 2, "conditional": True}, ImageSpec(1, 6, 6, levels=4, class_names=NAMES),
    ),
    "in colour": (
        "pixelcnn-pp", {"width": 4, "blocks": 1, "resolutions": 1, "components": 2}, ImageSpec(3, 5, 6, levels=256),
    ),
    "dense": ("made", {"hidden": 16}, ImageSpec(1, 5, 5, levels=2)),
}  # fmt: skip


@pytest.fixture(params=list(MODELS))
def model(request: pytest.FixtureRequest) -> Any:
    name, knobs, spec = MODELS[request.param]
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return build(name, spec, knobs).eval().requires_grad_(False)


def test_images_equal_sample_for_any_batches(model: Any, monkeypatch: pytest.MonkeyPatch):
    at_once = model.sample(11, generator=generator(3, "x"), temperature=0.8)
    for first, most in ((8, 64), (2, 3)):
        monkeypatch.setattr(resumable_draw, "FIRST", first)
        monkeypatch.setattr(resumable_draw, "MOST", most)
        drawn = run(model.resumable_sample(11, generator=generator(3, "x"), temperature=0.8))
        assert torch.equal(drawn, at_once)


def test_progress_grows_from_zero_to_one(model: Any):
    shares = list(model.resumable_sample(11, generator=generator(3, "x")))
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_memory_bounds_how_many_are_drawn_at_once(monkeypatch: pytest.MonkeyPatch):
    name, knobs, spec = MODELS["pixelcnn"]
    model: Any = build(name, spec, knobs).eval()
    sizes: list[int] = []
    cached = resumable_draw.resumable_cached
    monkeypatch.setattr(
        resumable_draw, "resumable_cached", lambda model, request, *how, **more: (
            sizes.append(len(request)) or cached(model, request, *how, **more)
        ),
    )  # fmt: skip
    run(model.resumable_sample(40, generator=generator(0, "x")))
    assert sizes == [8, 32]
    sizes.clear()
    monkeypatch.setattr(resumable_draw, "MOST_BYTES", 1)
    run(model.resumable_sample(12, generator=generator(0, "x")))
    assert sizes == [8, 1, 1, 1, 1], "one at a time where no more fit"


def test_resumable_surprise_is_surprise(model: Any):
    images = model.sample(3, generator=generator(1, "x"))
    labels = torch.arange(3) if model.classes else None
    batch = Batch(images, model.spec, torch.arange(3), labels)
    assert torch.equal(run(model.resumable_surprise(batch)), model.surprise(batch))
