"""A causal net as a graph of nodes that can be evaluated at any positions, in the order in which they can be known.

A *node* computes features at the positions of a grid from what it *reads* of other nodes' *buffers*: at output (y, x) a read
of taps (dy, dx) takes buffer position ((y * stride + dy) / up, (x * stride + dx) / up), and zeros where that is outside or
not whole. A *draw* turns a node's features at a position into one pixel's level (or levels), which lands in an image buffer
and is read by nodes in turn. Recurrent nodes read themselves: those that do so together carry the same ``loop``.

The graph says nothing about order: :mod:`genstudio.nets.causal.schedule` finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from torch import Tensor

Taps = tuple[tuple[int, int], ...]
HERE: Taps = ((0, 0),)

Compute = Callable[[list[Tensor]], Sequence[Tensor]]
"""Gathered inputs, (positions * images) × (taps * features) each, to one tensor per output buffer, (positions * images) ×
features. Rows go by position first, then by image."""


@dataclass(frozen=True)
class Read:
    """One input of a node: the features of ``buffer`` at every tap, concatenated."""

    buffer: str
    taps: Taps = HERE
    stride: int = 1
    up: int = 1

    @property
    def is_here(self) -> bool:
        """True if only the node's own position is read, so that nothing has to be gathered if it was just computed."""
        return self.taps == HERE and self.stride == self.up == 1


@dataclass(frozen=True)
class Node:
    """``outputs``: buffers with their numbers of features. An ``eager`` node is evaluated as soon as it can (outside of a
    loop, as a vertical stack, a whole row at once where that can be); another only when it is needed (at the drawn
    pixel, so that layers hand on what they have)."""

    name: str
    reads: tuple[Read, ...]
    outputs: tuple[tuple[str, int], ...]
    compute: Compute = field(compare=False)
    grid: tuple[int, int] = (0, 0)
    eager: bool = False
    loop: str | None = None


@dataclass(frozen=True)
class Draw:
    """Draws ``channels`` of the pixels that the positions of ``output``'s grid stand for, into the image buffer ``into``.

    Position (y, x) stands for pixel (y, x) * ``step``; pixels whose coordinates are multiples of ``skip`` are left to an
    earlier, coarser scale (0: none). All draws of a lower ``rank`` come before those of a higher.
    """

    output: str
    into: str
    channels: tuple[int, ...]
    grid: tuple[int, int]
    step: int = 1
    skip: int = 0
    rank: int = 0


@dataclass(frozen=True)
class CausalGraph:
    """``size`` is the image's (H, W); ``images`` names the image buffers with the channels that each holds; ``nodes`` are
    in an order in which each reads only earlier ones, images and its own loop. ``beside``, K×H×W,
    are features known beforehand that follow the channels in every image buffer."""

    size: tuple[int, int]
    images: tuple[tuple[str, tuple[int, ...]], ...]
    nodes: tuple[Node, ...]
    draws: tuple[Draw, ...]
    beside: Tensor | None = field(
        default=None, compare=False
    )  # a tensor equals itself alone: schedules would be made again
    features_beside: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "features_beside", 0 if self.beside is None else len(self.beside))
