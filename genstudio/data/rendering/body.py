"""What is around the head: the backdrop, neck, shoulders and clothes. They face the viewer, however the head turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genstudio.data.rendering import palettes
from genstudio.data.rendering.canvas import Canvas, smooth, soft
from genstudio.data.rendering.geometry import Body, Pose
from genstudio.data.rendering.head import SKIN_SHADOW
from genstudio.data.rendering.shading import Light, lit
from genstudio.data.rendering.sitter import CHIN, Sitter

if TYPE_CHECKING:
    from torch import Tensor


def draw_backdrop(canvas: Canvas, sitter: Sitter) -> None:
    """A paper backdrop: a pool of light behind the head that falls off towards the corners."""
    colour = palettes.along(palettes.BACKDROP, sitter["background"])
    x = canvas.x + 0.25 * sitter["light"]
    fall = (x.square() + (canvas.y - 0.25).square()) * 0.10
    canvas.colour.copy_(colour * (1.05 - fall.clamp(max=0.45)).unsqueeze(1))
    canvas.colour.clamp_(max=1)


def draw_body(canvas: Canvas, front: Tensor, sitter: Sitter) -> None:
    """Shoulders in clothes, then the neck, which the chin leaves in shade. Notes the neck's depth in ``front``."""
    rows = canvas.rows(-0.3, -99)
    part = canvas.cut(rows)
    still = Pose.of(0 * sitter["yaw"], 0 * sitter["pitch"])
    light = Light.of(sitter["light"], still)

    def shoulders(y: Tensor) -> tuple[Tensor, Tensor]:
        v = (y + 2.15) / 1.13
        v3 = v * v * v
        return 1 - v3 * v, v3 * (-4 / 1.13)

    width = 0.92 + 0.16 * sitter.masculine
    torso = Body(shoulders, 0.0, width, 0.5, z=-0.2, rounds=1).meet(part, still)
    part.paint(torso.cover, lit(sitter.clothes, light.diffuse(torso.normal), palettes.colour(0.5, 0.5, 0.54)))
    collar = soft(1 - ((part.x / 0.40).square() + ((part.y + 1.00) / 0.17).square()), 0.12)
    neckline = collar * torso.cover
    skin_light = light.diffuse(torso.normal) * 0.9
    part.paint(neckline, lit(sitter.skin, skin_light, palettes.colour(*SKIN_SHADOW)))

    def neck(y: Tensor) -> tuple[Tensor, Tensor]:
        low = ((-0.86 - y) / 0.3).clamp_(min=0)
        return 1 + low.square() * 0.9, low * (-2 * 0.9 / 0.3)

    column = Body(neck, 0.0, 0.285 + 0.075 * sitter.masculine, 0.30, z=-0.12, rounds=1).meet(part, still)
    # The chin's shadow follows the chin.
    chin = sitter.pose.sin_yaw * 0.30
    under = smooth(part.y + 0.04 * (part.x - chin).square() * 8, -CHIN - 0.34, -CHIN + 0.10)
    shade = 1 - 0.62 * under
    seen = column.cover * smooth(part.y, -1.12, -1.02)
    front[:, rows] = column.depth.where(seen > 0.5, front[:, rows])
    part.paint(seen, lit(sitter.skin, light.diffuse(column.normal) * shade, palettes.colour(*SKIN_SHADOW)))
