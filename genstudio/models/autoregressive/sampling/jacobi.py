"""Drawing all pixels at once, again and again, until nothing changes (Song et al. 2021, "Accelerating feedforward
computation via parallel nonlinear equation solving").

With the noise fixed, the image is the one solution of x = draw(net(x), noise). Each pass settles at least the next
sub-pixel, most settle many: few passes for images whose pixels hardly depend on each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from genstudio.nets.causal.conv import weights_ready

if TYPE_CHECKING:
    from genstudio.models.autoregressive.sampling.model import SampledModel
    from genstudio.models.autoregressive.sampling.request import SampleRequest


def jacobi(model: SampledModel, request: SampleRequest) -> Iterator[tuple[int, Tensor]]:
    """The images after each pass, levels int64 N×C×H×W, the last ones settled; with them how many images still changed.
    Those that have settled are not computed again."""
    images = torch.where(request.known[:, None], request.given, 0)
    active = torch.arange(len(images), device=images.device)
    while len(active):
        part = request.part(active)
        with weights_ready(model):
            into = model.to_net(images[active]).contiguous(memory_format=torch.channels_last)
            output = model.output(into, part.condition)
        drawn = draw_all(model, output, images[active], part)
        changed = (drawn != images[active]).flatten(1).any(1)
        images[active] = drawn
        active = active[changed]
        yield len(active), images


def draw_all(model: SampledModel, output: Tensor, images: Tensor, request: SampleRequest) -> Tensor:
    """Every sub-pixel drawn from ``output``, N×Q×H×W, and its own noise: levels N×C×H×W."""
    n, channels, height, width = images.shape
    rows, distribution = output.movedim(1, -1).reshape(n * height * width, -1), model.distribution
    noise = request.noise.movedim(1, -1).reshape(-1, channels)
    drawn = images.new_zeros(n * height * width, 0)
    known, given = request.known.flatten(), request.given.movedim(1, -1).reshape(-1, channels)
    for channel in range(channels):
        levels = distribution.draw(
            distribution.part(rows, channel), drawn, channel, noise[:, channel], request.temperature
        )
        levels = torch.where(known, given[:, channel], levels)
        drawn = torch.cat([drawn, levels[:, None]], 1)
    return drawn.view(n, height, width, channels).movedim(-1, 1)
