"""Context of one training step: batches, random draws, step number; and the order of the images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from genstudio.core.draws import Draws, Share
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.core.seeding import derive, generator

if TYPE_CHECKING:
    from genstudio.core.batch import Batch
    from genstudio.data.dataset import Split


class DataOrder:
    """Every image once per epoch, in an order that the seed and the epoch decide: the place is two numbers.

    Batches are always full: one that begins near the end of an epoch goes on in the next. ``purpose`` tells orders of one
    seed apart.
    """

    def __init__(self, images: int, batch_size: int, seed: int, *purpose: object) -> None:
        if images < 1:
            raise ValueError("no images to order")
        self.images, self.batch_size, self.seed = images, batch_size, seed
        self.purpose = purpose or ("order",)
        self.epoch, self.position = 0, 0
        self._order: Tensor | None = None

    def next(self) -> Tensor:
        """Positions of the next batch within the images, int64."""
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

    def state(self) -> dict[str, int]:
        return {"epoch": self.epoch, "position": self.position}

    def restore(self, state: dict[str, Any]) -> None:
        # Images may have gone since: the place is then the end of the epoch.
        self.epoch = int(state["epoch"])
        self.position = min(int(state["position"]), self.images)
        self._order = None

    def _permutation(self) -> Tensor:
        return torch.randperm(self.images, generator=generator(self.seed, *self.purpose, self.epoch))


class StepContext:
    """Handed to ``Model.phases``. ``step`` is the number of steps done before this one.

    ``batch_size`` is the global one. With a ``share`` this process gets its rows of every batch and of every random draw;
    all processes together then see what one would see (:mod:`genstudio.core.draws`).
    """

    def __init__(
        self, split: Split, batch_size: int, seed: int, device: torch.device, share: Share | None = None
    ) -> None:
        if share is not None and share.of != batch_size:
            raise ValueError(f"a share of {share.of} images, and a batch of {batch_size}")
        self.step = 0
        self.images = 0  # drawn so far, by all processes
        self.device = device
        self.batch_size = batch_size
        self.share = share
        self.split = split
        self.draws = Draws(None, share)  # torch's default generator: the training thread's
        self.order = DataOrder(len(split), batch_size, seed)
        # Dynamic binarisation has a generator of its own, so that a model's noise and the data's bits don't depend on each
        # other.
        self.bits = generator(seed, "bits")
        self._domains: dict[int, DataOrder] = {}

    @property
    def n_images(self) -> int:
        """Images in the training split."""
        return len(self.split)

    def batch(self) -> Batch:
        """The next minibatch, a new one at each call, on the model's device."""
        self.images += self.batch_size
        return self._batch_of(self.order.next())

    def domain_batch(self, domain: int) -> Batch:
        """The next minibatch of images of class ``domain`` alone, in an order of its own: for models between two
        domains, such as the folders ``summer`` and ``winter``. Raises :class:`UsageError` where there are none."""
        places = self._places_of(domain)
        if not len(places):
            raise UsageError(
                N_("There are no images of domain {domain} to train on.", domain=domain),
                N_("Choose a data set with one class for each domain, such as a folder of two folders."),
            )
        order = self._domain(domain, len(places))
        self.images += self.batch_size
        return self._batch_of(places[order.next()])

    def noise(self, dim: int) -> Tensor:
        """Standard normal noise, N×dim for the N images of :meth:`batch`."""
        n = self.batch_size if self.share is None else len(self.share)
        return self.draws.normal(n, dim, device=self.device)

    def first_batch(self) -> Batch:
        """A batch for ``Model.prepare`` that takes nothing from those to come: the global one, in every process."""
        order = DataOrder(self.order.images, self.batch_size, derive(self.order.seed, "prepare"))
        bits = generator(self.order.seed, "prepare", "bits")
        return self.split.batch(order.next(), generator=bits).to(self.device)

    def state(self) -> dict[str, Any]:
        domains = {str(domain): order.state() for domain, order in self._domains.items()}
        return {
            **self.order.state(),
            "images": self.images,
            "bits": self.bits.get_state(),
            **({"domains": domains} if domains else {}),
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.order.restore(state)
        self.images = int(state["images"])
        self.bits.set_state(state["bits"])
        self._domains = {}
        for name, place in state.get("domains", {}).items():
            if count := len(self._places_of(int(name))):
                self._domain(int(name), count).restore(place)

    def _batch_of(self, positions: Tensor) -> Batch:
        batch = self.split.batch(positions, generator=self.bits)
        # Bits of dynamic binarisation are drawn for the global batch, so the share is taken afterwards.
        return (batch if self.share is None else batch.part(self.share.rows)).to(self.device)

    def _places_of(self, domain: int) -> Tensor:
        """Positions within the split of images of class ``domain``, int64."""
        labels = self.split.labels
        return torch.empty(0, dtype=torch.int64) if labels is None else (labels == domain).nonzero().flatten()

    def _domain(self, domain: int, count: int) -> DataOrder:
        if domain not in self._domains:
            self._domains[domain] = DataOrder(count, self.batch_size, self.order.seed, "domain", domain)
        return self._domains[domain]
