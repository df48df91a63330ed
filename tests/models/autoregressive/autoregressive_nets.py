"""Small autoregressive nets of every kind, with weights large enough that pixels matter to each other."""

from __future__ import annotations

from typing import Any

import torch

from genstudio.core.batch import Batch
from genstudio.core.spec import ImageSpec
from genstudio.models.autoregressive.base import Autoregressive
from genstudio.models.base import build
from tests.models.autoregressive.forward_alone import TwoNeighbours, TwoNeighboursMixture

VARIANTS: dict[str, tuple[str | type[Autoregressive], dict[str, Any]]] = {
    "fvbn": ("fvbn", {}),
    "made": ("made", {"hidden": 40}),
    "pixelcnn": ("pixelcnn", {"blocks": 2, "width": 12}),
    "pixelcnn-place": ("pixelcnn", {"blocks": 1, "width": 12, "kernel": 5, "place": True}),
    "gated-place": ("gated-pixelcnn", {"layers": 2, "width": 12, "place": True}),
    "gated": ("gated-pixelcnn", {"layers": 3, "width": 12, "kernel": 5}),
    "gated-classes": ("gated-pixelcnn", {"layers": 2, "width": 12, "conditional": True}),
    "row-lstm": ("pixel-rnn", {"layers": 2, "width": 6, "kernel": 5}),
    "diagonal-lstm-scales": ("pixel-rnn", {"lstm": "diagonal", "layers": 1, "width": 6, "kernel": 3, "scales": 2}),
    "pp": ("pixelcnn-pp", {"blocks": 1, "width": 4, "components": 2, "resolutions": 2, "place": True}),
    "forward-alone": (TwoNeighbours, {}),
    "forward-alone-mixture": (TwoNeighboursMixture, {}),
}
WITH_GRAPH = [name for name in VARIANTS if not name.startswith("forward-alone")]
CLASSES = ("a", "b", "c")


def make(
    variant: str, channels: int = 1, height: int = 6, width: int = 5, levels: int = 2, seed: int = 0, **knobs: Any
) -> Autoregressive:
    """A net in float64 and eval mode, with weights spread so that probabilities are not all near one half."""
    kind, values = VARIANTS[variant]
    spec = ImageSpec(channels, height, width, levels=levels, class_names=CLASSES)
    torch.manual_seed(seed)
    model = build(kind, spec, {**values, **knobs}) if isinstance(kind, str) else kind(spec, kind.Knobs())
    assert isinstance(model, Autoregressive)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * (0.5 * parameter.std(correction=0) + 0.1))
    return model.double().eval()


def batch_of(model: Autoregressive, levels: torch.Tensor) -> Batch:
    spec = model.spec
    labels = torch.arange(len(levels)) % len(CLASSES)
    return Batch(levels.double() / (model.distribution.levels - 1), spec, torch.arange(len(levels)), labels)


def units(model: Autoregressive) -> list[tuple[int, int, int]]:
    """(channel, y, x) of every sub-pixel in the order of the product rule."""
    return [(c, y, x) for y, x, channels in model.pixel_units() for c in channels]
