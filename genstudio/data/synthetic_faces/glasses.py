"""Glasses: two rims on a shell in front of the face, a bridge, and temples that run back to the ears."""

from __future__ import annotations

from genstudio.data.synthetic_faces import palettes
from genstudio.data.synthetic_faces.canvas import Canvas
from genstudio.data.synthetic_faces.curves import line, root_, smooth, soft
from genstudio.data.synthetic_faces.geometry import Body
from genstudio.data.synthetic_faces.sitter import EYE_HEIGHT, EYE_SIDE, Sitter, wearers


def draw_glasses(canvas: Canvas, everyone: Sitter) -> None:
    """Lenses first (a faint tint and a glint), the frame over them."""
    wearing = wearers(everyone["glasses"])
    if wearing.start == wearing.stop:
        return
    sitter = everyone.some(wearing)
    body = Body(lambda y: (0 * y + 1, 0 * y), 0.0, sitter.half_width + 0.035, sitter.half_depth + 0.10, rounds=1)
    window = canvas.window(0.24 + sitter.nod, -0.32 - sitter.nod, people=wearing)
    with canvas.close_up(window) as part:
        _paint(part, body, sitter)


def _paint(part: Canvas, body: Body, sitter: Sitter) -> None:
    hit = body.meet(part, sitter.pose)
    longitude = hit.x.atan2(hit.z)
    along = longitude * sitter.half_width
    side, edge = along.abs(), part.sample

    out = line(side, 1.0, -EYE_SIDE)
    up = line(hit.y, 1.0, 0.02 - EYE_HEIGHT)
    # Rounded rectangles: a distance to a box of half size (w, h) whose corners are round by r.
    w, h, r = 0.215, 0.165, 0.11
    dx, dy = line(out.abs(), 1.0, r - w).clamp_(min=0), line(up.abs(), 1.0, r - h).clamp_(min=0)
    rim = line(root_(dx.square_().addcmul_(dy, dy)), 1.0, -r)
    worn = hit.cover.mul_(sitter["glasses"])
    frame = soft(line(rim.abs(), -1.0, 0.020), edge)
    bridge = soft(line(line(up, 1.0, -0.045).abs_(), -1.0, 0.018), edge).mul_(soft(line(out, -1.0, 0.01 - w), edge))
    temple = soft(line(line(up, 1.0, -0.05).abs_(), -1.0, 0.020), edge).mul_(soft(line(out, 1.0, -w), edge))
    temple.mul_(smooth(longitude.abs(), 1.75, 1.6))
    cover = frame.maximum(bridge).maximum(temple).mul_(worn)

    lens = soft(-rim, edge).mul_(worn)
    part.paint(lens * 0.07, palettes.colour(0.85, 0.93, 1.0))
    lean = 1 - 2 * (sitter["light"] < 0).float()  # a glint leans away from the lamp
    slant = out.mul_(along.sign()).mul_(lean).add_(up, alpha=0.7).sub_(0.05).abs_()
    part.paint(smooth(slant, 0.06, 0.03, 0.16).mul_(lens), palettes.colour(1.0, 1.0, 1.0))
    cover.mul_(0.94)
    part.paint(cover, palettes.colour(0.13, 0.11, 0.12))
    part.glow(cover.mul_(sitter.light.diffuse(hit.normal)), palettes.colour(0.12, 0.12, 0.12))
