"""The evidence lower bound and its two terms (Kingma & Welling 2014, eq. 3)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import torch
from torch import Tensor

from genstudio.core.batch import Batch
from genstudio.core.capabilities import ScoresLikelihood
from genstudio.core.draws import Draws
from genstudio.core.messages import N_
from genstudio.core.metrics import Metric
from genstudio.evaluate.base import Result, measure
from genstudio.evaluate.baselines import IndependentPixels

if TYPE_CHECKING:
    from genstudio.evaluate.images import Images


@runtime_checkable
class ReportsElbo(Protocol):
    """A latent variable model whose bound falls into two terms."""

    def elbo_terms(self, batch: Batch, draws: Draws) -> dict[str, Tensor]:
        """``reconstruction`` = -log p(x|z), one draw of z from q(z|x), and ``kl`` = KL(q(z|x) || p(z)): nats
        per image, shape N each, so that the ELBO is minus their sum."""
        ...


@measure(
    "elbo",
    title=N_("ELBO"),
    unit="nats",
    better="higher",
    needs=(ScoresLikelihood,),
    help=N_("The evidence lower bound on log p(x), mean over images: log p(x|z) minus KL, with beta = 1 always."),
    when_exact=False,
    extras={"elbo_bits_per_dim": Metric(N_("ELBO in bits/dim"), "bits/dim", better="lower")},
    curve_title="ELBO",
    roles=("bound",),
)
def elbo(model: Any, images: Images) -> Result:
    """Mean ELBO in nats per image, higher is better (log p(x) itself where the model computes that exactly).

    Extra: ``elbo_bits_per_dim`` = -ELBO / (C*H*W * ln 2), lower is better; for models that report them
    ``reconstruction`` and ``kl``, nats, both positive. One draw of z an image.
    """
    baseline = IndependentPixels(images)
    columns: dict[str, list[Tensor]] = defaultdict(list)
    for batch, generator in images.batches(model):
        if isinstance(model, ReportsElbo):
            terms = model.elbo_terms(batch, Draws(generator))
            columns["reconstruction"].append(terms["reconstruction"])
            columns["kl"].append(terms["kl"])
            columns["elbo"].append(-(terms["reconstruction"] + terms["kl"]))
        else:
            columns["elbo"].append(model.log_prob(batch, k=1, generator=generator))
        columns["independent_pixels"].append(baseline.log_prob(batch.images))
    per_image = {name: torch.cat([part.double().cpu() for part in parts]) for name, parts in columns.items()}
    means = {name: float(values.mean()) for name, values in per_image.items()}
    value = means.pop("elbo")
    baselines = {"independent_pixels": means.pop("independent_pixels")}
    return Result(
        value,
        likelihood_protocol(model, images, per_image["elbo"]) | {"k": 1},
        baselines,
        {"elbo_bits_per_dim": images.spec.bits_per_dim(-value), **means},
    )


def likelihood_protocol(model: Any, images: Images, per_image: Tensor) -> dict[str, Any]:
    """The protocol of every number in nats: images, likelihood, bound or exact, the mean's standard error."""
    likelihood = model.likelihood()
    error = float(per_image.std() / len(per_image) ** 0.5) if len(per_image) > 1 else None
    return images.protocol() | {
        # Untranslated: a protocol is data, and must read the same everywhere.
        "likelihood": likelihood.english,
        "exact": bool(model.is_exact()),
        "standard_error": error,
    }
