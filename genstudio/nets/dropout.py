"""Dropout whose masks are draws of the training step (Srivastava et al. 2014), unlike ``torch.nn.Dropout``, which takes them
from torch's default generator and can't be split over processes.

In training mode only; in eval mode the input passes unchanged.
"""

from __future__ import annotations

from torch import Tensor, nn

from genstudio.core.draws import draws_in_force


class Dropout(nn.Module):
    """Sets a share ``p`` of all values to 0 and divides the rest by 1 - p. N×... to the same shape.

    Raises ``RuntimeError`` in training mode outside of a training step (:func:`genstudio.core.draws.drawing_from`).
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(f"a share of {p} can't be left out")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or not self.p:
            return x
        mask = draws_in_force().keep_mask(*self.mask_shape(x), keep=1 - self.p, dtype=x.dtype, device=x.device)
        return x * mask.div_(1 - self.p)

    def mask_shape(self, x: Tensor) -> tuple[int, ...]:
        """Shape of the mask, which is broadcast to that of ``x``."""
        return tuple(x.shape)

    def extra_repr(self) -> str:
        return f"p={self.p}"


class ChannelDropout(Dropout):
    """Leaves out whole channels of N×C×H×W, as ``nn.Dropout2d`` does (Tompson et al. 2015)."""

    def mask_shape(self, x: Tensor) -> tuple[int, ...]:
        return (*x.shape[:2], *[1] * (x.ndim - 2))
