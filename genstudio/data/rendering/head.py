"""The head itself: skull and ears, and the skin before and after the light falls on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genstudio.data.rendering import palettes
from genstudio.data.rendering.canvas import Canvas, broad, smooth, soft, spot
from genstudio.data.rendering.face import Face
from genstudio.data.rendering.geometry import Body, Hit
from genstudio.data.rendering.shading import WRAP, dot, lit
from genstudio.data.rendering.sitter import CHIN, CROWN, EYE_HEIGHT, EYE_SIDE, MOUTH_HEIGHT, Sitter

if TYPE_CHECKING:
    from torch import Tensor

SKIN_SHADOW = (0.56, 0.42, 0.40)  # light that passed through skin comes out red


def skull(sitter: Sitter) -> Body:
    """An egg: round above, and below with a jaw between round (feminine) and square (masculine)."""
    jaw = sitter.jaw
    narrowing = 0.16 - 0.10 * sitter.masculine - 0.09 * sitter.beard_volume
    chin = CHIN * (1 + 0.05 * sitter.beard_volume)

    def profile(y: Tensor) -> tuple[Tensor, Tensor]:
        up, down = (y / CROWN).clamp_(min=0), (y / -chin).clamp_(min=0)
        d2 = down.square()
        u2 = up.square()
        # Above the eyes 1 - .7u² - .3u⁴, a little fuller than an ellipsoid; below 1 - (1-j)·d² - j·d⁴.
        w = 1 - u2 * (0.7 + 0.3 * u2) - d2 * ((1 - jaw) + jaw * d2)
        slope = up * (1.4 + 1.2 * u2) * (-1 / CROWN) + down * (2 * (1 - jaw) + 4 * jaw * d2) / chin
        # And narrower towards the chin.
        taper = 1 - narrowing * d2
        return w * taper, slope * taper + w * down * (2 * narrowing / chin)

    return Body(profile, -2 / CROWN**2, sitter.half_width, sitter.half_depth)


def sheet(hit: Hit, canvas: Canvas, sitter: Sitter) -> Face:
    """The surface that ``hit`` found, with bare skin on it."""
    x, z = hit.x / sitter.half_width, hit.z / sitter.half_depth
    longitude = x.atan2(z)
    along = longitude * x.hypot(z) * sitter.half_width  # the smaller the section, the shorter the way around
    bare = sitter.skin.expand(-1, -1, *hit.cover.shape[1:]).clone()
    zero = hit.cover.new_zeros(hit.cover.shape)
    skin = Canvas(bare, canvas.x, canvas.y, canvas.sample)
    return Face(hit, longitude, along, hit.y, skin, zero, zero.clone(), zero + 1)


def model_skin(face: Face, sitter: Sitter) -> None:
    """Cheeks, chin, eye sockets: the soft forms of a face, and the blood under its skin."""
    smile = sitter["smile"]
    lower = face.rows(0.02, -0.9, sitter)
    lower.bump(0.36, -0.24 + 0.05 * smile, 0.26, 0.22, 0.028 + 0.05 * smile)  # cheeks, which a smile raises
    lower.bump(0.0, -0.72, 0.24, 0.16, 0.03)  # chin
    side = lower.along.abs()
    cheek = spot(side - 0.37, lower.height + 0.25 - 0.05 * smile, 0.27, 0.2)
    lower.skin.paint(cheek * (0.16 + 0.16 * sitter.feminine + 0.50 * smile), sitter.blush)
    # The fold from the nose to the corner of the mouth deepens with a smile.
    fold = spot(side - (0.235 - 0.35 * (lower.height + 0.4)), lower.height + 0.40, 0.05, 0.17)
    lower.shade.mul_(1 - fold * (0.08 + 0.30 * smile))
    under_lip = spot(lower.along, lower.height - MOUTH_HEIGHT + 0.155 + 0.05 * smile, 0.16, 0.05)
    lower.shade.mul_(1 - 0.22 * under_lip)

    upper = face.rows(0.4, -0.25, sitter)
    upper.bump(0.0, 0.42, 0.6, 0.3, 0.02)  # forehead
    socket = spot(upper.along.abs() - EYE_SIDE + 0.04, upper.height - EYE_HEIGHT - 0.05, 0.26, 0.19)
    upper.shade.mul_(1 - socket * (0.20 + 0.12 * sitter.masculine))


def light_face(face: Face, sitter: Sitter) -> Tensor:
    """The sheet's colours under the light, n×3×h×w."""
    nx, ny, nz = face.hit.normal
    kx, ky, kz = sitter.light.key
    # A slope tips the normal against itself along the face (cos λ, 0, -sin λ) and up (0, 1, 0).
    tipped = face.relief_x * (kx * face.longitude.cos() - kz * face.longitude.sin()) + face.relief_y * ky
    light = (dot((nx, ny, nz), (kx, ky, kz)) - tipped + WRAP).div_(1 + WRAP).clamp_(0, 1.05)
    light = light * face.shade
    chin = smooth(-face.height, 0.60, 0.88)
    light.mul_(1 - 0.28 * chin)
    colours = lit(face.skin.colour, light, palettes.colour(*SKIN_SHADOW))
    gloss = sitter.light.shine(face.hit.normal, 5) * face.shade
    return colours.add_(broad(gloss * (0.05 + 0.05 * sitter["skin_tone"])))


def draw_ears(canvas: Canvas, skull_hit: Hit, sitter: Sitter) -> None:
    """Two ears: flat upright eggs at the sides, hidden where the head is nearer."""
    rows = canvas.rows(0.18 + 0.2 * sitter.nod, -0.30 - 0.2 * sitter.nod)
    band, before = canvas.cut(rows), skull_hit.cut(rows)

    def profile(y: Tensor) -> tuple[Tensor, Tensor]:
        v = (y + 0.05) / 0.19
        return 1 - v.square(), v * (-2 / 0.19)

    for side in (-1.0, 1.0):
        ear = Body(profile, -2 / 0.19**2, 0.085, 0.13, x=side * sitter.half_width, z=-0.04)
        hit = ear.meet(band, sitter.pose)
        in_front = soft(hit.depth - before.depth, 0.04)
        seen = hit.cover * (1 - before.cover * (1 - in_front))
        hollow = spot(hit.z - 0.03, hit.y + 0.04, 0.12, 0.14)
        light = sitter.light.diffuse(hit.normal) * (1 - 0.4 * hollow)
        skin = sitter.skin * 0.65 + sitter.blush * 0.35
        band.paint(seen, lit(skin, light * 0.92, palettes.colour(*SKIN_SHADOW)))
