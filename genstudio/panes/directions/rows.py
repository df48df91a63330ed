"""One direction in words: how it was found, its score, and its effects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_, Message
from genstudio.latent.directions.direction import COMPONENTS
from genstudio.latent.directions.finding import spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genstudio.latent.directions.direction import Direction, Directions

METHODS: dict[str, Message] = {
    "means": N_("difference of means"),
    "logistic": N_("logistic regression"),
    "svm": N_("linear SVM"),
    "ridge": N_("ridge regression"),
    "extremes": N_("SVM of the extremes"),
    "mirror": N_("mirrored images"),
    "components": N_("principal component"),
    "random": N_("random, for comparison"),
}
SCORES: dict[str, Message] = {"r2": N_("R²"), "balanced_accuracy": N_("accuracy")}
LEAST = 0.3  # σ: what moves less is not worth a word
LEAST_IN_WORDS = ".3"
MOST_NAMED = 3
NBSP = "\u00a0"  # a number stays with its name and unit


@dataclass(frozen=True, eq=False)
class DirectionRow:
    """``direction`` as found, with the effect that it has as it is walked; ``step``: one σ along it, float64 D, the others
    held fixed; ``now``: its score on the weights that are shown, where these are others; ``fixed``: held fixed itself;
    ``problem``: why it can't be walked."""

    direction: Direction
    step: np.ndarray
    now: float | None = None
    fixed: bool = False
    problem: Message | str = ""

    @property
    def name(self) -> str:
        return self.direction.name

    @property
    def title(self) -> str:
        return self.name.replace("_", " ")

    def lines(self, found_at: int, here: int) -> list[Message]:
        """Three lines: how it was found and how well, its own effect, the others'."""
        if self.problem:
            return [self._how(found_at, here), N_("{why}", why=self.problem)]
        return [self._how(found_at, here), *self._effects()]

    def _how(self, found_at: int, here: int) -> Message:
        direction = self.direction
        method: Message | str = METHODS.get(direction.method, direction.method)
        if direction.heldout is None:
            if found_at != here:
                return N_("{method}, found at step {then}", method=method, then=f"{found_at:,}")
            return N_("{method}", method=method)
        lines = {
            "method": method,
            "score": SCORES.get(direction.scored, direction.scored),
            "heldout": short(direction.heldout),
            "random": short(direction.baseline) if direction.baseline is not None else "-",
        }
        if self.now is not None:
            lines |= {"now": short(self.now), "then": f"{found_at:,}"}
            return N_("{method}, at step {then} {score} {heldout}, now {now} (random {random})", **lines)
        return N_("{method}, {score} {heldout} (random {random})", **lines)

    def _effects(self) -> list[Message]:
        effect = self.direction.effect
        if not effect:
            return []
        others = sorted(self.direction.side_effects().items(), key=lambda item: -abs(item[1]))
        large = [f"{name.replace('_', NBSP)}{NBSP}{signed(value)}" for name, value in others if abs(value) >= LEAST]
        moved = ", ".join(large[:MOST_NAMED])
        if self.name not in effect:
            return (
                [N_("changes {moved}\u00a0σ", moved=moved)]
                if moved
                else [N_("changes nothing by {least}\u00a0σ", least=LEAST_IN_WORDS)]
            )
        own = {"name": self.title, "effect": signed(effect[self.name])}
        if self.direction.monotone is None:
            own_effect = [N_("{name}\u00a0{effect}\u00a0σ", **own)]
        elif self.direction.monotone > 0.995:
            own_effect = [N_("{name}\u00a0{effect}\u00a0σ, monotone", **own)]
        else:
            own_effect = [
                N_(
                    "{name}\u00a0{effect}\u00a0σ, monotone in {share}\u00a0%",
                    share=f"{100 * self.direction.monotone:.0f}",
                    **own,
                )
            ]
        return [
            *own_effect,
            N_("also: {moved}\u00a0σ", moved=moved)
            if moved
            else N_("no other by {least}\u00a0σ", least=LEAST_IN_WORDS),
        ]


def short(value: float) -> str:
    """ ".84", "1.00", "−.02"."""
    caption = f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−")
    return caption.replace("0.", ".", 1) if abs(value) < 0.995 else caption


def signed(value: float) -> str:
    """ "+3.1", "−.9"."""
    caption = f"{value:+.1f}".replace("-", "−")
    return caption.replace("0.", ".", 1) if abs(value) < 0.95 else caption


def rows_of(
    found: Directions, fixed: Sequence[str], names: Sequence[str], components: int, z: np.ndarray | None = None
) -> list[DirectionRow]:
    """The directions that are shown, in their order: those named (``names``, or all), the mirror's, ``components`` principal
    components and those that a person named, the random one; with ``fixed`` held fixed along all the others, whose σ is
    then that of the codes ``z`` (N×D) along what is left of them (the direction's own, where there are none)."""
    nameless = [one.name for one in found if one.is_nameless][components:]
    held = [name for name in fixed if name in found]
    made = []
    for one in found:
        named = one.method not in (COMPONENTS, "mirror", "random")
        left_out = one.name in nameless or (named and names and one.name not in names)
        if not left_out or one.name in held:
            made.append(_row(found, one, held, z))
    return made


def _row(found: Directions, one: Direction, held: list[str], z: np.ndarray | None) -> DirectionRow:
    if one.name in held:
        return DirectionRow(one, one.step, fixed=True)
    if not held:
        return DirectionRow(one, one.step)
    try:
        adjusted = found.held_fixed(one.name, held)
        sigma = one.sigma if z is None else spread(z, adjusted)
        # What it does on this other way is measured again.
        return DirectionRow(replace(one, effect={}, monotone=None, sigma=sigma), sigma * adjusted)
    except UsageError as error:
        return DirectionRow(one, np.zeros_like(one.vector), problem=error.what)
