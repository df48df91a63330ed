"""A trained judge for measures: a model, its name, and the hash of its weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from genstudio.core.capabilities import JudgeOutput
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.nets.trunk import resize

if TYPE_CHECKING:
    from genstudio.core.spec import ImageSpec

GREY = (0.299, 0.587, 0.114)  # ITU-R 601, as everywhere in the data sets


@dataclass(frozen=True, eq=False)
class Judge:
    """``model`` has the capability ``Judges``, is in eval mode, and was built for images of ``spec``; ``hash`` is
    the SHA-256 of its weights (64 hex digits). It stays on the CPU, so that its numbers do not depend on the
    device."""

    model: Any
    name: str
    hash: str
    spec: ImageSpec
    note: str = ""

    @property
    def feature_dim(self) -> int:
        return int(self.model.feature_dim)

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes that it predicts; none for a judge without labels."""
        return self.spec.class_names

    def judge_output(self, images: Tensor) -> JudgeOutput:
        """Features and predictions for images N×C×H×W in [0, 1] of any size and colours (see :meth:`fit`). On the CPU."""
        with torch.inference_mode():
            judge_output: JudgeOutput = self.model.judge_output(self.fit(images))
        return judge_output

    def features(self, images: Tensor) -> Tensor:
        """N×feature_dim, float32 on the CPU."""
        return self.judge_output(images).features

    def fit(self, images: Tensor) -> Tensor:
        """Images in the judge's format: grey or colour, then one bicubic antialiased resize.

        Raises :class:`UsageError` for a number of channels that can't be converted.
        """
        x = images.detach().to("cpu", torch.float32)
        have, needed = x.shape[1], self.spec.channels
        if have == 3 and needed == 1:
            x = (x * torch.tensor(GREY).view(1, 3, 1, 1)).sum(1, keepdim=True)
        elif have == 1 and needed > 1:
            x = x.expand(-1, needed, -1, -1)
        elif have != needed:
            raise UsageError(
                N_("The judge {name} needs images of {n} channels; these have {m}.", name=self.name, n=needed, m=have),
                N_("Convert the images to grey or to colour."),
            )
        return resize(x, self.spec.height, self.spec.width)

    def protocol(self, spec: ImageSpec) -> dict[str, Any]:
        """Description of the judge for a result's protocol, for images of ``spec``."""
        same = (spec.height, spec.width) == (self.spec.height, self.spec.width)
        how = f"bicubic, antialiased, {spec.width}x{spec.height} to {self.spec.width}x{self.spec.height}"
        fields = {
            "judge": self.name,
            "judge_hash": self.hash,
            "feature_dim": self.feature_dim,
            "resizer": "none" if same else how,
        }
        return fields | ({"judge_note": self.note} if self.note else {})
