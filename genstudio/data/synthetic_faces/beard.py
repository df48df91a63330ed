"""The beard: from the sideburns along the jaw, around the mouth, and a moustache. First stubble, then full."""

from __future__ import annotations

from genstudio.data.synthetic_faces.curves import line, number, smooth, soft
from genstudio.data.synthetic_faces.face import Face
from genstudio.data.synthetic_faces.mouth import shape
from genstudio.data.synthetic_faces.sitter import Sitter, wearers


def paint_beard(face: Face, everyone: Sitter) -> None:
    """Paint it on the skin, before the lips."""
    bearded = wearers(everyone["beard"])
    if bearded.start == bearded.stop:
        return
    sitter = everyone.some(bearded)
    part = face.rows(0.1, -0.98, sitter, bearded)
    side, y = part.side, part.height
    around = part.longitude.abs()
    mouth = shape(part.along, sitter)

    # The upper edge: below the lip in front, up the cheek to the ear.
    jaw = smooth(around, 0.10, 0.42, 0.17).add_(smooth(around, 0.55, 1.25, 0.52)).sub_(y).sub_(0.66)
    # A ring around the lips: the moustache above, the chin's tuft below.
    ring = line(part.along.square(), -0.35, 0.10).add_(mouth.top).sub_(y).minimum(line(y - mouth.bottom, 1.0, 0.10))
    inside = jaw.maximum(ring.minimum(mouth.half + 0.07 - side))

    wave = (side * number(34.0)).add_(y, alpha=6.0).sin_()
    wave.add_((side * number(21.0)).sub_(y, alpha=17.0).sin_()).mul_(number(0.5))
    cover = soft(inside.add(wave, alpha=0.012), 0.055)
    cover.mul_(0.42 * sitter.stubble + 0.55 * smooth(sitter["beard"], 0.2, 0.7))
    colour = sitter.hair * 0.78
    part.skin.paint(cover, colour)
    part.skin.glow(cover.mul_(wave), colour * 0.16)
    # A full beard lies on the skin: it darkens below itself and at the lip.
    fluff = smooth(inside, -0.05, 0.01).mul_(smooth(inside, 0.05, 0.0))
    part.darken(fluff.mul_(0.12 * sitter.beard_volume))
