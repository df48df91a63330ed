"""Export of a pane's content: its picture with gutter and scale, its points, its provenance inside."""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.export.images.sheets import save_picture, sheet
from genstudio.export.provenance import Provenance, provenance_of
from genstudio.viewing.layout import DEFAULT_LAYOUT, Layout
from genstudio.viewing.pixels import as_rgb

if TYPE_CHECKING:
    from genstudio.training.run.run import Run
    from genstudio.viewing.content import Content, Picture, Points
    from genstudio.viewing.context import ViewContext
    from genstudio.viewing.pane_state import PaneState


def compose(content: Content, layout: Layout = DEFAULT_LAYOUT) -> np.ndarray:
    """One picture of a content, uint8 H×W×C: its own figure, else one of its pictures, else its series as a plot.
    Raises :class:`UsageError` when it has none of these."""
    if content.figure is not None and layout.picture == 0:
        return content.figure(content, layout)
    if not content.pictures and content.series:
        from genstudio.export.charts.series import draw_series

        return draw_series(content)
    if layout.picture >= len(content.pictures):
        raise UsageError(N_("There is no picture to save here yet."), N_("Wait until one is shown."))
    picture = content.pictures[layout.picture]
    pixels = sheet(
        picture.cells(),
        columns=picture.columns,
        gutter=layout.gutter,
        scale=layout.scale,
        background=layout.background,
        layout="hwc",
    )
    if layout.points and content.points is not None and layout.picture == 0:
        pixels = draw_points(pixels, picture, content.points, layout)
    return pixels


def save_content(
    path: str | os.PathLike[str],
    content: Content,
    *,
    layout: Layout = DEFAULT_LAYOUT,
    provenance: Provenance | None = None,
) -> Path:
    """Write what a pane shows as a PNG; returns the path written."""
    if provenance is not None:
        provenance = replace(provenance, sheet=asdict(layout))
    return save_picture(path, compose(content, layout), provenance=provenance)


def save_pane(
    path: str | os.PathLike[str],
    context: ViewContext,
    state: PaneState,
    *,
    run: Run | None = None,
    content: Content | None = None,
    layout: Layout = DEFAULT_LAYOUT,
    threads: int = 1,
) -> Path:
    """Make the content of ``state`` (unless ``content`` is it already), write it, and pin its weights in ``run``,
    so that :func:`genstudio.export.reproduce.reproduce` can reproduce it. Imports torch."""
    from genstudio.export.pins import pin
    from genstudio.viewing.pane import final

    shown = content if content is not None else final(context, state)
    state = state.decided(context)
    provenance = provenance_of(
        context.snapshot, state, others=[one.snapshot for one in context.others], run=run, threads=threads
    )
    if run is not None:
        pin(run, context.snapshot, state, context.blobs)
    return save_content(path, shown, layout=layout, provenance=provenance)


def draw_points(pixels: np.ndarray, picture: Picture, points: Points, layout: Layout) -> np.ndarray:
    """``pixels`` (a sheet of ``picture`` by ``layout``) with a disc for each point, uint8 H×W×3."""
    canvas = as_rgb(pixels).copy()
    x = _place(points.xy[:, 0], picture.columns, picture.pixels.shape[1], layout)
    y = _place(points.xy[:, 1], picture.rows, picture.pixels.shape[0], layout)
    radius = max(2.0, 1.2 * layout.scale)
    reach = int(np.ceil(radius)) + 1
    offsets = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    distance = np.hypot(*offsets)
    rim = np.clip(radius + 1.0 - distance, 0, 1)[..., None]
    disc = np.clip(radius - distance, 0, 1)[..., None]
    height, width = canvas.shape[:2]
    for px, py, colour in zip(x, y, points.colours, strict=True):
        if not (reach <= px < width - reach and reach <= py < height - reach):
            continue
        part = canvas[py - reach : py + reach + 1, px - reach : px + reach + 1]
        ringed = part * (1 - rim)  # a black rim keeps a point apart from a picture of its own colour
        part[:] = (ringed * (1 - disc) + disc * colour).round().astype(np.uint8)
    return canvas


def _place(fraction: np.ndarray, cells: int, size: int, layout: Layout) -> np.ndarray:
    """Pixels of the sheet for fractions of the picture (n), whose cells lie a gutter apart, int n."""
    along = np.clip(fraction, 0, 1) * cells
    cell = np.minimum(np.floor(along), cells - 1)
    step = size // cells * layout.scale
    return np.rint(layout.gutter + cell * (step + layout.gutter) + (along - cell) * step).astype(int)
