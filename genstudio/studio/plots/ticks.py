"""Ticks of an axis and their labels: 1,500, or on a logarithmic scale 10³ or 200. No Qt, no numpy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from genstudio.studio.widgets.titles import as_time

LINE = 15.0  # pixels from one text to the next above it, at least
EASY = 28.0  # where there is room
EDGE = 6.0  # pixels that half a text needs within its strip
ROOM = 56.0  # pixels from one text to the next beside it, at least
DIGIT = 7.0  # pixels
POWERS_ONLY = 2.5  # decades from which on whole powers say enough, and say it as 10³
LINES_WITHIN = 4.0  # decades up to which lines are drawn at 2 to 9 times a power
DIGITS = ((1,), (2, 5), (3,), (4, 6, 8))  # of a logarithmic scale, the most welcome first
SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Tick:
    """A line at ``at`` (in decades on a logarithmic scale), with a text where there is room for one."""

    at: float
    text: str = ""


def upward(low: float, high: float, pixels: float, *, log: bool) -> tuple[Tick, ...]:
    """Ticks of an axis from ``low`` to ``high`` (decades if ``log``) that is ``pixels`` tall."""
    if not high > low or pixels <= 0:
        return ()
    if log:
        return _logarithmic(low, high, pixels)
    unit = (high - low) / pixels
    step = nice_step(EASY * unit)
    inside = low + EDGE * unit, high - EDGE * unit
    while len(multiples(step, *inside)) < 2 and nice_step(step * 0.4) >= LINE * unit:  # one text gives no scale
        step = nice_step(step * 0.4)
    return tuple(
        Tick(at, in_short(at, step) if inside[0] <= at <= inside[1] else "") for at in multiples(step, low, high)
    )


def across(low: float, high: float, pixels: float, *, seconds: bool = False, integer: bool = True) -> tuple[Tick, ...]:
    """Ticks of an axis of steps, of seconds of training, or of any numbers (not ``integer``), that is ``pixels`` wide."""
    if not high > low or pixels <= 0:
        return ()
    room = ROOM
    before: tuple[Tick, ...] = ()
    while True:
        least = max((high - low) * room / pixels, 1.0 if integer else 0.0)  # there is no half a step
        if seconds:
            step: float = next((each for each in SECONDS if each >= least), 86400 * math.ceil(least / 86400))
        else:
            step = nice_step(least)
        places = multiples(step, low, high)
        ticks = tuple(Tick(at, as_time(at) if seconds else in_short(at, step)) for at in places)
        if len(ticks) < 2 <= len(before):  # one text gives no scale: the ends of the finer one have room
            return (before[0], *(Tick(tick.at) for tick in before[1:-1]), before[-1])
        before = ticks
        needed = max((len(tick.text) for tick in ticks), default=0) * DIGIT + 2 * DIGIT
        if needed <= step * pixels / (high - low) or room >= pixels:
            return ticks
        room *= 1.5


def nice_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is at least ``least`` (Heckbert, Graphics Gems 1990)."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(digit * power for digit in (1, 2, 5, 10) if digit * power >= least * (1 - 1e-9))


def multiples(step: float, low: float, high: float) -> Sequence[float]:
    """Multiples of ``step`` from ``low`` to ``high``."""
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def _logarithmic(low: float, high: float, pixels: float) -> tuple[Tick, ...]:
    """Texts at whole powers first; at 2 and 5 times one, then at others, while there are few and none touches another."""
    per_decade = pixels / (high - low)
    powers = range(math.floor(low), math.ceil(high) + 1)
    wide = high - low > POWERS_ONLY
    kept: list[float] = []
    for digits in DIGITS[:1] if wide else DIGITS:
        if len(kept) > 1 and digits not in DIGITS[:2]:
            break
        for at in (power + math.log10(digit) for power in powers for digit in digits):
            inside = EDGE <= (at - low) * per_decade <= pixels - EDGE
            if inside and all(abs(at - other) * per_decade >= LINE for other in kept):
                kept.append(at)
    bare = high - low <= LINES_WITHIN
    lines = {power + math.log10(digit) for power in powers for digit in (range(1, 10) if bare else (1,))}
    shown = sorted(at for at in lines | set(kept) if low <= at <= high)
    return tuple(Tick(at, log_text(at, as_power=wide) if at in kept else "") for at in shown)


def log_text(decades: float, *, as_power: bool) -> str:
    """10^``decades`` in words: 10³ (1 and 10 as themselves), or 1,000."""
    if as_power:
        power = round(decades)
        return {0: "1", 1: "10"}.get(power, "10" + str(power).translate(SUPERSCRIPT))
    return in_short(10**decades, 10 ** math.floor(decades + 1e-9))


def in_short(value: float, spacing: float) -> str:
    """A number with as many digits as the spacing of the ticks asks for."""
    if value and (abs(value) >= 1e8 or abs(value) < 1e-4):
        return f"{value:.3g}".replace("-", "−")
    places = max(0, -math.floor(math.log10(spacing) + 1e-9)) if spacing > 0 else 0
    return f"{value:,.{min(places, 6)}f}".replace("-", "−")
