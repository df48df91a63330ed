"""Attribute head: linear read-out of a data set's classes and attributes from features.

    number:  y = w·f + b, in standard deviations          scored by its squared error, or as N(y; w·f + b, s²)
    yes/no:  p(y = 1) = sigmoid(w·f + b)                  scored by its cross-entropy

Attributes come first, then the classes as yes and no: of two the second alone, of more each. An unknown one (NaN) is passed
over.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, one_hot

from genstudio.core.batch import Batch
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message
from genstudio.core.spec import ImageSpec

SHARPEST = 0.05  # standard deviations: nothing is known better, so that no attribute outshouts the images


def check_targets(spec: ImageSpec, remedy: Message) -> None:
    """Raises :class:`UsageError` when the images have no attributes; ``remedy``: what works."""
    if not n_targets(spec):
        raise UsageError(
            N_("The model learns from attributes, but these images have neither attributes nor classes."), remedy
        )


def n_targets(spec: ImageSpec) -> int:
    """Number of targets per image."""
    classes = len(spec.class_names)
    return len(spec.attribute_names) + (classes if classes > 2 else max(0, classes - 1))


def targets(batch: Batch) -> Tensor:
    """Targets of a batch: float32 N×A, NaN where unknown."""
    n, spec, parts = len(batch), batch.spec, []
    if spec.attribute_names:
        unknown = batch.images.new_full((n, len(spec.attribute_names)), math.nan)
        parts.append(unknown if batch.attributes is None else batch.attributes)
    if (classes := len(spec.class_names)) > 1:
        if batch.labels is None:
            hot = batch.images.new_full((n, classes), math.nan)
        else:
            hot = one_hot(batch.labels, classes).to(batch.images.dtype)
        parts.append(hot[:, 1:] if classes == 2 else hot)
    return torch.cat(parts, 1) if parts else batch.images.new_zeros(n, 0)


def moments(values: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Statistics of values N×A: each one's mean, its standard deviation (1 where it is constant), and 1 where it only
    says yes or no."""
    known = values.isfinite()
    count = known.sum(0).clamp_min(1)
    filled = values.nan_to_num(0.0, 0.0, 0.0)
    mean = filled.sum(0) / count
    variance = ((filled - mean).square() * known).sum(0) / count
    switch = (((filled == 0) | (filled == 1)) | ~known).all(0) & (variance > 0)
    return mean, torch.where(variance > 0, variance.sqrt(), torch.ones_like(mean)), switch.float()


def squared_or_crossed(outputs: Tensor, values: Tensor, mean: Tensor, std: Tensor, switch: Tensor) -> Tensor:
    """Loss of outputs and values N×A each: squared error in standard deviations, or for yes and no its cross-entropy in
    nats: N×A, 0 where it isn't known."""
    known = values.isfinite()
    filled = torch.where(known, values, torch.zeros_like(values))
    squared = (outputs - (filled - mean) / std).square()
    crossed = binary_cross_entropy_with_logits(outputs, filled.clamp(0, 1), reduction="none")
    return torch.where(switch > 0, crossed, squared) * known


class Readout(nn.Module):
    """Features N×D to the attributes of N images. ``prepare`` it with a first minibatch."""

    mean: Tensor
    std: Tensor
    switch: Tensor

    def __init__(self, features: int, spec: ImageSpec) -> None:
        super().__init__()
        count = n_targets(spec)
        self.lines = nn.Linear(features, count)
        self.register_buffer("mean", torch.zeros(count))
        self.register_buffer("std", torch.ones(count))
        self.register_buffer("switch", torch.zeros(count))

    def prepare(self, batch: Batch) -> None:
        for buffer, value in zip((self.mean, self.std, self.switch), moments(targets(batch)), strict=True):
            buffer.copy_(value)

    def forward(self, features: Tensor) -> Tensor:
        """N×A: numbers in standard deviations from their mean, and logits of yes and no."""
        out: Tensor = self.lines(features)
        return out

    def errors(self, outputs: Tensor, values: Tensor) -> Tensor:
        """Errors of outputs against values, N×A each, by :func:`squared_or_crossed`: N×A."""
        return squared_or_crossed(outputs, values, self.mean, self.std, self.switch)


class ScoredReadout(Readout):
    """One that is a likelihood too, with a spread s of its own for each number."""

    def __init__(self, features: int, spec: ImageSpec) -> None:
        super().__init__(features, spec)
        self.log_spread = nn.Parameter(torch.zeros(n_targets(spec)))  # log s, in standard deviations

    def nll(self, features: Tensor, values: Tensor) -> Tensor:
        """-log p(values | features) of values N×A, summed over what is known: nats, shape N."""
        log_spread = self.log_spread.clamp_min(math.log(SHARPEST))
        scored = self.errors(self(features), values)
        normal = 0.5 * scored * torch.exp(-2 * log_spread) + log_spread + 0.5 * math.log(2 * math.pi)
        return (torch.where(self.switch > 0, scored, normal) * values.isfinite()).sum(1)
