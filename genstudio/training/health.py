"""A run's health in one line of plain words, with a remedy where there is one: read from the numbers of the curves alone."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from genstudio.core.messages import N_, Message
from genstudio.training.plan import Plan
from genstudio.training.telemetry import Row

FEW = 5  # rows that make a recent mean
ENOUGH = 10  # rows before anything is said of them
COLLAPSED = 0.05  # nats of KL under which a code says nothing
NOISE = 0.003  # relative change of an ELBO that is taken for noise


@dataclass(frozen=True)
class Health:
    """``message`` says what is seen; ``remedy`` names what the live settings in ``change`` would do (both may be empty)."""

    level: Literal["good", "watch", "bad"]
    message: Message
    remedy: Message | str = ""
    change: dict[str, Any] = field(default_factory=dict)


def assess(rows: Sequence[Row], plan: Plan, knobs: Mapping[str, Any] | None = None) -> Health | None:
    """The worst that can be said of ``rows`` (ascending, newest last), or the best; ``None`` before there is enough to see.

    ``plan`` and the model's ``knobs`` are those in force: remedies are relative to them.
    """
    seen = _Seen(rows, plan, dict(knobs or {}))
    for check in CHECKS:
        found = check(seen)
        if found is not None:
            return found
    return None


class _Seen:
    """The rows, sorted by what they are about."""

    def __init__(self, rows: Sequence[Row], plan: Plan, knobs: dict[str, Any]) -> None:
        self.rows, self.plan, self.knobs = rows, plan, knobs
        self.step = rows[-1].step if rows else 0

    def curve(self, name: str) -> list[tuple[int, float]]:
        return [(row.step, row.values[name]) for row in self.rows if name in row.values]

    @property
    def what(self) -> Message:
        """What held-out images are scored by."""
        exact = any("train/nll" in row.values or "validation/nll" in row.values for row in self.rows)
        return N_("log-likelihood") if exact else N_("ELBO")

    def held_out(self) -> list[tuple[int, float]]:
        """log p of held-out images, or the bound on it, in nats: higher is better."""
        return self.curve("validation/elbo") or [(step, -nll) for step, nll in self.curve("validation/nll")]

    def bound(self) -> list[tuple[int, float]]:
        """The same of training images: from the ELBO's two terms, or exact."""
        if exact := self.curve("train/nll"):
            return [(step, -nll) for step, nll in exact]
        return [
            (row.step, -row.values["train/reconstruction"] - row.values["train/kl"])
            for row in self.rows
            if "train/reconstruction" in row.values and "train/kl" in row.values
        ]

    def slower(self) -> dict[str, Any]:
        """A third of each player's learning rate."""
        names = list(self.plan.players) or ["model"]
        return {f"plan.players.{name}.lr": float(f"{self.plan.player(name).lr / 3:.2g}") for name in names}


def _not_finite(seen: _Seen) -> Health | None:
    bad = [name for row in seen.rows[-FEW:] for name, value in row.values.items() if not math.isfinite(value)]
    if not bad:
        return None
    name = bad[0].partition("/")[2]
    return Health("bad", N_("{name} is no longer a number: the steps are too large.", name=name), SLOWER, seen.slower())


def _diverging(seen: _Seen) -> Health | None:
    bound = [value for _, value in seen.bound()]
    if len(bound) < 2 * ENOUGH:
        return None
    now = statistics.median(bound[-FEW:])
    best = max(statistics.median(bound[i : i + FEW]) for i in range(0, len(bound) - FEW + 1, FEW))
    if best - now <= max(0.5 * abs(best), 1.0):
        return None
    message = N_(
        "The {what} fell back from {best} to {now} nats: training diverges.",
        what=seen.what,
        best=_nats(best),
        now=_nats(now),
    )
    return Health("bad", message, SLOWER, seen.slower())


def _collapsed(seen: _Seen) -> Health | None:
    kl = [value for step, value in seen.curve("train/kl") if step > int(seen.knobs.get("warmup", 0))]
    if len(kl) < ENOUGH or statistics.median(kl[-FEW:]) >= COLLAPSED:
        return None
    beta = float(seen.knobs.get("beta", 0))
    message = N_("The KL term is almost 0: the code says nothing of the image (posterior collapse).")
    if beta <= 0:
        return Health("watch", message)
    return Health("watch", message, N_("Weigh the KL term less"), {"beta": float(f"{beta / 4:.2g}")})


def _overfitting(seen: _Seen) -> Health | None:
    held_out, training = seen.held_out(), seen.bound()
    if len(held_out) < 4 or not training:
        return None
    at, best = max(held_out, key=lambda point: point[1])
    since = [value for step, value in held_out if step > at]
    margin = max(1.0, NOISE * abs(best))
    before = [value for step, value in training if step <= at][-FEW:]
    if len(since) < 3 or not before or max(since) > best - margin:
        return None
    if statistics.median(value for _, value in training[-FEW:]) <= statistics.median(before):
        return None
    message = N_(
        "Overfitting: the {what} of held-out images was best at step {step:,} ({best} nats) and falls since, while that "
        "of training images rises.",
        what=seen.what,
        step=at,
        best=_nats(best),
    )
    return Health("watch", message, N_("Stop here and keep"), {"plan.steps": seen.step})


def _level(seen: _Seen) -> Health | None:
    held_out = seen.held_out()
    if len(held_out) < 2 * FEW:
        return None
    now = statistics.median(value for _, value in held_out[-FEW:])
    before = statistics.median(value for _, value in held_out[-2 * FEW : -FEW])
    if abs(now - before) > NOISE * abs(now):
        return None
    message = N_(
        "The {what} has levelled off at {now} nats: more of the same changes little.", what=seen.what, now=_nats(now)
    )
    return Health("good", message, SLOWER, seen.slower())


def _well(seen: _Seen) -> Health | None:
    held_out = seen.held_out()
    if held_out:
        step, value = held_out[-1]
        return Health(
            "good", N_("Learning: {value} nats on held-out images at step {step:,}.", value=_nats(value), step=step)
        )
    if len([row for row in seen.rows[-ENOUGH:] if row.values]) >= ENOUGH:
        return Health("good", N_("Learning."))
    return None


def _nats(value: float) -> str:
    """-15791.84 as people write it: thousands apart, a true minus."""
    return f"{value:,.1f}".replace("-", "−")


SLOWER = N_("Learn at a third of the pace")
CHECKS: tuple[Callable[[_Seen], Health | None], ...] = (
    _not_finite,
    _diverging,
    _collapsed,
    _overfitting,
    _level,
    _well,
)
