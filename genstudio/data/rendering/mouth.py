"""The mouth: two lips around an opening with teeth and a tongue. A smile widens it, lifts its corners, shows the teeth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from genstudio.data.rendering import palettes
from genstudio.data.rendering.canvas import broad, smooth, soft, spot
from genstudio.data.rendering.face import Face
from genstudio.data.rendering.sitter import MOUTH_HEIGHT, Sitter

if TYPE_CHECKING:
    from torch import Tensor


@dataclass
class Mouth:
    """The lips' four edges as heights over each place along the face, and how far along the lips each place lies."""

    half: Tensor
    q: Tensor
    top: Tensor
    inner_top: Tensor
    inner_bottom: Tensor
    bottom: Tensor


def shape(along: Tensor, sitter: Sitter) -> Mouth:
    """q = (x / half)² runs from 0 in the middle to 1 in the corners, where all edges meet: each is a mixture of a parabola
    (1 - q) and an ellipse √(1 - q).
    """
    smile, opening = sitter["smile"], sitter["mouth_opening"]
    half = 0.19 + 0.18 * smile - 0.035 * opening * (1 - smile)
    q = (along / half).square()
    inside = (1 - q).clamp(min=0)
    root = inside.sqrt()
    corner = MOUTH_HEIGHT + 0.012 + 0.115 * smile
    lift = 0.05 + 0.11 * smile  # how far the corners stand above the middle
    gap_smile = 0.185 * (smile - 0.06).clamp(min=0)
    inner_top = corner - lift * inside * 0.62 + 0.055 * opening * root * (1 - smile)
    gap = gap_smile * (0.6 * inside + 0.4 * root) + 0.19 * opening * (1 - 0.4 * smile) * root
    inner_bottom = corner - lift * inside * 0.62 - gap
    full = 0.85 + 0.45 * sitter.feminine
    bow = 1 - 0.35 * (1 - (along / 0.07).square()).clamp(min=0)  # the dip in the middle of the upper lip
    top = inner_top + 0.058 * full * (1 - 0.25 * smile) * root * bow
    bottom = inner_bottom - 0.075 * full * (1 - 0.15 * smile) * root
    return Mouth(half, q, top, inner_top, inner_bottom, bottom)


def paint_mouth(face: Face, sitter: Sitter) -> None:
    """Lips, then the opening with its teeth, tongue and shadow."""
    part = face.rows(-0.24, -0.86, sitter)
    edge, along, y = part.skin.sample, part.along, part.height
    mouth = shape(along, sitter)

    lips = soft((mouth.top - y).minimum(y - mouth.bottom).minimum(mouth.half - along.abs()), edge)
    red = sitter.skin * palettes.colour(0.90, 0.56, 0.56)
    rosy = red * 0.55 + palettes.colour(0.74, 0.22, 0.26) * 0.45
    fem = broad(sitter.feminine)
    part.skin.paint(lips, red * (1 - fem) + rosy * fem)
    # The upper lip turns down and lies darker; the lower one catches the light.
    part.skin.paint(lips * smooth(y - mouth.inner_top, -0.01, 0.02) * 0.28, palettes.colour(0.28, 0.08, 0.09))
    shine = spot(along, y - 0.5 * (mouth.inner_bottom + mouth.bottom), 0.14, 0.03) * lips
    part.skin.paint(shine * 0.30, palettes.colour(1.0, 0.88, 0.86))

    opening = (mouth.inner_top - y).minimum(y - mouth.inner_bottom).minimum(mouth.half - 0.01 - along.abs())
    hole = soft(opening, edge)
    line = soft(0.011 - (y - mouth.inner_top).abs(), edge) * smooth(mouth.q, 1.15, 0.95)
    part.skin.paint(line * 0.85, palettes.colour(0.30, 0.10, 0.10))
    part.skin.paint(hole, palettes.colour(0.26, 0.07, 0.08))
    tongue = spot(along, y - mouth.inner_bottom + 0.03, 0.19, 0.11)
    part.skin.paint(hole * tongue * 0.8, palettes.colour(0.74, 0.32, 0.33))
    teeth = soft(y - mouth.inner_top + 0.035 + 0.10 * sitter["smile"] + 0.02 * sitter["mouth_opening"], edge)
    part.skin.paint(hole * teeth, palettes.colour(0.97, 0.96, 0.93))
    # Teeth go back into shade towards the corners.
    part.skin.paint(hole * teeth * smooth(mouth.q, 0.5, 1.0) * 0.45, palettes.colour(0.45, 0.30, 0.30))
