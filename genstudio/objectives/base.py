"""Adversarial objectives: a pair of losses on the discriminator's output, and what comes with it.

    @objectives.register("non-saturating")
    class NonSaturating(Objective):
        def discriminator_terms(self, game): ...      # what the discriminator minimises
        def generator_terms(self, game): ...          # what the generator minimises

D(x) below is the discriminator's output for an image, one number: a logit a with D = sigmoid(a), or a value without
bounds, as ``output`` says. One file is all that a new objective takes: it appears in the form of every model with such a
discriminator, on the command line, in the picture of the objective, and in the contract tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn

from genstudio.core.draws import Draws
from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message
from genstudio.core.metrics import Metric
from genstudio.core.registry import Registry

objectives: Registry[type[Objective]] = Registry(N_("objective"), "genstudio.objectives")

Trait = Literal["batch_norm"]
"""Features of a discriminator that an objective may refuse."""

TRAITS: dict[str, Message] = {"batch_norm": N_("batch normalisation in the discriminator")}


@dataclass(frozen=True, eq=False)
class Game:
    """Inputs of both players in one update.

    ``discriminate`` maps images N×C×H×W in [0, 1] to outputs N, augmentation and classes included; ``real`` and ``fake``
    are such images, as many of each; where the discriminator learns, ``fake`` is detached from the generator.
    ``penalty`` is the size of what the objective adds (see :attr:`Objective.penalty`). ``together``: real and fake may go
    through the discriminator in one batch, since it looks at each image alone. ``draws``: where an objective takes
    random numbers from (a point between two images).
    """

    discriminate: Callable[[Tensor], Tensor]
    real: Tensor
    fake: Tensor
    penalty: float = 0.0
    together: bool = True
    draws: Draws = field(default_factory=Draws)

    @cached_property
    def outputs(self) -> tuple[Tensor, Tensor]:
        """D(x) and D(G(z)), N each."""
        if self.together:
            real, fake = self.discriminate(torch.cat([self.real, self.fake])).chunk(2)
            return real, fake
        return self.discriminate(self.real), self.discriminate(self.fake)

    @cached_property
    def fake_output(self) -> Tensor:
        """D(G(z)) alone, N: the real images are not looked at."""
        return self.outputs[1] if "outputs" in self.__dict__ else self.discriminate(self.fake)


@dataclass(frozen=True)
class Defaults:
    """The plan that comes with an objective, unless a recipe sets another. ``discriminator`` and ``generator`` are
    settings of :class:`genstudio.training.recipe.plan.PlayerPlan`; ``discriminator_steps`` updates of the
    discriminator (k) come before each of the generator's."""

    discriminator_steps: int = 1
    discriminator: Mapping[str, Any] = field(default_factory=lambda: adam(2e-4))
    generator: Mapping[str, Any] = field(default_factory=lambda: adam(2e-4))


def adam(lr: float, beta1: float = 0.5, beta2: float = 0.999) -> dict[str, Any]:
    """A player's plan with Adam. Less memory of the mean gradient (0.5, not 0.9) keeps two players from swinging
    (Radford et al. 2016, section 3)."""
    return {"optimiser": "adam", "lr": lr, "betas": (beta1, beta2)}


class Objective:
    """Base class. ``formula`` is what is minimised, in plain text; ``paper`` its source.

    output: whether the discriminator's number is a ``logit`` of being real or a ``value`` without bounds.
    penalty: the size that the paper gives to what the objective adds to its losses (a clip, a weight of squared
        gradients), in the words of ``penalty_help``; 0 where it adds nothing.
    forbids: traits of a discriminator that it can't do with, and why.
    generator_sees_real: whether the generator's terms look at real images too.
    metrics: titles, units and roles of its terms, by name; a name that another objective has too means the same there.
    overpowered: advice where the discriminator leaves the generator nothing to learn from.
    boundary: the output from which on an image passes for real, where both calls would cost the discriminator the same;
        ``None`` where only differences of outputs mean anything.
    """

    title: ClassVar[Message]
    help: ClassVar[Message]
    metrics: ClassVar[dict[str, Metric]] = {
        "d_real": Metric(N_("D, real"), "", ("game_loss",)),
        "d_fake": Metric(N_("D, generated"), "", ("game_loss",)),
        "adversarial": Metric(N_("G, adversarial"), "", ("game_loss",)),
    }
    overpowered: ClassVar[Message | None] = None
    formula: ClassVar[str]
    paper: ClassVar[str]
    output: ClassVar[Literal["logit", "value"]] = "logit"
    penalty: ClassVar[float] = 0.0
    penalty_help: ClassVar[Message | None] = None
    defaults: ClassVar[Defaults] = Defaults()
    forbids: ClassVar[Mapping[str, Message]] = {}
    generator_sees_real: ClassVar[bool] = False
    boundary: ClassVar[float | None] = 0.0

    def discriminator_terms(self, game: Game) -> dict[str, Tensor]:
        """The summands of the discriminator's loss, scalars."""
        raise NotImplementedError

    def generator_terms(self, game: Game) -> dict[str, Tensor]:
        """The summands of the generator's loss, scalars."""
        raise NotImplementedError

    def weights(self, penalty: float) -> dict[str, float]:
        """Weights of the terms that don't weigh 1."""
        return {}

    def after_discriminator_update(self, parameters: Iterable[nn.Parameter], penalty: float) -> None:
        """Hook after the discriminator's update was applied."""

    def curves(self) -> dict[str, Callable[[Tensor], Tensor]]:
        """The losses as functions of the discriminator's output for one image: ``real`` and ``fake`` of the
        discriminator, ``generator``. For pairs of outputs (relativistic), as functions of their difference."""
        raise NotImplementedError

    def shown(self, output: Tensor) -> Tensor:
        """The output as people read it: D = sigmoid(a) for logits, the value itself otherwise."""
        return output.sigmoid() if self.output == "logit" else output


def check_traits(objective: type[Objective], traits: Iterable[str], remedy: Message) -> None:
    """Raises :class:`UsageError` when the discriminator has what the objective forbids; ``remedy`` says what to change."""
    for trait in traits:
        if trait in objective.forbids:
            raise UsageError(
                N_(
                    "The objective {title} forbids {trait}: {reason}.",
                    title=objective.title,
                    trait=TRAITS[trait],
                    reason=objective.forbids[trait],
                ),
                remedy,
            )


def squared_gradient(discriminate: Callable[[Tensor], Tensor], images: Tensor) -> Tensor:
    """|dD/dx|^2 at each of ``images`` (N×C×H×W), N, to be differentiated again."""
    return gradient_of(discriminate, images).square().sum(1)


def gradient_of(discriminate: Callable[[Tensor], Tensor], images: Tensor) -> Tensor:
    """dD/dx at each of ``images``, flat, N×values, to be differentiated again.

    The sum over a batch gives each image's own gradient only where D looks at each image alone, which is why penalties
    forbid batch normalisation.
    """
    images = images.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(discriminate(images).sum(), images, create_graph=True)
    return gradient.flatten(1)
