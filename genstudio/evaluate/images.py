"""Images for a measure: a split of a data set, or a fixed part of it, in batches with noise."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import torch
from torch import Generator, Tensor

from genstudio.core import seeding
from genstudio.core.errors import Cancelled
from genstudio.core.messages import N_

if TYPE_CHECKING:
    from genstudio.core.batch import Batch
    from genstudio.core.spec import ImageSpec
    from genstudio.data.dataset import DataSet, Split

# Baselines need no more: the standard error of a pixel's mean over 10,000 images is at most half a per cent.
TRAINING_IMAGES = 10_000


class Images:
    """``limit`` images of the split ``split`` of ``data``, the same ones for any seed.

    ``seed`` decides the noise (dynamic binarisation, latent samples). Iterating again gives the same batches
    and the same noise again: a measure is a pure function of the model and of this.
    """

    def __init__(
        self,
        data: DataSet,
        split: str = "validation",
        *,
        limit: int | None = None,
        seed: int = 0,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self.data = data
        self.split: Split = data.split(split)  # type: ignore[arg-type]
        self.seed = seed
        self.positions = _subset(len(self.split), limit)
        self._cancelled = cancelled or (lambda: False)

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def spec(self) -> ImageSpec:
        return self.split.spec

    def protocol(self) -> dict[str, Any]:
        """Description of the images for a measure's protocol."""
        return {
            "data": self.data.name,
            "split": self.split.name,
            "n": len(self),
            "of": len(self.split),
            "levels": self.spec.levels,
            "binarisation": self.split.binarisation,
            "seed": self.seed,
        }

    def batches(self, model: torch.nn.Module, size: int = 256) -> Iterator[tuple[Batch, Generator]]:
        """Batches of at most ``size`` images on the model's device, and the generator for the model's own
        draws there.

        Raises :class:`Cancelled` between two batches.
        """
        device = next((p.device for p in model.parameters()), torch.device("cpu"))
        data_noise = seeding.generator(self.seed, "evaluate", "images")
        model_noise = seeding.generator(self.seed, "evaluate", "model", device=str(device))
        for chunk in self.positions.split(size):
            self.stop_if_cancelled()
            yield self.split.batch(chunk, generator=data_noise).to(device), model_noise

    def stop_if_cancelled(self) -> None:
        """Check for a stop within long work on one batch. Raises :class:`Cancelled`."""
        if self._cancelled():
            raise Cancelled(N_("The measurement was stopped."))

    def training_moments(self) -> tuple[Tensor, Tensor, int]:
        """Mean and variance of every sub-pixel, C×H×W on the CPU, over at most 10,000 training images, and
        their number.

        Without a training split, over the images that are being measured, which flatters a baseline.
        """
        found = _moments.get(self.data)
        if found is None:
            total = squares = torch.zeros(self.spec.shape, dtype=torch.float64)
            n = 0
            for values in self.training_batches(TRAINING_IMAGES):
                total, squares = total + values.double().sum(0), squares + values.double().square().sum(0)
                n += len(values)
            mean = total / n
            found = _moments[self.data] = mean, (squares / n - mean.square()).clamp(min=0), n
        return found

    def training_sample(self, limit: int) -> Tensor:
        """At most ``limit`` training images, always the same: float32 N×C×H×W on the CPU."""
        return torch.cat(list(self.training_batches(limit)))

    @property
    def training_split(self) -> Split:
        """The training split; without one, the images that are being measured."""
        split = self.data.split("train")
        return split if len(split) else self.split

    def training_batches(self, limit: int, size: int = 512) -> Iterator[Tensor]:
        """At most ``limit`` training images, always the same, whatever the seed: batches of float32 N×C×H×W on the CPU."""
        yield from self._always_the_same(self.training_split, _subset(len(self.training_split), limit), size)

    def plain_batches(self, limit: int, size: int = 512) -> Iterator[Tensor]:
        """At most ``limit`` of the images that are being measured, as :meth:`training_batches` gives training images."""
        chosen = self.positions[_subset(len(self.positions), limit)]
        yield from self._always_the_same(self.split, chosen, size)

    def _always_the_same(self, split: Split, positions: Tensor, size: int) -> Iterator[Tensor]:
        noise = seeding.generator(0, "evaluate", "baseline")
        for chunk in positions.split(size):
            self.stop_if_cancelled()
            yield split.batch(chunk, generator=noise).images.cpu()


# A data set never changes while it is open, and a run measures the same one again and again.
_moments: weakref.WeakKeyDictionary[Any, tuple[Tensor, Tensor, int]] = weakref.WeakKeyDictionary()


def _subset(n: int, limit: int | None) -> Tensor:
    """Positions of ``limit`` of ``n`` images, drawn once and for all: data sets are often sorted by class."""
    if limit is None or limit >= n:
        return torch.arange(n)
    order = torch.randperm(n, generator=seeding.generator(0, "evaluate", "subset"))
    return order[: max(limit, 1)].sort().values
