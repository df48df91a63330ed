"""From factors to pictures: the order in which a portrait is painted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genstudio.data.rendering import beard, body, eyes, glasses, hair, head, mouth, nose
from genstudio.data.rendering.canvas import Canvas, blank
from genstudio.data.rendering.sitter import Sitter

if TYPE_CHECKING:
    from torch import Tensor

SUPERSAMPLE = 2
CLOSE, LOOSE = 1.10, 0.78  # how near the camera is for `faces` and for `faces-wild`
_SAMPLES_AT_ONCE = 1 << 17  # keeps the working set within the processor's cache


def render(
    factors: Tensor, size: int | tuple[int, int], supersample: int = SUPERSAMPLE, *, zoom: float = CLOSE
) -> Tensor:
    """Portraits of ``factors`` (float n×F in the order of ``FACTORS``): uint8 n×3×H×W.

    ``size`` is the side in pixels, or (height, width); ``supersample`` the samples along each side of a pixel; ``zoom`` how
    close the camera is: at 1 the shorter side of the picture spans just over the height of a head. A pure function: the
    same factors give the same picture.
    """
    import torch

    height, width = (size, size) if isinstance(size, int) else size
    if not len(factors):
        return torch.empty(0, 3, height, width, dtype=torch.uint8)
    step = max(1, _SAMPLES_AT_ONCE // (height * width * supersample**2))
    with torch.inference_mode():
        return torch.cat([_render(part, height, width, supersample, zoom) for part in factors.float().split(step)])


def _render(factors: Tensor, height: int, width: int, supersample: int, zoom: float) -> Tensor:
    # A looser frame shows more below the head than above it.
    canvas = blank(
        len(factors), height * supersample, width * supersample, zoom, centre=-0.02 - 0.55 * (1 / zoom - 0.93)
    )
    paint(canvas, Sitter.of(factors))
    means = canvas.colour.reshape(len(factors), 3, height, supersample, width, supersample).mean((3, 5))
    return means.clamp_(0, 1).mul_(255).round_().byte()


def paint(canvas: Canvas, sitter: Sitter) -> None:
    """Back to front: backdrop, far hair, body, head with its features, ears, glasses, near hair."""
    body.draw_backdrop(canvas, sitter)
    locks = hair.grow(canvas, sitter)
    hair.draw_behind(canvas, locks, sitter)
    front = locks.hit.depth.new_full(locks.hit.depth.shape, -9.0)
    body.draw_body(canvas, front, sitter)

    skull = head.skull(sitter).meet(canvas, sitter.pose)
    front = skull.depth.where(skull.cover > 0.5, front)
    face = head.sheet(skull, canvas, sitter)
    head.model_skin(face, sitter)
    beard.paint_beard(face, sitter)
    mouth.paint_mouth(face, sitter)
    eyes.paint_eyes(face, sitter)
    eyes.paint_brows(face, sitter)
    nose.add_nose(face, sitter)
    face.shade.mul_(hair.shade_below(locks, skull.depth))
    canvas.paint(skull.cover, head.light_face(face, sitter))

    head.draw_ears(canvas, skull, sitter)
    glasses.draw_glasses(canvas, sitter)
    hair.draw_hair(canvas, locks, front, sitter)
