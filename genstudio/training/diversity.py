"""Diversity of a sample sheet's images, relative to that of real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def diversity(samples: Tensor, real: Tensor) -> float:
    """The mean distance between two samples over the mean distance between two real images: 1 where samples vary as much
    as the data do, 0 where all are one image.

    ``samples`` N×C×H×W and ``real`` M×C×H×W in [0, 1]; distances are Euclidean, over all values of an image. Two images of
    each at least; NaN where all real images are one. Few modes are enough for a mean near 1: it shows a generator that
    draws the same image again and again, not one that forgets a tenth of the data.
    """
    spread = mean_distance(real)
    return mean_distance(samples) / spread if spread > 0 else float("nan")


def mean_distance(images: Tensor) -> float:
    """The mean Euclidean distance over all pairs of different images, N×C×H×W, N at least 2."""
    import torch

    return float(torch.pdist(images.flatten(1).float()).mean())
