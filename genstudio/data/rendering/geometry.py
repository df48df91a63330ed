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

from genstudio.data.rendering.canvas import Canvas

if TYPE_CHECKING:
    from torch import Tensor

Profile = Callable[["Tensor"], "tuple[Tensor, Tensor]"]  # y -> W(y), dW/dy


@dataclass
class Pose:
    """How the head is turned: sines and cosines, n×1×1."""

    sin_yaw: Tensor
    cos_yaw: Tensor
    sin_pitch: Tensor
    cos_pitch: Tensor

    @classmethod
    def of(cls, yaw: Tensor, pitch: Tensor) -> Pose:
        """From angles in degrees."""
        yaw, pitch = yaw.deg2rad(), pitch.deg2rad()
        return cls(yaw.sin(), yaw.cos(), pitch.sin(), pitch.cos())

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
    """What lines of sight meet: maps n×h×w.

    ``cover``: how much of the sample the body covers; ``depth``: how near it is; ``x, y, z``: the point in the head's axes,
    x and z counted from the body's own centre; ``normal``: outward, of length 1.
    """

    cover: Tensor
    depth: Tensor
    x: Tensor
    y: Tensor
    z: Tensor
    normal: tuple[Tensor, Tensor, Tensor]

    def cut(self, rows: slice) -> Hit:
        """What the lines of sight of these rows meet."""
        x, y, z = self.x[:, rows], self.y[:, rows], self.z[:, rows]
        nx, ny, nz = (n[:, rows] for n in self.normal)
        return Hit(self.cover[:, rows], self.depth[:, rows], x, y, z, (nx, ny, nz))


@dataclass
class Body:
    """A solid of elliptic cross sections around an upright axis at (``x``, ``z``) in the head's axes."""

    profile: Profile
    bend: Tensor | float
    a: Tensor | float
    c: Tensor | float
    x: Tensor | float = 0.0
    z: float = 0.0
    rounds: int = 2

    def meet(self, canvas: Canvas, pose: Pose) -> Hit:
        """Where the lines of sight through ``canvas`` meet this body first.

        The point at depth t lies at o + t·d. There (x/A)² + (z/C)² = α(t - m)² + k²/α, with α = (dx/A)² + (dz/C)²,
        m the depth halfway between entry and exit, and k = (ox·dz - oz·dx) / (A·C). Where that equals W(y), the line
        meets the body. Without a nod y is the same all along the line and this is a quadratic in t. With one, W is
        replaced by W + W'·dy·u + ½·bend·(dy·u)² around the last t (``bend`` stands for W''), which is a quadratic
        again, exact for an ellipsoid; two rounds are plenty for the rest.
        """
        a, c = self.a, self.c
        dx, dy, dz = -pose.sin_yaw, -pose.cos_yaw * pose.sin_pitch, pose.cos_yaw * pose.cos_pitch
        turned = canvas.x * pose.sin_yaw
        ox = canvas.x * pose.cos_yaw - self.x
        oy = canvas.y * pose.cos_pitch - turned * pose.sin_pitch
        oz = canvas.y * pose.sin_pitch + turned * pose.cos_pitch - self.z

        alpha = (dx / a) ** 2 + (dz / c) ** 2
        middle = -(ox * (dx / a**2 / alpha) + oz * (dz / c**2 / alpha))  # depth halfway between entry and exit
        k2 = (ox * (dz / (a * c)) - oz * (dx / (a * c))).square_()
        depth = middle
        curve = alpha - 0.5 * dy * dy * self.bend
        for _ in range(self.rounds):
            y = oy + depth * dy
            w, slope = self.profile(y)
            # curve·u² - 2·half·u - rest = 0 in the step u that is left to go.
            ahead = depth - middle
            half = slope * (0.5 * dy) - ahead * alpha
            rest = w - k2 / alpha - ahead.square_().mul_(alpha)
            inside = half.square().add_(rest.mul_(curve))
            depth = depth + (inside.clamp(min=0).sqrt_() + half).div_(curve)

        # Distance to the outline, to first order: how much is inside, over the length of its gradient. Across the
        # picture k grows by 1 / (A·C), whatever the yaw; upwards W changes by its slope.
        gradient = (k2 * (4 / (a * c) ** 2) + (alpha * slope).square()).add_(1e-6).sqrt_()
        cover = (inside / gradient.mul_(canvas.sample)).add_(0.5).clamp_(0, 1)

        x, z = ox + depth * dx, oz + depth * dz
        return Hit(cover, depth, x, y, z, _unit(x / a**2, -0.5 * slope, z / c**2))


def _unit(x: Tensor, y: Tensor, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    scale = (x.square() + y.square()).add_(z.square()).add_(1e-12).rsqrt_()
    return x * scale, y * scale, z * scale
