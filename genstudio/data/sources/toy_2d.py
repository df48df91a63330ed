"""Points of the plane in textbook shapes, where missing modes are visible and can be counted.

A point is an image of two channels (x to the right, y upwards, both in [0, 1]) and one pixel, so that every model and
the loop work unchanged. The grid of 25 and the ring of 8 are those on which mode collapse is usually measured (Metz et
al. 2017, "Unrolled Generative Adversarial Networks"; Srivastava et al. 2017, "VEEGAN"), scaled to the unit square.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from genstudio.core.knobs import Knobs as AnyKnobs
from genstudio.core.knobs import knob
from genstudio.core.messages import N_
from genstudio.core.seeding import derive
from genstudio.data.base import Cancelled, Progress, Sink, Source, data_sets, levels_knob, limit_knob
from genstudio.data.modes import Modes

if TYPE_CHECKING:
    import numpy as np

Shape = Literal["grid", "ring", "moons", "spiral"]
CHUNK = 50_000
GRID, RING = 5, 8  # normals along each side, and around
GRID_STEP, RING_RADIUS = 0.2, 0.36
ARMS, TURNS = 2, 1.25


@data_sets.register("toy-2d")
class Toy2D(Source):
    title = N_("Points of the plane")
    help = N_("Points that form a known shape: 25 normals on a grid, a ring of 8, two moons or a spiral.")
    doing = N_("Drawing points")
    after_cache = frozenset({"levels"})

    class Knobs(AnyKnobs):
        """Knobs of points, which have no size, colour or binarisation."""

        shape: Shape = knob(
            "grid",
            help=N_("Shape of the data: 25 normals on a grid, 8 on a ring, two half circles, or two spiral arms."),
            label=N_("Shape"),
        )
        count: int = knob(10_000, help=N_("How many points are drawn."), label=N_("Points"), ge=1, le=1_000_000)
        spread: float = knob(
            0.01,
            help=N_("Standard deviation about each centre or line; the plane is 1 wide."),
            label=N_("Spread"),
            ge=0.001,
            le=0.03,
        )
        levels: int = levels_knob(N_("Number of steps that x and y are rounded to; 256 leaves them real."))
        limit: int = limit_knob()
        seed: int = knob(0, help=N_("Seed of the points."), label=N_("Seed"), ge=0, advanced=True)

    def fingerprint(self) -> str:
        return "toy-2d"

    def decode(self, sink: Sink, progress: Progress, cancelled: Cancelled) -> None:
        count = min(self.knobs.count, self.knobs.limit) if self.knobs.limit else self.knobs.count
        points, labels = draw_points(self.knobs, count)
        names = [str(k + 1) for k in range(int(labels.max(initial=0)) + 1)]
        sink.begin(count, (2, 1, 1), dtype="float32", class_names=names)
        for start in range(0, count, CHUNK):
            part = slice(start, start + CHUNK)
            sink.add(points[part].reshape(-1, 2, 1, 1), labels=labels[part])

    @classmethod
    def modes(cls, knobs: Any) -> Modes | None:
        """The normals' centres (K×2, number k is class k) and deviation; ``None`` for the shapes that have none."""
        centres = centres_of(knobs.shape)
        return None if centres is None else Modes(centres, knobs.spread)


def centres_of(shape: Shape) -> np.ndarray | None:
    """float64 K×2 in [0, 1]: the grid row by row from the lower left, the ring counter-clockwise from the right."""
    import numpy as np

    if shape == "grid":
        steps = 0.5 + GRID_STEP * (np.arange(GRID) - (GRID - 1) / 2)
        return np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2)
    if shape == "ring":
        angles = 2 * np.pi * np.arange(RING) / RING
        return 0.5 + RING_RADIUS * np.stack([np.cos(angles), np.sin(angles)], 1)
    return None


def draw_points(knobs: Any, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Points float32 n×2 in [0, 1] and their classes int64 n, as many of each. Fewer are the first of more."""
    import numpy as np

    centres = centres_of(knobs.shape)
    where, noise = (np.random.default_rng(derive(knobs.seed, "toy-2d", what)) for what in ("where", "noise"))
    labels = np.arange(count) % (ARMS if centres is None else len(centres))
    t = where.random(count)
    middle = _on_a_line(knobs.shape, labels, t) if centres is None else centres[labels]
    points = middle + knobs.spread * noise.standard_normal((count, 2))
    return np.clip(points, 0, 1).astype(np.float32), labels


def _on_a_line(shape: str, which: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Places on the two half circles or the two arms, at a share t (n, 0 to 1) of the way along them: n×2."""
    import numpy as np

    turned = np.pi * which  # the second is the first, turned about the middle
    if shape == "moons":
        x, y = 0.3 * np.cos(np.pi * t) - 0.15, 0.3 * np.sin(np.pi * t) - 0.075
    else:
        along = np.sqrt(t)  # so that points lie evenly along the arm
        angle, radius = 2 * np.pi * TURNS * along, 0.05 + 0.37 * along
        x, y = radius * np.cos(angle), radius * np.sin(angle)
    return 0.5 + np.stack([x * np.cos(turned) - y * np.sin(turned), x * np.sin(turned) + y * np.cos(turned)], 1)
