"""Sheets: many small images on one picture, with a gutter, enlarged by whole factors to stay sharp."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Literal

import numpy as np

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.export.files import atomic_file
from genstudio.viewing.layout import GREY, Colour
from genstudio.viewing.pixels import as_image

if TYPE_CHECKING:
    from pathlib import Path

    from genstudio.export.provenance import Provenance

MOST_PIXELS = 2**27


def sheet(
    images: np.ndarray,
    *,
    columns: int | None = None,
    gutter: int = 2,
    scale: int = 1,
    background: Colour = GREY,
    layout: Literal["hwc", "chw"] | None = None,
) -> np.ndarray:
    """``images`` row by row on one picture, uint8 H×W×C.

    ``images`` is uint8 n×H×W×C or n×C×H×W with C 1 or 3; where a shape could be either, it is read as n×H×W×C
    unless ``layout`` says otherwise. ``columns`` defaults to the nearest to a square. ``gutter`` is in pixels
    of the result, between the images and around them; ``scale`` enlarges each image by repeating pixels. The
    result is grey (C 1) when the images and the background are. Raises :class:`UsageError` when there is
    nothing to show or a number is out of range.
    """
    cells = as_pictures(images, layout)
    n, height, width, _ = cells.shape
    columns = _check(n, columns, gutter, scale)
    rows = math.ceil(n / columns)
    if cells.shape[3] == 1 and len(set(background)) > 1:
        cells = np.repeat(cells, 3, axis=3)
    channels = cells.shape[3]
    step_y, step_x = height * scale + gutter, width * scale + gutter
    if rows * step_y * columns * step_x > MOST_PIXELS:
        raise UsageError(
            N_("A sheet of {width}×{height} pixels is too large.", width=columns * step_x, height=rows * step_y),
            N_("Choose a smaller scale, or fewer images."),
        )
    made = np.empty((rows * step_y + gutter, columns * step_x + gutter, channels), np.uint8)
    made[:] = np.asarray(background[:channels], np.uint8)
    for i, cell in enumerate(cells):
        y, x = (i // columns) * step_y + gutter, (i % columns) * step_x + gutter
        made[y : y + height * scale, x : x + width * scale] = enlarge(cell, scale)
    return made


def save_sheet(
    path: str | os.PathLike[str],
    images: np.ndarray,
    *,
    columns: int | None = None,
    gutter: int = 2,
    scale: int = 1,
    background: Colour = GREY,
    layout: Literal["hwc", "chw"] | None = None,
    provenance: Provenance | None = None,
) -> Path:
    """Write :func:`sheet` of ``images`` as a PNG that carries its provenance; returns the path written."""
    made = sheet(images, columns=columns, gutter=gutter, scale=scale, background=background, layout=layout)
    return save_picture(path, made, provenance=provenance)


def save_picture(path: str | os.PathLike[str], pixels: np.ndarray, *, provenance: Provenance | None = None) -> Path:
    """Write one picture, uint8 H×W×C, as a PNG that carries its provenance; whole or not at all."""
    from pathlib import Path

    from genstudio.export.provenance import png_text

    target = Path(path)
    if target.suffix.lower() != ".png":
        raise UsageError(
            N_("Pictures are written as PNG, and {name} does not end in .png.", name=target.name),
            N_("Choose a name that ends in .png."),
        )
    image = as_image(pixels)
    with atomic_file(target) as temporary:
        image.save(temporary, format="PNG", optimize=True, pnginfo=png_text(provenance))
    return target


def enlarge(pixels: np.ndarray, scale: int) -> np.ndarray:
    """One picture H×W×C enlarged by a whole factor: every pixel becomes a square."""
    return pixels if scale == 1 else pixels.repeat(scale, axis=0).repeat(scale, axis=1)


def as_pictures(images: np.ndarray, layout: Literal["hwc", "chw"] | None = None) -> np.ndarray:
    """uint8 n×H×W×C from n×H×W×C or n×C×H×W. Raises :class:`UsageError` for any other shape or type."""
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.ndim != 4:
        raise UsageError(
            N_("A sheet needs images as bytes, n×H×W×C or n×C×H×W, and got {dtype} of shape {shape}.",
               dtype=str(images.dtype), shape="×".join(map(str, images.shape))),
            N_("Convert the images to bytes first."),
        )  # fmt: skip
    if layout is None:
        layout = "chw" if images.shape[3] not in (1, 3) and images.shape[1] in (1, 3) else "hwc"
    pictures = images.transpose(0, 2, 3, 1) if layout == "chw" else images
    if pictures.shape[3] not in (1, 3):
        raise UsageError(
            N_("Images of {channels} channels can't be shown.", channels=pictures.shape[3]),
            N_("Choose one channel for grey or three for colour."),
        )
    return pictures


def _check(n: int, columns: int | None, gutter: int, scale: int) -> int:
    if n == 0:
        raise UsageError(N_("There are no images to put on a sheet."), N_("Choose at least one."))
    columns = math.ceil(math.sqrt(n)) if columns is None else columns
    for name, value, least in (("columns", columns, 1), ("gutter", gutter, 0), ("scale", scale, 1)):
        if value < least:
            raise UsageError(
                N_("A sheet can't have {name} = {value}.", name=name, value=value),
                N_("Choose at least {least}.", least=least),
            )
    return min(columns, n)
