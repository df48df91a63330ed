"""A discriminator that is fooled: what it says no longer depends on the image, and the generator follows it anywhere."""

from __future__ import annotations

import statistics
from typing import Any

from genstudio.core.messages import N_, Message
from genstudio.training.health.metric_history import DISCRIMINATOR, GENERATOR, MetricHistory, gradient, output, rate
from genstudio.training.health.result import Health
from genstudio.training.health.rule import health_rule

MOSTLY = 0.9  # of the recent turns. Equal players stand at half
TURNED = 0.02
"""Fraction of the largest gap so far below which a critic's gap says nothing. That of toy-gan begins at .15 and lies
at -.0006 from step 100 to step 300, before it turns: it is held flat, and tells hardly anything apart either way."""
EQUAL = 0.02  # D(x) - D(G(z)), of probabilities
POOR = 0.5  # diversity: equal players that are good at it draw images that vary as the real ones do
ORDINARY = 1e-3  # a learning rate that is none too large for a generator
DEAD = 1e-6  # length of a discriminator's gradient that moves nothing, at Adam's smallest divisor of 1e-8 too


@health_rule("discriminator-fooled", order=60)
def check(history: MetricHistory) -> Health | None:
    """For long the discriminator has found generated images the more real ones, or could not tell poor ones from real ones,
    or its gradient is 0 while it can't.

    A discriminator that is an autoencoder (BEGAN, with its measure M) finds generated images more real by design. A critic's
    values have no scale: one that is held flat tells images apart by hundredths.
    """
    if not history.recent or history.key("train", "convergence"):
        return None
    gaps = [row.values[history.real] - row.values[history.fake] for row in history.recent]
    real, fake = history.recent_median(history.real), history.recent_median(history.fake)
    alike = history.has_probabilities and abs(statistics.median(gaps)) < EQUAL
    varied = [value for step, value in history.curve(history.diversity) if step > 0][-3:]
    if sum(gap < 0 for gap in gaps) >= MOSTLY * len(gaps) and _says_anything(history, statistics.median(gaps)):
        message = N_(
            "The generator fools the discriminator, which takes its images for real ones: D(x) {real}, D(G(z)) "
            "{fake} for {n} steps.",
            real=output(real),
            fake=output(fake),
            n=history.for_steps,
        )
    elif (alike and varied and max(varied) < POOR) or (
        history.recent_median(gradient(DISCRIMINATOR)) < DEAD and abs(real - fake) < EQUAL
    ):
        message = N_(
            "The generator faces a discriminator that can't tell real from generated: D(x) {real}, D(G(z)) "
            "{fake} for {n} steps.",
            real=output(real),
            fake=output(fake),
            n=history.for_steps,
        )
    else:
        return None
    return Health("watch", message, *_stronger(history))


def _says_anything(history: MetricHistory, gap: float) -> bool:
    largest = max(abs(row.values[history.real] - row.values[history.fake]) for row in history.turns)
    return history.has_probabilities or abs(gap) >= TURNED * largest


def _stronger(history: MetricHistory) -> tuple[Message, dict[str, Any]]:
    own, other = history.plan.player(DISCRIMINATOR).lr, history.plan.player(GENERATOR).lr
    if 3 * own < other <= ORDINARY:
        return N_("Let the discriminator learn as fast as the generator"), {rate(DISCRIMINATOR): other}
    if 3 * own < other:
        return N_("Let the generator learn no faster than the discriminator"), {rate(GENERATOR): own}
    return N_("Slow the generator to a third"), history.third(GENERATOR)
