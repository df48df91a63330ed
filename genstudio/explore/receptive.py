"""The true receptive field of a sub-pixel: which pixels move what it is drawn from, by gradients through the net
itself.

The mask says what a net may see, its depth how far it could; the gradient says what it does see. A plain PixelCNN has a
blind spot to the right above each pixel (van den Oord et al. 2016b, figure 1); the gated one has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from genstudio.core.seeding import generator

if TYPE_CHECKING:
    from torch import Tensor

PROJECTIONS = 3


def receptive_field(model: Any, levels: Tensor, unit: tuple[int, int, int], label: Tensor | None) -> Tensor:
    """How strongly each pixel acts on the output that sub-pixel ``unit`` (y, x, channel) is drawn from: float32 H×W,
    the largest 1 (all 0 where none acts).

    ``levels``: int64 C×H×W; what is not drawn yet may be anything. ``label``: int64 1, or ``None``. It is the length of
    the gradient over the colours, of a few fixed random mixtures of the outputs: one mixture alone may cancel out
    somewhere. For two levels it is the gradient of the log odds. Where one output serves all channels of a pixel
    (mixtures), it is the pixel's. Call it with gradients enabled.
    """
    import torch

    y, x, channel = unit
    distribution = model.distribution
    several = 1 if not distribution.joint and distribution.levels == 2 else PROJECTIONS
    image = model.to_net(levels)[None].repeat(several, 1, 1, 1).requires_grad_(True)
    labels = None if label is None else label.expand(several)
    with torch.enable_grad():
        part = distribution.part(model(image, labels)[:, :, y, x], channel)
        mixtures = torch.randn(part.shape, generator=generator(0, "receptive field"), dtype=part.dtype)
        if several == 1:
            mixtures = torch.tensor([[-1.0, 1.0]], dtype=part.dtype)
        elif not distribution.joint:
            mixtures = mixtures - mixtures.mean(1, keepdim=True)  # a softmax does not see what all logits share
        (gradient,) = torch.autograd.grad((part * mixtures).sum(), image)
    strength = gradient.detach().square().sum((0, 1)).sqrt().float()
    most = float(strength.max())
    return strength / most if most > 0 else strength
