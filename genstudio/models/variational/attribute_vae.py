"""A variational autoencoder of images x and of their attributes y, by one code (Kingma et al. 2014,
arXiv:1406.5298, trained where everything is labelled).

    log p(x, y) >= E_q(z|x)[log p(x|z) + log p(y|z)] - KL(q(z|x) || p(z))

y hangs on z by straight lines alone, p(y|z) = N(W z + b, s²), or sigmoid(W z + b) for yes and no: so whatever is said
of the images varies along one direction each, and sums of codes are sums of what is said. The encoder sees x alone.
"""

from __future__ import annotations

from typing import Any

from genstudio.core.batch import Batch
from genstudio.core.knobs import knob
from genstudio.core.messages import N_, Message
from genstudio.core.metrics import Metric
from genstudio.core.spec import ImageSpec
from genstudio.models.base import Phase, Play, StepContext, models
from genstudio.models.variational.vae import VAE, VaeKnobs
from genstudio.nets.attribute_head import ScoredReadout, check_targets, targets


class AttributeVaeKnobs(VaeKnobs):
    attribute_weight: float = knob(
        20.0,
        help=N_("Weight of the attributes' term -log p(y|z); 1 is the ELBO of image and attributes together."),
        label=N_("Attributes (weight)"),
        ge=0,
        le=10_000,
        live=True,
    )


@models.register("attribute-vae")
class AttributeVAE(VAE):
    """Serves images with attributes or classes. Capabilities: Samples, Decodes, Encodes, ScoresLikelihood (of x)."""

    title = N_("VAE that is conditioned on attributes")
    help = N_(
        "A variational autoencoder whose code must also predict each image's attributes linearly, so that "
        "sliders and sums change what their names say."
    )
    paper = "Kingma et al. 2014, arXiv:1406.5298"
    Knobs = AttributeVaeKnobs
    metrics = VAE.metrics | {"attributes": Metric(N_("attributes"), "nats")}

    def __init__(self, spec: ImageSpec, knobs: Any) -> None:
        super().__init__(spec, knobs)
        self.readout = ScoredReadout(self.latent_dim, spec)

    @classmethod
    def check(cls, spec: ImageSpec, knobs: Any) -> None:
        check_targets(spec, N_("Choose model.name=vae, or a data set with attributes, such as faces."))
        super().check(spec, knobs)

    def prepare(self, batch: Batch) -> None:
        super().prepare(batch)
        self.readout.prepare(batch)

    def phases(self, context: StepContext) -> Play:
        batch = context.batch()
        mean, log_var = self.posterior(batch.images)
        z = self.reparameterise(mean, log_var, context.draws)
        found = self.terms_of(batch, z, mean, log_var, context.draws)
        terms = {name: value.mean() for name, value in found.items()}
        terms["attributes"] = self.readout.nll(z, targets(batch)).mean()
        yield Phase(
            "model", terms, weights={"kl": self.beta_at(context.step), "attributes": self.knobs.attribute_weight}
        )

    def summary(self) -> Message:
        return N_(
            "{vae} · attributes ×{attribute_weight:g}",
            vae=super().summary(),
            attribute_weight=self.knobs.attribute_weight,
        )
