"""Heads of a class-conditional discriminator: features and a class to a number.

Asked without a class, they give the mean over all of them.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu

from genstudio.nets.gan.spectral import maybe_spectral_norm


class ClassTable(nn.Module):
    """A vector for each class, classes×size, its numbers of deviation ``spread``. ``nn.Embedding`` starts from a normal
    distribution, over which torch's meta device, where explorers build, takes seconds."""

    def __init__(self, classes: int, size: int, spread: float = 1.0) -> None:
        super().__init__()
        reach = spread * 3**0.5
        self.weight = nn.Parameter(torch.empty(classes, size).uniform_(-reach, reach))


class ProjectionHead(nn.Module):
    """w·f + e_y·f: how real, and how much like class y, by one product (Miyato & Koyama 2018, eq. 3)."""

    def __init__(self, features: int, classes: int, *, spectral: bool) -> None:
        super().__init__()
        self.real = maybe_spectral_norm(nn.Linear(features, 1), spectral)
        # Small, as DCGAN's weights are: products of many features would drown the rest at first.
        self.fits = maybe_spectral_norm(ClassTable(classes, features, 0.02), spectral)

    def forward(self, features: Tensor, labels: Tensor | None) -> Tensor:
        """N×features and int64 N to N."""
        table: Tensor = self.fits.weight  # type: ignore[assignment]
        towards = table.mean(0) if labels is None else table[labels]
        out: Tensor = self.real(features).flatten() + (features * towards).sum(1)
        return out


class ConcatenationHead(nn.Module):
    """Features and the class's vector side by side into one more layer (Mirza & Osindero 2014): a linear end alone would
    only add a number for each class."""

    def __init__(self, features: int, classes: int, *, spectral: bool, hidden: int = 128) -> None:
        super().__init__()
        self.features = maybe_spectral_norm(nn.Linear(features, hidden), spectral)
        self.classes = ClassTable(classes, hidden)
        self.last = maybe_spectral_norm(nn.Linear(hidden, 1), spectral)

    def forward(self, features: Tensor, labels: Tensor | None) -> Tensor:
        """N×features and int64 N to N."""
        # A linear layer of [features, class] is the sum of one of each.
        hidden_features = self.features(features)
        embedded = self.classes.weight if labels is None else self.classes.weight[labels]
        both = hidden_features[:, None] + embedded if labels is None else (hidden_features + embedded)[:, None]
        out: Tensor = self.last(leaky_relu(both, 0.2)).mean((1, 2))
        return out


class ClassDiscriminator(nn.Module):
    """A body (images to N×features) and one of the heads above."""

    def __init__(self, body: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.body, self.head = body, head

    def forward(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        """N×C×H×W in [0, 1] and int64 N to N."""
        out: Tensor = self.head(self.body(images), labels)
        return out


class ClassGenerator(nn.Module):
    """Joins a class's vector to z before a generator of both: N×latent_dim and int64 N to N×C×H×W. Shares of classes, float
    N×classes, are told by their vectors' weighted sum: a way from one class to another."""

    def __init__(self, net: nn.Module, classes: int, size: int) -> None:
        super().__init__()
        self.net, self.classes = net, ClassTable(classes, size)

    def forward(self, z: Tensor, labels: Tensor) -> Tensor:
        table = self.classes.weight
        embedded = labels.to(table.dtype) @ table if labels.is_floating_point() else table[labels]
        out: Tensor = self.net(torch.cat([z, embedded], 1))
        return out
