"""The kernel distance of two sets of features (Binkowski et al. 2018, section 4): a squared maximum mean discrepancy.

    k(x, y) = (x.y / F + 1)^3
    KID = mean over pairs of samples of k + mean over pairs of real images of k - 2 mean over both of k

The unbiased estimate leaves out the pairs of an image with itself, so that KID of equal distributions is 0 on average,
whatever the number of samples: the mean over 100 random subsets of 1,000 of each.
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
    from genstudio.evaluate.judge.comparison import Comparison

SUBSETS, SUBSET = 100, 1_000


@measure(
    "kid",
    title=N_("Kernel distance (KID)"),
    unit="KID",
    better="lower",
    needs=(Samples,),
    help=N_("Distance between the features of samples and of real images; not biased by the number of samples."),
    heavy=True,
    needs_judge=True,
    extras={"kid_std": Metric(N_("KID, standard deviation"), "KID")},
    curve_title="KID",
)
def kid(model: Any, images: Images, *, comparison: Comparison) -> Result:
    """KID of the samples to the training images. Extra: ``kid_std`` over the subsets. May be a little below 0."""
    reference = comparison.reference.features
    size = min(SUBSET, len(reference), comparison.count)

    def to_reference(features: Tensor) -> Tensor:
        return kernel_distances(features, reference, size=size, between=comparison.stop_if_cancelled)

    values = to_reference(comparison.samples.features)
    return Result(
        float(values.mean()),
        comparison.protocol() | {"subsets": SUBSETS, "subset": size, "kernel": "(x.y / F + 1)^3"},
        comparison.baselines("kid", lambda outputs: float(to_reference(outputs.features).mean())),
        {"kid_std": float(values.std(correction=0))},
    )


def kernel_distances(
    samples: Tensor,
    real: Tensor,
    *,
    subsets: int = SUBSETS,
    size: int = SUBSET,
    between: Callable[[], None] = lambda: None,
) -> Tensor:
    """The unbiased squared MMD of ``subsets`` pairs of random subsets: samples N×F and real M×F to ``subsets`` numbers.

    The subsets are always the same ones. ``between`` is called between two of them.
    """
    dice = seeding.generator(0, "evaluate", "kid")
    samples, real = samples.float(), real.float()
    found = []
    for _ in range(subsets):
        between()
        x, y = (rows[torch.randperm(len(rows), generator=dice)[:size]] for rows in (samples, real))
        found.append(squared_mmd(x, y))
    return torch.stack(found)


def squared_mmd(x: Tensor, y: Tensor) -> Tensor:
    """The unbiased estimate from all pairs of N×F and M×F, at least 2 each; sums in float64."""
    n, m = len(x), len(y)
    within_x = (_sum(kernel(x, x)) - _sum(own(x))) / (n * (n - 1))
    within_y = (_sum(kernel(y, y)) - _sum(own(y))) / (m * (m - 1))
    return within_x + within_y - 2 * _sum(kernel(x, y)) / (n * m)


def kernel(x: Tensor, y: Tensor) -> Tensor:
    """(x.y / F + 1)^3 of every pair, N×M."""
    return _cube(torch.addmm(x.new_ones(()), x, y.T, alpha=1 / x.shape[1]))


def own(x: Tensor) -> Tensor:
    """The kernel of each row with itself, N."""
    return _cube(x.square().sum(1) / x.shape[1] + 1)


def _cube(values: Tensor) -> Tensor:
    return values.square().mul_(values)  # several times as quick as a power


def _sum(values: Tensor) -> Tensor:
    return values.sum(dtype=torch.float64)
