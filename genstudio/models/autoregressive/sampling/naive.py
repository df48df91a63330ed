"""The sampler that the product rule states: a forward pass of whole images for every pixel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch

from genstudio.models.autoregressive.sampling.request import Sample, SampleRequest
from genstudio.nets.causal.conv import weights_ready

if TYPE_CHECKING:
    from genstudio.models.autoregressive.sampling.model import SampledModel


def naive(model: SampledModel, request: SampleRequest) -> Iterator[Sample]:
    """Sub-pixel after sub-pixel in the order of ``model.pixel_units()``, masks applied beforehand; known ones are
    passed over."""
    images = torch.where(request.known[:, None], request.given, 0)
    distribution = model.distribution
    with weights_ready(model):
        for y, x, channels in model.pixel_units():
            if request.known[:, y, x].all():
                continue
            into = model.to_net(images).contiguous(memory_format=torch.channels_last)
            output = model.output(into, request.condition)[:, :, y, x]
            for channel in channels:
                part, earlier = distribution.part(output, channel), images[:, :channel, y, x].clone()
                u = request.noise[:, channel, y, x]
                levels = distribution.draw(part, earlier, channel, u, request.temperature)
                levels = torch.where(request.known[:, y, x], request.given[:, channel, y, x], levels)
                images[:, channel, y, x] = levels
                yield Sample(y, x, channel, levels, part, earlier, images)
