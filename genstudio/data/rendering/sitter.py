"""Who sits for the portrait: the factors by name, and the proportions and colours that follow from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from genstudio.data.rendering import palettes
from genstudio.data.rendering.canvas import broad
from genstudio.data.rendering.factors import NAMES
from genstudio.data.rendering.geometry import Pose
from genstudio.data.rendering.shading import Light

if TYPE_CHECKING:
    from torch import Tensor

EYE_SIDE, EYE_HEIGHT = 0.272, -0.03  # the eyes' middles, along the face and up
MOUTH_HEIGHT = -0.475
CHIN, CROWN = 0.84, 0.74  # how far the skull reaches down and up


@dataclass
class Sitter:
    """Traits (n×1×1) by the factors' names, and what is computed from them once."""

    traits: dict[str, Tensor]
    pose: Pose = field(init=False)
    light: Light = field(init=False)

    @classmethod
    def of(cls, factors: Tensor) -> Sitter:
        """From factors n×F in the order of ``FACTORS``."""
        return cls({name: factors[:, i, None, None] for i, name in enumerate(NAMES)})

    def __post_init__(self) -> None:
        self.pose = Pose.of(self["yaw"], self["pitch"])
        self.nod = float(self.pose.sin_pitch.abs().max())  # the deepest of all: how far features may wander
        self.light = Light.of(self["light"], self.pose)
        self.masculine, self.feminine = self["presentation"], 1 - self["presentation"]
        self.half_width = 0.585 + 0.09 * self["face_width"] + 0.015 * self.masculine
        self.half_depth = 0.74
        self.jaw = 0.10 + 0.5 * self.masculine + 0.1 * self["face_width"]
        self.stubble = (self["beard"] / 0.35).clamp(max=1)
        self.beard_volume = ((self["beard"] - 0.35) / 0.65).clamp(min=0)

        self.skin = palettes.along(palettes.SKIN, self["skin_tone"])
        self.hair = palettes.along(palettes.HAIR, self["hair_colour"])
        self.iris = palettes.along(palettes.IRIS, self["eye_colour"])
        self.clothes = palettes.along(palettes.CLOTHES, self["clothes"])
        # Blush shows on light skin, and reads as a deeper warmth on dark skin.
        self.blush = self.skin * palettes.colour(1.02, 0.74, 0.72)
        self.brow = self.hair * (0.62 - 0.12 * broad(self["hair_colour"])) * palettes.colour(1.0, 0.95, 0.92)

    def __getitem__(self, name: str) -> Tensor:
        return self.traits[name]
