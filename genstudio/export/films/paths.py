"""Path of a film across a plane: a smooth closed curve, so that a loop has no seam."""

from __future__ import annotations

import numpy as np


def lissajous(frames: int, *, across: int = 3, up: int = 2) -> np.ndarray:
    """A closed curve that visits most of the unit square, float n×2 in [0, 1]: two swings of coprime frequency."""
    t = np.arange(frames) * (2 * np.pi / frames)
    return np.stack([np.sin(across * t + np.pi / 2), np.sin(up * t)], axis=1) / 2 + 0.5
