"""The plane through latent space: where its cells lie, and what zoom and pan do to its window.

An axis of the plane runs from ``low`` to ``high`` in standard deviations. Its n cells lie evenly (*linear*), or evenly in
probability (*gauss*: the inverse Gaussian CDF of even steps, Kingma & Welling 2014, figure 4), the first exactly on ``low``
and the last exactly on ``high``. A *fraction* says how far along an axis something is: 0 on the first cell, 1 on the last.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Literal

Spacing = Literal["gauss", "linear"]
_NORMAL = NormalDist()
#: Beyond this many standard deviations a normal CDF in double precision says nothing any more.
FARTHEST = 8.0


def position(low: float, high: float, fraction: float, spacing: Spacing) -> float:
    """Where on the axis from ``low`` to ``high`` a fraction lies. The ends are met exactly."""
    if fraction == 0.0:
        return low
    if fraction == 1.0:
        return high
    if spacing == "linear" or high - low < 1e-9 or max(abs(low), abs(high)) > FARTHEST:
        return low + (high - low) * fraction
    if low + high > 0:  # work in the lower tail, where small probabilities keep their digits
        return -position(-high, -low, 1.0 - fraction, spacing)
    a, b = _NORMAL.cdf(low), _NORMAL.cdf(high)
    p = a + (b - a) * fraction
    return low + (high - low) * fraction if not 0.0 < p < 1.0 else _NORMAL.inv_cdf(p)


def positions(low: float, high: float, n: int, spacing: Spacing) -> list[float]:
    """The n cells of an axis, from ``low`` to ``high``."""
    if n == 1:
        return [(low + high) / 2]
    return [position(low, high, i / (n - 1), spacing) for i in range(n)]


def centre_keeping(value: float, at: float, half: float, spacing: Spacing) -> float:
    """The centre of a window of half-width ``half`` in which ``value`` lies at fraction ``at``.

    By bisection, since with Gaussian spacing there is no closed form; the position grows with the centre.
    """
    if spacing == "linear":
        return value - (2 * at - 1) * half
    low, high = value - 4 * half - 1e-6, value + 4 * half + 1e-6
    for _ in range(60):
        middle = (low + high) / 2
        if position(middle - half, middle + half, at, spacing) < value:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def sheet_fraction(x: float, n: int) -> float:
    """From a place on the sheet (0 its left edge, 1 its right) to a fraction: cell centres lie half a cell inside."""
    return 0.5 if n == 1 else (x * n - 0.5) / (n - 1)
