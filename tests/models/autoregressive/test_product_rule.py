"""p(x) = product of p(x_i | previous pixels): no output depends on later pixels, and all probabilities sum to 1."""

from __future__ import annotations

import itertools

import pytest
import torch
from autoregressive_nets import VARIANTS, batch_of, make, units

from genstudio.core.conditions.base import NO_CONDITION
from genstudio.core.conditions.classes import of_class

SIZES = [(1, 2), (3, 2), (3, 256)]


@pytest.mark.parametrize(("channels", "levels"), SIZES)
@pytest.mark.parametrize("variant", list(VARIANTS))
def test_no_output_depends_on_its_own_or_a_later_input(variant: str, channels: int, levels: int) -> None:
    """The gradient of log p(x_i | ...) by input j is exactly zero unless j comes before i; and it is not zero everywhere."""
    model = make(variant, channels, 5, 4, levels)
    order = units(model)
    place = torch.zeros(channels, 5, 4)
    for i, (c, y, x) in enumerate(order):
        place[c, y, x] = i
    assert len(order) == len(set(order)) == model.spec.values
    torch.manual_seed(1)
    drawn = torch.randint(levels, (1, *model.spec.shape))
    condition = of_class(torch.tensor([1])) if model.classes else NO_CONDITION
    later_seen = earlier_seen = 0.0
    for i in range(0, len(order), 4 if len(order) > 30 else 1):
        c, y, x = order[i]
        # What a joint output gives for its own pixel's channels is scored by them; what it was computed from is not.
        image = model.to_net(drawn).requires_grad_()
        output = model(image, condition)[:, :, y, x]
        first = min(place[b, y, x].item() for b in range(channels)) if model.distribution.joint else i
        part = model.distribution.part(output, c)
        gradient = torch.autograd.grad((part * torch.randn_like(part)).sum(), image)[0][0]
        later_seen = max(later_seen, float(gradient[place >= first].abs().max()))
        earlier_seen = max(earlier_seen, float(gradient[place < first].abs().max()) if i else 0.0)
    assert later_seen == 0.0
    assert earlier_seen > 0.0


@pytest.mark.parametrize(("channels", "levels"), [(1, 2), (1, 3), (3, 2)])
@pytest.mark.parametrize("variant", list(VARIANTS))
def test_probabilities_of_all_images_sum_to_one(variant: str, channels: int, levels: int) -> None:
    model = make(variant, channels, 2, 2, levels)
    images = torch.tensor(list(itertools.product(range(levels), repeat=4 * channels))).view(-1, channels, 2, 2)
    batch = batch_of(model, images)
    batch.labels.fill_(2)
    with torch.no_grad():
        log_prob = model.log_prob(batch, k=1, generator=torch.Generator())
        assert log_prob.exp().sum().item() == pytest.approx(1.0, abs=1e-9)
        assert log_prob.std() > 0.05, "a net that gives every image the same score would pass without this"


@pytest.mark.parametrize("variant", list(VARIANTS))
def test_surprise_adds_up_to_the_nll_and_its_shape_is_the_images(variant: str) -> None:
    model = make(variant, 3, 4, 5, 4)
    batch = batch_of(model, torch.randint(4, (3, 3, 4, 5)))
    nats = model.surprise(batch)
    assert nats.shape == (3, 4, 5)
    with torch.no_grad():
        expected = -model.log_prob(batch, k=1, generator=torch.Generator())
    torch.testing.assert_close(nats.sum((1, 2)), expected)


@pytest.mark.parametrize("variant", list(VARIANTS))
def test_draws_follow_the_probabilities_that_score_them(variant: str) -> None:
    """The frequencies of 2x1 images against their probabilities: drawing and scoring are the same distribution."""
    model = make(variant, 1, 1, 2, 3)
    n = 40_000
    label = 0 if model.classes else None
    drawn = (model.sample(n, generator=torch.Generator().manual_seed(0), condition=of_class(label)) * 2).round().long()
    counts = torch.bincount(drawn[:, 0, 0, 0] * 3 + drawn[:, 0, 0, 1], minlength=9) / n
    images = torch.tensor(list(itertools.product(range(3), repeat=2))).view(9, 1, 1, 2)
    batch = batch_of(model, images)
    batch.labels.fill_(0)
    with torch.no_grad():
        expected = model.log_prob(batch, k=1, generator=torch.Generator()).exp().float()
    assert float((counts - expected).abs().max()) < 0.012  # five standard errors
