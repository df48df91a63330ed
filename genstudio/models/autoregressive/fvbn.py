"""The fully visible belief net (Frey, Hinton & Dayan 1996; logistic autoregressive: Neal 1992).

One logistic regression a sub-pixel (a softmax for more than two levels), from all sub-pixels before it: the simplest model
of the family, and a convex one.
"""

from __future__ import annotations

from typing import Any

from genstudio.core.knobs import Knobs
from genstudio.core.messages import N_, Message
from genstudio.core.spec import ImageSpec
from genstudio.models.autoregressive.made import DenseAutoregressive
from genstudio.models.base import models


class FvbnKnobs(Knobs):
    """No settings."""


@models.register("fvbn")
class FVBN(DenseAutoregressive):
    title = N_("Fully visible belief net")
    help = N_(
        "Predicts each pixel from all previous ones by a separate regression: no hidden layer, no convolution. "
        "The baseline for every other autoregressive model."
    )
    paper = "Frey, Hinton & Dayan 1996"
    Knobs = FvbnKnobs

    def __init__(self, spec: ImageSpec, knobs: Any) -> None:
        super().__init__(spec, knobs, [])

    @classmethod
    def check(cls, spec: ImageSpec, knobs: Any) -> None:
        super().check(spec, knobs)
        cls.check_weights(spec, spec.values)

    def summary(self) -> Message:
        return N_("{n} regressions", n=self.spec.values)
