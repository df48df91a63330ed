"""Precision and recall (Kynkäänniemi et al. 2019), density and coverage (Naeem et al. 2020).

A ball around an image reaches to its k-th nearest neighbour in its own set, k = 5.

    precision  share of samples that lie in the ball of some real image
    recall     share of real images that lie in the ball of some sample
    density    balls of real images that a sample lies in, on average, over k: above 1 where samples crowd the middle
    coverage   share of real images whose ball holds a sample

Precision and density measure realism, recall and coverage diversity. One outlier in either set has a huge ball and
inflates precision or recall; density and coverage hardly change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from genstudio.core import seeding
from genstudio.core.capabilities import Samples
from genstudio.core.messages import N_
from genstudio.core.metrics import Metric
from genstudio.evaluate.base import Result, measure

if TYPE_CHECKING:
    from collections.abc import Callable

    from genstudio.evaluate.images import Images
    from genstudio.evaluate.judge.comparison import Comparison, JudgeFeatures

NEIGHBOURS = 5
CHUNK = 500  # rows of the table of distances at a time: 40 MB against 10,000 others


@measure(
    "prdc",
    title=N_("Coverage, density, precision, recall"),
    unit="share",
    better="higher",
    needs=(Samples,),
    help=N_("How real and how varied samples are, by each image's five nearest neighbours; the value is coverage."),
    heavy=True,
    needs_judge=True,
    value_name="coverage",
    extras={
        "density": Metric(N_("density"), "share"),
        "precision": Metric(N_("precision"), "share"),
        "recall": Metric(N_("recall"), "share"),
    },
    curve_title=N_("coverage"),
    while_training=True,
)
def prdc(model: Any, images: Images, *, comparison: Comparison) -> Result:
    """The value is coverage, the only one that falls both for unrealistic and for too similar samples; the other
    three are extras. As many training images as samples (or as there are held-out ones), since all four depend on
    both numbers."""
    count = min(len(comparison.reference), comparison.count)
    order = torch.randperm(len(comparison.reference), generator=seeding.generator(0, "evaluate", "prdc"))
    real = comparison.reference.features[order[:count]]
    k = max(1, min(NEIGHBOURS, count - 1))

    def among(outputs: JudgeFeatures) -> dict[str, float]:
        return neighbourhoods(outputs.features, real[: len(outputs)], k=k, between=comparison.stop_if_cancelled)

    found = among(comparison.samples)
    return Result(
        found.pop("coverage"),
        comparison.protocol() | {"k": k, "reference": count, "value": "coverage"},
        comparison.baselines("prdc", lambda outputs: among(outputs)["coverage"]),
        found,
    )


def neighbourhoods(
    samples: Tensor, real: Tensor, *, k: int = NEIGHBOURS, between: Callable[[], None] = lambda: None
) -> dict[str, float]:
    """Precision, recall, density and coverage of N×F samples among M×F real images."""
    real_radius, sample_radius = radii(real, k, between), radii(samples, k, between)
    in_a_sample, covered = torch.zeros(len(real), dtype=torch.bool), torch.zeros(len(real), dtype=torch.bool)
    balls = torch.zeros(len(samples))
    for start in range(0, len(real), CHUNK):
        between()
        rows = slice(start, start + CHUNK)
        distance = torch.cdist(real[rows], samples)
        holds = distance < real_radius[rows, None]
        balls += holds.sum(0)
        covered[rows] = holds.any(1)
        in_a_sample[rows] = (distance < sample_radius[None]).any(1)
    return {
        "precision": float((balls > 0).double().mean()),
        "recall": float(in_a_sample.double().mean()),
        "density": float(balls.double().mean()) / k,
        "coverage": float(covered.double().mean()),
    }


def radii(rows: Tensor, k: int, between: Callable[[], None] = lambda: None) -> Tensor:
    """Distance of each of N rows to its k-th nearest other, N; of a single row, 0."""
    found = []
    for start in range(0, len(rows), CHUNK):
        between()
        distance = torch.cdist(rows[start : start + CHUNK], rows)
        # Itself, at a distance of about 0, is one of the k + 1 nearest.
        found.append(distance.topk(min(k + 1, len(rows)), dim=1, largest=False).values[:, -1])
    return torch.cat(found)
