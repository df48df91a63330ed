"""The hinge loss (Lim & Ye 2017; Miyato et al. 2018, eq. 17): the discriminator learns from images within its margin only,
and the generator raises its output without end."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor
from torch.nn.functional import relu

from genstudio.core.messages import N_
from genstudio.objectives.base import Defaults, Game, Objective, adam, objectives


@objectives.register("hinge")
class Hinge(Objective):
    """The output is a value; at 1 and -1 the discriminator is content."""

    title = N_("Hinge")
    help = N_("The discriminator's loss ends at a margin. Usually combined with spectral normalisation.")
    formula = "D: E max(0, 1 - D(x)) + E max(0, 1 + D(G(z)));  G: -E D(G(z))"
    paper = "Lim & Ye 2017, arXiv:1705.02894; Miyato et al. 2018, arXiv:1802.05957, eq. 17"
    output = "value"
    # Two time scales (Heusel et al. 2017) take the place of several critic steps.
    defaults = Defaults(1, adam(4e-4, 0.0, 0.9), adam(1e-4, 0.0, 0.9))

    def discriminator_terms(self, game: Game) -> dict[str, Tensor]:
        real, fake = game.outputs
        return {"d_real": relu(1 - real).mean(), "d_fake": relu(1 + fake).mean()}

    def generator_terms(self, game: Game) -> dict[str, Tensor]:
        return {"adversarial": -game.fake_output.mean()}

    def curves(self) -> dict[str, Callable[[Tensor], Tensor]]:
        return {"real": lambda a: relu(1 - a), "fake": lambda a: relu(1 + a), "generator": lambda a: -a}
