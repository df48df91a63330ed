"""Film of a walk over the plane that the pane Manifold shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from genstudio.export.films.films import FRAME, beside, check_frames, decoded_images, enlargement
from genstudio.export.films.paths import lissajous
from genstudio.export.images.contents import compose
from genstudio.export.images.sheets import enlarge
from genstudio.viewing.layout import Layout
from genstudio.viewing.pixels import as_rgb

if TYPE_CHECKING:
    from genstudio.panes.manifold.state import ManifoldState
    from genstudio.viewing.context import ViewContext


def manifold_walk(
    context: ViewContext,
    state: ManifoldState,
    *,
    frames: int = 300,
    show: Literal["image", "both"] = "both",
    size: int = FRAME,
) -> Iterator[np.ndarray]:
    """A walk over the manifold that ``state`` shows, along a closed curve through its window: uint8 H×W×3 frames.

    ``both`` shows the grid with a marker on the left and, on the right, the image decoded where the marker is; ``image`` the
    latter alone. ``size`` is about the height in pixels.
    """
    from genstudio.panes.manifold.content import plane_of
    from genstudio.viewing.pane import final

    check_frames(frames)
    curve = lissajous(frames)
    across = np.array([state.across_at(f) for f in curve[:, 0]])
    up = np.array([state.up_at(f) for f in curve[:, 1]])
    through, _ = plane_of(context, state)
    images = decoded_images(context, through.z(across, up), state)
    scale = enlargement(context, size)
    if show == "image":
        yield from (as_rgb(enlarge(image, scale)) for image in images)
        return
    content = final(context, replace(state, overlay=""))
    height = context.spec.cell[0]
    grid_scale = max(1, (height * scale) // (height * state.side))
    layout = Layout(gutter=1 if grid_scale * height >= 16 else 0, scale=grid_scale)
    grid = as_rgb(compose(content, layout))
    places = _on_grid(curve, context, state.side, layout)
    for image, (x, y) in zip(images, places, strict=True):
        yield beside(_marked(grid, x, y), as_rgb(enlarge(image, scale)))


def _on_grid(curve: np.ndarray, context: ViewContext, cells: int, layout: Layout) -> list[tuple[float, float]]:
    """Places of a curve (n×2 in [0, 1], v upwards) lie on the sheet, in pixels: between the cells' centres."""

    def along(fraction: float, side: int) -> float:
        step = side * layout.scale + layout.gutter
        return layout.gutter + fraction * (cells - 1) * step + side * layout.scale / 2

    height, width = context.spec.cell
    return [(along(u, width), along(1 - v, height)) for u, v in curve.tolist()]


def _marked(grid: np.ndarray, x: float, y: float, radius: float = 7.0) -> np.ndarray:
    """``grid`` with a ring, white in black, at a place in pixels: it is seen on any picture."""
    rows, columns = np.ogrid[: grid.shape[0], : grid.shape[1]]
    distance = np.hypot(rows - y, columns - x)[..., None]
    made: np.ndarray = grid.astype(np.float64)
    for level, width in ((0.0, 3.2), (255.0, 1.6)):
        cover = np.clip(width / 2 + 0.5 - np.abs(distance - radius), 0, 1)
        made = made * (1 - cover) + level * cover
    return made.round().astype(np.uint8)
