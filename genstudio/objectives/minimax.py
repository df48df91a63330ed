"""The original game (Goodfellow et al. 2014, eq. 1): min_G max_D E log D(x) + E log(1 - D(G(z))).

Where the discriminator is sure of itself, D(G(z)) is near 0 and the generator's gradient d log(1 - sigmoid(a)) / da =
-sigmoid(a) = -D(G(z)) vanishes: the generator learns least where it has most to learn. Kept because it teaches that.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor
from torch.nn.functional import softplus

from genstudio.core.messages import N_
from genstudio.objectives.base import Game, Objective, objectives


@objectives.register("minimax")
class Minimax(Objective):
    """Saturating: -log D(a) = softplus(-a), -log(1 - D(a)) = softplus(a)."""

    title = N_("Minimax (saturating)")
    help = N_(
        "The original game: the generator minimises log(1 - D), and learns little while the discriminator "
        "recognises its samples."
    )
    formula = "D: -E log D(x) - E log(1 - D(G(z)));  G: E log(1 - D(G(z)))"
    paper = "Goodfellow et al. 2014, arXiv:1406.2661, eq. 1"
    overpowered = N_("A new run with objective=non-saturating would learn.")

    def discriminator_terms(self, game: Game) -> dict[str, Tensor]:
        real, fake = game.outputs
        return {"d_real": softplus(-real).mean(), "d_fake": softplus(fake).mean()}

    def generator_terms(self, game: Game) -> dict[str, Tensor]:
        return {"adversarial": -softplus(game.fake_output).mean()}

    def curves(self) -> dict[str, Callable[[Tensor], Tensor]]:
        return {"real": lambda a: softplus(-a), "fake": softplus, "generator": lambda a: -softplus(a)}
