"""A discriminator that overwhelms its generator: sure of everything, it has nothing to teach (Goodfellow et al. 2014,
section 3; Arjovsky and Bottou 2017)."""

from __future__ import annotations

from typing import Any

from genstudio.core.messages import N_, Message
from genstudio.training.health.metric_history import DISCRIMINATOR, GENERATOR, MetricHistory, gradient, output
from genstudio.training.health.result import Health
from genstudio.training.health.rule import health_rule

SURE = 0.998
"""D(x) - D(G(z)), of probabilities, as a median over the recent turns. A DCGAN that draws all digits stands at .987 for
hundreds of steps, a fully connected one at .9; with a discriminator a hundred times as fast it is .99999."""
VANISHED = 1e-3
"""Fraction of its peak to which the generator's gradient has fallen. In games that work it keeps within a factor of
30; under minimax with a discriminator twenty times as fast .0002 is left, and under hinge with a dead generator
1e-9."""
AHEAD, POOR, RISING = 0.5, 0.3, 1.25
"""A discriminator leads in every game that begins well, so that a gap (of probabilities) says nothing by itself: mnist-gan
stands at .5 throughout. But there samples vary more and more: .27 of the data's diversity at step 400, .42 at step 500. With
a discriminator a hundred times as fast, no penalty and no dropout, the gap is .5 to .8, the generator's gradient is long (10
to 60), and the diversity stays at .09 to .12 for a thousand steps. A game that is slow (the same with penalty and dropout)
rises from .08 at step 500 to .26 at step 800, and is left in peace."""


@health_rule("discriminator-too-strong", order=50)
def check(history: MetricHistory) -> Health | None:
    """For long the discriminator has told all images apart, or the generator's gradient has all but vanished."""
    if not history.recent:
        return None
    left, height = history.recent_median(gradient(GENERATOR)), history.peak(gradient(GENERATOR))
    real, fake = history.recent_median(history.real), history.recent_median(history.fake)
    if left < VANISHED * height:
        message = N_(
            "The discriminator is too strong: the generator's gradient has vanished for {n} steps.",
            n=history.for_steps,
        )
    elif real <= 1 and fake >= 0 and real - fake > SURE:
        message = N_(
            "The discriminator is too strong: D(x) {real}, D(G(z)) {fake} for {n} steps.",
            real=output(real),
            fake=output(fake),
            n=history.for_steps,
        )
    elif _learns_nothing(history, real, fake):
        message = N_(
            "The discriminator is too strong, the generator learns nothing: D(x) {real}, D(G(z)) {fake}, and "
            "samples vary {varied:.0%} as much as the images do.",
            real=output(real),
            fake=output(fake),
            varied=history.sheets(history.diversity)[-1],
        )
    else:
        return None
    if (advice := history.objective and history.objective.overpowered) is not None:
        message = N_("{what} {advice}", what=message, advice=advice)
    return Health("watch", message, *_weaker(history))


def _learns_nothing(history: MetricHistory, real: float, fake: float) -> bool:
    """Images are told apart, and sheet after sheet shows as little as the one before."""
    varied = history.sheets(history.diversity)
    if not varied or not history.has_probabilities or real - fake < AHEAD:
        return False
    return max(varied) < POOR and varied[-1] < RISING * varied[0]


def _weaker(history: MetricHistory) -> tuple[Message, dict[str, Any]]:
    if int(history.knobs.get("discriminator_steps", 0)) > 1:
        return N_("One discriminator update per step"), {"discriminator_steps": 1}
    return N_("Slow the discriminator to a third"), history.third(DISCRIMINATOR)
