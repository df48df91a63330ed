"""Small labelled images, and a few real training steps on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from genstudio.core.messages import N_
from genstudio.data.base import DataKnobs, Source, data_sets
from genstudio.data.dataset import DataSet, open_data
from genstudio.models.base import Model, models
from genstudio.training.recipe.recipe import Recipe, recipe_from_dict

#: What makes each model small. ``base`` of the conditional one goes through all three elsewhere.
SMALL: dict[str, dict[str, Any]] = {
    "gan": {"hidden": 8},
    "dcgan": {"width": 4},
    "resnet-gan": {"width": 4},
    "began": {"width": 4},
    "conditional-gan": {"width": 4, "hidden": 8, "class_dim": 3},
    "attribute-gan": {"width": 4, "hidden": 8},
}
ADVERSARIAL = [name for name in models if models[name].family == "adversarial"]


@data_sets.register("squares-and-dots")
class SquaresAndDots(Source):
    """120 grey images of 8×8 in two classes."""

    title, help = N_("Squares and dots"), N_("For tests.")

    class Knobs(DataKnobs):
        """Nothing of its own."""

    def fingerprint(self) -> str:
        return "squares-and-dots"

    def decode(self, sink, progress, cancelled) -> None:
        draw = np.random.default_rng(0)
        images = np.zeros((120, 1, 8, 8), np.uint8)
        for i, image in enumerate(images):
            side = 1 + 3 * (i % 2)
            y, x = draw.integers(0, 8 - side, 2)
            image[0, y : y + side, x : x + side] = draw.integers(120, 255)
        sink.begin(120, (1, 8, 8), class_names=("dot", "square"))
        sink.add(images, labels=np.arange(120) % 2)


@pytest.fixture(scope="session")
def data() -> DataSet:
    return open_data("squares-and-dots", {})


@pytest.fixture
def recipe() -> Callable[..., Recipe]:
    """A recipe of a few steps without players; settings as overrides."""

    def made(model: str, *overrides: str) -> Recipe:
        plan = {"steps": 3, "batch_size": 4, "save_every": 0, "sample_every": 0, "evaluate_every": 0, "log_every": 1}
        knobs = {"latent_dim": 3, **SMALL.get(model, {})}
        document = {"model": {"name": model, **knobs}, "data": {"name": "squares-and-dots"}, "plan": plan}
        return recipe_from_dict(document, "tiny").override(overrides)

    return made


@pytest.fixture
def build_small(data: DataSet) -> Callable[..., Model]:
    """``build_small("dcgan", augment="translation")``: with the same weights each time, of which all learn."""
    from genstudio.models.base import build

    def built(name: str, **knobs: Any) -> Model:
        torch.manual_seed(0)
        return build(name, data.spec, {"latent_dim": 3, **SMALL.get(name, {}), **knobs}).train()

    return built
