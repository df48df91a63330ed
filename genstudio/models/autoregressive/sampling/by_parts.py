"""Drawing whole images where other work must have its turn every few milliseconds, within a bound of memory.

What draws an image keeps every layer's values at every pixel: 6 MB an image for a PixelCNN of 28x28 pixels, so that 300
images at once took 1.8 GB.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from genstudio.models.autoregressive.sampling.cached import cached_by_parts
from genstudio.models.autoregressive.sampling.request import Request, Sample

if TYPE_CHECKING:
    from genstudio.models.autoregressive.sampling.model import SampledModel

MOST_BYTES = 128 * 2**20
"""Held at once to draw images."""
FIRST = 8
"""Images of the first batch, which tells how many bytes an image takes."""
MOST = 64
"""Images at once: more are hardly quicker for each."""


@torch.no_grad()
def drawn_by_parts(model: SampledModel, request: Request) -> Generator[float, None, Tensor]:
    """The levels of ``request``, int64 N×C×H×W, a few images at a time. Yields the share done every few milliseconds."""
    made: list[Tensor] = []
    start, size = 0, FIRST
    every = torch.arange(len(request), device=request.noise.device)
    while start < len(request):
        some = every[start : start + size]
        drawing = cached_by_parts(model, request.part(some), "wavefront", tell=False)
        while True:
            try:
                one = next(drawing)
            except StopIteration as end:
                held = max(1, int(end.value) // len(some))
                break
            if isinstance(one, Sample):
                made.append(one.images)
            else:
                yield (start + one * len(some)) / len(request)
        start += len(some)
        size = max(1, min(MOST, MOST_BYTES // held))
        yield start / len(request)
    return torch.cat(made)
