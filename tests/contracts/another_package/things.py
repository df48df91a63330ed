"""Things without Qt of a package that is not genstudio's: one of each kind that can be registered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

from genstudio.core.capabilities import Samples
from genstudio.core.knobs import Knobs, knob
from genstudio.core.messages import N_
from genstudio.core.metrics import Metric
from genstudio.core.seeding import generator
from genstudio.data.base import DataKnobs, Source, data_sets
from genstudio.evaluate.base import Result, measure
from genstudio.models.adversarial.gan import GAN
from genstudio.models.base import Model, Phase, Play, StepContext, models
from genstudio.objectives.base import Game, Objective, objectives
from genstudio.training.health.metric_history import MetricHistory
from genstudio.training.health.result import Health
from genstudio.training.health.rule import health_rule
from genstudio.viewing.content import Content, Picture
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import sheet, to_pixels
from genstudio.viewing.exports import Cancelled, Export, ExportRequest, Progress, register_exports
from genstudio.viewing.pane import PaneGroup, pane
from genstudio.viewing.pane_state import PaneState, state


@data_sets.register("bars")
class Bars(Source):
    """200 black images of 8×8, each with one white row."""

    title, help, noun = N_("Bars"), N_("One white row on black."), N_("bars")

    class Knobs(DataKnobs):
        """Nothing of its own."""

    def fingerprint(self) -> str:
        return "bars"

    def decode(self, sink: Any, progress: Any, cancelled: Any) -> None:
        import numpy as np

        images = np.zeros((200, 1, 8, 8), np.uint8)
        for number, image in enumerate(images):
            image[0, number % 8, :] = 200 + number % 50
        sink.begin(200, (1, 8, 8))
        sink.add(images)


class LogitsKnobs(Knobs):
    """Knobs of the model below."""

    start: float = knob(0.0, help=N_("First value of every logit."), ge=-5, le=5)


@models.register("logits")
class Logits(Model):
    """A Bernoulli for each sub-pixel, independent of all others. Capability: Samples."""

    family = "factorised"
    title, help = N_("Independent pixels"), N_("One learned chance for each pixel.")
    Knobs = LogitsKnobs
    metrics = {
        "misfit": Metric(N_("misfit of the pixels"), "bananas", ("nll",)),
        "spread": Metric(N_("spread of the chances")),
    }

    def __init__(self, spec: Any, knobs: Any) -> None:
        super().__init__(spec, knobs)
        self.logits = nn.Parameter(torch.full(spec.shape, knobs.start))

    def phases(self, context: StepContext) -> Play:
        images = context.batch().images
        logits = self.logits.expand_as(images)
        misfit = binary_cross_entropy_with_logits(logits, images, reduction="none").flatten(1).sum(1).mean()
        yield Phase("model", {"misfit": misfit}, watch={"spread": self.logits.detach().sigmoid().std()})

    def sample(self, n: int, *, generator: torch.Generator, **_: Any) -> Tensor:
        noise = torch.rand(n, *self.spec.shape, generator=generator, device=generator.device)
        return (noise.to(self.logits.device) < self.logits.sigmoid()).float()


@models.register("renamed-gan")
class RenamedGAN(GAN):
    """A model on a base of genstudio's, whose knobs offer the objective below."""

    title = N_("GAN of another package")


@objectives.register("soft")
class Soft(Objective):
    """Softplus losses under terms of other names."""

    title, help = N_("Soft"), N_("The first game that comes to mind.")
    formula, paper = "D: E sp(-D(x)) + E sp(D(G(z)));  G: E sp(-D(G(z)))", "none"
    metrics = {
        "doubt": Metric(N_("doubt of the discriminator"), "", ("game_loss",)),
        "effort": Metric(N_("effort of the generator"), "", ("game_loss",)),
    }

    def discriminator_terms(self, game: Game) -> dict[str, Tensor]:
        real, fake = game.outputs
        return {"doubt": softplus(-real).mean() + softplus(fake).mean()}

    def generator_terms(self, game: Game) -> dict[str, Tensor]:
        return {"effort": softplus(-game.fake_output).mean()}

    def curves(self) -> dict[str, Any]:
        return {"real": lambda a: softplus(-a), "fake": softplus, "generator": lambda a: softplus(-a)}


@measure(
    "brightness",
    title=N_("Brightness of samples"),
    unit="lux",
    better="higher",
    needs=(Samples,),
    help=N_("Mean value of a sub-pixel."),
    curve_title=N_("brightness"),
    extras={"contrast": Metric(N_("contrast of samples"), "lux")},
)
def brightness(model: Any, images: Any) -> Result:
    """Mean and deviation of the values of 16 samples."""
    drawn = model.sample(16, generator=generator(0, "brightness"))
    return Result(float(drawn.mean()), images.protocol(), extra={"contrast": float(drawn.std())})


@state
class WallState(PaneState):
    """State of the pane below."""

    seed: int = knob(0, help=N_("The seed of the noise."), ge=0, le=1000)


@pane(
    "wall",
    title=N_("Wall"),
    group=PaneGroup("festive", N_("Festive"), 60),
    needs=(Samples,),
    state=WallState,
    help=N_("Four samples in a row."),
)
def wall(context: ViewContext, state: WallState) -> Content:
    """One row of four samples."""
    model: Any = context.model
    pixels = to_pixels(model.sample(4, generator=generator(state.seed, "wall")))
    text = N_("four samples of seed {seed}, step {step}", seed=state.seed, step=context.snapshot.step)
    return Content(text, (Picture(sheet(pixels, 1, 4), text, (context.spec.height, context.spec.width)),))


def save_line(request: ExportRequest, progress: Progress, cancelled: Cancelled) -> Path:
    """Write the line under the picture."""
    request.path.write_text(f"{request.content.caption}\n{request.options['ending']}\n", encoding="utf-8")
    return request.path


register_exports(
    "wall",
    Export(
        "line", N_("The line under it…"), "{pane}-{step}.txt", (".txt",), save_line, options={"ending": "That is all."}
    ),
)


@health_rule("uneven", order=5)
def uneven(history: MetricHistory) -> Health | None:
    """Anything at all about the model above."""
    return Health("watch", N_("The bananas are uneven.")) if history.curve("train/misfit") else None
