"""Reconstruction error, beside that of PCA with as many numbers per image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from genstudio.core.capabilities import Decodes, Encodes
from genstudio.core.messages import N_
from genstudio.evaluate.base import Result, measure

if TYPE_CHECKING:
    from genstudio.evaluate.images import Images


@measure(
    "reconstruction_error",
    title=N_("Reconstruction error"),
    unit="",
    better="lower",
    needs=(Encodes, Decodes),
    help=N_("Squared difference between an image and the decoding of its code, mean over all values."),
    heavy=True,
    curve_title=N_("reconstruction error"),
)
def reconstruction_error(model: Any, images: Images) -> Result:
    """Mean squared error per sub-pixel of ``decode(encode(x))``, images in [0, 1].

    Baselines: the mean training image, and principal components of the training images, as many as the code
    has numbers: the best that a linear map can do.
    """
    mean, basis = principal_components(images, int(model.latent_dim))
    errors: dict[str, list[Tensor]] = {"model": [], "mean_image": [], "pca": []}
    for batch, _ in images.batches(model):
        x = batch.images
        flat = x.flatten(1).double().cpu()
        centred = flat - mean
        errors["model"].append((model.decode(model.encode(x)) - x).square().flatten(1).mean(1).double().cpu())
        errors["mean_image"].append(centred.square().mean(1))
        errors["pca"].append((centred - (centred @ basis) @ basis.T).square().mean(1))
    means = {name: float(torch.cat(parts).mean()) for name, parts in errors.items()}
    return Result(
        means.pop("model"), images.protocol() | {"latent_dim": int(model.latent_dim), "value_range": [0, 1]}, means
    )


def principal_components(images: Images, count: int) -> tuple[Tensor, Tensor]:
    """Mean (D) and an orthonormal basis (D×count) of training images, D = C*H*W, in float64 on the CPU."""
    from sklearn.decomposition import PCA

    sample = images.training_sample(max(2000, 4 * count)).flatten(1)
    fitted = PCA(min(count, *sample.shape), svd_solver="randomized", random_state=0).fit(sample.numpy())
    return torch.from_numpy(fitted.mean_).double(), torch.from_numpy(fitted.components_).double().T
