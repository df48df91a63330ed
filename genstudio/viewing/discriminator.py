"""Access to a discriminator for panes: its readable outputs, its boundary, and where it looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from genstudio.core.capabilities import Discriminates
from genstudio.core.conditions.base import Condition
from genstudio.core.resumable import Pausing
from genstudio.viewing.context import ViewContext

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

AT_ONCE = 32_000
"""Sub-pixels that the discriminator scores between two pauses."""
SMOOTH = 3  # pixels: strided convolutions see every other pixel more strongly, which says nothing of where it looks


def boundary_of(model: Any) -> float | None:
    """The output, as it is shown, from which on an image passes for real; ``None`` where only differences count."""
    import torch

    boundary = getattr(getattr(model, "objective", None), "boundary", None)
    return None if boundary is None else float(shown_of(model)(torch.tensor(boundary)))


def shown_of(model: Any) -> Callable[[Tensor], Tensor]:
    """Readable form of the discriminator's output: the objective's own, else as it is."""
    objective = getattr(model, "objective", None)
    return objective.shown if objective is not None else lambda output: output


def is_logit(model: Any) -> bool:
    """True if the shown value is a probability, from 0 to 1."""
    return getattr(getattr(model, "objective", None), "output", "value") == "logit"


def per_image(output: Tensor) -> Tensor:
    """One number an image, N: the output itself, or the mean of a map N×h×w over its patches."""
    return output if output.ndim == 1 else output.flatten(1).mean(1)


def raw_outputs(context: ViewContext, images: Tensor, condition: Condition | None) -> Pausing[Tensor]:
    """Raw outputs for images N×C×H×W, float32 N, with a pause after each few images."""
    import torch

    model = context.require(Discriminates)
    size = max(8, AT_ONCE // context.spec.values)
    outputs = []
    for start in range(0, len(images), size):
        some = None if condition is None else condition.rows(slice(start, start + size))
        outputs.append(per_image(model.discriminate(images[start : start + size], some)).float())
        yield
    return torch.cat(outputs)


def discriminated(
    context: ViewContext, images: Tensor, condition: Condition | None, *, heated: bool = False
) -> Pausing[tuple[np.ndarray, np.ndarray | None]]:
    """The outputs as people read them, float64 N, and where each image was looked at: float32 N×H×W, |da/dx| summed over
    the channels, a little smoothed. Pauses after each few images."""
    import torch

    model = context.require(Discriminates)
    size = max(8, AT_ONCE // context.spec.values)
    outputs, maps = [], []
    for start in range(0, len(images), size):
        part = images[start : start + size].detach().clone().requires_grad_(heated)
        some = None if condition is None else condition.rows(slice(start, start + size))
        with torch.set_grad_enabled(heated):
            out = per_image(model.discriminate(part, some))
        outputs.append(out.detach())
        if heated:
            (slope,) = torch.autograd.grad(out.sum(), part)
            maps.append(_smooth(slope.abs().sum(1)))
        yield
    shown = shown_of(model)(torch.cat(outputs)).double().numpy()
    return shown, torch.cat(maps).numpy() if heated else None


def _smooth(maps: Tensor) -> Tensor:
    """Means over squares of ``SMOOTH`` pixels, N×H×W; at the border over what there is."""
    from torch.nn.functional import avg_pool2d

    if min(maps.shape[1:]) < SMOOTH:
        return maps
    return avg_pool2d(maps[:, None], SMOOTH, 1, SMOOTH // 2, count_include_pad=False)[:, 0]
