"""Colours picked by hand, each set a curve that one number walks along. Values are sRGB bytes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

SKIN = ["#f5d5bf", "#eec2a4", "#e2ac87", "#d0956d", "#b87a53", "#9a6242", "#7c4d34", "#653d2a"]
HAIR = ["#201b1c", "#33251f", "#4b3427", "#664430", "#7f5338", "#8c4a2f", "#a4703f", "#c79c62", "#dcc69a", "#b4b1b0"]
IRIS = ["#3a2418", "#6b4020", "#94692c", "#6f8a45", "#3f8f78", "#3f86b8", "#6fa3c8", "#8fa0ad"]
BACKDROP = ["#c9c4bd", "#b7b6b5", "#a9afb6", "#a9bcae", "#9fb9c9", "#b9b1cf", "#d8b3b4", "#e0c8a2", "#c7c08f"]
CLOTHES = ["#27364f", "#2f5d6b", "#3d6b52", "#8a8f4a", "#d09b3c", "#bf5f3c", "#8e3743", "#5d3a5e", "#4a4e57", "#e4ddd0"]


def along(palette: list[str], position: Tensor) -> Tensor:
    """The colour at ``position`` (0 to 1, n×1×1) of the way along ``palette``: n×3×1×1 in [0, 1]."""
    import torch

    stops = torch.tensor([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in palette], dtype=position.dtype)
    where = position.reshape(-1).clamp(0, 1) * (len(palette) - 1)
    below = where.floor().clamp(max=len(palette) - 2)
    share = (where - below)[:, None]
    index = below.long()
    return (stops[index] * (1 - share) + stops[index + 1] * share)[:, :, None, None]


@lru_cache(maxsize=256)
def colour(r: float, g: float, b: float) -> Tensor:
    """One fixed colour, 1×3×1×1."""
    import torch

    return torch.tensor([r, g, b]).reshape(1, 3, 1, 1)
