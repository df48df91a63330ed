"""The image spec: what the images of a data set are like. Models are built for a spec, never for a data set."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.core.scatter import TILE


@dataclass(frozen=True)
class ImageSpec:
    """Channels, size, levels, classes and attributes of the images of a data set.

    ``levels`` is the number of values that a sub-pixel takes (2 = binarised, 256 = bytes), or ``None`` when the values
    are real. Level ``l`` of ``L`` is the float ``l / (L - 1)``: images are float32 in [0, 1] everywhere above ``data/``.
    """

    channels: int
    height: int
    width: int
    levels: int | None = None
    class_names: tuple[str, ...] = ()
    attribute_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.channels < 1 or self.height < 1 or self.width < 1:
            raise UsageError(
                N_(
                    "An image of {c} channels and {h}x{w} pixels is empty.",
                    c=self.channels,
                    h=self.height,
                    w=self.width,
                ),
                N_("Give at least one channel and one pixel."),
            )
        if self.levels is not None and not 2 <= self.levels <= 256:
            raise UsageError(N_("{n} levels is not possible.", n=self.levels), N_("Choose 2 to 256 levels."))
        # Tuples make the spec hashable; lists come in from JSON and TOML.
        object.__setattr__(self, "class_names", tuple(self.class_names))
        object.__setattr__(self, "attribute_names", tuple(self.attribute_names))

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, H, W) of one image."""
        return self.channels, self.height, self.width

    @property
    def values(self) -> int:
        """Sub-pixels in one image, C*H*W: what turns nats into bits/dim."""
        return self.channels * self.height * self.width

    @property
    def is_point(self) -> bool:
        """True if an image is a point of the plane: one pixel with two channels, x to the right and y upwards."""
        return self.shape == (2, 1, 1)

    @property
    def cell(self) -> tuple[int, int]:
        """(height, width) of the picture that stands for one image: the image's own; of a point, a small map's."""
        return (TILE, TILE) if self.is_point else (self.height, self.width)

    @property
    def dequantisation_nats(self) -> float:
        """Nats per image between a density on [0,1] and one on bytes, C*H*W*ln 256 (0 when real-valued)."""
        return 0.0 if self.levels is None else self.values * math.log(self.levels)

    def bits_per_dim(self, nats: float) -> float:
        """``nats`` of one whole image as bits per sub-pixel: nats / (C*H*W * ln 2)."""
        return nats / (self.values * math.log(2.0))

    def to_json(self) -> dict[str, Any]:
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> ImageSpec:
        fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in value.items()}
        return cls(**fields)

    def __str__(self) -> str:
        """For people, in their language: 32×32 grey."""
        if self.is_point:
            return str(N_("points of the plane"))
        size = {"width": self.width, "height": self.height}
        if self.channels == 1:
            return str(N_("{width}×{height} grey", **size))
        if self.channels == 3:
            return str(N_("{width}×{height} colour", **size))
        return str(N_("{width}×{height}, {channels} channels", **size, channels=self.channels))
