"""The sheet of skin that a face is painted on, in its own coordinates: turning the head turns what is painted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from genstudio.data.rendering.canvas import Canvas
from genstudio.data.rendering.geometry import Hit
from genstudio.data.rendering.sitter import Sitter

if TYPE_CHECKING:
    from torch import Tensor


@dataclass
class Face:
    """The skull's surface as a sheet to paint on.

    ``longitude``: the angle around the head, 0 at the nose; ``along``: the way around the face that it makes, so that
    shapes stay round in front; ``height``: y in the head's axes; ``skin``: a canvas of the skin's own colours before any
    light; ``relief_x``, ``relief_y``: slopes of small forms (cheeks, chin) that light will see; ``shade``: how much light
    reaches each place (1 = all).
    """

    hit: Hit
    longitude: Tensor
    along: Tensor
    height: Tensor
    skin: Canvas
    relief_x: Tensor
    relief_y: Tensor
    shade: Tensor

    def rows(self, top: float, bottom: float, sitter: Sitter) -> Face:
        """The part of the sheet that can hold what lies between two heights of an upright face, however it nods."""
        nod = 0.95 * sitter.nod
        rows = self.skin.rows(top + nod, bottom - nod)
        longitude, along, height = self.longitude[:, rows], self.along[:, rows], self.height[:, rows]
        relief_x, relief_y, shade = self.relief_x[:, rows], self.relief_y[:, rows], self.shade[:, rows]
        return Face(self.hit.cut(rows), longitude, along, height, self.skin.cut(rows), relief_x, relief_y, shade)

    def bump(self, x: Tensor | float, y: Tensor | float, width: float, height: float, amount: Tensor | float) -> None:
        """Raise a mound (1 - r²)² · ``amount`` at (x, y), and its mirror image at -x: only its slopes are kept."""
        side = self.along.sign()
        u, v = (self.along.abs() - x) / width, (self.height - y) / height
        fall = (1 - u.square() - v.square()).clamp_(min=0) * (-4 * amount)
        self.relief_x.add_(fall * u / width * side)
        self.relief_y.add_(fall * v / height)
