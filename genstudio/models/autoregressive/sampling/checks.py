"""Checks of what a sampler is asked for, with errors that say what to change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from genstudio.core.conditions.base import Condition
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.core.spec import ImageSpec
from genstudio.models.autoregressive.sampling.request import SampleRequest, uniform
from genstudio.models.conditioning import complete_condition

if TYPE_CHECKING:
    from genstudio.models.autoregressive.sampling.model import SampledModel
    from genstudio.models.autoregressive.sampling.request import Method


def check_method(model: SampledModel, method: Method) -> None:
    """Raises :class:`UsageError` for a method that ``model`` does not have."""
    if method not in model.methods():
        raise UsageError(
            N_(
                "{title} can't be drawn by the method '{method}': it has no causal graph.",
                title=model.title,
                method=method,
            ),
            N_("Choose one of: {methods}.", methods=", ".join(model.methods())),
        )


def check_temperature(temperature: float) -> float:
    if not 0.0 < temperature <= 100.0:
        raise UsageError(
            N_("A temperature of {value} is not possible.", value=temperature),
            N_("Choose more than 0 (1 draws from the model itself, less gives more typical images) and at most 100."),
        )
    return float(temperature)


def request_for(
    model: SampledModel,
    n: int,
    generator: torch.Generator,
    images: Tensor | None,
    known: Tensor | None,
    condition: Condition | None,
    temperature: float,
) -> SampleRequest:
    """Checked request of ``n`` images: the noise is drawn first, then the classes, where ``condition`` gives none.

    Raises :class:`UsageError` for images of another size, a mask that leaves nothing to draw, an unknown class, or a
    temperature out of range.
    """
    spec, device = model.spec, model.device
    noise = uniform(n, spec, generator).to(device)
    condition = complete_condition(model, condition, n, device, generator=generator)
    size = (n, spec.height, spec.width)
    temperature = check_temperature(temperature)
    if images is None or known is None:
        given = torch.zeros(noise.shape, dtype=torch.int64, device=device)
        return SampleRequest(noise, given, given.new_zeros(size, dtype=torch.bool), condition, temperature)
    check_shape(images, n, spec)
    if known.shape not in (size[1:], size):
        raise UsageError(
            N_("The mask is {shape}, but the images are {size}.", shape=_times(known.shape), size=_times(size[1:])),
            N_("Give one mask of the images' height and width, or one for each image."),
        )
    known = known.to(device, torch.bool).expand(size)
    if known.all():
        raise UsageError(
            N_("The mask leaves nothing to draw: every pixel is given."),
            N_("Erase the part of the image that is to be drawn."),
        )
    given = (images.to(device) * (model.distribution.levels - 1)).round().long()
    return SampleRequest(noise, given, known, condition, temperature)


def check_shape(images: Tensor, n: int, spec: ImageSpec) -> None:
    """Raises :class:`UsageError` unless there are ``n`` images of the model's shape."""
    if tuple(images.shape) != (n, *spec.shape):
        raise UsageError(
            N_(
                "The images are {theirs} (channels, height, width), and the model's are {mine}.",
                theirs=_times(images.shape[1:]),
                mine=_times(spec.shape),
            ),
            N_("Convert them to that size and colour first (data.size, data.colour)."),
        )


def _times(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape))
