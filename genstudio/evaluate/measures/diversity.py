"""Diversity: mean distance between samples over that between real images. A collapsed model has 0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from genstudio.core import seeding
from genstudio.core.capabilities import Samples
from genstudio.core.messages import N_
from genstudio.evaluate.base import Result, measure

if TYPE_CHECKING:
    from genstudio.evaluate.images import Images
    from genstudio.evaluate.judge.comparison import Comparison, JudgeFeatures

MOST = 2_000  # two million pairs: their mean is known to less than a per cent


@measure(
    "diversity",
    title=N_("Diversity"),
    unit="share",
    better="higher",
    needs=(Samples,),
    help=N_("Mean distance of two samples' features over that of two real images: 1 is as varied as the data."),
    heavy=True,
    needs_judge=True,
    curve_title=N_("diversity of samples"),
)
def diversity(model: Any, images: Images, *, comparison: Comparison) -> Result:
    """Mean pairwise distance of samples in the judge's features, over that of training images. Noise is varied too: see
    the baseline of independent pixels, and measure FID beside it."""
    of_real = mean_distance(_some(comparison.reference))

    def relative(outputs: JudgeFeatures) -> float:
        return mean_distance(_some(outputs)) / of_real if of_real else 0.0

    return Result(
        relative(comparison.samples),
        comparison.protocol() | {"pairs_among": min(MOST, comparison.count)},
        comparison.baselines("diversity", relative),
    )


def mean_distance(rows: Tensor) -> float:
    """Mean Euclidean distance over all pairs of N×F rows; 0 for fewer than two."""
    return float(torch.pdist(rows).mean()) if len(rows) > 1 else 0.0


def _some(outputs: JudgeFeatures) -> Tensor:
    order = torch.randperm(len(outputs), generator=seeding.generator(0, "evaluate", "diversity"))
    return outputs.features[order[:MOST]]
