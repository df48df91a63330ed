"""Solids, and where a line of sight meets them.

Everything solid here (skull, nose, ears, hair, neck, shoulders, glasses) is one kind of body: at each height y its cross
section is an ellipse with semi-axes A·√W(y) and C·√W(y), where the *profile* W gives the outline. So a sphere is
W = 1 - y², a pillar W = 1, and a head something between. The camera is parallel (orthographic) and looks along -z.

The head's own axes: x to the picture's right, y up, z out of the nose. A head point p is seen at
Ry(yaw) · Rx(-pitch) · p: it nods first, then turns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genstudio.data.synthetic_faces.canvas import Canvas, Window
from genstudio.data.synthetic_faces.curves import line, number, root_

if TYPE_CHECKING:
    from torch import Tensor

Profile = Callable[["Tensor"], "tuple[Tensor, Tensor]"]  # y -> W(y), dW/dy, in memory of their own


@dataclass
class Pose:
    """Rotation of the head: sines and cosines, n×1×1."""

    sin_yaw: Tensor
    cos_yaw: Tensor
    sin_pitch: Tensor
    cos_pitch: Tensor

    @property
    def sight(self) -> tuple[Tensor, Tensor, Tensor]:
        """The direction of a line of sight, towards the viewer, in the head's axes."""
        return -self.sin_yaw, -self.cos_yaw * self.sin_pitch, self.cos_yaw * self.cos_pitch

    @classmethod
    def of(cls, yaw: Tensor, pitch: Tensor) -> Pose:
        """Rotation by angles in degrees."""
        yaw, pitch = yaw.deg2rad(), pitch.deg2rad()
        return cls(yaw.sin(), yaw.cos(), pitch.sin(), pitch.cos())

    def nod(self) -> float:
        """The deepest nod of all, as a sine: how far features may wander up and down."""
        return float(self.sin_pitch.abs().max())

    def into_head(self, x: Tensor, y: Tensor, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """A point or direction of the world in the head's axes."""
        turned = x * self.sin_yaw + z * self.cos_yaw
        return (
            x * self.cos_yaw - z * self.sin_yaw,
            y * self.cos_pitch - turned * self.sin_pitch,
            y * self.sin_pitch + turned * self.cos_pitch,
        )


@dataclass
class Hit:
    """Intersection of lines of sight with a solid: maps n×h×w.

    ``cover``: how much of the sample the body covers; ``depth``: how near it is; ``y``: the point's height in
    the head's axes; ``x, z``: where it is across from the body's own axis, in units of A and C; ``normal``: outward, of
    length 1.
    """

    cover: Tensor
    depth: Tensor
    x: Tensor
    y: Tensor
    z: Tensor
    normal: tuple[Tensor, Tensor, Tensor]

    def cut(self, window: Window) -> Hit:
        """Restrict the intersection to one part of the picture."""
        nx, ny, nz = (window.of(n) for n in self.normal)
        cover, depth, x, y, z = (window.of(m) for m in (self.cover, self.depth, self.x, self.y, self.z))
        return Hit(cover, depth, x, y, z, (nx, ny, nz))


@dataclass
class Body:
    """A solid of elliptic cross sections around an upright axis at (``x``, ``z``) in the head's axes.

    ``bend`` stands for the profile's second derivative. Where it is exact (an ellipsoid, a pillar), one of the ``rounds``
    in which the line of sight approaches the surface is enough.
    """

    profile: Profile
    bend: Tensor | float
    a: Tensor | float
    c: Tensor | float
    x: Tensor | float = 0.0
    z: float = 0.0
    rounds: int = 2

    def meet(self, canvas: Canvas, pose: Pose) -> Hit:
        """First intersections of the lines of sight through ``canvas`` with this body.

        The point at depth t lies at o + t·d. Over the semi-axes A and C its cross section is a circle, so there we may turn:
        s is how far the point lies along the line of sight, counted from the line's middle between entry and exit, and k how
        far the line passes from the axis. Where s² + k² equals W(y), the line meets the body. Without a nod y is the same
        all along the line and this is a quadratic in s. With one, W is replaced by W + W'·b·u + ½·bend·(b·u)² around the
        last s (b is what y grows by along s), which is a quadratic again in the step u, exact for an ellipsoid; two rounds
        are plenty for the rest.

        k, the depth of the middle, and y there are linear in the canvas's x and y: each is the sum of a row and a column.
        """
        per_a, per_c = 1 / self.a, 1 / self.c
        dx, dy, dz = pose.sight
        ox = (canvas.x * pose.cos_yaw).sub_(self.x)
        turned = canvas.x * pose.sin_yaw
        u, v = dx * per_a, dz * per_c
        unit = (u.square() + v.square()).rsqrt()
        u, v = u * unit, v * unit
        x, z, z_column = ox * per_a, (turned * pose.cos_pitch).sub_(self.z) * per_c, canvas.y * (pose.sin_pitch * per_c)
        k = (x * v - z * u) - z_column * u
        middle_row, middle_column = (x * u + z * v) * -unit, z_column * (v * -unit)
        start = (middle_row * dy - turned * pose.sin_pitch) + (middle_column * dy + canvas.y * pose.cos_pitch)

        climb = dy * unit
        curve = 1 - 0.5 * climb.square() * self.bend
        lean, per_curve, k2 = climb * -0.5, 1 / curve, k.square()
        s, y = None, start
        for _ in range(self.rounds):
            w, slope = self.profile(y)
            # curve·u² + 2·half·u - rest = 0 in the step u that is left to go.
            half = slope * lean
            rest = w.sub_(k2)
            if s is not None:
                half.add_(s)
                rest.addcmul_(s, s, value=-1)
            inside = rest.mul_(curve).addcmul_(half, half)
            step = inside.clamp(min=1e-20).sqrt_().sub_(half).mul_(per_curve)
            s = step if s is None else s + step
            y = start.addcmul(s, climb)
        assert s is not None
        slope.addcmul_(step, climb * self.bend)

        # Distance to the outline, to first order: how much is inside, over the length of its gradient. Across the
        # picture k grows by unit / (A·C), whatever the yaw; upwards W changes by its slope.
        gradient = k2.mul_((2 * unit * per_a * per_c).square()).addcmul_(slope, slope).clamp_(min=1e-6)
        cover = line(gradient.rsqrt_().mul_(inside), 1 / canvas.sample, 0.5).clamp_(0, 1)

        depth = (middle_row + middle_column).addcmul_(s, unit)
        x, z = (k * v).addcmul_(s, u), (s * v).addcmul_(k, -u)
        return Hit(cover, depth, x, y, z, unit_(x * per_a, slope.mul_(number(-0.5)), z * per_c))

    def meet_upright(self, canvas: Canvas) -> Hit:
        """Intersection with a solid that faces the viewer, however the head turns.

        s is then the depth over C and k is x / A, and W is a matter of the row alone.
        """
        per_a, per_c = 1 / self.a, 1 / self.c
        w, slope = self.profile(canvas.y)
        x = (canvas.x - self.x) * per_a
        k2 = x.square()
        inside = w - k2
        cover = (k2 * (2 * per_a) ** 2 + slope.square()).add_(1e-6).rsqrt_().mul_(inside)
        cover = line(cover, 1 / canvas.sample, 0.5).clamp_(0, 1)
        z = root_(inside)
        normal = unit_(x * per_a + 0 * z, slope * -0.5 + 0 * z, z * per_c)
        return Hit(cover, z * self.c + self.z, x, canvas.y, z, normal)


def unit_(x: Tensor, y: Tensor, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Directions, maps, brought to length 1 in place."""
    scale = x.square().addcmul_(y, y).addcmul_(z, z).clamp_(min=1e-12).rsqrt_()
    return x.mul_(scale), y.mul_(scale), z.mul_(scale)
