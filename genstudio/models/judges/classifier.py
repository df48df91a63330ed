"""A judge of what a data set says of its images: classes, attributes, or both.

    loss = cross-entropy of the classes                                      nats
         + mean over attributes of (standardised difference)^2, or of the cross-entropy for yes/no ones
         + weight * mean squared error of the image, small                   where ``picture`` is above 0

An unknown attribute (NaN) is passed over. Two classes alone would teach the features to forget everything else, and a model
that draws one smiling person would fool them: the last term makes them remember the picture.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from genstudio.core.batch import Batch
from genstudio.core.capabilities import JudgeOutput
from genstudio.core.errors import UsageError
from genstudio.core.knobs import knob
from genstudio.core.messages import N_
from genstudio.core.metrics import Metric
from genstudio.core.spec import ImageSpec
from genstudio.models.base import Phase, Play, StepContext, models
from genstudio.models.judges.base import JudgeKnobs, JudgeModel
from genstudio.nets.attribute_head import moments, squared_or_crossed
from genstudio.nets.trunk import resize

REMEMBERED = 16  # pixels of the shorter side at which the picture is remembered


class ClassifierKnobs(JudgeKnobs):
    picture: float = knob(
        0.0,
        help=N_("Weight of reconstructing the image; 0 keeps only what classes and attributes need."),
        label=N_("Reconstruction weight"),
        ge=0,
        le=1000,
    )


@models.register("judge-classifier")
class JudgeClassifier(JudgeModel):
    """Trunk and linear heads. Capability: Judges."""

    title = N_("Judge of classes and attributes")
    help = N_(
        "Learns to predict an image's class and attributes. Measures compare images by the features that it learns."
    )
    Knobs = ClassifierKnobs
    metrics = {
        "classes": Metric(N_("classes"), "nats"),
        "attributes": Metric(N_("attributes")),
        "picture": Metric(N_("picture")),
        "accuracy": Metric(N_("accuracy"), better="higher"),
    }
    attribute_mean: Tensor
    attribute_std: Tensor
    attribute_switch: Tensor

    def __init__(self, spec: ImageSpec, knobs: Any) -> None:
        super().__init__(spec, knobs)
        classes, attributes = len(spec.class_names), len(spec.attribute_names)
        self.class_head = nn.Linear(self.feature_dim, classes) if classes else None
        self.attribute_head = nn.Linear(self.feature_dim, attributes) if attributes else None
        height, width = self.trunk.input_size
        scale = min(1.0, REMEMBERED / min(height, width))
        self.small = (max(1, round(height * scale)), max(1, round(width * scale)))
        values = spec.channels * self.small[0] * self.small[1]
        self.picture_head = nn.Linear(self.feature_dim, values) if knobs.picture else None
        self.register_buffer("attribute_mean", torch.zeros(attributes))
        self.register_buffer("attribute_std", torch.ones(attributes))
        self.register_buffer("attribute_switch", torch.zeros(attributes))  # 1 where it only says yes or no

    @classmethod
    def check(cls, spec: ImageSpec, knobs: Any) -> None:
        if not spec.class_names and not spec.attribute_names:
            raise UsageError(
                N_("These images have neither classes nor attributes that a judge could learn."),
                N_("Use judge-autoencoder instead."),
            )

    # --- how it learns ---------------------------------------------------------------------------------------------

    def prepare(self, batch: Batch) -> None:
        """Take each attribute's mean and spread from the first minibatch, and whether it says only yes or no."""
        values = batch.attributes
        if self.attribute_head is None or values is None:
            return
        for buffer, value in zip(
            (self.attribute_mean, self.attribute_std, self.attribute_switch), moments(values), strict=True
        ):
            buffer.copy_(value)

    def phases(self, context: StepContext) -> Play:
        batch = context.batch()
        images = self.learn_from(batch.images, context.draws)
        features = self.features(images)
        terms: dict[str, Tensor] = {}
        watch: dict[str, Tensor] = {}
        if self.class_head is not None and batch.labels is not None:
            logits = self.class_head(features)
            terms["classes"] = functional.cross_entropy(logits, batch.labels)
            watch["accuracy"] = (logits.argmax(1) == batch.labels).float().mean().detach()
        if self.attribute_head is not None and batch.attributes is not None:
            terms["attributes"] = self.attribute_loss(self.attribute_head(features), batch.attributes)
        if self.picture_head is not None:
            small = resize(images, *self.small)
            terms["picture"] = (self.picture_head(features) - small.flatten(1)).square().mean()
        yield Phase("model", terms, weights={"picture": self.knobs.picture} if "picture" in terms else {}, watch=watch)

    def attribute_loss(self, outputs: Tensor, values: Tensor) -> Tensor:
        """Mean over the known attributes of a minibatch, N×A each: squared error in standard deviations, and for yes/no
        ones the cross-entropy, in nats."""
        mean, std, switch = self.attribute_mean, self.attribute_std, self.attribute_switch
        loss = squared_or_crossed(outputs, values, mean, std, switch)
        return loss.sum() / values.isfinite().sum().clamp_min(1)

    # --- what it can do --------------------------------------------------------------------------------------------

    def judge_output(self, images: Tensor) -> JudgeOutput:
        features = self.features(images)
        nothing = features[:, :0]
        logits = nothing if self.class_head is None else self.class_head(features)
        if self.attribute_head is None:
            return JudgeOutput(features, logits, nothing)
        outputs = self.attribute_head(features)
        measured = outputs * self.attribute_std + self.attribute_mean
        return JudgeOutput(features, logits, torch.where(self.attribute_switch > 0, outputs.sigmoid(), measured))
