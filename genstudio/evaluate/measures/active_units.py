"""Active units: number of latent dimensions with information about the image (Burda et al. 2016, section 5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from genstudio.core.capabilities import Encodes
from genstudio.core.messages import N_
from genstudio.evaluate.base import Result, measure

if TYPE_CHECKING:
    from genstudio.evaluate.images import Images

THRESHOLD = 0.01


@measure(
    "active_units",
    title=N_("Active units"),
    unit="",
    better="higher",
    needs=(Encodes,),
    help=N_("Latent dimensions whose mean code varies from image to image: variance above 0.01."),
    curve_title=N_("active units"),
)
def active_units(model: Any, images: Images) -> Result:
    """The number of dimensions u with Var_x(E_q[z_u | x]) > 0.01. Baseline: the latent size, the most possible."""
    codes = torch.cat([model.encode(batch.images).double().cpu() for batch, _ in images.batches(model)])
    variance = codes.var(0, correction=0)
    return Result(
        float((variance > THRESHOLD).sum()),
        images.protocol() | {"threshold": THRESHOLD, "variances": [round(v, 6) for v in variance.tolist()]},
        {"latent_dim": float(model.latent_dim)},
    )
