"""Birthday-paradox test of a sample sheet: near-duplicate rate of samples over that of real images.

Of n draws from N equally likely images, n(n - 1) / 2N pairs are expected to be one image twice. So the number of pairs that
are nearly alike tells how many images a generator has, from few samples and without labels (Arora and Zhang 2018, "Do GANs
learn the distribution? Some theory and empirics"). They look at the closest pairs by eye; here the data say what *nearly
alike* means: closer than all but one in 2,000 pairs of real images. Distances are taken relative to their mean over all
pairs, so that pale or blurred samples, such as those of averaged weights, are not nearly alike for that alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

SHARE = 1 / 2_000
"""Share of pairs of real images that counts as nearly alike. Of a sheet's 2,016 pairs one is, if they are drawn as the data
are."""
FEWEST = 150  # real images whose closest pairs say anything: 11,000 pairs, of which five are that close


def alike_within(real: Tensor) -> float | None:
    """The distance, as a part of the mean distance, within which two images are nearly alike: that of the closest 2,000th
    of the pairs of ``real``, M×C×H×W. ``None`` for fewer than 150 images, or where all are one."""
    import torch

    if len(real) < FEWEST:
        return None
    distances = torch.pdist(real.flatten(1).float())
    mean = float(distances.mean())
    closest = distances.kthvalue(max(1, round(SHARE * len(distances)))).values
    return float(closest) / mean if mean > 0 else None


def duplicates(samples: Tensor, within: float) -> float:
    """Near-duplicate rate of ``samples`` (N×C×H×W, N at least 2) over that of real images: 1 where they
    are drawn as the data are, 2,000 / K where a generator has K images of equal chance (see :func:`images_behind`). 0 where
    all samples are one image: that is told by their diversity."""
    import torch

    distances = torch.pdist(samples.flatten(1).float())
    return float((distances < within * distances.mean()).double().mean()) / SHARE


def images_behind(duplicates: float) -> float:
    """Number of equally likely images with the same near-duplicate rate; ``duplicates`` above 0."""
    return 1 / (SHARE * duplicates)
