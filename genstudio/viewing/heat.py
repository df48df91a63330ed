"""One colour map for heat: from black through violet, red and orange to pale yellow.

Its lightness (OKLab's: Ottosson 2020) grows evenly with the value, so that equal steps look equal, to colour-blind eyes
and in grey prints too; the hue only helps to tell values apart.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

STEPS = 256
LIGHTNESS = (0.15, 0.97)
HUES = (285.0, 465.0)  # degrees: violet, over red, to yellow
CHROMA = 0.19


def heat(values: np.ndarray, top: float) -> np.ndarray:
    """uint8 ...×3 for values of any shape, 0 to ``top``; what lies outside takes the colour of the nearer end."""
    import numpy as np

    share = np.clip(np.nan_to_num(values) / max(top, 1e-12), 0.0, 1.0)
    return table()[np.rint(share * (STEPS - 1)).astype(np.intp)]


BELOW, ZERO, ABOVE = (0, 114, 178), (247, 247, 247), (213, 94, 0)  # Okabe and Ito's blue and vermilion


def signed(values: np.ndarray, top: float) -> np.ndarray:
    """uint8 ...×3 for values of any shape, -``top`` (blue) through 0 (white) to ``top`` (vermilion)."""
    import numpy as np

    share = np.clip(np.nan_to_num(values) / max(top, 1e-12), -1.0, 1.0)[..., None]
    end = np.where(share < 0, np.array(BELOW, np.float64), np.array(ABOVE, np.float64))
    made: np.ndarray = np.rint(np.array(ZERO) + np.abs(share) * (end - ZERO)).astype(np.uint8)
    return made


def signed_scale(top: str) -> tuple[tuple[str, tuple[int, int, int]], ...]:
    """The colours of :func:`signed` as the entries of a continuous legend, with words at both ends."""
    import numpy as np

    colours = [(int(r), int(g), int(b)) for r, g, b in signed(np.linspace(-1, 1, 9), 1.0)]
    text = [f"−{top}", *[""] * 7, f"+{top}"]
    return tuple(zip(text, colours, strict=True))


def scale(low: str, high: str) -> tuple[tuple[str, tuple[int, int, int]], ...]:
    """The colours as the entries of a continuous legend, with words at both ends."""
    colours = [(int(r), int(g), int(b)) for r, g, b in table()[::15]]
    text = [low, *[""] * (len(colours) - 2), high]
    return tuple(zip(text, colours, strict=True))


@cache
def table() -> np.ndarray:
    """The colours from 0 to the top: uint8 256×3."""
    import numpy as np

    t = np.linspace(0.0, 1.0, STEPS)
    lightness = LIGHTNESS[0] + t * (LIGHTNESS[1] - LIGHTNESS[0])
    hue = np.radians(HUES[0] + t**0.8 * (HUES[1] - HUES[0]))
    chroma = CHROMA * np.sin(np.pi * t**0.9) ** 0.7
    # Where the screen has no colour that strong, the strongest of that lightness and hue.
    low, high = np.zeros_like(t), chroma
    for _ in range(24):
        middle = (low + high) / 2
        fits = _inside(_linear_rgb(lightness, middle, hue))
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    linear = _linear_rgb(lightness, np.where(_inside(_linear_rgb(lightness, chroma, hue)), chroma, low), hue).clip(0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    made: np.ndarray = np.rint(encoded * 255).astype(np.uint8)
    made.flags.writeable = False
    return made


def _linear_rgb(lightness: Any, chroma: Any, hue: Any) -> Any:
    """OKLCh to linear sRGB, ...×3."""
    import numpy as np

    a, b = chroma * np.cos(hue), chroma * np.sin(hue)
    roots = (
        lightness + 0.3963377774 * a + 0.2158037573 * b,
        lightness - 0.1055613458 * a - 0.0638541728 * b,
        lightness - 0.0894841775 * a - 1.2914855480 * b,
    )
    cones = np.stack([root**3 for root in roots], -1)
    to_rgb = np.array(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.7076147010],
        ]
    )
    return cones @ to_rgb.T


def _inside(rgb: Any) -> Any:
    return ((rgb >= 0) & (rgb <= 1)).all(-1)
