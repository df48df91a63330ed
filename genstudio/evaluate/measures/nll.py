"""Negative log-likelihood: exact where the model computes it, else by importance sampling (Burda, Grosse & Salakhutdinov
2016, eq. 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from genstudio.core.capabilities import ScoresLikelihood
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.core.metrics import Metric
from genstudio.evaluate.base import Result, measure
from genstudio.evaluate.baselines import IndependentPixels
from genstudio.evaluate.measures.elbo import likelihood_protocol

if TYPE_CHECKING:
    from genstudio.evaluate.images import Images


@measure(
    "nll",
    title=N_("Negative log-likelihood"),
    unit="nats",
    better="lower",
    needs=(ScoresLikelihood,),
    help=N_(
        "-log p(x), mean over images: exact where possible, else bounded from above by k importance samples per image."
    ),
    heavy=True,
    when_exact=True,
    extras={"nll_bits_per_dim": Metric(N_("NLL in bits/dim"), "bits/dim", better="lower")},
    curve_title="NLL",
    roles=("nll",),
)
def nll(model: Any, images: Images, *, k: int = 200) -> Result:
    """Mean of -log(1/k sum_i p(x, z_i) / q(z_i|x)) in nats per image: lower is better, and falls as k grows.

    A model that computes log p(x) exactly is evaluated once. Extra: ``nll_bits_per_dim``. Baselines: independent
    pixels, and -ELBO on the same images (k = 1). Raises :class:`UsageError` for k below 1.
    """
    if k < 1:
        raise UsageError(N_("k = {k} importance samples is not possible.", k=k), N_("Choose at least 1."))
    k = 1 if model.is_exact() else k
    pixels = IndependentPixels(images)
    bounds, elbos, baseline = [], [], []
    # Small batches: k passes over each, and stopping is answered between two of them.
    for batch, generator in images.batches(model, size=64):
        bounds.append(model.log_prob(batch, k=k, generator=generator).double().cpu())
        if k > 1:
            elbos.append(model.log_prob(batch, k=1, generator=generator).double().cpu())
        baseline.append(pixels.log_prob(batch.images).double())
    per_image = -torch.cat(bounds)
    value = float(per_image.mean())
    baselines = {"independent_pixels": -float(torch.cat(baseline).mean())}
    if elbos:
        baselines["minus_elbo"] = -float(torch.cat(elbos).mean())
    return Result(
        value,
        likelihood_protocol(model, images, per_image) | {"k": k},
        baselines,
        {"nll_bits_per_dim": images.spec.bits_per_dim(value)},
    )
