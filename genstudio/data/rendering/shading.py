"""Light on a surface: one soft key light, a fill from everywhere, a warm shadow side, a little gloss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from genstudio.data.rendering.canvas import broad
from genstudio.data.rendering.geometry import Pose

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
    def of(cls, side: Tensor, pose: Pose) -> Light:
        """``side`` from -1 (left) to 1 (right)."""
        x, y, z = _unit(side * 0.95, 0 * side + _HEIGHT, 1 - 0.35 * side.abs())
        halfway = _unit(x, y, z + 1)  # between the lamp and the viewer (Blinn 1977)
        return cls(pose.into_head(x, y, z), pose.into_head(*halfway))

    def diffuse(self, normal: Normal) -> Tensor:
        """Lambert's cosine, wrapped around the edge so that nothing falls into black: 0 to 1."""
        return dot(normal, self.key).add_(WRAP).div_(1 + WRAP).clamp_(min=0)

    def shine(self, normal: Normal, sharpness: int) -> Tensor:
        """Blinn's highlight: the cosine to halfway, squared ``sharpness`` times."""
        cosine = dot(normal, self.gloss).clamp_(min=0)
        for _ in range(sharpness):
            cosine.square_()
        return cosine


def dot(a: Normal, b: Normal) -> Tensor:
    return (a[0] * b[0]).add_(a[1] * b[1]).add_(a[2] * b[2])


def lit(colour: Tensor, amount: Tensor, shadow: Tensor) -> Tensor:
    """``colour`` under ``amount`` of light (a map, 1 is full): in the dark it is multiplied by the tint ``shadow``."""
    return colour * (broad(amount) * (1.06 - shadow) + shadow)


def _unit(x: Tensor, y: Tensor, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    scale = (x * x + y * y + z * z).rsqrt()
    return x * scale, y * scale, z * scale
