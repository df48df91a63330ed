"""Context of one training step: batches, noise, step number; and the order of the images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from genstudio.core.seeding import derive, generator

if TYPE_CHECKING:
    from genstudio.core.batch import Batch
    from genstudio.data.dataset import Split


class DataOrder:
    """Every image once per epoch, in an order that the seed and the epoch decide: the place is two numbers.

    Batches are always full: one that begins near the end of an epoch goes on in the next.
    """

    def __init__(self, images: int, batch_size: int, seed: int) -> None:
        if images < 1:
            raise ValueError("no images to order")
        self.images, self.batch_size, self.seed = images, batch_size, seed
        self.epoch, self.position = 0, 0
        self._order: Tensor | None = None

    def next(self) -> Tensor:
        """Positions of the next batch within the split, int64."""
        if self._order is None:
            self._order = self._permutation()
        end = self.position + self.batch_size
        if end <= self.images:
            positions = self._order[self.position : end]
            self.position = end
            return positions
        parts, missing = [self._order[self.position :]], end - self.images
        while missing > 0:
            self.epoch += 1
            self._order = self._permutation()
            self.position = min(missing, self.images)
            parts.append(self._order[: self.position])
            missing -= self.position
        return torch.cat(parts)

    def _permutation(self) -> Tensor:
        return torch.randperm(self.images, generator=generator(self.seed, "order", self.epoch))


class StepContext:
    """Handed to ``Model.phases``. ``step`` is the number of steps done before this one."""

    def __init__(self, split: Split, batch_size: int, seed: int, device: torch.device) -> None:
        self.step = 0
        self.images = 0  # drawn so far
        self.device = device
        self.batch_size = batch_size
        self.split = split
        self.order = DataOrder(len(split), batch_size, seed)
        # The data's own dice (dynamic binarisation), so that a model's noise and the data's bits don't depend on each other.
        self.bits = generator(seed, "bits")

    def batch(self) -> Batch:
        """The next minibatch, a new one at each call, on the model's device."""
        self.images += self.batch_size
        return self.split.batch(self.order.next(), generator=self.bits).to(self.device)

    def noise(self, dim: int) -> Tensor:
        """Standard normal noise, batch_size×dim, from the training thread's default generator."""
        return torch.randn(self.batch_size, dim, device=self.device)

    def first_batch(self) -> Batch:
        """A batch for ``Model.prepare`` that takes nothing from those to come."""
        order = DataOrder(self.order.images, self.batch_size, derive(self.order.seed, "prepare"))
        bits = generator(self.order.seed, "prepare", "bits")
        return self.split.batch(order.next(), generator=bits).to(self.device)

    def state(self) -> dict[str, Any]:
        return {
            "epoch": self.order.epoch,
            "position": self.order.position,
            "images": self.images,
            "bits": self.bits.get_state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        # Images may have gone since: the place is then the end of the epoch.
        self.order.epoch = int(state["epoch"])
        self.order.position = min(int(state["position"]), self.order.images)
        self.order._order = None
        self.images = int(state["images"])
        self.bits.set_state(state["bits"])
