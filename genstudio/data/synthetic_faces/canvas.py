"""The sheet that is painted on: sample positions, colours, and windows on a part of it. Batched, n portraits at a time.

Two kinds of tensors meet everywhere in this package: *maps*, n×h×w (one number per sample), and *traits*, n×1×1 (one
number per portrait). Colours are n×3×h×w or n×3×1×1.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

EVERYONE = slice(None)


@dataclass(frozen=True)
class Window:
    """Some of the people, rows and columns of a canvas or of maps that belong to it."""

    people: slice
    rows: slice
    columns: slice

    def of(self, maps: Tensor) -> Tensor:
        """View of this part of maps n×h×w or of colours n×3×h×w; shares their memory."""
        return maps[self.people, ..., self.rows, self.columns]

    def spread(self, part: Tensor, width: int) -> Tensor:
        """Maps of these columns as maps ``width`` wide that are 0 beyond."""
        maps = part.new_zeros(*part.shape[:-1], width)
        maps[..., self.columns] = part
        return maps

    @property
    def empty(self) -> bool:
        return self.rows.start >= self.rows.stop or self.columns.start >= self.columns.stop


@contextmanager
def patch(window: Window, *maps: Tensor) -> Iterator[list[Tensor]]:
    """Context of one rectangular part of several maps, copied out and written back at the end."""
    parts = [window.of(m) for m in maps]
    pieces = [part.contiguous() for part in parts]
    yield pieces
    for part, piece in zip(parts, pieces, strict=True):
        part.copy_(piece)


@dataclass
class Canvas:
    """Colours n×3×h×w and where each sample lies: ``x`` to the right (1×1×w), ``y`` up (1×h×1).

    The head's unit: without zoom the picture's shorter side spans -1 to 1. ``left`` and ``top`` are the first sample's
    position, ``sample`` the distance of two samples.
    """

    colour: Tensor
    x: Tensor
    y: Tensor
    left: float
    top: float
    sample: float

    def window(
        self,
        top: float,
        bottom: float,
        sides: tuple[float, float] = (-math.inf, math.inf),
        people: slice = EVERYONE,
    ) -> Window:
        """The samples between two heights and between two ``sides``."""
        height, width = self.colour.shape[2:]
        rows = _between((self.top - top) / self.sample, (self.top - bottom) / self.sample, height)
        columns = _between((sides[0] - self.left) / self.sample, (sides[1] - self.left) / self.sample, width)
        return Window(people, rows, columns)

    def cut(self, window: Window) -> Canvas:
        """A part of the canvas. It shares memory: what is painted there is painted here."""
        left = self.left + window.columns.start * self.sample
        top = self.top - window.rows.start * self.sample
        x, y = self.x[..., window.columns], self.y[:, window.rows]
        return Canvas(window.of(self.colour), x, y, left, top, self.sample)

    @contextmanager
    def close_up(self, window: Window) -> Iterator[Canvas]:
        """A part of the canvas in a piece of its own, laid back at the end: many strokes are quicker there."""
        with patch(window, self.colour) as (colour,):
            yield replace(self.cut(window), colour=colour)

    def paint(self, cover: Tensor, colour: Tensor) -> None:
        """Lay ``colour`` over the canvas where ``cover`` (a map in [0, 1]) says so."""
        self.colour.lerp_(colour, cover.unsqueeze(1))

    def glow(self, amount: Tensor, colour: Tensor) -> None:
        """Add ``amount`` (a map) of ``colour``."""
        self.colour.addcmul_(colour, amount.unsqueeze(1))


def blank(n: int, height: int, width: int, zoom: float, centre: float) -> Canvas:
    """An empty canvas of ``height`` × ``width`` samples that shows ``1 / zoom`` around (0, ``centre``)."""
    import torch

    sample = 2.0 / (min(height, width) * zoom)
    left, top = (1 - width) / 2 * sample, (height - 1) / 2 * sample + centre
    x = torch.arange(width) * sample + left
    y = top - torch.arange(height) * sample
    return Canvas(torch.empty(n, 3, height, width), x[None, None, :], y[None, :, None], left, top, sample)


def broad(trait: Tensor) -> Tensor:
    """A trait (n×1×1) in the shape that colours have (n×1×1×1)."""
    return trait.unsqueeze(1)


def _between(first: float, last: float, count: int) -> slice:
    """The indices from ``first`` to ``last`` among ``count``."""
    start = min(max(math.ceil(max(first, -1)), 0), count)
    return slice(start, max(start, min(math.floor(min(last, count)) + 1, count)))
