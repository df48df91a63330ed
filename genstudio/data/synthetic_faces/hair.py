"""Hair: a shell over the skull that hangs down to its length, open in front along a hairline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from genstudio.data.synthetic_faces import palettes
from genstudio.data.synthetic_faces.canvas import Canvas, Window
from genstudio.data.synthetic_faces.curves import arch, line, smooth, soft
from genstudio.data.synthetic_faces.geometry import Body, Hit
from genstudio.data.synthetic_faces.shading import bright, dark
from genstudio.data.synthetic_faces.sitter import CROWN, Sitter

if TYPE_CHECKING:
    from torch import Tensor

HAIR_SHADOW = (0.38, 0.34, 0.36)


@dataclass
class Hair:
    """The shell's surface, and ``field``: how far inside the hairline each place lies (negative is bare)."""

    hit: Hit
    longitude: Tensor
    field: Tensor

    def cut(self, window: Window) -> Hair:
        """A part of it."""
        return Hair(self.hit.cut(window), window.of(self.longitude), window.of(self.field))


def shell(sitter: Sitter) -> Body:
    """A dome that goes over into a hanging column, whose end is round."""
    from torch.nn.functional import threshold

    length, volume = sitter["hair_length"], sitter["hair_volume"]
    thick = 0.025 + 0.035 * length + 0.075 * volume * (0.4 + length.clamp(max=0.6))
    crown = CROWN + 0.03 + 0.06 * volume + 0.02 * length
    end = drop(sitter)
    flare = 0.30 * smooth(length, 0.4, 1.0) * (0.4 + 0.6 * volume)
    per_crown, per_end = 1 / crown, 1 / end
    full, half_flare, steep = -(1 + flare), 0.5 * flare, 4 * per_end

    def profile(y: Tensor) -> tuple[Tensor, Tensor]:
        # 1 - .7u² - .3u⁴ above the eyes; 1 + f·d² - (1 + f)·d⁴ below, down to where it is well below 0.
        up, down = (y * per_crown).clamp_(min=0), (y * per_end).clamp_(-1.2, 0)
        u2, d2 = up.square(), down.square()
        hang = d2 * full
        w = hang.add(flare).mul_(d2).addcmul_(line(u2, -0.3, -0.7), u2).add_(1)
        slope = (hang.add_(half_flare)).mul_(threshold(down, -1.2, 0.0)).mul_(steep)
        return w, slope.addcmul_(up, line(u2, -1.2, -1.4).mul_(per_crown))

    return Body(profile, -2 / crown**2, sitter.half_width + thick, sitter.half_depth + thick, z=-0.05)


def drop(sitter: Sitter) -> Tensor:
    """Distance from the eyes down to the ends of the hair, n×1×1: at the nape when cropped, at the chest when long."""
    length = sitter["hair_length"]
    return 0.46 + 0.12 * length + 1.25 * smooth(length, 0.25, 1.0)


def grow(canvas: Canvas, sitter: Sitter) -> Hair:
    """The shell and where it carries hair."""
    solid = shell(sitter)
    hit = solid.meet(canvas, sitter.pose)
    longitude = hit.x.atan2(hit.z)
    return Hair(hit, longitude, hairline(longitude, hit.y, sitter))


def hairline(longitude: Tensor, y: Tensor, sitter: Sitter) -> Tensor:
    """Signed distance of a place of the shell inside the hairline, over the forehead or beside the face.

    Over the forehead the line is a shallow arch that a fringe lowers, opened at the parting. Beside the face hair grows from
    the temples back: short hair as a sideburn, around the ear and down to the nape, long hair all the way down.
    """
    length, fringe = sitter["hair_length"], sitter["fringe"]
    around = longitude.abs()
    grown = fringe * smooth(length, 0.0, 0.25)
    notch = arch(longitude - 0.45 * sitter["parting"], 0.5).square_()
    over = (around.square() * (0.10 + 0.10 * grown)).add_(y).sub_(0.47 - 0.27 * grown)
    over.addcmul_(notch, -(0.04 + 0.30 * grown * (1 - grown)))

    # The face's frame curves: widest beside the cheeks, closing in below.
    curve = line(y, 1 / 0.6, 0.15 / 0.6).square_().clamp_(max=0.8).mul_(0.13 * 0.6)
    beside = curve.add_(around, alpha=0.6).sub_(0.6 * (0.95 - 0.09 * smooth(length, 0.2, 0.5)))
    short = 1 - smooth(length, 0.28, 0.5)
    ear, nape = smooth(around, 1.0, 1.3), smooth(around, 1.75, 2.0)
    reach = y.addcmul(ear, (0.3 * length - 0.34) * short).addcmul_(nape, 0.9 * short)
    reach.add_((0.12 + 0.3 * length) * short + 3 * (1 - short))
    return over.maximum(beside.minimum(reach))


def draw_behind(canvas: Canvas, hair: Hair, sitter: Sitter) -> None:
    """The inside of the far half, in its own shade: what is seen beside neck and cheeks."""
    cover = hair.hit.cover * density(sitter)
    shadow = palettes.colour(*HAIR_SHADOW)
    canvas.paint(cover, dark(sitter.hair, shadow))
    canvas.glow(line(smooth(hair.hit.y, -1.0, 0.6, 0.25), 1.0, 0.30).mul_(cover), bright(sitter.hair, shadow))


def shade_below(hair: Hair, depth: Tensor) -> Tensor:
    """Shadow of the hair on the skin (at ``depth``) just beyond the hairline, a map in [0, 1)."""
    return smooth(hair.field, -0.16, 0.02, 0.30).mul_(near(hair, depth))


def near(hair: Hair, depth: Tensor) -> Tensor:
    """Mask of the places where the shell lies on or before ``depth``, rather than behind it."""
    return smooth(hair.hit.depth - depth, -0.2, -0.1).mul_(hair.hit.cover)


def draw_hair(canvas: Canvas, hair: Hair, front: Tensor, sitter: Sitter) -> None:
    """The near half: strands along the meridians, a ring of gloss around the crown.

    ``front``: the depth of what stands before it (head and neck), a map; hair much farther away is hidden.
    """
    from_parting = (hair.longitude - 0.45 * sitter["parting"]).abs_()
    strand = strands(from_parting, hair.hit.y)
    fray = smooth(hair.field, -0.4, 0.0).mul_(strand)
    cover = soft(hair.field.add(fray, alpha=0.014), max(canvas.sample, 0.03))
    cover.mul_(near(hair, front)).mul_(density(sitter))

    up = hair.hit.normal[1]
    diffuse = sitter.light.diffuse(hair.hit.normal)
    groove = arch(from_parting, 0.10).mul_(smooth(up, 0.35, 0.75))
    light = line(strand, 0.13, 1.0).mul_(diffuse).mul_(line(groove, -0.25, 1.0))
    ring = arch(line(up, 1.0, -0.48), 0.26).square_().mul_(line(strand, 0.20 * 0.45, 0.20 * 0.55))
    gloss = ring.mul_(diffuse.square_())
    shadow = palettes.colour(*HAIR_SHADOW)
    canvas.paint(cover, dark(sitter.hair, shadow))
    canvas.glow(light.mul_(cover), bright(sitter.hair, shadow))
    canvas.glow(gloss.mul_(cover), sitter.hair * 0.8 + 0.22)


def density(sitter: Sitter) -> Tensor:
    """Density of the hair, n×1×1: skin shows through a close crop."""
    return 0.5 + 0.5 * smooth(sitter["hair_length"], -0.05, 0.12)


def strands(from_parting: Tensor, height: Tensor) -> Tensor:
    """Light and dark locks, -1 to 1: two waves along the meridians, to both sides of the parting."""
    coarse = line(from_parting, 13.0, 0.0).add_(height, alpha=1.5).sin_()
    return coarse.add_(line(from_parting, 29.0, 0.0).sub_(height, alpha=2.3).sin_()).mul_(0.5)
