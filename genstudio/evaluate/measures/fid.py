"""The Fréchet distance of two sets of features, as if each were a Gaussian (Heusel et al. 2017, eq. 6).

    FID = |m1 - m2|^2 + Tr(C1 + C2 - 2 (C1 C2)^(1/2))

The trace of the root is the sum of the square roots of the eigenvalues of C1 C2, which are those of the symmetric
matrix C1^(1/2) C2 C1^(1/2): real and not negative, also where a covariance is singular. Everything in float64.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from genstudio.core.capabilities import Samples
from genstudio.core.messages import N_
from genstudio.evaluate.base import Result, measure

if TYPE_CHECKING:
    from genstudio.evaluate.images import Images
    from genstudio.evaluate.judge.comparison import Comparison


@measure(
    "fid",
    title=N_("Fréchet distance (FID)"),
    unit="FID",  # of one judge, in squared units of its features: comparable with nothing else
    better="lower",
    needs=(Samples,),
    help=N_(
        "Distance between the features of samples and of real images, by mean and covariance; features are a judge's."
    ),
    heavy=True,
    needs_judge=True,
    curve_title="FID",
    while_training=True,
)
def fid(model: Any, images: Images, *, comparison: Comparison) -> Result:
    """FID of the samples to the training images, in squared units of the judge's features (each has variance 1).

    Compare only numbers of one judge and one number of samples: fewer samples give a larger value.
    """
    reference = moments(comparison.reference.features)

    def to_reference(features: Tensor) -> float:
        return frechet_distance(*moments(features), *reference)

    return Result(
        to_reference(comparison.samples.features),
        comparison.protocol(),
        comparison.baselines("fid", lambda outputs: to_reference(outputs.features)),
    )


def moments(features: Tensor) -> tuple[Tensor, Tensor]:
    """Mean (F) and covariance (F×F) of N×F, float64; one image has no spread."""
    features = features.double()
    mean = features.mean(0)
    centred = features - mean
    return mean, centred.T @ centred / max(len(features) - 1, 1)


def frechet_distance(mean1: Tensor, cov1: Tensor, mean2: Tensor, cov2: Tensor) -> float:
    """The squared Fréchet (2-Wasserstein) distance of two Gaussians: means F, covariances F×F, float64."""
    values, vectors = torch.linalg.eigh(cov1)
    root = (vectors * values.clamp_min(0).sqrt()) @ vectors.T
    product = root @ cov2 @ root
    eigenvalues = torch.linalg.eigvalsh((product + product.T) / 2)
    # Zero eigenvalues come out as tiny numbers of either sign.
    cross = eigenvalues.clamp_min(0).sqrt().sum()
    distance = (mean1 - mean2).square().sum() + cov1.trace() + cov2.trace() - 2 * cross
    return max(0.0, float(distance))
