"""Inception v3 (Szegedy et al. 2016) as a judge, for those who have its weights: the net behind most published FIDs.

Not a model that is trained here, and so not registered as one. The layers are torchvision's; the features are the 2,048
numbers of its last pooling.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from genstudio.core.capabilities import JudgeOutput
from genstudio.core.spec import ImageSpec

SIDE = 299


class Inception(nn.Module):
    """Capability: Judges, without classes. Takes colour images of 299×299 in [0, 1]."""

    feature_dim = 2048
    spec = ImageSpec(3, SIDE, SIDE)

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        """``weights`` by torchvision's names. Raises ``RuntimeError`` when they are not Inception v3's."""
        from torchvision.models import inception_v3

        super().__init__()
        with torch.device("meta"):
            net: Any = inception_v3(weights=None, init_weights=False, transform_input=False, aux_logits=False)
        # The side branch serves training alone, and a file may hold it or not.
        net.load_state_dict({k: v for k, v in weights.items() if not k.startswith("AuxLogits.")}, assign=True)
        net.fc = nn.Identity()
        self.net = net
        self.eval().requires_grad_(False)

    def features(self, images: Tensor) -> Tensor:
        """N×3×299×299 to N×2048. The weights were learned on images in [-1, 1]."""
        found: Tensor = self.net(2.0 * images - 1.0)
        return found

    def judge_output(self, images: Tensor) -> JudgeOutput:
        features = self.features(images)
        return JudgeOutput(features, features[:, :0], features[:, :0])

    def class_logits(self, images: Tensor) -> Tensor:
        return self.judge_output(images).class_logits

    def attributes(self, images: Tensor) -> Tensor:
        return self.judge_output(images).attributes
