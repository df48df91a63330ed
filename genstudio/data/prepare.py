"""Conversion of images to the size and colours of the knobs. Shared by all sources that read pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from genstudio.data.base import Colour

if TYPE_CHECKING:
    from PIL.Image import Image

Fit = Literal["crop", "pad", "stretch"]


def fit_picture(image: Image, width: int, height: int, fit: Fit = "crop") -> Image:
    """``image`` at width×height: cut to the middle, padded, or stretched.

    Bicubic, with a support that grows as the image shrinks (Pillow's way), so that fine patterns blur instead of
    aliasing. Padding takes the mean colour of the picture's border.
    """
    from PIL import Image as pillow

    if image.size == (width, height):
        return image
    w, h = image.size
    if fit == "stretch":
        return image.resize((width, height), pillow.Resampling.BICUBIC, reducing_gap=3.0)
    if fit == "crop":
        scale = max(width / w, height / h)
        left, top = (w - width / scale) / 2, (h - height / scale) / 2
        # Rounding must not put the box a hair outside of the picture.
        box = (max(0.0, left), max(0.0, top), min(float(w), left + width / scale), min(float(h), top + height / scale))
        return image.resize((width, height), pillow.Resampling.BICUBIC, box=box, reducing_gap=3.0)
    scale = min(width / w, height / h)
    inner = (max(1, min(width, round(w * scale))), max(1, min(height, round(h * scale))))
    small = image.resize(inner, pillow.Resampling.BICUBIC, reducing_gap=3.0)
    padded = pillow.new(image.mode, (width, height), _border_colour(small))
    padded.paste(small, ((width - inner[0]) // 2, (height - inner[1]) // 2))
    return padded


def prepare(images: np.ndarray, size: int | None, colour: Colour) -> np.ndarray:
    """uint8 N×C×H×W (C = 1 or 3) to N×C'×size×size, by :func:`fit_picture`."""
    from PIL import Image as pillow

    n, channels, height, width = images.shape
    if size and (height, width) != (size, size):
        out = np.empty((n, channels, size, size), np.uint8)
        for i, image in enumerate(images):
            for c in range(channels):
                out[i, c] = np.asarray(fit_picture(pillow.fromarray(np.ascontiguousarray(image[c])), size, size))
        images = out
    if colour == "colour" and channels == 1:
        return np.repeat(images, 3, axis=1)
    if colour == "grey" and channels == 3:
        # The weights of ITU-R 601, which Pillow uses too.
        grey = images.astype(np.float32) * np.array([0.299, 0.587, 0.114], np.float32)[:, None, None]
        return np.round(grey.sum(axis=1, keepdims=True)).astype(np.uint8)
    return images


def prepared_shape(shape: tuple[int, int, int], size: int | None, colour: Colour) -> tuple[int, int, int]:
    """Shape of :func:`prepare`'s result for (C, H, W)."""
    channels, height, width = shape
    channels = {"as-is": channels, "grey": 1, "colour": 3}[colour]
    return (channels, size, size) if size else (channels, height, width)


def _border_colour(image: Image) -> int | tuple[int, ...]:
    pixels = np.asarray(image, np.float64)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    mean = np.round(border.mean(axis=0)).astype(int)
    return int(mean) if mean.ndim == 0 else tuple(int(v) for v in mean)
