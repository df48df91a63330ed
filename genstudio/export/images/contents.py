"""Export of a pane's content: its picture with gutter and scale, its points, its provenance inside."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import pydantic
from pydantic import Field

from genstudio.core.errors import UsageError
from genstudio.core.messages import N_
from genstudio.export.images.sheets import GREY, Colour, save_picture, sheet
from genstudio.export.provenance import Provenance, provenance_of
from genstudio.viewing.pixels import as_rgb

if TYPE_CHECKING:
    from genstudio.training.run.run import Run
    from genstudio.viewing.base import Content, PaneState, Picture, Points, ViewContext


@dataclass(frozen=True)
class Layout:
    """Layout of a content as one picture: gutter in pixels of the result, enlargement, background, whether its points
    are drawn, and which of its pictures it is."""

    gutter: int = 2
    scale: int = 1
    background: Colour = GREY
    points: bool = True
    picture: int = 0

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Layout:
        """The layout in a picture's provenance, which is untrusted. Raises :class:`UsageError` if it is not valid."""
        try:
            known = _Layout.model_validate(values).model_dump()
        except pydantic.ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise UsageError(
                N_("The picture's layout is not valid: {name}: {reason}.", name=".".join(map(str, first["loc"])),
                   reason=first["msg"]),
                N_("Only unchanged files that genstudio exported can be reproduced."),
            ) from None  # fmt: skip
        return cls(**{**known, "background": tuple(known["background"])})


class _Layout(pydantic.BaseModel):
    """A :class:`Layout` as JSON."""

    model_config = pydantic.ConfigDict(strict=True, extra="forbid")

    gutter: int = Field(2, ge=0, le=1000)
    scale: int = Field(1, ge=1, le=1000)
    background: list[Annotated[int, Field(ge=0, le=255)]] = Field(list(GREY), min_length=3, max_length=3)
    points: bool = True
    picture: int = Field(0, ge=0, le=1000)


def compose(content: Content, layout: Layout = Layout()) -> np.ndarray:
    """One picture of a content, uint8 H×W×C: the whole figure of an equation, or the series of a content without
    pictures. Raises :class:`UsageError` if it has neither."""
    if content.figure == "equation" and layout.picture == 0:
        from genstudio.export.images.equation import draw_equation

        return draw_equation(content, layout)
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
    layout: Layout = Layout(),
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
    layout: Layout = Layout(),
    threads: int = 1,
) -> Path:
    """Make the content of ``state`` (unless ``content`` is it already), write it, and pin its weights in ``run``,
    so that :func:`genstudio.export.reproduce.reproduce` can reproduce it. Imports torch."""
    from genstudio.export.pins import pin
    from genstudio.viewing.base import final

    shown = content if content is not None else final(context, state)
    state = state.decided(context)
    provenance = provenance_of(context.snapshot, state, run=run, threads=threads)
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
    """From a fraction of the picture (n) to pixels of the sheet, whose cells lie a gutter apart, int n."""
    along = np.clip(fraction, 0, 1) * cells
    cell = np.minimum(np.floor(along), cells - 1)
    step = size // cells * layout.scale
    return np.rint(layout.gutter + cell * (step + layout.gutter) + (along - cell) * step).astype(int)
