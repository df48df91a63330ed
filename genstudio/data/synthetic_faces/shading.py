"""Light on a surface: one soft key light, a fill from everywhere, a warm shadow side, a little gloss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from genstudio.data.synthetic_faces.geometry import Pose

if TYPE_CHECKING:
    from torch import Tensor

Normal = tuple["Tensor", "Tensor", "Tensor"]

WRAP = 0.55  # how far light creeps around the edge: 0 is hard, 1 is none at all
_HEIGHT = 0.5  # how high the lamp hangs


@dataclass
class Light:
    """The key light's direction and the direction of its gloss, in the head's axes, n×1×1 each."""

    key: tuple[Tensor, Tensor, Tensor]
    gloss: tuple[Tensor, Tensor, Tensor]

    @classmethod
    def of(cls, side: Tensor, pose: Pose | None = None) -> Light:
        """``side`` from -1 (left) to 1 (right), in the axes of a head in this pose; without one, in the viewer's."""
        x, y, z = _unit(side * 0.95, 0 * side + _HEIGHT, 1 - 0.35 * side.abs())
        halfway = _unit(x, y, z + 1)  # between the lamp and the viewer (Blinn 1977)
        if pose is None:
            return cls((x, y, z), halfway)
        return cls(pose.into_head(x, y, z), pose.into_head(*halfway))

    def diffuse(self, normal: Normal) -> Tensor:
        """Lambert's cosine, wrapped around the edge so that nothing falls into black: 0 to 1."""
        return wrapped_(dot(normal, self.key)).clamp_(min=0)

    def shine(self, normal: Normal, sharpness: int) -> Tensor:
        """Blinn's highlight: the cosine to halfway, squared ``sharpness`` times."""
        cosine = dot(normal, self.gloss).clamp_(
            min=0.1
        )  # far below what shows, far above what floats lose precision at
        for _ in range(sharpness):
            cosine.square_()
        return cosine


def wrapped_(cosine: Tensor) -> Tensor:
    """A cosine as light that creeps around the edge, in place."""
    return cosine.add_(WRAP).mul_(1 / (1 + WRAP))


def dot(a: Normal, b: Normal) -> Tensor:
    return (a[0] * b[0]).addcmul_(a[1], b[1]).addcmul_(a[2], b[2])


def dark(colour: Tensor, shadow: Tensor) -> Tensor:
    """``colour`` (n×3×1×1) where no light falls: it takes the tint ``shadow``."""
    return colour * shadow


def bright(colour: Tensor, shadow: Tensor) -> Tensor:
    """Light added to ``dark`` at full illumination."""
    return colour * (1.06 - shadow)


def _unit(x: Tensor, y: Tensor, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    scale = (x * x + y * y + z * z).rsqrt()
    return x * scale, y * scale, z * scale
