"""The nose: a solid that grows out of the face, so that it stands out when the head turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genstudio.data.rendering import palettes
from genstudio.data.rendering.canvas import smooth, spot
from genstudio.data.rendering.face import Face
from genstudio.data.rendering.geometry import Body
from genstudio.data.rendering.sitter import Sitter

if TYPE_CHECKING:
    from torch import Tensor


def body(sitter: Sitter) -> Body:
    """A solid nose: a ridge that rises from between the eyes and rounds off at the tip."""
    top, length = 0.08, 0.44
    width = 0.150 + 0.02 * sitter.masculine + 0.012 * sitter["skin_tone"]

    def profile(y: Tensor) -> tuple[Tensor, Tensor]:
        # W = q²·(1 - q⁸): a ridge that widens evenly and ends round, q from 0 at the top to 1 below the tip.
        q = ((top - y) / length).clamp_(0, 1.15)
        q8 = q.square().square_().square_()
        w = q.square() * (1 - q8) * 1.5 - 0.02
        slope = (2 * q - 10 * q * q8) * (-1.5 / length)
        return w, slope * (q < 1.15)

    return Body(profile, 0.0, width, 0.31 + 0.03 * sitter.masculine, z=0.60)


def add_nose(face: Face, sitter: Sitter) -> None:
    """Let the nose grow out of the sheet: where it is nearer than the skull, its normals and its skin take over."""
    part = face.rows(0.14, -0.46, sitter)
    nose = body(sitter).meet(part.skin, sitter.pose)
    rise = nose.depth - part.hit.depth
    grown = smooth(rise, 0.0, 0.07) * nose.cover
    height = nose.y
    for mine, theirs in zip(part.hit.normal, nose.normal, strict=True):
        mine.lerp_(theirs, grown * 0.85)
    part.relief_x.mul_(1 - grown)
    part.relief_y.mul_(1 - grown)
    part.skin.paint(smooth(rise, 0.0, 0.035) * nose.cover, sitter.skin)
    tip = spot(nose.x, height + 0.27, 0.16, 0.16) * grown
    part.skin.paint(tip * 0.22, sitter.blush)
    part.shade.copy_(part.shade * (1 - grown) + grown)
    # Its foot lies in shade: beside the wings, and on the lip below.
    foot = smooth(rise, -0.10, 0.0) * (1 - grown) * nose.cover * smooth(-height, 0.05, 0.25)
    part.shade.mul_(1 - 0.20 * foot)
    below = spot(part.along, part.height + 0.365, 0.15, 0.075) * (1 - grown)
    part.shade.mul_(1 - 0.26 * below)
    nostril = spot(nose.x.abs() - 0.06, height + 0.335, 0.045, 0.030) * nose.cover
    part.skin.paint(nostril * 0.75, sitter.skin * palettes.colour(0.45, 0.30, 0.28))
