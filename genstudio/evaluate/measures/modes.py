"""Number of known data modes that the model covers: mode collapse as a number.

A sample is of high quality when it lies within three standard deviations of its nearest centre, and 2,500 samples are drawn
(Srivastava et al. 2017, "VEEGAN", section 4.1; Lin et al. 2018, "PacGAN", section 4.1). There a mode counts as soon as
one such sample is nearest to it, which a handful of points strewn at random does for most of them; here it takes a quarter
of an even share. The papers' count stands beside it, as ``modes_touched``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from genstudio.core.capabilities import Samples
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.core.metrics import Metric
from genstudio.core.seeding import generator
from genstudio.evaluate.base import Result, measure

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.data.modes import Modes
    from genstudio.evaluate.images import Images

SAMPLES = 2_500
WITHIN = 3.0
"""Standard deviations. Of a normal in the plane, 1 - exp(-9/2) = 98.9 % lie within."""
LEAST_SHARE = 0.25
"""Fraction of an even share that a mode needs to count as covered."""


@dataclass(frozen=True, eq=False)
class Coverage:
    """Modes of n samples: ``counts`` int64 K, those of high quality at each mode."""

    counts: np.ndarray
    n: int

    @cached_property
    def covered(self) -> np.ndarray:
        """bool K."""
        return self.counts >= max(1.0, LEAST_SHARE * self.n / len(self.counts))

    @property
    def touched(self) -> int:
        """Modes with a sample of high quality."""
        return int((self.counts > 0).sum())

    @property
    def high_quality(self) -> float:
        """Share of the samples."""
        return float(self.counts.sum()) / max(1, self.n)


def coverage(samples: np.ndarray, modes: Modes) -> Coverage:
    """Coverage of ``modes`` by ``samples`` (float N×C×H×W, or flat)."""
    flat = samples.reshape(len(samples), -1).astype(np.float64)
    away = np.linalg.norm(flat[:, None] - modes.centres[None], axis=2)
    nearest = away.argmin(1)
    near = away[np.arange(len(flat)), nearest] <= WITHIN * modes.sigma
    return Coverage(np.bincount(nearest[near], minlength=len(modes)), len(flat))


def has_modes(data: DataSet) -> bool:
    """True if the modes of the data set are known."""
    return data.modes is not None


@measure(
    "modes",
    title=N_("Modes covered"),
    unit="",
    better="higher",
    needs=(Samples,),
    help=N_(
        "Number of the data's known centres that are covered: each needs a quarter of an even share of the "
        "samples within 3σ."
    ),
    fits=has_modes,
    extras={
        "modes_touched": Metric(N_("modes touched")),
        "modes_missing": Metric(N_("modes missing"), "", ("modes_missing",)),
    },
    curve_title=N_("modes covered"),
    roles=("modes",),
)
def modes(model: Any, images: Images) -> Result:
    """Modes with at least a quarter of an even share of 2,500 samples within 3σ; higher is better.

    Baselines: held-out points, and noise that is even over the square. Extra: ``modes_touched``, by any sample at all, and
    ``modes_missing``, those that are not covered.
    """
    known, found = _known(images), _of_samples(model, images)
    real, noise = _baselines(images)
    return Result(
        float(found.covered.sum()),
        _protocol(images, known),
        {"held_out": float(real.covered.sum()), "uniform_noise": float(noise.covered.sum())},
        {"modes_touched": float(found.touched), "modes_missing": float((~found.covered).sum())},
    )


@measure(
    "high_quality",
    title=N_("Samples of high quality"),
    unit="",
    better="higher",
    needs=(Samples,),
    help=N_("The share of samples within 3σ of one of the data's known centres."),
    fits=has_modes,
    curve_title=N_("samples of high quality"),
)
def high_quality(model: Any, images: Images) -> Result:
    """Share of 2,500 samples within 3σ of a centre, 0 to 1; higher is better, and the data's own is 0.989."""
    known, found = _known(images), _of_samples(model, images)
    real, noise = _baselines(images)
    return Result(
        found.high_quality,
        _protocol(images, known),
        {"held_out": real.high_quality, "uniform_noise": noise.high_quality},
    )


def _known(images: Images) -> Modes:
    found = images.data.modes
    if found is None:
        raise UsageError(
            N_("The modes of {data} are not known.", data=images.data.name),
            N_("Choose data whose modes are known: toy-2d with shape=grid or shape=ring."),
        )
    return found


def _of_samples(model: Any, images: Images) -> Coverage:
    drawn = model.sample(SAMPLES, generator=generator(images.seed, "evaluate", "modes"))
    return coverage(drawn.float().cpu().numpy(), _known(images))


def _baselines(images: Images) -> tuple[Coverage, Coverage]:
    import torch

    draw = generator(images.seed, "evaluate", "noise")
    real = images.split.batch(images.positions, generator=draw).images
    noise = torch.rand(SAMPLES, *images.spec.shape, generator=draw)
    return coverage(real.numpy(), _known(images)), coverage(noise.numpy(), _known(images))


def _protocol(images: Images, known: Modes) -> dict[str, Any]:
    return images.protocol() | {
        "samples": SAMPLES, "modes": len(known), "sigma": known.sigma, "within": WITHIN, "least_share": LEAST_SHARE
    }  # fmt: skip
