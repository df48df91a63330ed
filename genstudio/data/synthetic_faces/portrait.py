"""Pictures from factors: sitters painted in batches, and the order in which a portrait is painted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genstudio.data.synthetic_faces import beard, body, eyes, glasses, hair, head, mouth, nose
from genstudio.data.synthetic_faces.canvas import Canvas, blank
from genstudio.data.synthetic_faces.curves import beyond_, line
from genstudio.data.synthetic_faces.factors import NAMES
from genstudio.data.synthetic_faces.sitter import Sitter

if TYPE_CHECKING:
    from torch import Tensor

SUPERSAMPLE = 2
CLOSE, LOOSE = 1.10, 0.78  # how near the camera is for `faces` and for `faces-wild`
_SAMPLES_AT_ONCE = 1 << 18  # fewer: more time to begin operations than to do them; more: the cache overflows


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
    pictures = torch.empty(len(factors), 3, height, width, dtype=torch.uint8)
    if not len(factors):
        return pictures
    at_once = max(1, _SAMPLES_AT_ONCE // (height * width * supersample**2))
    with torch.inference_mode():
        order = _seats(factors.float(), at_once)
        everyone = Sitter(factors.float()[order])
        painted = [
            _render(everyone.some(slice(start, start + at_once)), height, width, supersample, zoom)
            for start in range(0, len(factors), at_once)
        ]
        pictures[order] = torch.cat(painted)
    return pictures


def _seats(factors: Tensor, at_once: int) -> Tensor:
    """Indices of the portraits of each batch, ``at_once`` or fewer at a time.

    Those who look the same way sit together, so that an eye lies within a small window of all their pictures; and those
    with a beard side by side, and those with glasses, so that these are painted for them alone.
    """
    import torch

    yaw, beard, glasses = (factors[:, NAMES.index(name)] for name in ("yaw", "beard", "glasses"))
    beard, glasses = beard.sign(), glasses.sign()
    company = (1 - beard) * 2 + (1 - beard - glasses).abs()  # a beard; and glasses; glasses alone; neither
    sittings = yaw.argsort(stable=True).split(at_once)
    return torch.cat([people[company[people].argsort(stable=True)] for people in sittings])


def _render(sitter: Sitter, height: int, width: int, supersample: int, zoom: float) -> Tensor:
    # A looser frame shows more below the head than above it.
    canvas = blank(
        len(sitter["yaw"]), height * supersample, width * supersample, zoom, centre=-0.02 - 0.55 * (1 / zoom - 0.93)
    )
    paint(canvas, sitter)
    # Sums of slices: a mean over two dimensions takes torch forty times as long.
    rows = canvas.colour.unflatten(2, (height, supersample)).unbind(3)
    tall = sum(rows[1:], start=rows[0])
    columns = tall.unflatten(3, (width, supersample)).unbind(4)
    total = sum(columns[1:], start=columns[0])
    return (total * (255 / supersample**2)).clamp_(0, 255).round_().byte()


def paint(canvas: Canvas, sitter: Sitter) -> None:
    """Back to front: backdrop, far hair, body, head with its features, ears, glasses, near hair."""
    body.draw_backdrop(canvas, sitter)
    locks = hair.grow(canvas, sitter)
    hair.draw_behind(canvas, locks, sitter)
    body.draw_torso(canvas, sitter)
    front = locks.hit.depth.new_full(locks.hit.depth.shape, -9.0)
    body.draw_neck(canvas, front, sitter)

    frame = canvas.window(99, -99, head.sides(sitter))
    part, under = canvas.cut(frame), locks.cut(frame)
    skull = head.skull(sitter).meet(part, sitter.pose)
    frame.of(front).lerp_(skull.depth, beyond_(line(skull.cover, 1.0, -0.5)))
    face = head.sheet(skull, part, sitter)
    head.model_skin(face, sitter)
    beard.paint_beard(face, sitter)
    mouth.paint_mouth(face, sitter)
    eyes.paint_eyes(face, sitter)
    nose.add_nose(face, sitter)
    face.darken(hair.shade_below(under, skull.depth))
    part.paint(skull.cover, head.light_face(face, sitter))

    cover, depth = (frame.spread(m, canvas.colour.shape[3]) for m in (skull.cover, skull.depth))
    head.draw_ears(canvas, cover, depth, sitter)
    glasses.draw_glasses(canvas, sitter)
    hair.draw_hair(canvas, locks, front, sitter)
