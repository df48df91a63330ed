"""Colours for points over pictures: told apart by colour-blind eyes, and on black, white and grey pictures alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

#: Okabe & Ito (2008) without black, and white, grey and violet: ten classes that differ in lightness as well as in hue.
CLASSES = (
    (230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (0, 114, 178),
    (213, 94, 0), (204, 121, 167), (255, 255, 255), (106, 61, 154), (153, 153, 153),
)  # fmt: skip

#: Cividis (Nuñez, Anderton & Renslow 2018) at thirteen even places: even in lightness, and alike for all eyes. A table,
#: since matplotlib, which has the whole map, is not imported on the GUI thread; a test compares the two.
CONTINUOUS = (
    (0, 34, 78), (0, 49, 112), (42, 63, 109), (67, 78, 108), (87, 93, 109), (106, 108, 113), (125, 124, 120),
    (145, 139, 120), (165, 156, 116), (188, 174, 108), (210, 192, 96), (233, 211, 78), (254, 232, 56),
)  # fmt: skip


def class_colours(labels: np.ndarray) -> np.ndarray:
    """uint8 N×3 for int64 labels N; they repeat after ten."""
    import numpy as np

    table = np.array(CLASSES, dtype=np.uint8)
    return table[labels % len(table)]


def continuous_colours(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """uint8 N×3 for numbers N between ``low`` and ``high``; outside, the colour of the nearer end."""
    import numpy as np

    scale: Any = np.array(CONTINUOUS, dtype=np.float64)
    place = np.clip((values - low) / max(high - low, 1e-12), 0, 1) * (len(scale) - 1)
    left = np.minimum(place.astype(int), len(scale) - 2)
    mix = (place - left)[:, None]
    return (scale[left] * (1 - mix) + scale[left + 1] * mix).round().astype(np.uint8)
