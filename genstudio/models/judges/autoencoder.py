"""A judge for images of which nothing is known: its features are the code from which it rebuilds them."""

from __future__ import annotations

from typing import Any

from genstudio.core.capabilities import JudgeOutput
from genstudio.core.messages import N_
from genstudio.core.metrics import Metric
from genstudio.core.spec import ImageSpec
from genstudio.models.base import Phase, Play, StepContext, models
from genstudio.models.judges.base import JudgeKnobs, JudgeModel
from genstudio.nets.convolutional import ConvDecoder
from genstudio.nets.trunk import resize


@models.register("judge-autoencoder")
class JudgeAutoencoder(JudgeModel):
    """Trunk and a convolutional decoder that only training uses. Capability: Judges."""

    title = N_("Judge without labels")
    help = N_(
        "An autoencoder that learns features of images, for data sets without classes and attributes. Measures "
        "compare images by those features."
    )
    Knobs = JudgeKnobs
    metrics = {"reconstruction": Metric(N_("reconstruction"))}

    def __init__(self, spec: ImageSpec, knobs: Any) -> None:
        super().__init__(spec, knobs)
        shape = (spec.channels, *self.trunk.input_size)
        self.decoder = ConvDecoder(self.feature_dim, 2 * self.feature_dim, knobs.width, 8, shape)

    def phases(self, context: StepContext) -> Play:
        images = self.learn_from(context.batch().images, context.draws)
        rebuilt = self.decoder(self.features(images))
        yield Phase("model", {"reconstruction": (rebuilt - resize(images, *self.trunk.input_size)).square().mean()})

    def judge_output(self, images: Any) -> JudgeOutput:
        features = self.features(images)
        return JudgeOutput(features, features[:, :0], features[:, :0])
