"""The nose: a solid that grows out of the face, so that it stands out when the head turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genstudio.data.synthetic_faces import palettes
from genstudio.data.synthetic_faces.canvas import patch
from genstudio.data.synthetic_faces.curves import beyond_, less, line, smooth, spot
from genstudio.data.synthetic_faces.face import Face
from genstudio.data.synthetic_faces.geometry import Body
from genstudio.data.synthetic_faces.sitter import Sitter

if TYPE_CHECKING:
    from torch import Tensor


def body(sitter: Sitter) -> Body:
    """A solid nose: a ridge that rises from between the eyes and rounds off at the tip."""
    top, length = 0.08, 0.44
    width = 0.150 + 0.02 * sitter.masculine + 0.012 * sitter["skin_tone"]

    def profile(y: Tensor) -> tuple[Tensor, Tensor]:
        # W = 1.5·q²·(1 - q⁸): a ridge that widens evenly and ends round, q from 0 at the top to 1 below the tip.
        q = line(y, -1 / length, top / length).clamp_(0, 1.15)
        q2 = q.square()
        q8 = q2.square().square_()
        w = line(q2.mul_(line(q8, -1.5, 1.5)), 1.0, -0.02)
        slope = line(q8, 15 / length, -3 / length).mul_(q)
        return w, slope.mul_(beyond_(line(q, -1.0, 1.15)))

    return Body(profile, 0.0, width, 0.31 + 0.03 * sitter.masculine, z=0.60)


def add_nose(face: Face, sitter: Sitter) -> None:
    """Let the nose grow out of the sheet: where it is nearer than the skull, its normals and its skin take over."""
    nod = 0.95 * sitter.nod
    window = face.skin.window(0.14 + nod, -0.46 - nod, sitter.sides(0.20, 0.30, 0.94))
    with (
        face.close_up(window) as part,
        patch(window, *face.hit.normal, face.relief_x, face.relief_y) as (nx, ny, nz, relief_x, relief_y),
    ):
        solid = body(sitter)
        nose = solid.meet(part.skin, sitter.pose)
        offset_x = nose.x * solid.a
        rise = nose.depth - window.of(face.hit.depth)
        grown = smooth(rise, 0.0, 0.07).mul_(nose.cover)
        bare = less(grown)
        tilt = grown * 0.85
        for mine, theirs in zip((nx, ny, nz), nose.normal, strict=True):
            mine.lerp_(theirs, tilt)
        relief_x.mul_(bare)
        relief_y.mul_(bare)
        part.skin.paint(smooth(rise, 0.0, 0.035).mul_(nose.cover), sitter.skin)
        tip = spot(offset_x, line(nose.y, 1.0, 0.27), 0.16, 0.16, 0.22).mul_(grown)
        part.skin.paint(tip, sitter.blush)
        part.shade.mul_(bare).add_(grown)
        # Its foot lies in shade: beside the wings, and on the lip below.
        foot = smooth(rise, -0.10, 0.0, 0.20).mul_(smooth(nose.y, -0.05, -0.25)).mul_(nose.cover)
        part.darken(foot.mul_(bare))
        below = spot(part.along, line(part.height, 1.0, 0.365), 0.15, 0.075, 0.26).mul_(bare)
        part.darken(below)
        nostril = spot(line(offset_x.abs(), 1.0, -0.06), line(nose.y, 1.0, 0.335), 0.045, 0.030, 0.75).mul_(nose.cover)
        part.skin.paint(nostril, sitter.skin * palettes.colour(0.45, 0.30, 0.28))
