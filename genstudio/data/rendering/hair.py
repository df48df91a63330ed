"""Hair: a shell over the skull that hangs down to its length, open in front along a hairline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from genstudio.data.rendering import palettes
from genstudio.data.rendering.canvas import Canvas, broad, smooth, soft
from genstudio.data.rendering.geometry import Body, Hit
from genstudio.data.rendering.shading import lit
from genstudio.data.rendering.sitter import CROWN, Sitter

if TYPE_CHECKING:
    from torch import Tensor

HAIR_SHADOW = (0.38, 0.34, 0.36)


@dataclass
class Hair:
    """The shell's surface, and ``field``: how far inside the hairline each place lies (negative is bare)."""

    hit: Hit
    longitude: Tensor
    field: Tensor


def shell(sitter: Sitter) -> Body:
    """A dome that goes over into a hanging column, whose end is round."""
    length, volume = sitter["hair_length"], sitter["hair_volume"]
    thick = 0.025 + 0.035 * length + 0.075 * volume * (0.4 + length.clamp(max=0.6))
    crown = CROWN + 0.03 + 0.06 * volume + 0.02 * length
    end = drop(sitter)
    flare = 0.30 * smooth(length, 0.4, 1.0) * (0.4 + 0.6 * volume)

    def profile(y: Tensor) -> tuple[Tensor, Tensor]:
        up = (y / crown).clamp_(min=0)
        u2 = up.square()
        down = (y / -end).clamp_(0, 1.2)
        d2 = down.square()
        w = 1 - u2 * (0.7 + 0.3 * u2) + d2 * (flare - (1 + flare) * d2)
        slope = up * (1.4 + 1.2 * u2) * (-1 / crown) - down * (2 * flare - 4 * (1 + flare) * d2) / end
        return w, slope * (down < 1.2)

    return Body(profile, -2 / crown**2, sitter.half_width + thick, sitter.half_depth + thick, z=-0.05)


def drop(sitter: Sitter) -> Tensor:
    """How far below the eyes the hair ends, n×1×1: at the nape when cropped, at the chest when long."""
    length = sitter["hair_length"]
    return 0.46 + 0.12 * length + 1.25 * smooth(length, 0.25, 1.0)


def grow(canvas: Canvas, sitter: Sitter) -> Hair:
    """The shell and where it carries hair."""
    solid = shell(sitter)
    hit = solid.meet(canvas, sitter.pose)
    longitude = (hit.x / solid.a).atan2(hit.z / solid.c)
    return Hair(hit, longitude, hairline(longitude, hit.y, sitter))


def hairline(longitude: Tensor, y: Tensor, sitter: Sitter) -> Tensor:
    """How far inside the hair a place of the shell lies: over the forehead's line, or beside the face.

    Over the forehead the line is a shallow arch that a fringe lowers, opened at the parting. Beside the face hair grows from
    the temples back: short hair as a sideburn, around the ear and down to the nape, long hair all the way down.
    """
    length, fringe = sitter["hair_length"], sitter["fringe"]
    around = longitude.abs()
    grown = fringe * smooth(length, 0.0, 0.25)
    notch = (1 - ((longitude - 0.45 * sitter["parting"]) / 0.5).square()).clamp_(min=0).square_()
    front = 0.47 - 0.27 * grown + notch * (0.04 + 0.30 * grown * (1 - grown)) - (0.10 + 0.10 * grown) * around.square()
    over = y - front

    # The face's frame curves: widest beside the cheeks, closing in below.
    edge = 0.95 - 0.09 * smooth(length, 0.2, 0.5) - 0.13 * ((y + 0.15) / 0.6).square().clamp_(max=0.8)
    beside = (around - edge) * 0.6
    long = smooth(length, 0.28, 0.5)
    ear = smooth(around, 1.0, 1.3) * (0.34 - 0.3 * length)
    nape = smooth(around, 1.75, 2.0) * 0.9
    lowest = (-0.12 - 0.3 * length + ear - nape) * (1 - long) - 3 * long
    return over.maximum(beside.minimum(y - lowest))


def draw_behind(canvas: Canvas, hair: Hair, sitter: Sitter) -> None:
    """The inside of the far half, in its own shade: what is seen beside neck and cheeks."""
    light = 0.30 + 0.25 * smooth(hair.hit.y, -1.0, 0.6)
    canvas.paint(hair.hit.cover * density(sitter), lit(sitter.hair, light, palettes.colour(*HAIR_SHADOW)))


def shade_below(hair: Hair, depth: Tensor) -> Tensor:
    """How much light the hair leaves to the skin (at ``depth``) just beyond the hairline, a map in (0, 1]."""
    return 1 - 0.30 * smooth(hair.field, -0.16, 0.02) * near(hair, depth)


def near(hair: Hair, depth: Tensor) -> Tensor:
    """Where the shell lies on or before what stands at ``depth``, rather than behind it."""
    return hair.hit.cover * smooth(hair.hit.depth - depth, -0.2, -0.1)


def draw_hair(canvas: Canvas, hair: Hair, front: Tensor, sitter: Sitter) -> None:
    """The near half: strands along the meridians, a ring of gloss around the crown.

    ``front``: the depth of what stands before it (head and neck), a map; hair much farther away is hidden.
    """
    from_parting = (hair.longitude - 0.45 * sitter["parting"]).abs()
    strand = strands(from_parting, hair.hit.y)
    reach = hair.field + 0.014 * strand * smooth(-hair.field, 0.4, 0.0)
    edge = max(canvas.sample, 0.03)
    cover = near(hair, front) * soft(reach, edge) * density(sitter)

    up = hair.hit.normal[1]
    light = sitter.light.diffuse(hair.hit.normal)
    groove = (1 - (from_parting / 0.10).square()).clamp_(min=0) * smooth(up, 0.35, 0.75)
    light = light * (1 + 0.13 * strand) * (1 - 0.25 * groove)
    colours = lit(sitter.hair, light, palettes.colour(*HAIR_SHADOW))
    ring = (1 - ((up - 0.48) / 0.26).square()).clamp_(min=0).square_() * (0.55 + 0.45 * strand)
    gloss = ring * sitter.light.diffuse(hair.hit.normal).square()
    sheen = broad(gloss * 0.20) * (sitter.hair * 0.8 + 0.22)
    canvas.paint(cover, colours.add_(sheen))


def density(sitter: Sitter) -> Tensor:
    """How dense the hair is, n×1×1: skin shimmers through a close crop."""
    return 0.5 + 0.5 * smooth(sitter["hair_length"], -0.05, 0.12)


def strands(from_parting: Tensor, height: Tensor) -> Tensor:
    """Light and dark locks, -1 to 1: two waves along the meridians, to both sides of the parting."""
    return ((from_parting * 13 + height * 1.5).sin_() + (from_parting * 29 - height * 2.3).sin_()) * 0.5
