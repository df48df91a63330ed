"""Relativistic pairs with R1 and R2 (Jolicoeur-Martineau 2019; Huang et al. 2024, eq. 2 and 3): each generated image is
compared with a real one, so that no mode of the data can be given up unpunished, and both gradient penalties make it
converge."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor
from torch.nn.functional import softplus

from genstudio.core.messages import N_
from genstudio.core.metrics import Metric
from genstudio.objectives.base import Defaults, Game, Objective, adam, objectives, squared_gradient


@objectives.register("relativistic")
class Relativistic(Objective):
    """f(t) = -softplus(-t): both losses look at D(G(z)) - D(x). ``r1`` and ``r2`` are raw, their weights gamma / 2."""

    title = N_("Relativistic with R1 and R2")
    help = N_("Compares each sample with a real image, with gradient penalties at both. Recent and stable.")
    formula = (
        "D: E softplus(D(G(z)) - D(x)) + gamma/2 E |dD(x)/dx|^2 + gamma/2 E |dD(G(z))/dG(z)|^2;  "
        "G: E softplus(D(x) - D(G(z)))"
    )
    paper = "Huang et al. 2024, arXiv:2501.05441, eq. 2 and 3; Jolicoeur-Martineau 2019, arXiv:1807.00734"
    output = "value"
    boundary = None
    penalty = 1.0
    penalty_help = N_("gamma: the weight of the squared gradients at real (R1) and generated images (R2), halved.")
    defaults = Defaults(1, adam(2e-4, 0.0, 0.9), adam(2e-4, 0.0, 0.9))
    forbids = {"batch_norm": N_("it penalises the gradient at each image alone, and the batch's statistics mix images")}
    generator_sees_real = True
    metrics = Objective.metrics | {
        "relativistic": Metric(N_("relativistic")),
        "r1": Metric("R1"),
        "r2": Metric("R2"),
    }

    def discriminator_terms(self, game: Game) -> dict[str, Tensor]:
        real, fake = game.outputs
        return {
            "relativistic": softplus(fake - real).mean(),
            "r1": squared_gradient(game.discriminate, game.real).mean(),
            "r2": squared_gradient(game.discriminate, game.fake).mean(),
        }

    def generator_terms(self, game: Game) -> dict[str, Tensor]:
        real, fake = game.outputs
        return {"adversarial": softplus(real - fake).mean()}

    def weights(self, penalty: float) -> dict[str, float]:
        return {"r1": penalty / 2, "r2": penalty / 2}

    def curves(self) -> dict[str, Callable[[Tensor], Tensor]]:
        return {"real": lambda a: softplus(-a), "fake": softplus, "generator": lambda a: softplus(-a)}
