"""Linear prediction of attributes and classes, which both attribute-conditioned models use."""

from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import Bernoulli, Normal

from genstudio.core.batch import Batch
from genstudio.core.spec import ImageSpec
from genstudio.nets.attribute_head import SHARPEST, ScoredReadout, moments, n_targets, squared_or_crossed, targets

NAN = math.nan
FACES = ImageSpec(1, 2, 2, levels=256, attribute_names=("yaw", "glasses"))


def batch(spec: ImageSpec, **known: torch.Tensor) -> Batch:
    n = len(next(iter(known.values()))) if known else 2
    return Batch(torch.rand(n, *spec.shape), spec, torch.arange(n), **known)


def test_attributes_come_first_then_classes_as_yes_and_no() -> None:
    three = ImageSpec(1, 2, 2, levels=2, class_names=("a", "b", "c"), attribute_names=("yaw",))
    known = targets(batch(three, labels=torch.tensor([2, 0]), attributes=torch.tensor([[0.5], [NAN]])))
    assert torch.equal(known.nan_to_num(-1), torch.tensor([[0.5, 0, 0, 1], [-1, 1, 0, 0]]))
    two = ImageSpec(1, 2, 2, levels=2, class_names=("no", "yes"))
    assert targets(batch(two, labels=torch.tensor([1, 0, 1]))).tolist() == [[1], [0], [1]], "the second alone"
    assert [n_targets(spec) for spec in (three, two, ImageSpec(1, 2, 2))] == [4, 1, 0]
    assert targets(batch(three)).isnan().all(), "a batch that says nothing is not a no"


def test_moments_skip_unknown_values() -> None:
    mean, std, switch = moments(torch.tensor([[1.0, 1.0, 5.0], [3.0, NAN, 5.0], [NAN, 0.0, 5.0]]))
    assert mean.tolist() == [2, 0.5, 5]
    assert std.tolist() == [1, 0.5, 1], "what never changes is not divided by nothing"
    assert switch.tolist() == [0, 1, 0]


def test_errors_are_squared_deviations_or_nats() -> None:
    mean, std, switch = torch.tensor([10.0, 0.5]), torch.tensor([2.0, 0.5]), torch.tensor([0.0, 1.0])
    outputs, values = torch.tensor([[1.5, 2.0], [0.0, 0.0]]), torch.tensor([[12.0, 1.0], [NAN, 0.0]])
    errors = squared_or_crossed(outputs, values, mean, std, switch)
    expected = [[(1.5 - 1.0) ** 2, math.log1p(math.exp(-2.0))], [0.0, math.log(2)]]
    torch.testing.assert_close(errors, torch.tensor(expected))


def test_likelihood_is_normal_or_bernoulli() -> None:
    torch.manual_seed(0)
    readout = ScoredReadout(3, FACES)
    values = torch.tensor([[10.0, 1.0], [-30.0, 0.0], [20.0, 1.0], [0.0, NAN]])
    readout.prepare(batch(FACES, attributes=values))
    with torch.no_grad():
        readout.log_spread.copy_(torch.tensor([-0.7, 0.3]))
    features = torch.randn(4, 3)
    lines, standard = readout(features), (values[:, 0] - readout.mean[0]) / readout.std[0]
    yaw = Normal(lines[:, 0], math.exp(-0.7)).log_prob(standard)
    glasses = Bernoulli(logits=lines[:3, 1]).log_prob(values[:3, 1])
    expected = -yaw
    expected[:3] -= glasses
    torch.testing.assert_close(readout.nll(features, values), expected)


def test_predicted_precision_is_bounded() -> None:
    """The term of an exactly predicted number would otherwise grow without bound and dominate the image's."""
    readout = ScoredReadout(1, ImageSpec(1, 2, 2, attribute_names=("yaw",)))
    with torch.no_grad():
        readout.lines.weight.fill_(1.0)
        readout.lines.bias.zero_()
        readout.log_spread.fill_(-50.0)
    exact = torch.tensor([[0.25]])
    assert readout.nll(exact, exact).item() == pytest.approx(math.log(SHARPEST) + 0.5 * math.log(2 * math.pi))
