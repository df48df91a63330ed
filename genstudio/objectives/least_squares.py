"""Least squares (Mao et al. 2017, eq. 9 with a = 0, b = c = 1): outputs are pulled to 1 for real and 0 for fake images,
so that samples far on the right side of the boundary still get a gradient towards the data."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from genstudio.core.messages import N_
from genstudio.objectives.base import Game, Objective, objectives


@objectives.register("least-squares")
class LeastSquares(Objective):
    """The output is a value that is asked to be 1 or 0."""

    title = N_("Least squares")
    help = N_(
        "Squared distances to 1 (real) and 0 (fake): samples that the discriminator takes for real still get a "
        "gradient towards the data."
    )
    formula = "D: 1/2 E (D(x) - 1)^2 + 1/2 E D(G(z))^2;  G: 1/2 E (D(G(z)) - 1)^2"
    paper = "Mao et al. 2017, arXiv:1611.04076, eq. 9"
    output = "value"
    boundary = 0.5

    def discriminator_terms(self, game: Game) -> dict[str, Tensor]:
        real, fake = game.outputs
        return {"d_real": 0.5 * (real - 1).square().mean(), "d_fake": 0.5 * fake.square().mean()}

    def generator_terms(self, game: Game) -> dict[str, Tensor]:
        return {"adversarial": 0.5 * (game.fake_output - 1).square().mean()}

    def curves(self) -> dict[str, Callable[[Tensor], Tensor]]:
        return {
            "real": lambda a: 0.5 * (a - 1).square(),
            "fake": lambda a: 0.5 * a.square(),
            "generator": lambda a: 0.5 * (a - 1).square(),
        }
