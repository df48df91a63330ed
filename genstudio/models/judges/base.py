"""Base of judges: a trunk whose features are the coordinates in which images are compared."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from genstudio.core.capabilities import JudgeOutput
from genstudio.core.draws import Draws
from genstudio.core.errors import UsageError
from genstudio.core.knobs import Knobs, knob
from genstudio.core.messages import N_, Message
from genstudio.core.spec import ImageSpec
from genstudio.models.base import Model
from genstudio.nets.trunk import Trunk


class JudgeKnobs(Knobs):
    """The knobs of every judge."""

    feature_dim: int = knob(
        64, help=N_("Number of features that describe an image."), label=N_("Features"), ge=2, le=2048
    )
    width: int = knob(
        24,
        help=N_("Channels of the first convolution; they double at each scale, up to four times."),
        label=N_("First channels"),
        ge=1,
        le=512,
    )
    size: int = knob(
        64,
        help=N_("Images whose shorter side is longer are resized to it first."),
        label=N_("Largest size"),
        unit="px",
        ge=4,
        le=512,
        advanced=True,
    )
    bits: float = knob(
        0.0,
        help=N_("Share of grey images that are binarised at random, so that the judge also works on binarised data."),
        label=N_("Black and white"),
        ge=0,
        le=1,
        advanced=True,
    )


class JudgeModel(Model):
    """Base of judges. Draws no images: measures look through it, and it is trained for them without being asked for."""

    family: ClassVar[str] = "judges"

    def __init__(self, spec: ImageSpec, knobs: Any) -> None:
        super().__init__(spec, knobs)
        self.feature_dim: int = knobs.feature_dim
        self.trunk = Trunk(spec.shape, knobs.width, knobs.size, knobs.feature_dim)

    def learn_from(self, images: Tensor, draws: Draws) -> Tensor:
        """The images of a minibatch as training sees them: some of them as black and white."""
        if len(images) < 2:
            raise UsageError(
                N_(
                    "A judge can't learn from one image at a time, because it standardises its features over a "
                    "minibatch."
                ),
                N_("Choose a batch size of at least 2."),
            )
        if not self.knobs.bits:
            return images
        chosen = draws.uniform(len(images), 1, 1, 1, device=images.device) < self.knobs.bits
        return torch.where(chosen, draws.bernoulli(images), images)

    def features(self, images: Tensor) -> Tensor:
        """Images N×C×H×W to N×feature_dim, each of mean 0 and variance 1 over the images it learned from."""
        return self.trunk(images)

    def class_logits(self, images: Tensor) -> Tensor:
        return self.judge_output(images).class_logits

    def attributes(self, images: Tensor) -> Tensor:
        return self.judge_output(images).attributes

    def judge_output(self, images: Tensor) -> JudgeOutput:
        raise NotImplementedError

    def summary(self) -> Message:
        return N_("{n} features", n=self.feature_dim)
