"""The step context: shares of several processes, and batches of two domains."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from genstudio.core.batch import Batch
from genstudio.core.draws import Share
from genstudio.core.errors import UsageError
from genstudio.core.spec import ImageSpec
from genstudio.training.step_context import StepContext

SPEC = ImageSpec(1, 2, 3, levels=2, class_names=("summer", "winter"))


class GreyImages:
    """A split of 20 images, whose bits are drawn at each batch as in dynamic binarisation; every third shows winter."""

    def __init__(self, *, labelled: bool = True) -> None:
        self.labels = (torch.arange(20) % 3 == 0).long() if labelled else None

    def __len__(self) -> int:
        return 20

    def batch(self, positions: torch.Tensor, *, generator: torch.Generator) -> Batch:
        images = torch.bernoulli(torch.full((len(positions), *SPEC.shape), 0.5), generator=generator)
        return Batch(images, SPEC, positions, None if self.labels is None else self.labels[positions])


def context(share: Share | None = None, **split: Any) -> StepContext:
    return StepContext(GreyImages(**split), 8, 5, torch.device("cpu"), share)  # type: ignore[arg-type]


def seen(context: StepContext) -> list[torch.Tensor]:
    """Everything that one step can take from its context."""
    torch.manual_seed(7)
    batch, winter = context.batch(), context.domain_batch(1)
    n = len(batch)
    return [
        batch.images,
        batch.indices,
        winter.images,
        winter.indices,
        context.noise(3),
        context.draws.uniform(n, 1, 1, 1),
        context.draws.integers(-2, 3, n, 1),
        context.draws.keep_mask(n, 4, keep=0.5),
        context.draws.bernoulli(torch.full((n, 5), 0.3)),
        context.noise(2),
    ]


def test_two_contexts_of_half_the_batch_together_see_what_one_sees() -> None:
    whole, first, second = context(), context(Share(0, 3, of=8)), context(Share(3, 8, of=8))
    for _ in range(4):  # into the second epoch
        for expected, *parts in zip(seen(whole), seen(first), seen(second), strict=True):
            assert torch.equal(torch.cat(parts), expected)
    assert first.images == whole.images, "images are counted over all processes"
    assert torch.equal(first.first_batch().images, whole.first_batch().images), "a model begins alike everywhere"


def test_real_and_generated_images_in_one_tensor_are_shared_as_two_batches() -> None:
    torch.manual_seed(1)
    whole = context().draws.uniform(16, 1)
    torch.manual_seed(1)
    assert torch.equal(context(Share(6, 8, of=8)).draws.uniform(4, 1), whole[[6, 7, 14, 15]])
    with pytest.raises(ValueError, match="no multiple"):
        context(Share(6, 8, of=8)).draws.uniform(3, 1)


def test_batches_of_two_domains_have_orders_of_their_own_and_are_resumed() -> None:
    one = context()
    assert one.n_images == 20
    winter = torch.cat([one.domain_batch(1).indices for _ in range(7)])
    assert set(winter.tolist()) == set(range(0, 20, 3))
    assert np.ptp(np.bincount(winter.numpy())[::3]) == 0, "each of the seven as often as any other"
    one.domain_batch(0)
    one.batch()
    other = context()
    other.restore(one.state())
    for expected, resumed in zip(seen(one), seen(other), strict=True):
        assert torch.equal(expected, resumed)


@pytest.mark.parametrize(("domain", "labelled"), [(2, True), (0, False)])
def test_a_domain_without_images_is_refused_with_what_works(domain: int, *, labelled: bool) -> None:
    with pytest.raises(UsageError, match="no images of domain") as refusal:
        context(labelled=labelled).domain_batch(domain)
    assert "one class for each domain" in str(refusal.value.remedy)
