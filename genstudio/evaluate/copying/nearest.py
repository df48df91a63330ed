"""The training images that lie nearest to given ones, by brute force: |a|^2 - 2ab + |b|^2, a block at a time.

Distances are root mean square differences over an image's numbers, in a unit that a person can picture: grey levels of 255
for pixels. So they do not grow with the image's size.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from genstudio.core.messages import N_, Message
from genstudio.core.resumable import mapped, run
from genstudio.core.seeding import generator

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet

PRODUCTS = 60_000_000
"""Multiplications between two pauses: some 4 ms of one core."""
BLOCK_VALUES = 500_000
"""Numbers of one block, at most: 2 MB."""
AGAIN = 16
"""Images measured again in full between two pauses."""
NEARLY = 1 - 1e-6
"""Share at which all images were compared, and some distances are still to be computed in full precision."""
EXACT = 10
"""Number of nearest images measured again, in full: the fast formula loses its digits where two images are equal."""


@dataclass(frozen=True, eq=False)
class ComparisonSpace:
    """Space in which images are compared: ``place`` maps images N×C×H×W in [0, 1] to rows N×D; a difference of 1 is
    ``scale`` of ``unit``. A judge's features: ``ComparisonSpace("features", judge.features, 1.0, N_("standard
    deviations"))``.

    ``at_once``: training images placed between two looks at the most, where to place them takes long; 0: no limit.
    """

    name: str
    place: Callable[[Tensor], Tensor]
    scale: float
    unit: Message
    at_once: int = 0

    def training(self, among: Searched, rows: slice | np.ndarray) -> Tensor:
        """The places of training images, n×D."""
        return self.place(among.images(rows))


PIXELS = ComparisonSpace("pixels", lambda images: images.flatten(1), 255.0, N_("grey levels"))


class Searched:
    """The training images of a data set, exact copies of one another once, so that they do not fill all places.

    indices: int64 R, their numbers in the whole set; copies: int64 R, how often each is there.
    """

    def __init__(self, data: DataSet) -> None:
        self.data, self._split = data, data.split("train")
        _, first, counts = np.unique(data.hashes[self._split.indices], return_index=True, return_counts=True)
        order = np.argsort(first)
        self._positions = first[order]
        self.indices, self.copies = self._split.indices[self._positions], counts[order]

    def __len__(self) -> int:
        return len(self.indices)

    def images(self, rows: slice | np.ndarray) -> Tensor:
        """float32 n×C×H×W in [0, 1], as the model sees them, but grey where it sees bits: what those are drawn from."""
        if self._split.binarisation != "none":
            return torch.from_numpy(self.data.bytes(self.indices[rows])).float().div_(255)
        positions = torch.from_numpy(self._positions[rows])
        return self._split.batch(positions, generator=generator(0, "nearest")).images


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The k nearest of those compared so far for M images, the nearest first: ``distances`` float64 M×k in the space's
    unit, ``rows`` int64 M×k of :class:`Searched`. ``share`` is the share compared, 1: all."""

    distances: np.ndarray
    rows: np.ndarray
    share: float


def search(
    images: Tensor, among: Searched, k: int, space: ComparisonSpace = PIXELS, exact: int = EXACT
) -> Generator[Neighbours, None, Neighbours]:
    """The ``k`` nearest training images of M images (float32 M×C×H×W); yields those found so far every few milliseconds.

    The first of them may be empty. Memory is M·k and one block. The first ``exact`` columns of the result are computed
    again in full precision and sorted by that, so that an exact copy is at distance 0.
    """
    parts = []
    for some in images.split(space.at_once or max(1, len(images))):
        parts.append(space.place(some).float())
        if len(some) < len(images):
            yield Neighbours(np.zeros((len(images), 0)), np.zeros((len(images), 0), np.int64), 0.0)
    placed = torch.cat(parts)
    k = min(k, len(among))
    size = max(1, min(PRODUCTS // max(placed.numel(), 1), BLOCK_VALUES // max(placed.shape[1], 1)))
    size = min(size, space.at_once or size)
    own = placed.square().sum(1, keepdim=True)
    best = torch.full((len(placed), 0), torch.inf)
    rows = torch.zeros((len(placed), 0), dtype=torch.int64)
    for start in range(0, len(among), size):
        stop = min(start + size, len(among))
        block = space.training(among, slice(start, stop)).float()
        squares = torch.addmm(block.square().sum(1)[None], placed, block.T, alpha=-2).add_(own)
        numbers = torch.arange(start, stop).expand(len(placed), -1)
        best, order = torch.cat([best, squares], 1).topk(min(k, best.shape[1] + stop - start), 1, largest=False)
        rows = torch.cat([rows, numbers], 1).gather(1, order)
        if stop < len(among):
            yield _measured(best, rows, placed.shape[1], space, stop / len(among))
    so_far = _measured(best, rows, placed.shape[1], space, NEARLY)
    for _ in _measure_again(best, rows, placed, among, space, min(exact, k)):
        yield so_far
    return _measured(best, rows, placed.shape[1], space, 1.0)


def nearest(images: Tensor, among: Searched, k: int, space: ComparisonSpace = PIXELS) -> Neighbours:
    """Result of :func:`search`."""
    return run(mapped(search(images, among, k, space), lambda found: found.share))


def _measure_again(
    best: Tensor, rows: Tensor, placed: Tensor, among: Searched, space: ComparisonSpace, columns: int
) -> Iterator[None]:
    """Put the squared differences themselves into the first columns of ``best`` (M×k), and sort those."""
    for number, row in enumerate(placed):
        if number % AGAIN == 0:
            yield
        found = space.training(among, rows[number, :columns].numpy()).double()
        squares, order = (found - row.double()).square().sum(1).sort(stable=True)
        best[number, :columns] = squares.float()
        rows[number, :columns] = rows[number, :columns][order]


def _measured(squares: Tensor, rows: Tensor, values: int, space: ComparisonSpace, share: float) -> Neighbours:
    distances = squares.double().clamp_min(0).div(values).sqrt().mul(space.scale)
    return Neighbours(distances.numpy(), rows.numpy().copy(), share)
