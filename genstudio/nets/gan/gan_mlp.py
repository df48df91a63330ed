"""The two fully connected nets of a generative adversarial net (Goodfellow et al. 2014)."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from genstudio.nets.dropout import Dropout
from genstudio.nets.gan.spectral import maybe_spectral_norm
from genstudio.nets.mlp import mlp
from genstudio.nets.value_range import Scaled


class DenseGenerator(nn.Sequential):
    """N×inputs to N×C×H×W in [0, 1]: ReLU layers, a sigmoid at the end."""

    def __init__(self, inputs: int, hidden: int, layers: int, shape: tuple[int, int, int]) -> None:
        channels, height, width = shape
        super().__init__(mlp(inputs, hidden, layers, channels * height * width), nn.Sigmoid(), nn.Unflatten(1, shape))


class DenseDiscriminator(nn.Module):
    """N×C×H×W in [0, 1] to N×features: LeakyReLU(0.2) layers, each followed by ``dropout``."""

    def __init__(
        self, shape: tuple[int, int, int], hidden: int, layers: int, dropout: float, *, spectral: bool
    ) -> None:
        super().__init__()
        channels, height, width = shape
        parts: list[nn.Module] = [nn.Flatten(), Scaled()]
        for before, after in pairwise([channels * height * width, *[hidden] * layers]):
            parts += [maybe_spectral_norm(nn.Linear(before, after), spectral), nn.LeakyReLU(0.2)]
            if dropout:
                parts.append(Dropout(dropout))
        self.net = nn.Sequential(*parts)
        self.features = hidden

    def forward(self, images: Tensor) -> Tensor:
        out: Tensor = self.net(images)
        return out
