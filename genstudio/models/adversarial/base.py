"""Base of two-player models with a scalar discriminator: a generator z -> image, a discriminator image -> number,
and an objective that says what each of them minimises.

    for k times:  the discriminator looks at real images and at G(z), and learns to tell them apart
    then once:    the generator learns from what the discriminator says of G(z)
                                                        (Goodfellow et al. 2014, algorithm 1)

A subclass gives the two nets; objectives, augmentation, penalties and priors are the same for all.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from genstudio.core.batch import Batch
from genstudio.core.conditions.base import Condition
from genstudio.core.draws import Draws
from genstudio.core.errors import UsageError
from genstudio.core.knobs import knob
from genstudio.core.messages import N_, Message
from genstudio.core.metrics import Metric, merged
from genstudio.core.spec import ImageSpec
from genstudio.models.adversarial.players import TwoPlayerKnobs, TwoPlayers
from genstudio.models.base import Phase, Play, StepContext
from genstudio.models.conditioning import condition_of
from genstudio.nets.gan.diff_augment import Augment, augmented
from genstudio.nets.gan.spectral import maybe_spectral_norm
from genstudio.objectives.base import Game, Objective, check_traits, objectives, squared_gradient

SPECTRAL_HELP = N_("Divides each of the discriminator's layers by its largest singular value (Miyato et al. 2018).")


class AdversarialKnobs(TwoPlayerKnobs):
    """Knobs shared by all adversarial models. A model adds the sizes of its nets."""

    objective: str = knob(
        "non-saturating",
        choices=lambda: objectives,
        help=N_("What the two players minimise: a pair of losses with its own default plan."),
        label=N_("Objective"),
    )
    discriminator_steps: int = knob(
        0,
        help=N_("k: updates of the discriminator before each of the generator's. 0 takes the objective's default."),
        label=N_("Updates of D (k)"),
        ge=0,
        le=100,
        live=True,
    )
    penalty: float = knob(
        0.0,
        help=N_(
            "Strength of the objective's constraint: the weight of a gradient penalty, or a clip. 0 takes the paper's."
        ),
        label=N_("Penalty"),
        ge=0,
        le=10_000,
        live=True,
        advanced=True,
    )
    r1: float = knob(
        0.0,
        help=N_("Weight of the squared gradient at real images (R1), with any objective; 0 leaves it out."),
        label=N_("R1 weight"),
        ge=0,
        le=10_000,
        advanced=True,
    )
    r1_every: int = knob(
        16,
        help=N_("Computes R1 every N steps, N times as strong (lazy regularisation)."),
        label=N_("R1 every"),
        unit="steps",
        ge=1,
        le=1000,
        live=True,
        advanced=True,
    )
    augment: Augment = knob(
        "none",
        help=N_(
            "Random changes to all images that the discriminator gets, so that it can't memorise a small data set."
        ),
        label=N_("Augmentation"),
    )


class Adversarial(TwoPlayers):
    """Base class of those whose discriminator gives one number an image.

    A subclass makes the two nets in ``make_generator`` and ``make_body``, calls this class's ``check`` in its own, and says
    in ``traits`` what its discriminator has.
    """

    def __init__(self, spec: ImageSpec, knobs: Any) -> None:
        super().__init__(spec, knobs)
        self.objective: Objective = objectives[knobs.objective]()
        self.make_players()

    def make_players(self) -> None:
        """Set ``generator`` and ``discriminator``: here a body and a linear layer on its features."""
        knobs = self.knobs
        self.generator = self.make_generator(self.latent_dim, self.spec, knobs)
        body = self.make_body(self.spec, knobs)
        self.discriminator = nn.Sequential(body, maybe_spectral_norm(nn.Linear(body.features, 1), knobs.spectral_norm))

    @classmethod
    def make_generator(cls, inputs: int, spec: ImageSpec, knobs: Any) -> nn.Module:
        """A net from N×inputs to images N×C×H×W in [0, 1]."""
        raise NotImplementedError

    @classmethod
    def make_body(cls, spec: ImageSpec, knobs: Any) -> Any:
        """A net from images to N×features, which says in ``features`` how many these are."""
        raise NotImplementedError

    metrics = {
        "r1": Metric("R1"),
        "D(x)": Metric("D(x)", "", ("real_output",)),
        "D(G(z))": Metric("D(G(z))", "", ("fake_output",)),
        "passed": Metric(N_("samples that pass for real"), "", ("pass_share",)),
        "above": Metric(N_("samples above real images"), "", ("pair_share",)),
    }

    @classmethod
    def reported_metrics(cls) -> dict[str, Metric]:
        return merged([*(objective.metrics for _, objective in objectives.items()), cls.metrics])

    @classmethod
    def default_players(cls, knobs: Any) -> dict[str, dict[str, Any]]:
        defaults = objectives[knobs.objective].defaults
        return {"discriminator": dict(defaults.discriminator), "generator": dict(defaults.generator)}

    @classmethod
    def traits(cls, knobs: Any) -> set[str]:
        """Traits of the discriminator that an objective may forbid: see :data:`genstudio.objectives.base.TRAITS`."""
        return set()

    @classmethod
    def check(cls, spec: ImageSpec, knobs: Any) -> None:
        traits = cls.traits(knobs)
        check_traits(
            objectives[knobs.objective],
            traits,
            N_("Choose discriminator_norm=none, or an objective without a gradient penalty: objective=non-saturating."),
        )
        if knobs.r1 and "batch_norm" in traits:
            raise UsageError(
                N_(
                    "R1 needs the gradient at each image alone, and batch normalisation in the discriminator "
                    "mixes images."
                ),
                N_("Choose discriminator_norm=none, or r1=0."),
            )
        if "colour" in knobs.augment and spec.channels == 1:
            raise UsageError(
                N_("The images have one channel: there is no colour to augment."),
                N_("Choose augment=translation+cutout."),
            )

    # --- how they learn --------------------------------------------------------------------------------------------

    def phases(self, context: StepContext) -> Play:
        for _ in range(self.discriminator_steps):
            batch = context.batch()
            real, condition = batch.images, condition_of(self, batch)
            with torch.no_grad():
                fake = self.generate(self.noise(context), condition)
            game = self.game(real, fake, condition, context.draws)
            terms, weights = self.objective.discriminator_terms(game), self.objective.weights(self.penalty)
            if self.knobs.r1 and context.step % self.knobs.r1_every == 0:
                terms["r1"] = squared_gradient(game.discriminate, real).mean()
                weights["r1"] = weights.get("r1", 0.0) + self.knobs.r1 / 2 * self.knobs.r1_every
            self.add_to_discriminator(batch, terms, weights)
            applied = yield Phase("discriminator", terms, weights, self.watched(game))
            if applied:
                self.objective.after_discriminator_update(self.discriminator.parameters(), self.penalty)
        if self.objective.generator_sees_real:
            batch = context.batch()
        # The generator is asked for the classes that the discriminator has just seen.
        condition = condition_of(self, batch)
        z = self.noise(context)
        fake = self.generate(z, condition)
        terms, weights = self.objective.generator_terms(self.game(batch.images, fake, condition, context.draws)), {}
        self.add_to_generator(z, fake, terms, weights)
        yield Phase("generator", terms, weights)

    def add_to_discriminator(self, batch: Batch, terms: dict[str, Tensor], weights: dict[str, float]) -> None:
        """Extra discriminator terms beside the objective, from the real images of ``batch``."""

    def add_to_generator(self, z: Tensor, fake: Tensor, terms: dict[str, Tensor], weights: dict[str, float]) -> None:
        """Extra generator terms beside the objective, from the images ``fake`` generated from codes ``z``."""

    def game(self, real: Tensor, fake: Tensor, condition: Condition, draws: Draws) -> Game:
        """One update's position. The condition is those of real and fake images alike."""
        discriminate = partial(self._discriminate_augmented, condition=condition, draws=draws)
        return Game(discriminate, real, fake, self.penalty, not self.traits(self.knobs), draws)

    def watched(self, game: Game) -> dict[str, Tensor]:
        """Numbers to look at: how real the discriminator finds what it learned from."""
        real, fake = (out.detach() for out in game.outputs)
        attribute_weight = {"D(x)": self.objective.shown(real).mean(), "D(G(z))": self.objective.shown(fake).mean()}
        if self.objective.boundary is not None:  # share of generated images that pass for real
            attribute_weight["passed"] = (fake > self.objective.boundary).to(fake.dtype).mean()
        else:  # only differences mean anything: share of pairs in which the generated image is the more real one
            attribute_weight["above"] = (fake[:, None] > real).to(fake.dtype).mean()
        return attribute_weight

    @property
    def discriminator_steps(self) -> int:
        """k in force."""
        return int(self.knobs.discriminator_steps or self.objective.defaults.discriminator_steps)

    @property
    def penalty(self) -> float:
        """The size of what the objective adds, in force."""
        return float(self.knobs.penalty or self.objective.penalty)

    def _discriminate_augmented(self, images: Tensor, condition: Condition, draws: Draws) -> Tensor:
        """Discriminator outputs on augmented images, as used in training."""
        # Real and generated images may be in one batch.
        n = min((len(value) for value in condition.values()), default=len(images))
        return self.discriminate(augmented(images, self.knobs.augment, draws), condition.repeat(len(images) // n))

    def discriminate(self, images: Tensor, condition: Condition | None = None) -> Tensor:
        """The discriminator's output for images N×C×H×W in [0, 1], as they are: N. Higher is more real."""
        out: Tensor = self.discriminator(images)
        return out.flatten()

    def summary(self) -> Message:
        return N_("{objective} · z {dim}", objective=self.objective.title, dim=self.latent_dim)
