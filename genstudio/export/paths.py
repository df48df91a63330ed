"""Paths for films: smooth closed curves through a plane or through latent space, so that a loop has no seam."""

from __future__ import annotations

from typing import Literal

import numpy as np


def lissajous(frames: int, *, across: int = 3, up: int = 2) -> np.ndarray:
    """A closed curve that visits most of the unit square, float n×2 in [0, 1]: two swings of coprime frequency."""
    t = np.arange(frames) * (2 * np.pi / frames)
    return np.stack([np.sin(across * t + np.pi / 2), np.sin(up * t)], axis=1) / 2 + 0.5


def closed_curve(stops: np.ndarray, frames: int, how: Literal["spherical", "linear"] = "spherical") -> np.ndarray:
    """``frames`` places on a closed curve through ``stops`` (float m×d), float frames×d; stop k is met at frame k·frames/m.

    ``linear`` is the periodic Catmull-Rom spline. ``spherical`` turns from stop to stop at even speed (slerp, Shoemake 1985)
    with the length changing evenly: codes drawn from a Gaussian lie near a shell, and a straight line between two of them
    crosses its empty inside (White 2016).
    """
    stops = np.asarray(stops, np.float64)
    place = np.arange(frames) * (len(stops) / frames)
    k, t = np.floor(place).astype(int), (place % 1.0)[:, None]
    before, start, end, after = (stops[(k + i) % len(stops)] for i in (-1, 0, 1, 2))
    if how == "spherical":
        return _slerp(start, end, t)
    return (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * (start - end) + after - before) * t**3
    ) / 2


def _slerp(start: np.ndarray, end: np.ndarray, t: np.ndarray) -> np.ndarray:
    lengths = [np.linalg.norm(z, axis=1, keepdims=True) for z in (start, end)]
    a, b = (z / np.maximum(length, 1e-12) for z, length in zip((start, end), lengths, strict=True))
    angle = np.arccos(np.clip((a * b).sum(1, keepdims=True), -1, 1))
    sine = np.sin(angle)
    # Parallel, opposite or at the origin: there is no arc to follow.
    arc = (sine > 1e-6) & (lengths[0] > 1e-12) & (lengths[1] > 1e-12)
    turned = (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.where(arc, sine, 1)
    return np.where(arc, turned * ((1 - t) * lengths[0] + t * lengths[1]), (1 - t) * start + t * end)
