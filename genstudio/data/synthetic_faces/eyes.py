"""Eyes and brows. Both eyes are painted at once in mirrored coordinates: ``out`` runs from the eye's middle outwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genstudio.data.synthetic_faces import palettes
from genstudio.data.synthetic_faces.curves import arch, less, line, root_, smooth, soft, spot
from genstudio.data.synthetic_faces.face import Face
from genstudio.data.synthetic_faces.sitter import EYE_HEIGHT, EYE_SIDE, Sitter

if TYPE_CHECKING:
    from torch import Tensor


def paint_eyes(face: Face, sitter: Sitter) -> None:
    """Whites, iris, pupil, highlight; then lids, lashes and the crease above; then the brows."""
    nod = 0.95 * sitter.nod
    window = face.skin.window(0.36 + nod, -0.22 - nod, sitter.sides(0.51, 0.40, 0.74))
    with face.close_up(window) as part:
        _paint_eyeballs(part.rows(0.16, -0.22, sitter), sitter)
        _paint_brows(part.rows(0.36, 0.02, sitter), sitter)


def _paint_eyeballs(part: Face, sitter: Sitter) -> None:
    edge = part.skin.sample
    out = line(part.side, 1.0, -EYE_SIDE)
    tilt = 0.05 + 0.05 * sitter.feminine  # the outer corner sits a little higher
    up = line(part.height, 1.0, -EYE_HEIGHT).sub_(out * tilt)

    opening, smile = sitter["eye_opening"], sitter["smile"]
    half = 0.155 + 0.012 * sitter.feminine
    lens = arch(out, half)
    upper = lens * ((0.005 + 0.135 * opening) * (1 - 0.30 * smile) * (1 + 0.12 * sitter.feminine) + 0.02 * smile)
    lower = lens.mul_((0.018 + 0.050 * opening) * (1 - 0.95 * smile))  # a smile pushes the lower lid up
    above, below = up - upper, up + lower
    beyond = out.abs().sub_(half)
    inside = soft(above.maximum(beyond).neg_().minimum(below), edge)

    part.skin.paint(inside, palettes.colour(0.965, 0.955, 0.945))
    # The eyeball turns away at its corners, and the upper lid throws a shadow on it.
    part.skin.paint(smooth(above, -0.10, 0.01, 0.45).mul_(inside), palettes.colour(0.50, 0.46, 0.50))
    _paint_iris(part, sitter, inside, out, line(up, 1.0, -0.012))
    _paint_lids(part, sitter, out, up, above, below, beyond)


def _paint_iris(part: Face, sitter: Sitter, inside: Tensor, out: Tensor, dy: Tensor) -> None:
    edge, size = part.skin.sample, 0.092
    dx = (out * part.mirror).sub_(0.055 * sitter["gaze"])  # to the picture's right in both eyes
    radius = root_(dx.square().addcmul_(dy, dy))
    disc = soft(line(radius, -1.0, size), edge).mul_(inside)
    part.skin.paint(disc, sitter.iris * 0.55)
    part.skin.paint(soft(line(radius, -1.0, size * 0.80), edge * 1.5).mul_(inside), sitter.iris)
    part.skin.paint(smooth(dy, 0.0, -0.09, 0.35).mul_(disc), sitter.iris * 0.5 + 0.5)
    part.skin.paint(soft(line(radius, -1.0, 0.040), edge).mul_(inside), palettes.colour(0.05, 0.04, 0.05))
    # The lamp's reflection: on the same side of both eyes, the side that the light comes from.
    right, higher = dx - 0.032 * (sitter["light"] * 3).clamp(-1, 1), line(dy, 1.0, -0.034)
    glint = soft(line(root_(right.square_().addcmul_(higher, higher)), -1.0, 0.024), edge)
    part.skin.paint(glint.mul_(inside), palettes.colour(1.0, 1.0, 1.0))


def _paint_lids(
    part: Face, sitter: Sitter, out: Tensor, up: Tensor, above: Tensor, below: Tensor, beyond: Tensor
) -> None:
    edge = part.skin.sample
    lash = palettes.colour(0.10, 0.07, 0.07)
    half = 0.155 + 0.012 * sitter.feminine
    along = smooth(beyond, 0.03, -0.01)
    thick = (out * (1 / half)).clamp_(0, 1).mul_(0.0224 * sitter.feminine).add_(0.013 + 0.0096 * sitter.feminine)
    part.skin.paint(soft(thick - above.abs(), edge).mul_(along).mul_(0.75 + 0.2 * sitter.feminine), lash)
    outer = out - half
    wing = soft(line(line(outer, -0.35, 0.0).add_(up).abs_(), -1.0, 0.02), edge)
    wing.mul_(smooth(outer, -0.03, 0.0)).mul_(smooth(outer, 0.06, 0.03))
    part.skin.paint(wing.mul_(0.8 * sitter.feminine), lash)
    rim = soft(line(below.abs(), -1.0, 0.010), edge, 0.45).mul_(along)
    dark = sitter.skin * palettes.colour(0.62, 0.48, 0.46)
    part.skin.paint(rim, dark)
    crease = soft(line(line(above, 1.0, -0.052).abs_(), -1.0, 0.011), edge * 1.3, 0.55).mul_(
        smooth(beyond, 0.02, -0.05)
    )
    part.skin.paint(crease, dark)
    # The bag that a smile makes below the eye.
    part.darken(spot(out, line(below, 1.0, 0.055), 0.15, 0.035).mul_(0.05 + 0.22 * sitter["smile"]))


def _paint_brows(part: Face, sitter: Sitter) -> None:
    """Two arcs that thin outwards; lowered ones draw together, raised ones arch."""
    edge = part.skin.sample
    lift = sitter["brows"]
    middle = EYE_HEIGHT + 0.222 + 0.055 * lift + 0.025 * sitter.feminine - 0.008 * sitter["smile"]
    t = line(part.side, 1 / 0.36, (0.17 - EYE_SIDE) / 0.36)  # 0 at the inner end, 1 at the outer
    rest = less(t)
    curve = 0.035 + 0.03 * lift.clamp(min=0) + 0.015 * sitter.feminine
    bow = line(line(t, 2.2, -2.2 * 0.58).square_(), -1.0, 1.0).mul_(curve)
    arc = bow.addcmul_(rest, 0.05 * lift.clamp(max=0)).add_(middle - 0.018)
    thick = line(t, -1.55, 1.1).mul_(t).add_(0.85).mul_(0.023 + 0.017 * sitter.masculine)
    ends = smooth(t, -0.06, 0.06).mul_(smooth(t, 1.06, 0.9))
    part.skin.paint(soft(thick - (part.height - arc).abs_(), edge * 1.3, 0.92).mul_(ends), sitter.brow)
