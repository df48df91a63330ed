"""Test of copying by distances to training images: statistics with a known distribution, and a verdict.

The reference is held-out images, which the model never saw. Held-out images are drawn from the same source as the
training images, and so are the samples of a perfect model: then samples and held-out images are equally near to the
training images, and every number here has a known distribution. Nearer samples are copies; farther samples are worse
than the data, but original (Meehan, Chaudhuri & Dasgupta 2020).

By distance alone a blurred image would count as a copy, because an average is near to many images. But it is near to
*all* of them, and a copy is near to one. Distance alone would also miss the copy of an unusual image. So the test uses
the distance to the nearest training image divided by that to the next fifty (Carlini et al. 2023, for diffusion
models), and the image must also be near.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from genstudio.core.messages import N_, Message

FURTHER = 50
"""Neighbours beyond the nearest one that its distance is compared with."""
RARE = 0.01
"""A copy lies nearer to one training image than all but this share of the held-out images."""
SURE = 0.001
"""p-value below which a result counts as a sign of copying."""
TOO_FEW = 20
"""Least number of held-out images, and of samples, for a verdict."""
NEVER = 1e-12  # the least that a ratio divides by


@dataclass(frozen=True, eq=False)
class Nearness:
    """Distances of N images to training images: ``nearest``, to the nearest one, and ``further``, the mean
    distance to the next ones. Both float64 N."""

    nearest: np.ndarray
    further: np.ndarray

    @classmethod
    def of(cls, distances: np.ndarray) -> Nearness:
        """Nearness from the distances N×k to the k nearest, ascending. With k = 1 there is nothing to compare with."""
        further = distances[:, 1:].mean(1) if distances.shape[1] > 1 else np.ones(len(distances))
        return cls(distances[:, 0].copy(), further)

    @property
    def relative(self) -> np.ndarray:
        """The nearest distance as a share of the further ones: near 1 for an image of its own, near 0 for a copy."""
        made: np.ndarray = self.nearest / np.maximum(self.further, NEVER)
        return made

    def part(self, rows: slice) -> Nearness:
        return Nearness(self.nearest[rows], self.further[rows])

    def __len__(self) -> int:
        return len(self.nearest)


@dataclass(frozen=True)
class Audit:
    """Result of the copy test of ``samples`` images against ``held_out`` ones.

    copies: share of the samples whose relative distance is less than that of all but ``beyond`` (about 1 %) of the
        held-out images, and which are nearer than the median of those; ``p_copies`` how probable so many are without
        copying, at most.
    near_1, near_5: shares by distance alone, against 1 and 5 % of the held-out images.
    z: the Mann-Whitney statistic of the distances, standardised: Meehan's with a single cell. Below 0 samples lie nearer
        than held-out images, above 0 farther. ``z_relative``: the same of the relative distances, which blur can't lower.
    """

    samples: int
    held_out: int
    copies: float
    beyond: float
    p_copies: float
    near_1: float
    near_5: float
    z: float
    z_relative: float

    @property
    def p(self) -> float:
        """One-sided p-value of z: probability of samples as near as these without copying."""
        return normal_cdf(self.z)


def audit(samples: Nearness, held_out: Nearness) -> Audit:
    """Compare samples with held-out images. Both need one image at least."""
    place = max(1, int(RARE * (len(held_out) + 1)))
    alone = samples.relative < np.sort(held_out.relative)[place - 1]
    near = samples.nearest < np.median(held_out.nearest)
    copies = int((near & alone).sum())
    return Audit(
        samples=len(samples),
        held_out=len(held_out),
        copies=copies / len(samples),
        beyond=(place - 1) / len(held_out),
        p_copies=exceedance(copies, len(samples), place, len(held_out)),
        near_1=float((samples.nearest < np.quantile(held_out.nearest, 0.01)).mean()),
        near_5=float((samples.nearest < np.quantile(held_out.nearest, 0.05)).mean()),
        z=mann_whitney(samples.nearest, held_out.nearest),
        z_relative=mann_whitney(samples.relative, held_out.relative),
    )


def verdict(found: Audit) -> Message:
    """The audit in one sentence."""
    fields = {"p": describe_p_value(found.p), "share": percent(found.copies), "rare": percent(found.beyond)}
    if min(found.samples, found.held_out) < TOO_FEW:
        return N_("Too few images to detect memorising: at least {n} held-out images are needed.", n=TOO_FEW)
    if found.p_copies < SURE:
        if found.beyond == 0:
            return N_(
                "Memorised: {share} of the samples are closer to a single training image than any held-out image is.",
                **fields,
            )
        return N_(
            "Memorised: {share} of the samples are as close to a single training image as only {rare} of "
            "held-out images are.",
            **fields,
        )
    if found.p < SURE and normal_cdf(found.z_relative) < SURE:
        return N_(
            "Close to the training images: samples are nearer to single ones than held-out images are (p {p}), "
            "though few are copies.", **fields,
        )  # fmt: skip
    if found.p < SURE:
        return N_(
            "No sign of memorising: samples are nearer to training images than held-out images are (p {p}), but "
            "to many of them alike, as smooth images are.", **fields,
        )  # fmt: skip
    if found.p > 1 - SURE:
        return N_("No sign of memorising: samples are farther from training images than held-out images are.")
    return N_(
        "No sign of memorising: samples are as far from training images as held-out images are (p {p}).", **fields
    )


def mann_whitney(first: np.ndarray, second: np.ndarray) -> float:
    """The number of pairs in which ``first`` (n) is larger than ``second`` (m), ties counted half, in standard deviations
    from n·m / 2: about normal where both are from one distribution (Mann & Whitney 1947; ties as in Hollander & Wolfe)."""
    n, m = len(first), len(second)
    _, place, counts = np.unique(np.concatenate([first, second]), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    larger = ranks[:n].sum() - n * (n + 1) / 2
    total = n + m
    tied = float((counts.astype(np.float64) ** 3 - counts).sum()) / (total * max(total - 1, 1))
    variance = n * m / 12 * (total + 1 - tied)
    return float((larger - n * m / 2) / math.sqrt(variance)) if variance > 0 else 0.0


def exceedance(count: int, n: int, place: int, m: int) -> float:
    """Probability that at least ``count`` of n new numbers lie below the ``place``-th smallest of m old ones, when
    all n + m are drawn from one distribution, whatever it is.

    The share below that order statistic is Beta(place, m + 1 - place), so the count is beta-binomial (Wilks 1942).
    """
    a, b = place, m + 1 - place

    def log_beta(x: float, y: float) -> float:
        return math.lgamma(x) + math.lgamma(y) - math.lgamma(x + y)

    def probability(k: int) -> float:
        ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
        return math.exp(ways + log_beta(k + a, n - k + b) - log_beta(a, b))

    return min(1.0, math.fsum(probability(k) for k in range(count, n + 1)))


def normal_cdf(z: float) -> float:
    """P(Z < z) of a standard normal."""
    return 0.5 * math.erfc(-z / math.sqrt(2))


def percent(share: float) -> str:
    """A share as "31 %", with one more digit where that would round to zero."""
    return f"{100 * share:.0f} %" if share >= 0.005 or not share else f"{100 * share:.1f} %"


def describe_p_value(p: float) -> str:
    """ "= .41", or "< .001"."""
    return "< .001" if p < 0.001 else f"= {p:.2f}".replace("= 0.", "= .")
