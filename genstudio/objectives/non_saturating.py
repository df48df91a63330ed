"""The loss that the 2014 paper trains with (Goodfellow et al. 2014, section 3): the generator maximises log D(G(z)).

The same fixed point as minimax, and the gradient d(-log sigmoid(a)) / da = -(1 - D(G(z))) is largest where the
discriminator sees through the generator.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor
from torch.nn.functional import softplus

from genstudio.core.messages import N_
from genstudio.objectives.base import Game, Objective, objectives


@objectives.register("non-saturating")
class NonSaturating(Objective):
    """-log D(a) = softplus(-a), -log(1 - D(a)) = softplus(a)."""

    title = N_("Non-saturating")
    help = N_("The usual first choice: the generator maximises log D, and learns most where the discriminator is sure.")
    formula = "D: -E log D(x) - E log(1 - D(G(z)));  G: -E log D(G(z))"
    paper = "Goodfellow et al. 2014, arXiv:1406.2661, section 3"

    def discriminator_terms(self, game: Game) -> dict[str, Tensor]:
        real, fake = game.outputs
        return {"d_real": softplus(-real).mean(), "d_fake": softplus(fake).mean()}

    def generator_terms(self, game: Game) -> dict[str, Tensor]:
        return {"adversarial": softplus(-game.fake_output).mean()}

    def curves(self) -> dict[str, Callable[[Tensor], Tensor]]:
        return {"real": lambda a: softplus(-a), "fake": softplus, "generator": lambda a: softplus(-a)}
