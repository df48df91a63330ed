"""The mouth: two lips around an opening with teeth and a tongue. A smile widens it, lifts its corners, shows the teeth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from genstudio.data.synthetic_faces import palettes
from genstudio.data.synthetic_faces.canvas import broad
from genstudio.data.synthetic_faces.curves import arch, less, line, root_, smooth, soft, spot
from genstudio.data.synthetic_faces.face import Face
from genstudio.data.synthetic_faces.sitter import MOUTH_HEIGHT, Sitter

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
    q = (along * (1 / half)).square_()
    inside = less(q).clamp_(min=0)
    root = root_(inside.clone())
    corner = MOUTH_HEIGHT + 0.012 + 0.115 * smile
    lift = 0.05 + 0.11 * smile  # how far the corners stand above the middle
    gap_smile = 0.185 * (smile - 0.06).clamp(min=0)
    middle = corner - inside * (lift * 0.62)
    inner_top = middle.addcmul(root, 0.055 * opening * (1 - smile))
    gap_open = 0.4 * gap_smile + 0.19 * opening * (1 - 0.4 * smile)
    inner_bottom = middle.addcmul_(inside, -0.6 * gap_smile).addcmul_(root, -gap_open)
    full = 0.85 + 0.45 * sitter.feminine
    bow = line(arch(along, 0.07), -0.35, 1.0)  # the dip in the middle of the upper lip
    top = inner_top.addcmul(bow.mul_(root), 0.058 * full * (1 - 0.25 * smile))
    bottom = inner_bottom.addcmul(root, -0.075 * full * (1 - 0.15 * smile))
    return Mouth(half, q, top, inner_top, inner_bottom, bottom)


def paint_mouth(face: Face, sitter: Sitter) -> None:
    """Lips, then the opening with its teeth, tongue and shadow."""
    reach = 0.95 * sitter.nod
    window = face.skin.window(-0.24 + reach, -0.86 - reach, sitter.sides(0.42, 0.25, 0.74))
    with face.close_up(window) as part:
        mouth = shape(part.along, sitter)
        _paint_lips(part, mouth, sitter)
        _paint_opening(part, mouth, sitter)


def _paint_lips(part: Face, mouth: Mouth, sitter: Sitter) -> None:
    y = part.height
    lips = soft((mouth.top - y).minimum(y - mouth.bottom).minimum(mouth.half - part.side), part.skin.sample)
    red = sitter.skin * palettes.colour(0.90, 0.56, 0.56)
    rosy = red * 0.55 + palettes.colour(0.74, 0.22, 0.26) * 0.45
    fem = broad(sitter.feminine)
    part.skin.paint(lips, red * (1 - fem) + rosy * fem)
    # The upper lip turns down and lies darker; the lower one catches the light.
    part.skin.paint(smooth(y - mouth.inner_top, -0.01, 0.02, 0.28).mul_(lips), palettes.colour(0.28, 0.08, 0.09))
    shine = spot(part.along, (mouth.inner_bottom + mouth.bottom).mul_(-0.5).add_(y), 0.14, 0.03, 0.30)
    part.skin.paint(shine.mul_(lips), palettes.colour(1.0, 0.88, 0.86))


def _paint_opening(part: Face, mouth: Mouth, sitter: Sitter) -> None:
    edge, y = part.skin.sample, part.height
    below_top, above_bottom = mouth.inner_top - y, y - mouth.inner_bottom
    hole = soft(below_top.minimum(above_bottom).minimum(mouth.half - 0.01 - part.side), edge)
    seam = soft(line(below_top.abs(), -1.0, 0.011), edge, 0.85).mul_(smooth(mouth.q, 1.15, 0.95))
    part.skin.paint(seam, palettes.colour(0.30, 0.10, 0.10))
    part.skin.paint(hole, palettes.colour(0.26, 0.07, 0.08))
    tongue = spot(part.along, line(above_bottom, 1.0, 0.03), 0.19, 0.11, 0.8)
    part.skin.paint(tongue.mul_(hole), palettes.colour(0.74, 0.32, 0.33))
    reach = 0.035 + 0.10 * sitter["smile"] + 0.02 * sitter["mouth_opening"]
    teeth = soft(reach - below_top, edge).mul_(hole)
    part.skin.paint(teeth, palettes.colour(0.97, 0.96, 0.93))
    # Teeth go back into shade towards the corners.
    part.skin.paint(smooth(mouth.q, 0.5, 1.0, 0.45).mul_(teeth), palettes.colour(0.45, 0.30, 0.30))
