"""The sampler that computes everything once: each layer only where its new inputs fall due, in batches of ticks.

Its machine is the model's: a graph of causal nodes (see :mod:`genstudio.nets.causal.schedule`), or for models without
convolutions a form of their own that grows by one pixel at a time.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from genstudio.core.resumable import Pausing, rescaled
from genstudio.models.autoregressive.sampling.request import Order, Sample, SampleRequest

if TYPE_CHECKING:
    from genstudio.models.autoregressive.sampling.model import SampledModel
    from genstudio.nets.causal.machine import Pending


ROWS_VALUES = 200_000
"""Numbers of distributions from which pixels are drawn without a pause: a few milliseconds' worth."""


def cached(
    model: SampledModel, request: SampleRequest, order: Order = "raster", with_likelihoods: bool = True
) -> Iterator[Sample]:
    """The images of :func:`naive`, without any forward pass. ``order="wavefront"`` draws all pixels of a tick together.
    It yields a :class:`Sample` for each; with ``with_likelihoods=False`` only the last one (nothing is copied)."""
    for one in resumable_cached(model, request, order, with_likelihoods):
        if isinstance(one, Sample):
            yield one


def resumable_cached(
    model: SampledModel, request: SampleRequest, order: Order = "raster", with_likelihoods: bool = True
) -> Generator[Sample | float, None, int]:
    """:func:`cached`, with the share done where one may pause: every few milliseconds at most. Returns the bytes that were
    held to draw these images."""
    n, channels, _, width = request.noise.shape
    images = torch.where(request.known[:, None], request.given, 0)
    known = request.known.all(0)
    # Levels and noise position-major, as the machine's buffers are.
    levels = images.flatten(2).permute(2, 0, 1).contiguous()
    noise = request.noise.flatten(2).permute(2, 0, 1).to(model.dtype).contiguous()
    kept = request.known.flatten(1).t().contiguous() if bool((request.known & ~known).any()) else None
    given = request.given.flatten(2).permute(2, 0, 1)
    making = model.resumable_machine(model.to_net(images), known.cpu().numpy(), request.condition, order)
    machine = yield from rescaled(making, 0.0, 0.0)
    for tick in range(machine.ticks):
        for pending in machine.advance(tick):
            if pending is None:
                yield tick / machine.ticks
                continue
            share = tick / machine.ticks
            drawn = yield from rescaled(_draw(model, pending, levels, noise, request.temperature), share, share)
            if kept is not None:
                own = given[pending.pixels][:, :, list(pending.channels)]
                drawn = torch.where(kept[pending.pixels][:, :, None], own, drawn)
            machine.write(pending, model.to_net(drawn))
            levels[:, :, pending.channels[0] : pending.channels[-1] + 1].index_copy_(0, pending.pixels, drawn)
            if with_likelihoods:
                yield from _samples_of(model, pending, drawn, levels, images, width)
    if not with_likelihoods:
        images.copy_(levels.permute(1, 2, 0).reshape(images.shape))
        yield Sample(
            -1, -1, channels - 1, images[:, -1, -1, -1], images.new_zeros(n, 0), images.new_zeros(n, 0), images
        )
    return sum(tensor.nbytes for tensor in getattr(machine, "buffers", {}).values())


def _draw(model: SampledModel, pending: Pending, levels: Tensor, noise: Tensor, temperature: float) -> Pausing[Tensor]:
    """The levels of one batch of pixels, int64 P×N×channels, some pixels at a time where there are many."""
    each = pending.output.shape[1] * model.distribution.levels * getattr(model.distribution, "components", 1)
    parts: list[Tensor] = []
    for some in torch.arange(len(pending.pixels), device=pending.pixels.device).split(max(1, ROWS_VALUES // each)):
        if parts:
            yield
        part = (
            pending
            if len(some) == len(pending.pixels)
            else replace(pending, pixels=pending.pixels[some], output=pending.output[some])
        )
        parts.append(_draw_at_once(model, part, levels, noise, temperature))
    return parts[0] if len(parts) == 1 else torch.cat(parts)


def _draw_at_once(model: SampledModel, pending: Pending, levels: Tensor, noise: Tensor, temperature: float) -> Tensor:
    """The levels of one batch of pixels, int64 P×N×channels."""
    pixels, n = pending.output.shape[:2]
    output = pending.output.flatten(0, 1)
    u = noise.index_select(0, pending.pixels).flatten(0, 1)
    if model.distribution.joint:
        return model.distribution.draw_pixel(output, u, temperature).view(pixels, n, -1)
    (channel,) = pending.channels  # a net that puts out each channel apart gives that channel's part already
    earlier = levels[pending.pixels, :, :channel].flatten(0, 1) if channel else levels[:0, 0, :0]
    return model.distribution.draw(output, earlier, channel, u[:, channel], temperature).view(pixels, n, 1)


def _samples_of(
    model: SampledModel, pending: Pending, drawn: Tensor, levels: Tensor, images: Tensor, width: int
) -> Iterator[Sample]:
    joint = model.distribution.joint
    for i, pixel in enumerate(pending.pixels.tolist()):
        y, x = divmod(pixel, width)
        for k, channel in enumerate(pending.channels):
            images[:, channel, y, x] = drawn[i, :, k]
            part = model.distribution.part(pending.output[i], channel) if joint else pending.output[i]
            yield Sample(y, x, channel, drawn[i, :, k], part, levels[pixel, :, :channel].clone(), images)
