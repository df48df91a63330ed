"""A discriminator that overwhelms its generator: sure of everything, it has nothing to teach (Goodfellow et al. 2014,
section 3; Arjovsky and Bottou 2017)."""

from __future__ import annotations

from typing import Any

from genstudio.core.messages import N_, Message
from genstudio.training.health.seen import DISCRIMINATOR, FAKE, GENERATOR, REAL, Seen, gradient, output
from genstudio.training.health.verdict import Health

SURE = 0.998
"""D(x) - D(G(z)), of probabilities, as a median over the recent turns. A DCGAN that draws all digits stands at .987 for
hundreds of steps, a fully connected one at .9; with a discriminator a hundred times as fast it is .99999."""
VANISHED = 1e-3
"""Of its height, what is left of the generator's gradient. In games that work it keeps within a factor of 30; under minimax
with a discriminator twenty times as fast .0002 is left, and under hinge with a dead generator 1e-9."""


def check(seen: Seen) -> Health | None:
    """For long the discriminator has told all images apart, or the generator's gradient has all but vanished."""
    if not seen.recent:
        return None
    left, height = seen.lately(gradient(GENERATOR)), seen.at_its_height(gradient(GENERATOR))
    real, fake = seen.lately(REAL), seen.lately(FAKE)
    if left < VANISHED * height:
        message = N_(
            "The discriminator overwhelms the generator, whose gradient has vanished for {n} steps.",
            n=seen.for_steps,
        )
    elif real <= 1 and fake >= 0 and real - fake > SURE:
        message = N_(
            "The discriminator overwhelms the generator: D(x) {real}, D(G(z)) {fake} for {n} steps.",
            real=output(real),
            fake=output(fake),
            n=seen.for_steps,
        )
    else:
        return None
    if seen.knobs.get("objective") == "minimax":
        message = N_("{what} A new run with objective=non-saturating would learn.", what=message)
    return Health("watch", message, *_weaker(seen))


def _weaker(seen: Seen) -> tuple[Message, dict[str, Any]]:
    if int(seen.knobs.get("discriminator_steps", 0)) > 1:
        return N_("One discriminator update a step"), {"discriminator_steps": 1}
    return N_("Slow the discriminator to a third"), seen.third(DISCRIMINATOR)
