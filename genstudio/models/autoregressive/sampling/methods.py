"""Drawing by a named method: all of them give the same images from the same noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from genstudio.models.autoregressive.sampling.cached import cached
from genstudio.models.autoregressive.sampling.jacobi import jacobi
from genstudio.models.autoregressive.sampling.naive import naive

if TYPE_CHECKING:
    from genstudio.models.autoregressive.sampling.model import SampledModel
    from genstudio.models.autoregressive.sampling.request import Method, SampleRequest


def draw_by(model: SampledModel, method: Method, request: SampleRequest) -> Tensor:
    """The levels of ``request`` by one method, not ``auto``: int64 N×C×H×W."""
    images = torch.where(request.known[:, None], request.given, 0)
    if method == "jacobi":
        for _, now in jacobi(model, request):
            images = now
        return images
    drawing = (
        naive(model, request) if method == "naive" else cached(model, request, "wavefront", with_likelihoods=False)
    )
    for one in drawing:
        images = one.images
    return images
