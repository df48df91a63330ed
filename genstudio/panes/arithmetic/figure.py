"""Figure of a sum of codes, as in Radford et al. 2016, figure 7: exemplars above each term's mean, signs between,
the result among its variations, and the same sum in pixels."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from genstudio.core.messages import _
from genstudio.core.paths import resources
from genstudio.export.images.sheets import enlarge, sheet
from genstudio.viewing.pixels import as_rgb

if TYPE_CHECKING:
    from genstudio.viewing.content import Content, Picture
    from genstudio.viewing.layout import Layout

INK = (255, 255, 255)
LETTERS = 0.2  # height of the words under a picture, as a share of its own
LEAST, MOST = 9, 22  # pixels


def draw_equation(content: Content, layout: Layout) -> np.ndarray:
    """Figure of a content of the pane Face arithmetic, uint8 H×W×3. The row of means is its base line; the middle of
    the nine variations is the sum."""
    total, means, exemplars, in_pixels = content.pictures[:4]
    height = (means.cell or means.pixels.shape)[0] * layout.scale
    gap = max(layout.gutter, height // 16)
    letters = min(MOST, max(LEAST, round(height * LETTERS)))
    filled: tuple[int, ...] = content.values["filled"]
    terms = content.values["terms"]
    columns: list[np.ndarray] = []
    for column, k in enumerate(filled):
        if column or terms[k].sign < 0:
            columns.append(_glyph("+" if terms[k].sign > 0 else "-", height, letters))
        columns.append(_term(exemplars, means, column, terms[k].name, layout, gap, letters))
    columns.append(_glyph("=", height, letters))
    columns.append(_text_under(_sheet(total.cells(), total.columns, layout), _("the sum, noise around it"), letters))
    columns.append(_text_under(enlarge(in_pixels.pixels, layout.scale), _("the same in pixels"), letters))
    return _side_by_side(columns, gap, layout)


def _term(
    exemplars: Picture, means: Picture, column: int, name: str, layout: Layout, gap: int, letters: int
) -> np.ndarray:
    """Exemplars one under the other, a gap, their mean, and their name."""
    rows = exemplars.cells().reshape(exemplars.rows, exemplars.columns, *exemplars.cells().shape[1:])[column]
    alone = [cell for cell in rows if cell.any()]
    mean = enlarge(means.at(0, column), layout.scale)
    above = _sheet(np.stack(alone), 1, layout) if alone else mean[:0]
    return _text_under(_stacked([above, _ground(gap, mean.shape[1], layout), mean], layout), name, letters)


def _sheet(cells: np.ndarray, columns: int, layout: Layout) -> np.ndarray:
    """Cells with gutters between them and none around."""
    made = sheet(
        cells, columns=columns, gutter=layout.gutter, scale=layout.scale, background=layout.background, layout="hwc"
    )
    g = layout.gutter
    return made[g : made.shape[0] - g, g : made.shape[1] - g]


def _stacked(parts: list[np.ndarray], layout: Layout) -> np.ndarray:
    return np.concatenate([as_rgb(part) for part in parts if part.shape[0]])


def _side_by_side(columns: list[np.ndarray], gap: int, layout: Layout) -> np.ndarray:
    """Images on one base line, with gaps between and around."""
    height = max(column.shape[0] for column in columns)
    parts = [_ground(height, gap, layout)]
    for column in columns:
        parts += [np.concatenate([_ground(height - column.shape[0], column.shape[1], layout), as_rgb(column)])]
        parts += [_ground(height, gap, layout)]
    made = np.concatenate(parts, axis=1)
    rim = _ground(gap, made.shape[1], layout)
    return np.concatenate([rim, made, rim])


def _ground(height: int, width: int, layout: Layout) -> np.ndarray:
    return np.broadcast_to(np.asarray(layout.background, np.uint8), (height, width, 3))


def _glyph(sign: str, height: int, letters: int) -> np.ndarray:
    """A sign as high as the mean beside it, with space for the text below: drawn as bars, so that it looks the same
    with every font."""
    side, thick = max(7, height // 4) | 1, max(1, height // 24) | 1
    made = np.full((height + 2 * letters, side, 3), _GREY, np.uint8)
    middle, half = height // 2, thick // 2
    bars = (middle,) if sign != "=" else (middle - 2 * thick, middle + 2 * thick)
    for y in bars:
        made[y - half : y + half + 1] = INK
    if sign == "+":
        x = side // 2
        made[middle - side // 2 : middle + side // 2 + 1, x - half : x + half + 1] = INK
    return made


def _text_under(pixels: np.ndarray, caption: str, letters: int) -> np.ndarray:
    """``pixels`` with text in at most two lines under them, smaller if it is long."""
    from PIL import Image, ImageDraw

    picture = as_rgb(pixels)
    image = Image.fromarray(np.full((2 * letters, picture.shape[1], 3), _GREY, np.uint8))
    draw: Any = ImageDraw.Draw(image)
    lines = _lines(caption, draw, picture.shape[1], letters)
    for row, line in enumerate(lines[:2]):
        place = (picture.shape[1] / 2, (row + 0.55) * letters)
        draw.text(place, line, font=_font(letters - 2), fill=INK, anchor="mm")
    return np.concatenate([picture, np.array(image)])


def _lines(caption: str, draw: Any, width: int, letters: int) -> list[str]:
    lines: list[str] = []
    for word in caption.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and draw.textlength(longer, font=_font(letters - 2)) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@lru_cache(maxsize=8)
def _font(pixels: int) -> Any:
    from PIL import ImageFont

    face = resources() / "fonts" / "Inter-Medium.ttf"
    return ImageFont.truetype(str(face), pixels) if face.is_file() else ImageFont.load_default(pixels)


_GREY = 128
