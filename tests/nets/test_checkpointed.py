"""Checkpointing changes nothing: equal outputs and gradients for every autoregressive net."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from genstudio.core.conditions.base import NO_CONDITION, Condition
from genstudio.core.conditions.classes import of_class
from genstudio.core.resumable import run
from genstudio.models.autoregressive.base import Autoregressive
from genstudio.models.base import models
from genstudio.nets.causal.checkpointed import Traced, run_through
from tests.models.autoregressive.autoregressive_nets import VARIANTS, make

COLOURED = ("made", "pixelcnn", "gated-classes", "diagonal-lstm-scales", "pp")
SIZES = [(6, 5), (9, 8), (4, 11)]


def test_every_registered_autoregressive_model_is_tested() -> None:
    kinds = {name for name, kind in models.items() if issubclass(kind, Autoregressive)}
    assert kinds == {kind for kind, _ in VARIANTS.values() if isinstance(kind, str)}


def traced(model: Autoregressive, image: Tensor, condition: Condition) -> Traced:
    made = Traced(image)
    run(made.forward(model.by_layers(made.image, condition)))
    return made


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("variant", VARIANTS)
def test_gradients_are_those_of_the_whole_graph(variant: str, size: tuple[int, int]) -> None:
    coloured = variant in COLOURED
    model = make(variant, 3 if coloured else 1, *size, levels=4 if coloured else 2).requires_grad_(False)
    generator = torch.Generator().manual_seed(1)
    image = torch.rand((1, *model.spec.shape), generator=generator, dtype=torch.float64) * 2 - 1
    condition = of_class(torch.tensor([1])) if model.classes else NO_CONDITION
    leaf = image.clone().requires_grad_(True)
    output = model(leaf, condition)
    made = traced(model, image, condition)
    assert torch.equal(made.output, output)
    assert torch.equal(run_through(model.by_layers(image, condition)), output)
    for y, x in ((0, 0), (0, size[1] - 1), (size[0] // 2, size[1] // 2), (size[0] - 1, 1)):
        back = torch.zeros_like(output)
        back[0, :, y, x] = torch.randn(output.shape[1], generator=generator, dtype=torch.float64)
        (expected,) = torch.autograd.grad(output, leaf, back, retain_graph=True)
        found = run(made.backward(back))
        assert torch.allclose(found, expected, rtol=1e-12, atol=1e-14), (y, x)
        assert (expected != 0).any() or (y, x) == (0, 0)


@pytest.mark.parametrize("variant", ["pp", "gated", "pixelcnn", "made", "row-lstm", "diagonal-lstm-scales"])
def test_it_pauses_between_layers(variant: str) -> None:
    model = make(variant).requires_grad_(False)
    made = Traced(torch.zeros(1, *model.spec.shape, dtype=torch.float64))
    layers = sum(1 for _ in made.forward(model.by_layers(made.image)))
    assert layers >= len([m for m in model.modules() if type(m).__name__ in ("GatedResnet", "GatedLayer", "Block")])
    assert layers >= 2
    assert sum(1 for _ in made.backward(torch.ones_like(made.output))) == layers + 1
