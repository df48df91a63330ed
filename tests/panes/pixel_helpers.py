"""Small pixel-by-pixel models for tests of panes."""

from __future__ import annotations

from typing import Any

import torch

from genstudio.core.seeding import generator
from genstudio.core.spec import ImageSpec
from genstudio.models.base import build
from genstudio.training.snapshot import Snapshot, load_model
from genstudio.viewing.context import ViewContext

SIZE = {
    "pixelcnn": {"width": 12, "blocks": 2},
    "gated-pixelcnn": {"width": 8, "layers": 3},
    "pixelcnn-pp": {"width": 4, "blocks": 1, "components": 3, "resolutions": 1},
    "pixel-rnn": {"layers": 1, "width": 6, "kernel": 3},
    "made": {"hidden": 40},
}


def pixel_look(
    name: str = "gated-pixelcnn",
    channels: int = 1,
    height: int = 8,
    width: int = 8,
    levels: int = 2,
    *,
    classes: tuple[str, ...] = (),
    data: Any = None,
    seed: int = 0,
    spread: float = 0.1,
    **knobs: Any,
) -> ViewContext:
    """A model in float64, where no two computations differ by a level, with weights large enough that pixels affect
    each other."""
    spec = data.spec if data is not None else ImageSpec(channels, height, width, levels=levels, class_names=classes)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = build(name, spec, {**SIZE[name], **knobs}).double()
        with torch.no_grad():
            for weight in model.parameters():
                weight.add_(torch.randn_like(weight) * (0.5 * weight.std(correction=0) + spread))
    weights = {key: value.detach() for key, value in model.state_dict().items()}
    snapshot = Snapshot("run-1", 1200, name, model.knobs.model_dump(), spec, weights)
    return ViewContext(load_model(snapshot), spec, snapshot, data)


def noise(seed: int = 0) -> torch.Generator:
    """Noise of a pane's seed."""
    return generator(seed, "samples")


def levels_of(images: torch.Tensor, levels: int) -> torch.Tensor:
    """Images in [0, 1] as levels, int64."""
    return (images * (levels - 1)).round().long()
