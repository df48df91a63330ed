"""The true receptive field of a sub-pixel: which pixels move what it is drawn from, by gradients through the net
itself.

The mask says what a net may see, its depth how far it could; the gradient says what it does see. A plain PixelCNN has a
blind spot to the right above each pixel (van den Oord et al. 2016b, figure 1); the gated one has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from genstudio.core.resumable import Pausing, run
from genstudio.core.seeding import generator

if TYPE_CHECKING:
    from torch import Tensor

    from genstudio.core.conditions.base import Condition

PROJECTIONS = 3


def receptive_field(model: Any, levels: Tensor, unit: tuple[int, int, int], condition: Condition) -> Tensor:
    """Influence of each pixel on the output that sub-pixel ``unit`` (y, x, channel) is drawn from: float32 H×W,
    the largest 1 (all 0 where none acts).

    ``levels``: int64 C×H×W; what is not drawn yet may be anything. ``condition``: of one image. It is the length of
    the gradient over the colours, of a few fixed random mixtures of the outputs: one mixture alone may cancel out
    somewhere. For two levels it is the gradient of the log odds. Where one output serves all channels of a pixel
    (mixtures), it is the pixel's.
    """
    return run(resumable_receptive_field(model, levels, unit, condition))


def resumable_receptive_field(
    model: Any, levels: Tensor, unit: tuple[int, int, int], condition: Condition
) -> Pausing[Tensor]:
    """:func:`receptive_field`, a layer at a time: once through the net, and back once for each mixture."""
    import torch

    from genstudio.nets.causal.checkpointed import Traced

    y, x, channel = unit
    traced = Traced(model.to_net(levels)[None])
    yield from traced.forward(model.by_layers(traced.image, condition))
    strength = torch.zeros(levels.shape[1:], dtype=traced.image.dtype)
    for mixture in _mixtures(model.distribution, channel, traced.output):
        with torch.enable_grad():
            mixed = (model.distribution.part(traced.output[0, :, y, x], channel) * mixture).sum()
            (back,) = torch.autograd.grad(mixed, traced.output)
        gradient = yield from traced.backward(back)
        strength += gradient[0].square().sum(0)
    strength = strength.sqrt().float()
    most = float(strength.max())
    return strength / most if most > 0 else strength


def _mixtures(distribution: Any, channel: int, output: Tensor) -> Tensor:
    """Weights of the outputs at a pixel that serve ``channel``: mixtures×Q."""
    import torch

    if not distribution.joint and distribution.levels == 2:
        return torch.tensor([[-1.0, 1.0]], dtype=output.dtype)
    size = distribution.part(output.detach()[0, :, 0, 0], channel).shape
    made = torch.randn((PROJECTIONS, *size), generator=generator(0, "receptive field"), dtype=output.dtype)
    # A softmax does not see what all logits share.
    return made if distribution.joint else made - made.mean(1, keepdim=True)
