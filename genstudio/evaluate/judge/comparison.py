"""Features of a model's samples and a data set's images, computed once for all measures that compare them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from genstudio.core import seeding
from genstudio.evaluate.baselines import IndependentPixels
from genstudio.evaluate.memoize import memoized

if TYPE_CHECKING:
    from genstudio.core.capabilities import Samples
    from genstudio.evaluate.images import Images
    from genstudio.evaluate.judge.judge import Judge

SAMPLES = 5_000
REFERENCE = 10_000
BATCH = 250


@dataclass(frozen=True, eq=False)
class JudgeFeatures:
    """A judge's outputs for N images: ``features`` float64 N×F; ``classes`` int64 N, the most likely class of each,
    or ``None`` if the judge has none."""

    features: Tensor
    classes: Tensor | None

    def __len__(self) -> int:
        return len(self.features)


class Comparison:
    """Judge's outputs for samples and images, shared by the measures of one :func:`genstudio.evaluate.base.evaluate`
    call.

    ``samples``: drawn from the model, from noise that the seed alone decides. ``reference``: at most 10,000 training
    images, what samples are compared to. ``real``: the held-out images, which show what a perfect model would reach.
    All images are as the model's data set gives them, binarised if it is: see ``Images``. ``weights`` says in the
    protocol which weights the model has, "raw" or "averaged".
    """

    def __init__(
        self, model: Samples, images: Images, judge: Judge, *, samples: int = SAMPLES, weights: str = ""
    ) -> None:
        self.model, self.images, self.judge = model, images, judge
        self.count, self.weights = samples, weights

    @cached_property
    def samples(self) -> JudgeFeatures:
        noise = seeding.generator(self.images.seed, "evaluate", "samples")
        return self._see(self.model.sample(n, generator=noise) for n in _parts(self.count))

    @cached_property
    def reference(self) -> JudgeFeatures:
        return self._remember("reference", lambda: self._see(self.images.training_batches(REFERENCE, BATCH)))

    @cached_property
    def real(self) -> JudgeFeatures:
        # No more than there are samples: several measures depend on how many images are compared.
        return self._remember("real", lambda: self._see(self.images.plain_batches(self.count, BATCH)))

    @cached_property
    def mean_image(self) -> JudgeFeatures:
        """As many copies of the mean training image as there are samples: a model that learned only the mean."""

        def make() -> JudgeFeatures:
            one = self._see([self.images.training_moments()[0].float()[None]])
            classes = None if one.classes is None else one.classes.expand(self.count)
            return JudgeFeatures(one.features.expand(self.count, -1), classes)

        return self._remember("mean image", make)

    @cached_property
    def independent_pixels(self) -> JudgeFeatures:
        """Images of independent pixels, each with its own mean and spread: ink in the right places, and no shapes."""

        def make() -> JudgeFeatures:
            pixels, noise = IndependentPixels(self.images), seeding.generator(0, "evaluate", "independent pixels")
            return self._see(pixels.sample(n, noise) for n in _parts(self.count))

        return self._remember("independent pixels", make)

    def baselines(self, measure: str, value: Callable[[JudgeFeatures], float]) -> dict[str, float]:
        """``value`` of held-out images, the mean image and independent pixels, by name; once a data set."""

        def make() -> dict[str, float]:
            return {
                "held_out_images": value(self.real),
                "mean_image": value(self.mean_image),
                "independent_pixels": value(self.independent_pixels),
            }

        return dict(self._remember(f"baselines of {measure}", make))

    def protocol(self) -> dict[str, Any]:
        """Images, judge, how many samples of which weights, and how many training images they are compared to."""
        return (
            self.images.protocol()
            | self.judge.protocol(self.images.spec)
            | {
                "samples": self.count,
                "reference": len(self.reference),
                "reference_split": self.images.training_split.name,
                "weights": self.weights or "as given",
            }
        )

    def stop_if_cancelled(self) -> None:
        self.images.stop_if_cancelled()

    def _see(self, batches: Iterable[Tensor]) -> JudgeFeatures:
        features, classes = [], []
        for batch in batches:
            self.stop_if_cancelled()
            judge_output = self.judge.judge_output(batch)
            features.append(judge_output.features.double())
            classes.append(judge_output.class_logits.argmax(1) if judge_output.class_logits.shape[1] else None)
        known = [part for part in classes if part is not None]
        return JudgeFeatures(torch.cat(features), torch.cat(known) if known else None)

    def _remember(self, what: str, make: Callable[[], Any]) -> Any:
        images = self.images
        return memoized(images.data, (what, self.judge.hash, images.split.name, len(images), self.count), make)


def _parts(n: int) -> Iterable[int]:
    return (min(BATCH, n - start) for start in range(0, n, BATCH))
