"""The Wasserstein distance with a gradient penalty (Gulrajani et al. 2017, eq. 3): the critic is asked for a gradient of
length 1 between real and generated images, where an optimal critic has it."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from genstudio.core.messages import N_
from genstudio.core.metrics import Metric
from genstudio.objectives.base import Defaults, Game, Objective, adam, gradient_of, objectives


@objectives.register("wasserstein-gp")
class WassersteinGradientPenalty(Objective):
    """The output is the critic's value; ``gradient_penalty`` is raw, its weight lambda."""

    title = N_("Wasserstein, gradient penalty")
    help = N_("A critic whose gradient is kept near length 1. Stable, but each step takes longer.")
    formula = "D: E D(G(z)) - E D(x) + lambda E (|dD(y)/dy| - 1)^2, y between x and G(z);  G: -E D(G(z))"
    paper = "Gulrajani et al. 2017, arXiv:1704.00028, eq. 3"
    output = "value"
    boundary = None
    penalty = 10.0
    penalty_help = N_("lambda: the weight of the gradient penalty.")
    defaults = Defaults(5, adam(1e-4, 0.0, 0.9), adam(1e-4, 0.0, 0.9))
    forbids = {"batch_norm": N_("it penalises the gradient at each image alone, and the batch's statistics mix images")}
    metrics = Objective.metrics | {"gradient_penalty": Metric(N_("gradient penalty"))}

    def discriminator_terms(self, game: Game) -> dict[str, Tensor]:
        real, fake = game.outputs
        share = game.draws.uniform(len(game.real), *[1] * (game.real.ndim - 1), device=game.real.device)
        between = torch.lerp(game.real, game.fake, share)
        length = gradient_of(game.discriminate, between).norm(dim=1)
        return {"d_real": -real.mean(), "d_fake": fake.mean(), "gradient_penalty": (length - 1).square().mean()}

    def generator_terms(self, game: Game) -> dict[str, Tensor]:
        return {"adversarial": -game.fake_output.mean()}

    def weights(self, penalty: float) -> dict[str, float]:
        return {"gradient_penalty": penalty}

    def curves(self) -> dict[str, Callable[[Tensor], Tensor]]:
        return {"real": lambda a: -a, "fake": lambda a: a, "generator": lambda a: -a}
