"""Random draws of a training step, made for the global batch, of which each process keeps its share.

    draws = Draws(generator(seed, "noise"))              # one process: its share is everything
    draws = Draws(same_generator, Share(0, 32, of=64))   # the first of two, which holds the first 32 of 64 images
    z = draws.normal(32, 8)                              # draws 64×8 and gives rows 0 to 32

Every process draws the same numbers from a generator in the same state and keeps other rows of them, so several processes
together see what one would see. The price, drawing numbers that are thrown away, is small beside a training step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Generator, Tensor


@dataclass(frozen=True)
class Share:
    """Rows ``begin`` to ``end`` (exclusive) of a global batch of ``of`` images."""

    begin: int
    end: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.begin < self.end <= self.of:
            raise ValueError(f"rows {self.begin} to {self.end} are no share of {self.of}")

    def __len__(self) -> int:
        return self.end - self.begin

    @property
    def rows(self) -> slice:
        return slice(self.begin, self.end)


class Draws:
    """Random numbers for a minibatch.

    generator: where they come from; ``None`` is torch's default generator, which only the training thread may use.
    share: this process's rows of the global batch; ``None``: all of them.

    The first dimension of what is drawn is the batch, or several batches in a row (real and generated images in one
    tensor): with a share, each of them is drawn for the global batch. Raises ``ValueError`` for any other number of rows.
    """

    def __init__(self, generator: Generator | None = None, share: Share | None = None) -> None:
        self.generator = generator
        self.share = share

    def normal(self, *shape: int, dtype: Any = None, device: Any = None) -> Tensor:
        """Standard normal numbers."""
        import torch

        return self._share_of(
            lambda size: torch.randn(size, generator=self.generator, dtype=dtype, device=device), shape
        )

    def uniform(self, *shape: int, dtype: Any = None, device: Any = None) -> Tensor:
        """Uniform numbers in [0, 1)."""
        import torch

        return self._share_of(
            lambda size: torch.rand(size, generator=self.generator, dtype=dtype, device=device), shape
        )

    def integers(self, low: int, high: int, *shape: int, device: Any = None) -> Tensor:
        """Whole numbers from ``low`` to ``high`` (exclusive), int64."""
        import torch

        return self._share_of(
            lambda size: torch.randint(low, high, size, generator=self.generator, device=device), shape
        )

    def keep_mask(self, *shape: int, keep: float, dtype: Any = None, device: Any = None) -> Tensor:
        """1 with probability ``keep``, else 0: float."""
        import torch

        return self._share_of(
            lambda size: torch.empty(size, dtype=dtype, device=device).bernoulli_(keep, generator=self.generator), shape
        )

    def bernoulli(self, probabilities: Tensor) -> Tensor:
        """1 with the probability of each value, else 0, of its shape and dtype."""
        import torch

        share = self.share
        if share is None:
            return torch.bernoulli(probabilities, generator=self.generator)
        # A number is drawn for each value whatever its probability is, so those of other processes may stand at 0.
        batches, rest = self._batches(len(probabilities)), probabilities.shape[1:]
        everyone = probabilities.new_zeros(batches, share.of, *rest)
        everyone[:, share.rows] = probabilities.view(batches, len(share), *rest)
        return torch.bernoulli(everyone, generator=self.generator)[:, share.rows].flatten(0, 1)

    def _share_of(self, draw: Callable[[tuple[int, ...]], Tensor], shape: tuple[int, ...]) -> Tensor:
        share = self.share
        if share is None:
            return draw(shape)
        rows, *rest = shape
        batches = self._batches(rows)
        return draw((batches * share.of, *rest)).view(batches, share.of, *rest)[:, share.rows].flatten(0, 1)

    def _batches(self, rows: int) -> int:
        """Number of batches that ``rows`` are."""
        assert self.share is not None
        batches, left_over = divmod(rows, len(self.share))
        if left_over:
            raise ValueError(f"{rows} rows are no multiple of this process's {len(self.share)}")
        return batches


_in_force: ContextVar[Draws | None] = ContextVar("draws", default=None)


@contextmanager
def drawing_from(draws: Draws) -> Iterator[None]:
    """Let layers that draw in their forward pass (:mod:`genstudio.nets.dropout`) take their numbers from ``draws``."""
    before = _in_force.set(draws)
    try:
        yield
    finally:
        _in_force.reset(before)


def draws_in_force() -> Draws:
    """Draws of the training step that is running on this thread. Raises ``RuntimeError`` outside of one."""
    draws = _in_force.get()
    if draws is None:
        raise RuntimeError("a layer draws random numbers outside of a training step: put the model in eval mode")
    return draws
