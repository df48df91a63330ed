"""Feature maps with their channels side by side in memory: convolutions on a CPU take a third less time for them.

Where one convolution's input lies so, its output does, and all that follow; weights stay as they are, so that a snapshot
computes the same bits wherever its weights came from.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ChannelsLast(nn.Module):
    """N×C×H×W, the same values in another order of memory."""

    def forward(self, x: Tensor) -> Tensor:
        return x.contiguous(memory_format=torch.channels_last)
