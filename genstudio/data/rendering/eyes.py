"""Eyes and brows. Both eyes are painted at once in mirrored coordinates: ``out`` runs from the eye's middle outwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genstudio.data.rendering import palettes
from genstudio.data.rendering.canvas import smooth, soft, spot
from genstudio.data.rendering.face import Face
from genstudio.data.rendering.sitter import EYE_HEIGHT, EYE_SIDE, Sitter

if TYPE_CHECKING:
    from torch import Tensor


def paint_eyes(face: Face, sitter: Sitter) -> None:
    """Whites, iris, pupil, highlight; then lids, lashes and the crease above."""
    part = face.rows(0.16, -0.22, sitter)
    edge = part.skin.sample
    side = part.along.sign()
    out = part.along.abs() - EYE_SIDE
    up = part.height - EYE_HEIGHT - (0.05 + 0.05 * sitter.feminine) * out  # the outer corner sits a little higher

    opening, smile = sitter["eye_opening"], sitter["smile"]
    half = 0.155 + 0.012 * sitter.feminine
    arch = (1 - (out / half).square()).clamp_(min=0)
    upper = arch * ((0.005 + 0.135 * opening) * (1 - 0.30 * smile) * (1 + 0.12 * sitter.feminine))
    lower = arch * ((0.018 + 0.050 * opening) * (1 - 0.95 * smile))  # a smile pushes the lower lid up
    upper.add_(0.02 * smile * arch)
    inside = soft((upper - up).minimum(up + lower).minimum(half - out.abs()), edge)

    white = palettes.colour(0.965, 0.955, 0.945)
    part.skin.paint(inside, white)
    # The eyeball turns away at its corners, and the upper lid throws a shadow on it.
    part.skin.paint(inside * smooth(up - upper, -0.10, 0.01) * 0.45, palettes.colour(0.50, 0.46, 0.50))

    gaze = 0.055 * sitter["gaze"] * side
    dx, dy = out - gaze, up - 0.012
    radius = (dx.square() + dy.square()).sqrt_()
    size = 0.092
    disc = inside * soft(size - radius, edge)
    part.skin.paint(disc, sitter.iris * 0.55)
    part.skin.paint(inside * soft(size * 0.80 - radius, edge * 1.5), sitter.iris)
    part.skin.paint(disc * smooth(-dy, 0.0, 0.09) * 0.35, sitter.iris * 0.5 + 0.5)
    part.skin.paint(inside * soft(0.040 - radius, edge), palettes.colour(0.05, 0.04, 0.05))
    glint = _glint(dx * side, dy, sitter, edge)
    part.skin.paint(inside * glint, palettes.colour(1.0, 1.0, 1.0))

    _paint_lids(part, sitter, out, up, upper, lower, half)


def _glint(right: Tensor, up: Tensor, sitter: Sitter, edge: float) -> Tensor:
    """The lamp's reflection: on the same side of both eyes, the side that the light comes from."""
    x = 0.032 * (sitter["light"] * 3).clamp(-1, 1)
    return soft(0.024 - ((right - x).square() + (up - 0.034).square()).sqrt_(), edge)


def _paint_lids(
    part: Face, sitter: Sitter, out: Tensor, up: Tensor, upper: Tensor, lower: Tensor, half: Tensor
) -> None:
    edge = part.skin.sample
    lash = palettes.colour(0.10, 0.07, 0.07)
    along = smooth(out.abs() - half, 0.03, -0.01)
    thick = 0.013 + 0.016 * sitter.feminine * (0.6 + 1.4 * (out / half).clamp(0, 1))
    part.skin.paint(soft(thick - (up - upper).abs(), edge) * along * (0.75 + 0.2 * sitter.feminine), lash)
    wing = (
        soft(0.02 - (up - 0.35 * (out - half)).abs(), edge)
        * smooth(out - half, -0.03, 0.0)
        * smooth(out - half, 0.06, 0.03)
    )
    part.skin.paint(wing * 0.8 * sitter.feminine, lash)
    rim = soft(0.010 - (up + lower).abs(), edge) * along
    dark = sitter.skin * palettes.colour(0.62, 0.48, 0.46)
    part.skin.paint(rim * 0.45, dark)
    crease = soft(0.011 - (up - upper - 0.052).abs(), edge * 1.3) * smooth(out.abs() - half, 0.02, -0.05)
    part.skin.paint(crease * 0.55, dark)
    # The bag that a smile makes below the eye.
    bag = spot(out, up + lower + 0.055, 0.15, 0.035)
    part.shade.mul_(1 - bag * (0.05 + 0.22 * sitter["smile"]))


def paint_brows(face: Face, sitter: Sitter) -> None:
    """Two arcs that thin outwards; lowered ones draw together, raised ones arch."""
    part = face.rows(0.36, 0.02, sitter)
    edge = part.skin.sample
    out = part.along.abs() - EYE_SIDE
    lift = sitter["brows"]
    middle = EYE_HEIGHT + 0.222 + 0.055 * lift + 0.025 * sitter.feminine - 0.008 * sitter["smile"]
    t = (out + 0.17) / 0.36  # 0 at the inner end, 1 at the outer
    arch = 0.035 + 0.03 * lift.clamp(min=0) + 0.015 * sitter.feminine
    line = middle + arch * (1 - (2.2 * (t - 0.58)).square()) - 0.018 + 0.05 * lift.clamp(max=0) * (1 - t)
    thick = (0.023 + 0.017 * sitter.masculine) * (0.85 + 1.1 * t * (1 - t) - 0.45 * t * t)
    ends = smooth(t, -0.06, 0.06) * smooth(t, 1.06, 0.9)
    part.skin.paint(soft(thick - (part.height - line).abs(), edge * 1.3) * ends * 0.92, sitter.brow)
