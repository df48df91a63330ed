"""The manifold pane: a grid of decoded codes from a plane through latent space, under encoded images if one likes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from genstudio.core.capabilities import Decodes, Encodes, has
from genstudio.core.messages import N_, Message
from genstudio.panes.groups import LOOK
from genstudio.panes.manifold.overlay import encoded_points, sheet_places
from genstudio.panes.manifold.state import ManifoldState, requested_axes
from genstudio.viewing.conditioning import chosen_class, chosen_condition, classes_of
from genstudio.viewing.content import Content, Picture
from genstudio.viewing.context import ViewContext
from genstudio.viewing.decode import (
    PRINCIPAL_CODES,
    Plane,
    coordinate_plane,
    decoded,
    encoding,
    plane_anchor,
    principal_plane,
    sheet,
    to_pixels,
)
from genstudio.viewing.pane import pane
from genstudio.viewing.progressive import cell_stages

PRINCIPAL = ("PC1", "PC2")

PAGE = N_(
    "<p>A model with a latent space describes an image by a few numbers, its code z. This pane puts a plane "
    "through that space, lays a grid over it, and shows the decoded mean of p(x|z) in every cell: codes that are "
    "close in z are close here, so the grid shows which images the model considers similar.</p><p>A cell at (u, "
    "v) shows <i>decode</i>(z) with z = o + u·a + v·b.</p><ul><li><b>Two latent dimensions</b>: o = 0, and a, b "
    "are the two chosen unit vectors. All others stay at 0, the mean of the prior N(0, "
    "I).</li><li><b>Principal</b>: o is the mean of 2,000 encoded validation images, a and b their first two "
    "principal components, each one standard deviation long. A model with more than two latent dimensions opens "
    "on these: any two of its many dimensions alone change little. Without images to encode, two latent "
    "dimensions are used.</li></ul><p><b>Spacing.</b> <i>Gauss</i> places the cells at u<sub>i</sub> = "
    "Φ<sup>-1</sup>(p<sub>i</sub>) with p<sub>i</sub> in even steps from Φ(-r) to Φ(r): each cell stands for the "
    "same share of the prior (Kingma and Welling 2014, fig. 4); zoom and pan scale and move this pattern. "
    "<i>Linear</i> places them evenly in u.</p><p><b>Overlay.</b> Each point is the mean of q(z|x) for one "
    "validation image. Where there are points, the decoder was trained; elsewhere it extrapolates.</p><p>Wheel: "
    "zoom about the pointer. Drag: move. Home: back to the start. Arrows: move the focused cell. Click or Enter: "
    "send its z on.</p>"
)


@pane(
    "manifold",
    title=N_("Manifold"),
    group=LOOK,
    needs=(Decodes,),
    state=ManifoldState,
    help=N_("A grid of decoded codes from a plane through latent space."),
    page=PAGE,
)
def manifold(context: ViewContext, state: ManifoldState) -> Iterator[Content | float | None]:
    """A sheet cells×cells whose ``values["z"]`` holds the codes, and the encoded images as points. Row 0 is the top."""
    import numpy as np

    n = state.side
    if has(context.model, Encodes):  # thousands of images, so in parts: what follows finds them encoded
        if requested_axes(context, state) == "principal":
            yield from encoding(context, PRINCIPAL_CODES)
        if state.overlay:
            yield from encoding(context, state.overlay_count)
    through, names = plane_of(context, state)
    u, v = map(np.array, state.cell_places())
    v = v[::-1]
    z = through.z(*np.meshgrid(u, v))
    points = encoded_points(context, state, through) if state.overlay and has(context.model, Encodes) else None
    caption = _caption(context, state, names)
    values: dict[str, Any] = {"u": u, "v": v, "names": names}
    if names == PRINCIPAL:
        values["anchor"] = plane_anchor(context, through)
    if classes_of(context):
        values["class_names"] = context.spec.class_names
    state = replace(state, label=chosen_class(context, state.label) or 0)
    if state.chosen is not None:
        values |= _chosen(context, state, through)
    for stage in cell_stages(context, z, state):
        if stage is None:
            yield None
            continue
        fields = caption if stage.is_complete else _so_far(caption, stage.done, n * n)
        # A cell that is not decoded yet shows a neighbour, and says so: its z is the neighbour's.
        shown = z if stage.is_complete else z.reshape(n * n, -1)[stage.source].reshape(z.shape)
        cells = sheet(stage.pixels, n, n)
        picture = Picture(cells, label=fields, cell=context.spec.cell, values={"z": shown})
        share = stage.done / (n * n)
        yield Content(fields, pictures=(picture,), points=points, values=values, coarse=stage.coarse, share=share)


def plane_of(context: ViewContext, state: ManifoldState) -> tuple[Plane, tuple[str, str]]:
    """The plane that ``state`` shows of this model, and the names of its axes. Dimensions are taken modulo latent_dim."""
    dim = context.require(Decodes).latent_dim
    if requested_axes(context, state) == "principal" and dim > 1 and has(context.model, Encodes):
        anchor = None if state.anchor is None else context.blobs.get_array(state.anchor)
        principal = principal_plane(context, dim, anchor)
        if principal is not None:
            return principal, PRINCIPAL
    across, up = (state.across - 1) % dim, (state.up - 1) % dim
    if across == up and dim > 1:
        up = (across + 1) % dim
    return coordinate_plane(dim, across, up), (f"z{across + 1}", f"z{up + 1}")


def _chosen(context: ViewContext, state: ManifoldState, through: Plane) -> dict[str, Any]:
    """The chosen code as these weights decode it, and where it lies: ``chosen_uv`` in the plane, ``chosen_xy`` on the sheet,
    each from 0 to 1 inside of it, ``chosen_away`` from the plane, as a length in latent space. Nothing of it for a code of
    another space."""
    import numpy as np
    import torch

    assert state.chosen is not None
    z = context.blobs.get_array(state.chosen).astype(np.float32).reshape(1, -1)
    if z.shape[1] != context.require(Decodes).latent_dim:
        return {}
    u, v = through.places(z)
    across, up = map(np.array, state.cell_places())
    image = to_pixels(decoded(context, torch.from_numpy(z), chosen_condition(context, state, 1)))[0]
    return {
        "chosen_z": z[0],
        "chosen_image": image,
        "chosen_uv": np.array([u[0], v[0]]),
        "chosen_xy": np.array([sheet_places(u, across)[0], 1 - sheet_places(v, up)[0]]),
        "chosen_away": float(np.linalg.norm(z[0] - through.z(u, v)[0])),
    }


def _so_far(caption: Message, done: int, cells: int) -> Message:
    return N_("{caption} · {done} of {cells} pictures so far", caption=caption, done=done, cells=cells)


def _caption(context: ViewContext, state: ManifoldState, names: tuple[str, str]) -> Message:
    fields: dict[str, Any] = {
        "across": names[0],
        "up": names[1],
        "n": state.side,
        "step": f"{context.snapshot.step:,}",
        "reach": f"{state.half:.3g}",
        "u": f"{state.centre_u:+.2f}",
        "v": f"{state.centre_v:+.2f}",
    }
    if (condition := chosen_condition(context, state, 1)) is not None:
        fields["across"] = N_("{name}: {axis}", name=condition.describe(context.spec), axis=names[0])
    if state.centre_u == 0 and state.centre_v == 0:
        caption = N_("{across} across, {up} up, ±{reach} σ, {n}×{n} from step {step}", **fields)
    else:
        caption = N_("{across} across, {up} up, ±{reach} σ about ({u}, {v}), {n}×{n} from step {step}", **fields)
    why = _why_not_principal(context, state) if names != PRINCIPAL else None
    return N_("{caption} · {why}", caption=caption, why=why) if why is not None else caption


def _why_not_principal(context: ViewContext, state: ManifoldState) -> Message | None:
    """Why the principal directions are not shown, where they are wanted and could have been."""
    if context.require(Decodes).latent_dim < 2 or requested_axes(context, state) != "principal":
        return None
    if not has(context.model, Encodes):
        return N_("no principal directions: this model has no encoder")
    return N_("no principal directions: no images are open to encode")
