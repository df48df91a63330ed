"""A generator of few images: its sheets vary, but two samples are nearly one image far too often. The birthday test (Arora
and Zhang 2018), see :mod:`genstudio.training.duplicates`. Without labels, and from the sheets alone."""

from __future__ import annotations

from genstudio.core.messages import N_
from genstudio.training.duplicates import images_behind
from genstudio.training.health.metric_history import GENERATOR, MetricHistory
from genstudio.training.health.result import Health
from genstudio.training.health.rule import health_rule

MANY = 60.0
"""Times as many pairs that are nearly alike as among real images: as many as a generator of 33 images has. Sheets of 64
real digits have 0 to 11, of one class alone up to 18 (the ones). mnist-gan stands at 40 at step 500 and below 30 from then
on; without penalty and dropout, at ten times its pace, it falls from 129 at step 500 to 46 at step 800 and to 1 at step
2,000. With a fast generator against a slow discriminator (.002, .0002) it draws a few images, stays between 120 and 596, and
its diversity of .37 to .53 does not show it."""
LATENT = 8
"""Numbers that a generator is given: of fewer, many codes are close to one another, and so are their images."""


@health_rule("few-images", order=90)
def check(history: MetricHistory) -> Health | None:
    """All of the newest sheets show one image again and again among others."""
    repeated = history.sheets(history.key("samples", "duplicates")) if history.turns else []
    if not repeated or min(repeated) < MANY or int(history.knobs.get("latent_dim", LATENT)) < LATENT:
        return None
    message = N_(
        "Mode collapse: samples repeat as if the generator could draw only about {n} images.",
        n=max(1, round(images_behind(repeated[-1]))),
    )
    return Health("watch", message, N_("Slow the generator to a third"), history.third(GENERATOR))
