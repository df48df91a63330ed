"""A model that takes a class and attributes, its images, and a run of it: registered for one test at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor, nn

from genstudio.core.conditions.base import NO_CONDITION, Condition
from genstudio.core.knobs import Knobs
from genstudio.core.messages import N_
from genstudio.core.spec import ImageSpec
from genstudio.data.base import DataKnobs, Source, data_sets
from genstudio.models.autoregressive.base import Autoregressive
from genstudio.models.base import Model, Phase, Play, StepContext, build, models
from genstudio.models.conditioning import complete_condition
from genstudio.nets.distributions.levels import Softmax
from genstudio.training.run.run import Run
from genstudio.training.snapshot import Snapshot, load_model
from genstudio.viewing.context import ViewContext
from tests.small_runs import small_run

MODEL, PIXELS, IMAGES = "tiles-of-a-condition", "pixels-of-a-condition", "tiles-with-attributes"
NAMES, ATTRIBUTES = ("left", "right"), ("light", "tilt")
SPEC = ImageSpec(1, 4, 4, levels=256, class_names=NAMES, attribute_names=ATTRIBUTES)


class Tiles(Model):
    """The class chooses the bright half of a tile, *light* its brightness; the code is added in its first pixel."""

    family, title, help, Knobs = "toys", N_("Tiles"), N_("For tests."), Knobs
    latent_dim = 2

    def __init__(self, spec: ImageSpec, knobs: Any) -> None:
        super().__init__(spec, knobs)
        self.takes = ("class", "attributes")
        self.dark = nn.Parameter(torch.zeros(()))

    def phases(self, context: StepContext) -> Play:
        yield Phase("model", {"error": (context.batch().images - self.dark).square().mean()})

    def prior(self, n: int, *, generator: Generator) -> Tensor:
        return torch.randn(n, 2, generator=generator)

    def decode(self, z: Tensor, condition: Condition | None = None) -> Tensor:
        given = complete_condition(self, condition, len(z), z.device)
        images = self.dark.expand(len(z), *self.spec.shape).clone()
        light = given["attributes"][:, 0].nan_to_num(0.5)
        for image, number, value, code in zip(images, given["class"].tolist(), light, z, strict=True):
            image[0, :, 2 * number : 2 * number + 2] = value
            image[0, 0, 0] += code[0].abs().clamp(max=0.2)
        return images.clamp(0, 1)

    def sample(self, n: int, *, generator: Generator, condition: Condition | None = None) -> Tensor:
        z = self.prior(n, generator=generator)
        return self.decode(z, complete_condition(self, condition, n, z.device, generator=generator))


class TilePixels(Autoregressive):
    """Tiles as :class:`Tiles` has them, drawn pixel by pixel: a whole model that takes a class and attributes."""

    title, help, Knobs = N_("Tiles, pixel by pixel"), N_("For tests."), Knobs

    def __init__(self, spec: ImageSpec, knobs: Any) -> None:
        super().__init__(spec, knobs)
        self.takes = ("class", "attributes")
        self.distribution = Softmax(spec.channels, spec.levels or 256)
        self.sharpness = nn.Parameter(torch.tensor(1e7))

    def forward(self, x: Tensor, condition: Condition = NO_CONDITION) -> Tensor:
        bright = torch.zeros_like(x[:, :1])
        for image, number in zip(bright, condition["class"].tolist(), strict=True):
            image[:, :, 2 * number : 2 * number + 2] = 1
        target = bright * condition["attributes"][:, 0].nan_to_num(0.5)[:, None, None, None].to(x.dtype)
        levels = torch.linspace(0, 1, self.distribution.levels, dtype=x.dtype)
        left = torch.nn.functional.pad(x, (1, 0))[:, :1, :, :-1]
        return -self.sharpness * (levels[:, None, None] - target).square() + 1e-3 * left


class TileImages(Source):
    """200 tiles with a class and two attributes: light from 0 to 0.8, tilt from -10 to 10."""

    title, help = N_("Tiles"), N_("For tests.")

    class Knobs(DataKnobs):
        """Nothing of its own."""

    def fingerprint(self) -> str:
        return IMAGES

    def decode(self, sink: Any, progress: Any, cancelled: Any) -> None:
        images = np.random.default_rng(0).integers(0, 255, (200, 1, 4, 4), np.uint8)
        values = np.stack([np.linspace(0, 0.8, 200), np.linspace(-10, 10, 200)], 1).astype(np.float32)
        sink.begin(200, (1, 4, 4), class_names=NAMES, attribute_names=ATTRIBUTES)
        sink.add(images, labels=np.arange(200) % 2, attributes=values)


@contextmanager
def registered() -> Iterator[None]:
    """Model and images are there within, and leave no trace in contract tests of all that is registered."""
    with models.restored(), data_sets.restored():
        models.register(MODEL)(Tiles)
        models.register(PIXELS)(TilePixels)
        data_sets.register(IMAGES)(TileImages)
        yield


def tiles_run(folder: Path, model: str = MODEL) -> Run:
    """Two steps of training."""
    return small_run(folder, {"name": model}, {"name": IMAGES})


def tiles_context(name: str = MODEL) -> ViewContext:
    """View context of an untrained model, without images."""
    model = build(name, SPEC)
    weights = {name: value.detach().clone() for name, value in model.state_dict().items()}
    snapshot = Snapshot("run-1", 40, name, {}, SPEC, weights)
    return ViewContext(load_model(snapshot), SPEC, snapshot)
