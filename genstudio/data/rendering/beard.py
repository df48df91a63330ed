"""The beard: from the sideburns along the jaw, around the mouth, and a moustache. First stubble, then full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genstudio.data.rendering.canvas import broad, smooth, soft
from genstudio.data.rendering.face import Face
from genstudio.data.rendering.mouth import shape
from genstudio.data.rendering.sitter import Sitter

if TYPE_CHECKING:
    from torch import Tensor


def paint_beard(face: Face, sitter: Sitter) -> None:
    """Paint it on the skin, before the lips."""
    part = face.rows(0.1, -0.98, sitter)
    along, y = part.along, part.height
    around = part.longitude.abs()
    mouth = shape(along, sitter)

    # The upper edge: below the lip in front, up the cheek to the ear.
    cheek = -0.66 + 0.17 * smooth(around, 0.10, 0.42) + 0.52 * smooth(around, 0.55, 1.25)
    jaw = cheek - y
    # A ring around the lips: the moustache above, the chin's tuft below.
    ring = (mouth.top + 0.10 - 0.35 * along.square() - y).minimum(y - mouth.bottom + 0.10)
    inside = jaw.maximum(ring.minimum(mouth.half + 0.07 - along.abs()))

    side = along.abs()
    wave = ((side * 34 + y * 6).sin() + (side * 21 - y * 17).sin()) * 0.5
    cover = soft(inside + 0.012 * wave, 0.055) * (0.42 * sitter.stubble + 0.55 * smooth(sitter["beard"], 0.2, 0.7))
    colour = sitter.hair * 0.78 * (1 + 0.16 * broad(wave))
    part.skin.paint(cover, colour)
    _fluff(part, sitter, inside)


def _fluff(part: Face, sitter: Sitter, inside: Tensor) -> None:
    """A full beard lies on the skin: it darkens below itself and at the lip."""
    part.shade.mul_(1 - 0.12 * smooth(inside, -0.05, 0.01) * smooth(-inside, -0.05, 0.0) * sitter.beard_volume)
