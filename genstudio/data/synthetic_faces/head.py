"""The head itself: skull and ears, and the skin before and after the light falls on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genstudio.data.synthetic_faces import palettes
from genstudio.data.synthetic_faces.canvas import Canvas, broad
from genstudio.data.synthetic_faces.curves import less, line, smooth, soft, spot
from genstudio.data.synthetic_faces.face import Face
from genstudio.data.synthetic_faces.geometry import Body, Hit
from genstudio.data.synthetic_faces.shading import bright, dark, dot, wrapped_
from genstudio.data.synthetic_faces.sitter import CHIN, CROWN, EYE_HEIGHT, EYE_SIDE, MOUTH_HEIGHT, Sitter

if TYPE_CHECKING:
    from torch import Tensor

SKIN_SHADOW = (0.56, 0.42, 0.40)  # light that passed through skin comes out red


def skull(sitter: Sitter) -> Body:
    """An egg: round above, and below with a jaw between round (feminine) and square (masculine)."""
    narrowing = 0.16 - 0.10 * sitter.masculine - 0.09 * sitter.beard_volume
    chin = CHIN * (1 + 0.05 * sitter.beard_volume)
    # Above the eyes 1 - .7u² - .3u⁴, a little fuller than an ellipsoid; below 1 - (1-j)·d² - j·d⁴, and narrower towards
    # the chin: times 1 - n·d². As a polynomial in the square of the height below the eyes:
    jaw, under = sitter.jaw, 1 / chin.square()
    b1 = (jaw - 1 - narrowing) * under
    b2 = (narrowing * (1 - jaw) - jaw) * under.square()
    b3 = narrowing * jaw * under.square() * under
    a1, a2 = -0.7 / CROWN**2, -0.3 / CROWN**4

    def profile(y: Tensor) -> tuple[Tensor, Tensor]:
        up, down = y.clamp(min=0), y.clamp(max=0)
        u2, d2 = up.square(), down.square()
        w = (d2 * b3).add_(b2).mul_(d2).add_(b1).mul_(d2).addcmul_(line(u2, a2, a1), u2).add_(1)
        slope = (d2 * (6 * b3)).add_(4 * b2).mul_(d2).add_(2 * b1).mul_(down)
        return w, slope.addcmul_(line(u2, 4 * a2, 2 * a1), up)

    return Body(profile, -2 / CROWN**2, sitter.half_width, sitter.half_depth)


def sides(sitter: Sitter) -> tuple[float, float]:
    """Extent of the skull to the left and to the right, in any turn."""
    pose = sitter.pose
    across = sitter.half_width * pose.cos_yaw
    deep = (sitter.half_depth * pose.cos_pitch + CHIN * pose.sin_pitch.abs()) * pose.sin_yaw
    half = float((across.square() + deep.square()).sqrt().max())
    return -half - 0.02, half + 0.02


def sheet(hit: Hit, canvas: Canvas, sitter: Sitter) -> Face:
    """The surface that ``hit`` found, with bare skin on it."""
    x, z = hit.x, hit.z
    longitude = x.atan2(z)
    section = x.square().addcmul_(z, z).clamp_(min=1e-12)
    shrink = section.rsqrt()
    along = section.mul_(shrink).mul_(longitude).mul_(sitter.half_width)  # the smaller the section, the shorter the way
    bare = sitter.skin.expand(-1, -1, *hit.cover.shape[1:]).contiguous()
    skin = Canvas(bare, canvas.x, canvas.y, canvas.left, canvas.top, canvas.sample)
    zero = hit.cover.new_zeros(hit.cover.shape)
    sine, cosine = x.mul_(shrink), z.mul_(shrink)
    side, mirror = along.abs(), along.sign()
    return Face(hit, sine, cosine, longitude, along, side, mirror, hit.y, skin, zero, zero.clone(), zero + 1)


def model_skin(face: Face, sitter: Sitter) -> None:
    """Cheeks, chin, eye sockets: the soft forms of a face, and the blood under its skin."""
    smile = sitter["smile"]
    cheeks = face.rows(0.04, -0.47, sitter)
    cheeks.bump(0.36, -0.24 + 0.05 * smile, 0.26, 0.22, 0.028 + 0.05 * smile)  # cheeks, which a smile raises
    chin = face.rows(-0.54, -0.9, sitter)
    chin.bump(0.0, -0.72, 0.24, 0.16, 0.03)
    cheek = spot(cheeks.side - 0.37, cheeks.height + (0.25 - 0.05 * smile), 0.27, 0.2)
    cheeks.skin.paint(cheek.mul_(0.16 + 0.16 * sitter.feminine + 0.50 * smile), sitter.blush)
    # The fold from the nose to the corner of the mouth deepens with a smile.
    folds = face.rows(-0.22, -0.58, sitter)
    lean = line(folds.height, 0.35, 0.35 * 0.4 - 0.235).add_(folds.side)
    folds.darken(spot(lean, line(folds.height, 1.0, 0.40), 0.05, 0.17).mul_(0.08 + 0.30 * smile))
    under_lip = face.rows(-0.56, -0.74, sitter)
    lip = under_lip.height + (0.155 - MOUTH_HEIGHT + 0.05 * smile)
    under_lip.darken(spot(under_lip.along, lip, 0.16, 0.05, 0.22))

    upper = face.rows(0.74, 0.1, sitter)
    upper.bump(0.0, 0.42, 0.6, 0.3, 0.02)  # forehead
    sockets = face.rows(0.23, -0.19, sitter)
    socket = spot(line(sockets.side, 1.0, 0.04 - EYE_SIDE), line(sockets.height, 1.0, -EYE_HEIGHT - 0.05), 0.26, 0.19)
    sockets.darken(socket.mul_(0.20 + 0.12 * sitter.masculine))


def light_face(face: Face, sitter: Sitter) -> Tensor:
    """The sheet's colours under the light, n×3×h×w: they replace what is painted on it."""
    kx, ky, kz = sitter.light.key
    # A slope tips the normal against itself along the face (cos λ, 0, -sin λ) and up (0, 1, 0).
    tipped = (face.cosine * kx).addcmul_(face.sine, -kz).mul_(face.relief_x).addcmul_(face.relief_y, ky)
    light = wrapped_(dot(face.hit.normal, sitter.light.key).sub_(tipped)).clamp_(0, 1.05).mul_(face.shade)
    chin = face.skin.window(-0.60 + 0.95 * sitter.nod, -99)
    chin.of(light).mul_(line(smooth(chin.of(face.height), -0.60, -0.88), -0.28, 1.0))
    shadow = palettes.colour(*SKIN_SHADOW)
    gloss = sitter.light.shine(face.hit.normal, 5).mul_(face.shade).mul_(0.05 + 0.05 * sitter["skin_tone"])
    return (light.unsqueeze(1) * (1.06 - shadow)).add_(shadow).mul_(face.skin.colour).add_(broad(gloss))


def draw_ears(canvas: Canvas, head_cover: Tensor, head_depth: Tensor, sitter: Sitter) -> None:
    """Two ears: flat upright eggs at the sides, hidden where the head is nearer."""

    def profile(y: Tensor) -> tuple[Tensor, Tensor]:
        v = line(y, 1 / 0.19, 0.05 / 0.19)
        return less(v.square()), v.mul_(-2 / 0.19)

    shadow = palettes.colour(*SKIN_SHADOW)
    skin = sitter.skin * 0.65 + sitter.blush * 0.35
    for side in (-1.0, 1.0):
        ear = Body(profile, -2 / 0.19**2, 0.085, 0.13, x=side * sitter.half_width, z=-0.04, rounds=1)
        middle = ear.x * sitter.pose.cos_yaw - 0.04 * sitter.pose.sin_yaw
        reach = 0.14 + 0.25 * sitter.nod
        window = canvas.window(
            0.16 + 0.2 * sitter.nod,
            -0.26 - 0.2 * sitter.nod,
            (float(middle.min()) - reach, float(middle.max()) + reach),
        )
        if window.empty:
            continue
        with canvas.close_up(window) as part:
            hit = ear.meet(part, sitter.pose)
            behind = less(soft(hit.depth - window.of(head_depth), 0.04)).mul_(window.of(head_cover))
            visible = less(behind).mul_(hit.cover)
            hollow = spot(line(hit.z, 0.13, -0.03), line(hit.y, 1.0, 0.04), 0.12, 0.14)
            light = sitter.light.diffuse(hit.normal).mul_(line(hollow, -0.4 * 0.92, 0.92))
            part.paint(visible, dark(skin, shadow))
            part.glow(visible * light, bright(skin, shadow))
