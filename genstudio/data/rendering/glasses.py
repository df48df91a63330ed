"""Glasses: two rims on a shell in front of the face, a bridge, and temples that run back to the ears."""

from __future__ import annotations

from genstudio.data.rendering import palettes
from genstudio.data.rendering.canvas import Canvas, smooth, soft
from genstudio.data.rendering.geometry import Body
from genstudio.data.rendering.sitter import EYE_HEIGHT, EYE_SIDE, Sitter


def draw_glasses(canvas: Canvas, sitter: Sitter) -> None:
    """Lenses first (a faint tint and a glint), the frame over them."""
    if not bool((sitter["glasses"] > 0).any()):
        return
    part = canvas.cut(canvas.rows(0.24 + sitter.nod, -0.32 - sitter.nod))
    body = Body(lambda y: (y * 0 + 1, y * 0), 0.0, sitter.half_width + 0.035, sitter.half_depth + 0.10)
    hit = body.meet(part, sitter.pose)
    longitude = (hit.x / body.a).atan2(hit.z / body.c)
    along = longitude * sitter.half_width
    edge = canvas.sample

    out = along.abs() - EYE_SIDE
    up = hit.y - EYE_HEIGHT + 0.02
    # Rounded rectangles: a distance to a box of half size (w, h) whose corners are round by r.
    w, h, r = 0.215, 0.165, 0.11
    dx, dy = (out.abs() - (w - r)).clamp_(min=0), (up.abs() - (h - r)).clamp_(min=0)
    rim = (dx.square() + dy.square()).sqrt_() - r
    thick = 0.020
    frame = soft(thick - rim.abs(), edge)
    bridge = soft(0.018 - (up - 0.045).abs(), edge) * soft(EYE_SIDE - w + 0.01 - along.abs(), edge)
    temple = soft(0.020 - (up - 0.05).abs(), edge) * soft(out - w, edge) * smooth(longitude.abs(), 1.75, 1.6)
    cover = frame.maximum(bridge).maximum(temple) * hit.cover * sitter["glasses"]

    lens = soft(-rim, edge) * hit.cover * sitter["glasses"]
    part.paint(lens * 0.07, palettes.colour(0.85, 0.93, 1.0))
    lean = 1 - 2 * (sitter["light"] < 0).float()  # a glint leans away from the lamp
    slant = (out * along.sign() * lean + up * 0.7 - 0.05).abs()
    part.paint(lens * smooth(slant, 0.06, 0.03) * 0.16, palettes.colour(1.0, 1.0, 1.0))
    light = sitter.light.diffuse(hit.normal)
    tint = palettes.colour(0.13, 0.11, 0.12)
    part.paint(cover * 0.94, tint + 0.12 * light.unsqueeze(1))
