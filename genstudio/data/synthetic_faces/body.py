"""Backdrop, neck, shoulders and clothes: they face the viewer, however the head turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genstudio.data.synthetic_faces import palettes, shading
from genstudio.data.synthetic_faces.canvas import Canvas
from genstudio.data.synthetic_faces.curves import beyond_, line, smooth, soft
from genstudio.data.synthetic_faces.geometry import Body
from genstudio.data.synthetic_faces.head import SKIN_SHADOW
from genstudio.data.synthetic_faces.sitter import CHIN, Sitter

if TYPE_CHECKING:
    from torch import Tensor


def draw_backdrop(canvas: Canvas, sitter: Sitter) -> None:
    """A paper backdrop: a pool of light behind the head that falls off towards the corners."""
    import torch

    colour = palettes.along(palettes.BACKDROP, sitter["background"])
    x = canvas.x + 0.25 * sitter["light"]
    fall = x.square() * 0.10 + (canvas.y - 0.25).square() * 0.10
    torch.mul(line(fall.clamp_(max=0.45), -1.0, 1.05).unsqueeze(1), colour, out=canvas.colour)


def draw_torso(canvas: Canvas, sitter: Sitter) -> None:
    """Shoulders in clothes, with a neckline."""
    window = canvas.window(-1.0, -99)
    if window.empty:
        return
    part = canvas.cut(window)

    def shoulders(y: Tensor) -> tuple[Tensor, Tensor]:
        v = (y + 2.15) / 1.13
        v3 = v * v * v
        return 1 - v3 * v, v3 * (-4 / 1.13)

    torso = Body(shoulders, 0.0, 0.92 + 0.16 * sitter.masculine, 0.5, z=-0.2).meet_upright(part)
    light = sitter.room_light.diffuse(torso.normal)
    shadow = palettes.colour(0.5, 0.5, 0.54)
    part.paint(torso.cover, shading.dark(sitter.clothes, shadow))
    part.glow(torso.cover * light, shading.bright(sitter.clothes, shadow))
    collar = soft(1 - ((part.x / 0.40).square() + ((part.y + 1.00) / 0.17).square()), 0.12)
    neckline = collar * torso.cover
    shadow = palettes.colour(*SKIN_SHADOW)
    part.paint(neckline, shading.dark(sitter.skin, shadow))
    part.glow(neckline.mul_(light).mul_(0.9), shading.bright(sitter.skin, shadow))


def draw_neck(canvas: Canvas, front: Tensor, sitter: Sitter) -> None:
    """The neck, which the chin leaves in shade. Notes its depth in ``front``."""
    window = canvas.window(-0.3, -1.12, (-0.55, 0.55))

    def outline(y: Tensor) -> tuple[Tensor, Tensor]:
        low = ((-0.86 - y) / 0.3).clamp_(min=0)
        return 1 + low.square() * 0.9, low * (-2 * 0.9 / 0.3)

    with canvas.close_up(window) as part:
        column = Body(outline, 0.0, 0.285 + 0.075 * sitter.masculine, 0.30, z=-0.12).meet_upright(part)
        # The chin's shadow follows the chin.
        chin = sitter.pose.sin_yaw * 0.30
        under = smooth((part.x - chin).square() * 0.32 + part.y, -CHIN - 0.34, -CHIN + 0.10)
        light = sitter.room_light.diffuse(column.normal).mul_(line(under, -0.62, 1.0))
        visible = column.cover.mul_(smooth(part.y, -1.12, -1.02))
        behind = window.of(front)
        behind.lerp_(column.depth, beyond_(line(visible, 1.0, -0.5)))
        shadow = palettes.colour(*SKIN_SHADOW)
        part.paint(visible, shading.dark(sitter.skin, shadow))
        part.glow(visible.mul_(light), shading.bright(sitter.skin, shadow))
