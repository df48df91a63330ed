"""Ways through a space between given places: straight, along the shell on which codes lie, or a smooth closed curve."""

from __future__ import annotations

from typing import Literal

import numpy as np

How = Literal["spherical", "linear"]
Easing = Literal["even", "smooth"]


def closed_curve(stops: np.ndarray, frames: int, how: How = "spherical") -> np.ndarray:
    """``frames`` places on a closed curve through ``stops`` (float m×d), float frames×d; stop k is met at frame k·frames/m.

    ``linear`` is the periodic Catmull-Rom spline; ``spherical`` turns from stop to stop, see :func:`slerp`.
    """
    stops = np.asarray(stops, np.float64)
    place = np.arange(frames) * (len(stops) / frames)
    k, t = np.floor(place).astype(int), (place % 1.0)[:, None]
    before, start, end, after = (stops[(k + i) % len(stops)] for i in (-1, 0, 1, 2))
    if how == "spherical":
        return slerp(start, end, t)
    return (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * (start - end) + after - before) * t**3
    ) / 2


def along(stops: np.ndarray, places: np.ndarray, how: How, *, closed: bool, easing: Easing = "even") -> np.ndarray:
    """Points of a path through ``stops`` (float m×d, m >= 1) at ``places`` (float n in [0, 1]): float n×d.

    The way from each stop to the next takes equal time; a ``closed`` path goes back to the first. ``smooth`` easing slows
    down at each stop, by 3t² - 2t³.
    """
    stops = np.asarray(stops, np.float64)
    k, t = segments(len(stops), places, closed=closed)
    if easing == "smooth":
        t = t * t * (3 - 2 * t)
    start, end = stops[k], stops[(k + 1) % len(stops)]
    return slerp(start, end, t[:, None]) if how == "spherical" else (1 - t[:, None]) * start + t[:, None] * end


def segments(stops: int, places: np.ndarray, *, closed: bool) -> tuple[np.ndarray, np.ndarray]:
    """After which stop (int n), and how far on from it (float n in [0, 1]), each of ``places`` (float n in [0, 1]) is."""
    count = stops if closed and stops > 1 else stops - 1
    if count < 1:
        return np.zeros(len(places), int), np.zeros(len(places))
    place = np.clip(places, 0, 1) * count
    k = np.minimum(np.floor(place).astype(int), count - 1)
    return k, place - k


def slerp(start: np.ndarray, end: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Spherical interpolation from ``start`` to ``end`` (float n×d) at ``t`` (n×1), turning at even speed (Shoemake
    1985) with the length changing evenly: codes drawn from a Gaussian lie near a shell, and a straight line between
    two of them crosses its empty inside (White 2016)."""
    lengths = [np.linalg.norm(z, axis=1, keepdims=True) for z in (start, end)]
    a, b = (z / np.maximum(length, 1e-12) for z, length in zip((start, end), lengths, strict=True))
    angle = np.arccos(np.clip((a * b).sum(1, keepdims=True), -1, 1))
    sine = np.sin(angle)
    # Parallel, opposite or at the origin: there is no arc to follow.
    arc = (sine > 1e-6) & (lengths[0] > 1e-12) & (lengths[1] > 1e-12)
    turned = (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.where(arc, sine, 1)
    made: np.ndarray = np.where(arc, turned * ((1 - t) * lengths[0] + t * lengths[1]), (1 - t) * start + t * end)
    return made
