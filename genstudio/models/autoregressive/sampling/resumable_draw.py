"""Drawing whole images where other work must have its turn every few milliseconds, within a bound of memory.

What draws an image keeps every layer's values at every pixel: 6 MB an image for a PixelCNN of 28x28 pixels, so that 300
images at once took 1.8 GB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from genstudio.core.resumable import Resumable, Stepper
from genstudio.models.autoregressive.sampling.cached import resumable_cached
from genstudio.models.autoregressive.sampling.naive import naive
from genstudio.models.autoregressive.sampling.request import Sample, SampleRequest

if TYPE_CHECKING:
    from genstudio.models.autoregressive.sampling.model import SampledModel

MOST_BYTES = 128 * 2**20
"""Held at once to draw images."""
FIRST = 8
"""Images of the first batch, on which the bytes of an image are measured."""
MOST = 64
"""Images at once: more are hardly quicker for each."""


@torch.no_grad()
def resumable_draw(model: SampledModel, request: SampleRequest) -> Resumable[Tensor]:
    """The levels of ``request``, int64 N×C×H×W, a few images at a time. Yields the share done every few milliseconds."""
    made: list[Tensor] = []
    start, size = 0, FIRST
    every = torch.arange(len(request), device=request.noise.device)
    while start < len(request):
        some = every[start : start + size]
        drawing = Stepper(resumable_cached(model, request.part(some), "wavefront", with_likelihoods=False))
        while drawing.advance():
            one = drawing.value
            if isinstance(one, Sample):
                made.append(one.images)
            else:
                yield (start + one * len(some)) / len(request)
        held = max(1, drawing.result // len(some))
        start += len(some)
        size = max(1, min(MOST, MOST_BYTES // held))
        yield start / len(request)
    return torch.cat(made)


@torch.no_grad()
def resumable_naive_draw(model: SampledModel, request: SampleRequest) -> Resumable[Tensor]:
    """The levels of ``request`` by the naive method, int64 N×C×H×W. Yields the share done after each forward pass."""
    images = torch.where(request.known[:, None], request.given, 0)
    for k, one in enumerate(naive(model, request)):
        images = one.images
        yield (k + 1) / model.spec.values
    return images
