"""The head itself: skull, ears and nose, and the skin that the features are painted on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from genstudio.data.rendering import palettes
from genstudio.data.rendering.canvas import Canvas, broad, smooth, soft, spot
from genstudio.data.rendering.geometry import Body, Hit
from genstudio.data.rendering.shading import WRAP, dot, lit
from genstudio.data.rendering.sitter import CHIN, CROWN, EYE_HEIGHT, EYE_SIDE, MOUTH_HEIGHT, Sitter

if TYPE_CHECKING:
    from torch import Tensor

SKIN_SHADOW = (0.56, 0.42, 0.40)  # light that passed through skin comes out red


@dataclass
class Face:
    """The skull's surface as a sheet to paint on.

    ``longitude``: the angle around the head, 0 at the nose; ``along``: the way around the face that it makes, so that
    shapes stay round in front; ``height``: y in the head's axes; ``skin``: a canvas of the skin's own colours before any
    light; ``relief_x``, ``relief_y``: slopes of small forms (cheeks, chin) that light will see; ``shade``: how much light
    reaches each place (1 = all).
    """

    hit: Hit
    longitude: Tensor
    along: Tensor
    height: Tensor
    skin: Canvas
    relief_x: Tensor
    relief_y: Tensor
    shade: Tensor

    def rows(self, top: float, bottom: float, sitter: Sitter) -> Face:
        """The part of the sheet that can hold what lies between two heights of an upright face, however it nods."""
        nod = float(sitter.pose.sin_pitch.abs().max()) * 0.95
        part = self.skin.rows(top + nod, bottom - nod)
        first = self.skin.y.shape[1] - self.skin.rows(top + nod, -99).y.shape[1]
        cut = slice(first, first + part.y.shape[1])
        hit = Hit(
            self.hit.cover[:, cut],
            self.hit.depth[:, cut],
            self.hit.x[:, cut],
            self.hit.y[:, cut],
            self.hit.z[:, cut],
            tuple(n[:, cut] for n in self.hit.normal),  # type: ignore[arg-type]
        )
        return Face(
            hit,
            self.longitude[:, cut],
            self.along[:, cut],
            self.height[:, cut],
            part,
            self.relief_x[:, cut],
            self.relief_y[:, cut],
            self.shade[:, cut],
        )

    def bump(self, x: Tensor | float, y: Tensor | float, width: float, height: float, amount: Tensor | float) -> None:
        """Raise a mound (1 - r²)² · ``amount`` at (x, y), and its mirror image at -x: only its slopes are kept."""
        side = self.along.sign()
        u, v = (self.along.abs() - x) / width, (self.height - y) / height
        fall = (1 - u.square() - v.square()).clamp_(min=0) * (-4 * amount)
        self.relief_x.add_(fall * u / width * side)
        self.relief_y.add_(fall * v / height)


def skull(sitter: Sitter) -> Body:
    """An egg: round above, and below with a jaw between round (feminine) and square (masculine)."""
    jaw = sitter.jaw
    full = 1 + 0.09 * sitter.beard_volume
    chin = CHIN * (1 + 0.05 * sitter.beard_volume)

    def profile(y: Tensor) -> tuple[Tensor, Tensor]:
        up, down = (y / CROWN).clamp_(min=0), (y / -chin).clamp_(min=0)
        d2 = down.square()
        # Below the eyes: 1 - (1-j)·d² - j·d⁴, narrowed by up to a tenth towards the chin.
        u2 = up.square()
        w = 1 - u2 * (0.7 + 0.3 * u2) - d2 * ((1 - jaw) + jaw * d2)
        slope = up * (1.4 + 1.2 * u2) * (-1 / CROWN) + down * (2 * (1 - jaw) + 4 * jaw * d2) / chin
        taper = 1 - (0.16 - 0.10 * sitter.masculine) * d2 + (full - 1) * d2
        return w * taper, slope * taper

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


def nose_body(sitter: Sitter) -> Body:
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
    nose = nose_body(sitter).meet(part.skin, sitter.pose)
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
    nod = float(sitter.pose.sin_pitch.abs().max()) * 0.2
    band = canvas.rows(0.18 + nod, -0.30 - nod)
    first = canvas.y.shape[1] - canvas.rows(0.18 + nod, -99).y.shape[1]
    cut = slice(first, first + band.y.shape[1])

    def profile(y: Tensor) -> tuple[Tensor, Tensor]:
        v = (y + 0.05) / 0.19
        return 1 - v.square(), v * (-2 / 0.19)

    for side in (-1.0, 1.0):
        ear = Body(profile, -2 / 0.19**2, 0.085, 0.13, z=-0.04)
        ear.x = side * (sitter.half_width - 0.0)  # type: ignore[assignment]
        hit = ear.meet(band, sitter.pose)
        in_front = soft(hit.depth - skull_hit.depth[:, cut], 0.04)
        seen = hit.cover * (1 - skull_hit.cover[:, cut] * (1 - in_front))
        hollow = spot(hit.z - 0.03, hit.y + 0.04, 0.12, 0.14)
        light = sitter.light.diffuse(hit.normal) * (1 - 0.4 * hollow)
        skin = sitter.skin * 0.65 + sitter.blush * 0.35
        band.paint(seen, lit(skin, light * 0.92, palettes.colour(*SKIN_SHADOW)))
