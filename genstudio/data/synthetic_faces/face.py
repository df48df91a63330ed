"""The sheet of skin that a face is painted on, in its own coordinates: turning the head turns what is painted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from genstudio.data.synthetic_faces.canvas import EVERYONE, Canvas, Window, patch
from genstudio.data.synthetic_faces.curves import hill, line
from genstudio.data.synthetic_faces.geometry import Hit
from genstudio.data.synthetic_faces.sitter import Sitter

if TYPE_CHECKING:
    from torch import Tensor


@dataclass
class Face:
    """The skull's surface as a sheet to paint on.

    ``longitude``: the angle around the head, 0 at the nose, with its ``sine`` and ``cosine``; ``along``: the way around
    the face that it makes, so that shapes stay round in front; ``side``: the same without its sign, and ``mirror``: its
    sign, for what comes in pairs; ``height``: y in the head's axes; ``skin``: the skin's own colours before any light;
    ``relief_x``, ``relief_y``: slopes of small forms (cheeks, chin) that light will see; ``shade``: how much light reaches
    each place (1 = all).
    """

    hit: Hit
    sine: Tensor
    cosine: Tensor
    longitude: Tensor
    along: Tensor
    side: Tensor
    mirror: Tensor
    height: Tensor
    skin: Canvas
    relief_x: Tensor
    relief_y: Tensor
    shade: Tensor

    def rows(self, top: float, bottom: float, sitter: Sitter, people: slice = EVERYONE) -> Face:
        """The part of the sheet that can hold what lies between two heights of an upright face, however it nods."""
        nod = 0.95 * sitter.nod
        return self.cut(self.skin.window(top + nod, bottom - nod, people=people))

    def cut(self, window: Window) -> Face:
        """A part of the sheet. It shares memory: what is painted there is painted here. ``hit``, ``sine`` and ``cosine`` are
        left whole, since only the light needs them."""
        return Face(
            self.hit,
            self.sine,
            self.cosine,
            window.of(self.longitude),
            window.of(self.along),
            window.of(self.side),
            window.of(self.mirror),
            window.of(self.height),
            self.skin.cut(window),
            window.of(self.relief_x),
            window.of(self.relief_y),
            window.of(self.shade),
        )

    @contextmanager
    def close_up(self, window: Window) -> Iterator[Face]:
        """A part of the sheet in a piece of its own; its skin and shade are laid back at the end."""
        part = self.cut(window)
        along, side, mirror, height = (m.contiguous() for m in (part.along, part.side, part.mirror, part.height))
        with self.skin.close_up(window) as skin, patch(window, self.shade) as (shade,):
            yield replace(part, along=along, side=side, mirror=mirror, height=height, skin=skin, shade=shade)

    def bump(self, x: float, y: float | Tensor, width: float, height: float, amount: Tensor | float) -> None:
        """Raise a mound (1 - r²)² · ``amount`` at (x, y), and its mirror image at -x: only its slopes are kept."""
        out, up = self.side - x, self.height - y
        fall = hill(out, up, width, height).mul_(-4 * amount)
        self.relief_y.addcmul_(fall, up, value=1 / height**2)
        self.relief_x.addcmul_(fall.mul_(out), self.mirror, value=1 / width**2)

    def darken(self, how: Tensor) -> None:
        """Take the share ``how`` of its light from each place."""
        self.shade.mul_(line(how, -1.0, 1.0))
