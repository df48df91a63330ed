"""The Wasserstein distance with clipped weights (Arjovsky et al. 2017, algorithm 1): the critic's difference of means is
the distance between data and samples, as long as the critic changes no faster than a fixed pace; clipping its weights to
[-c, c] sees to that, crudely."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from genstudio.core.messages import N_
from genstudio.objectives.base import Defaults, Game, Objective, objectives

RMSPROP = {"optimiser": "rmsprop", "lr": 5e-5}


@objectives.register("wasserstein")
class Wasserstein(Objective):
    """The output is the critic's value."""

    title = N_("Wasserstein, clipped")
    help = N_(
        "A critic in place of the discriminator: its loss estimates the distance between samples and data. Slow "
        "and stable."
    )
    formula = "D: E D(G(z)) - E D(x), weights clipped to [-c, c];  G: -E D(G(z))"
    paper = "Arjovsky et al. 2017, arXiv:1701.07875, algorithm 1"
    output = "value"
    boundary = None
    penalty = 0.01
    penalty_help = N_("c: the critic's weights are clipped to [-c, c] after each of its updates.")
    defaults = Defaults(5, RMSPROP, RMSPROP)

    def discriminator_terms(self, game: Game) -> dict[str, Tensor]:
        real, fake = game.outputs
        return {"d_real": -real.mean(), "d_fake": fake.mean()}

    def generator_terms(self, game: Game) -> dict[str, Tensor]:
        return {"adversarial": -game.fake_output.mean()}

    @torch.no_grad()
    def after_discriminator_update(self, parameters: Iterable[nn.Parameter], penalty: float) -> None:
        for parameter in parameters:
            parameter.clamp_(-penalty, penalty)

    def curves(self) -> dict[str, Callable[[Tensor], Tensor]]:
        return {"real": lambda a: -a, "fake": lambda a: a, "generator": lambda a: -a}
