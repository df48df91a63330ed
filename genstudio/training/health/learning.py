"""All is well: what can be said of how well."""

from __future__ import annotations

from genstudio.core.messages import N_
from genstudio.training.health.seen import DIVERSITY, ENOUGH, FAKE, FEW, REAL, Seen, nats, output
from genstudio.training.health.verdict import Health


def check(seen: Seen) -> Health | None:
    """The newest measurement; of a game, how real and generated images are told apart."""
    held_out = seen.held_out()
    if held_out:
        step, value = held_out[-1]
        return Health(
            "good", N_("Learning: {value} nats on held-out images at step {step:,}.", value=nats(value), step=step)
        )
    if len([row for row in seen.rows[-ENOUGH:] if row.values]) < ENOUGH:
        return None
    return _of_a_game(seen) if len(seen.turns) >= ENOUGH else Health("good", N_("Learning."))


def _of_a_game(seen: Seen) -> Health:
    real, fake = (sum(row.values[key] for row in seen.turns[-FEW:]) / FEW for key in (REAL, FAKE))
    varied = [found for found in seen.curve(DIVERSITY) if found[0] > 0]  # not of nets that have learned nothing
    if not varied:
        return Health("good", N_("Both learn: D(x) {real}, D(G(z)) {fake}.", real=output(real), fake=output(fake)))
    message = N_(
        "Both learn: D(x) {real}, D(G(z)) {fake}. Samples vary {varied:.0%} as much as the images do.",
        real=output(real),
        fake=output(fake),
        varied=varied[-1][1],
    )
    return Health("good", message)
