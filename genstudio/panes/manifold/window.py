"""The plane through latent space: where its cells lie, and what zoom and pan do to its window.

An axis of the plane runs from ``low`` to ``high`` in standard deviations. Its n cells lie evenly (*linear*), or evenly in
the probability of a normal that has the window's centre and, at no zoom, deviation 1 (*gauss*: the inverse Gaussian CDF of
even steps, Kingma & Welling 2014, figure 4): u_i = centre + Φ^-1(p_i) / zoom with p_i in even steps from Φ(-reach) to
Φ(reach). So zoom and pan scale and move the cells and leave their pattern as it is; and the first cell lies exactly on
``low``, the last exactly on ``high``. A *fraction* says how far along an axis something is: 0 the first cell, 1 the last.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Literal

Spacing = Literal["gauss", "linear"]
_NORMAL = NormalDist()


def offset(fraction: float, spacing: Spacing, reach: float) -> float:
    """Position of a fraction between the window's centre (0) and its ends (-1 and 1). Beyond the ends, straight on."""
    if spacing == "linear":
        return 2 * fraction - 1
    if fraction > 0.5:  # the lower tail, where small probabilities keep their digits
        return -offset(1 - fraction, spacing, reach)
    lowest = _NORMAL.cdf(-reach)
    share = 1 - 2 * lowest
    if fraction <= 0:
        return -1 + fraction * share / (reach * _NORMAL.pdf(reach))
    return _NORMAL.inv_cdf(lowest + share * fraction) / reach


def position(low: float, high: float, fraction: float, spacing: Spacing, reach: float | None = None) -> float:
    """Value of a fraction of the axis from ``low`` to ``high``. The ends are met exactly.

    ``reach`` is half the width that the window has at no zoom (default: that it has now).
    """
    if fraction in (0.0, 1.0):
        return high if fraction else low
    half = (high - low) / 2
    return low + half * (1 + offset(fraction, spacing, half if reach is None else reach))


def positions(low: float, high: float, n: int, spacing: Spacing, reach: float | None = None) -> list[float]:
    """The n cells of an axis, from ``low`` to ``high``."""
    if n == 1:
        return [(low + high) / 2]
    return [position(low, high, i / (n - 1), spacing, reach) for i in range(n)]


def sheet_fraction(x: float, n: int) -> float:
    """Fraction for a place on the sheet (0 its left edge, 1 its right): cell centres lie half a cell inside."""
    return 0.5 if n == 1 else (x * n - 0.5) / (n - 1)
