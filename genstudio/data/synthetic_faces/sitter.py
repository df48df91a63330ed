"""The factors of a portrait by name, with the proportions and colours that follow from them."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from genstudio.data.synthetic_faces import palettes
from genstudio.data.synthetic_faces.canvas import broad
from genstudio.data.synthetic_faces.factors import NAMES
from genstudio.data.synthetic_faces.geometry import Pose
from genstudio.data.synthetic_faces.shading import Light

if TYPE_CHECKING:
    from torch import Tensor

EYE_SIDE, EYE_HEIGHT = 0.272, -0.03  # the eyes' middles, along the face and up
MOUTH_HEIGHT = -0.475
CHIN, CROWN = 0.84, 0.74  # how far the skull reaches down and up


class Sitter:
    """Traits (n×1×1) by the factors' names, and what is computed from them once."""

    def __init__(self, factors: Tensor) -> None:
        """Sitters with factors n×F in the order of ``FACTORS``."""
        self.traits: dict[str, Tensor] = {name: factors[:, i, None, None] for i, name in enumerate(NAMES)}
        self.pose = Pose.of(self["yaw"], self["pitch"])
        self.light, self.room_light = Light.of(self["light"], self.pose), Light.of(self["light"])
        self.nod = self.pose.nod()
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

    def some(self, people: slice) -> Sitter:
        """Some of them."""
        some = Sitter.__new__(Sitter)
        vars(some).update(_pick(vars(self), people))
        some.nod = some.pose.nod()
        return some

    def sides(self, half: float | Tensor, low: float, high: float) -> tuple[float, float]:
        """Largest extent of the features to the left and to the right over all poses.

        The features reach as far as ``half`` to both sides of the face, and their depth before the head's axis is ``low``
        to ``high``.
        """
        pose = self.pose
        width = pose.cos_yaw * half + 0.9 * pose.sin_pitch.abs() * pose.sin_yaw.abs()
        one, other = pose.sin_yaw * low, pose.sin_yaw * high
        return float((one.minimum(other) - width).min()), float((one.maximum(other) + width).max())


def wearers(trait: Tensor) -> slice:
    """Slice from the first to the last sitter whose ``trait`` isn't zero."""
    rows = trait.flatten().nonzero().flatten().tolist()
    return slice(rows[0], rows[-1] + 1) if rows else slice(0, 0)


def _pick(value: Any, people: slice) -> Any:
    """``value`` with everything in it that is one per person cut down to some people."""
    if isinstance(value, dict):
        return {k: _pick(v, people) for k, v in value.items()}
    if isinstance(value, tuple):
        return tuple(_pick(v, people) for v in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _pick(getattr(value, f.name), people) for f in fields(value)})
    return value if isinstance(value, float) else value[people]
