"""State of the pane Manifold: a window in a plane through latent space, and what is drawn over it."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from genstudio.core.capabilities import Decodes, Encodes, has
from genstudio.core.knobs import knob
from genstudio.core.messages import N_
from genstudio.panes.manifold import window
from genstudio.viewing.blobs import Blob
from genstudio.viewing.context import ViewContext
from genstudio.viewing.pane_state import PaneState, state

FARTHEST_CENTRE = 6.0


MOST_BY_ITSELF = 20


@state
class ManifoldState(PaneState):
    """The window in the plane is ``centre`` ± ``reach`` / ``zoom``, in standard deviations. Dimensions count from 1."""

    OF_RUN = ("across", "up", "chosen", "anchor")
    OF_IMAGES = ("overlay", "label", "attributes")

    axes: Literal["auto", "latent", "principal"] = knob(
        "auto",
        help=N_(
            "Two latent dimensions, or the two principal components of the encoded images; auto: these where there are "
            "more than two dimensions."
        ),
    )
    across: int = knob(1, help=N_("The latent dimension that grows to the right."), ge=1)
    up: int = knob(2, help=N_("The latent dimension that grows upwards."), ge=1)
    reach: float = knob(
        2.0, help=N_("Distance from the centre to the edge of the grid."), label=N_("range"), unit="σ", ge=0.1, le=6.0
    )
    cells: int = knob(
        0,
        help=N_("Cells along each side; 0: as many as fit into the pane, at most 20."),
        label=N_("cells"),
        shown_as="{value:.0f} × {value:.0f}",
        ge=0,
        le=40,
    )
    spacing: Literal["gauss", "linear"] = knob(
        "gauss",
        help=N_("Cells with equal probability (inverse Gaussian CDF), or equally spaced in z."),
        label=N_("spacing"),
        titles={"gauss": N_("Gaussian"), "linear": N_("linear")},
    )
    overlay: str = knob(
        "", help=N_("Encoded images as points: 'class', 'plain', the name of an attribute, or empty for none.")
    )
    overlay_count: int = knob(
        1000,
        help=N_("Number of validation images that are encoded."),
        label=N_("points"),
        ge=10,
        le=10000,
        advanced=True,
    )
    label: int = knob(
        0, help=N_("The class that is shown, for class-conditional models."), label=N_("class"), ge=0, condition="class"
    )
    attributes: tuple[tuple[str, float], ...] = knob(
        (),
        help=N_("Attributes that are shown, for models conditioned on attributes; the others are left open."),
        label=N_("attributes"),
        condition="attributes",
    )
    centre_u: float = knob(
        0.0, help=N_("The grid's centre, across."), ge=-FARTHEST_CENTRE, le=FARTHEST_CENTRE, control=False
    )
    centre_v: float = knob(
        0.0, help=N_("The grid's centre, up."), ge=-FARTHEST_CENTRE, le=FARTHEST_CENTRE, control=False
    )
    zoom: float = knob(1.0, help=N_("Zoom factor."), ge=0.25, le=200, log=True, control=False)
    chosen: Blob | None = knob(None, help=N_("The chosen code, marked at its position."), control=False)
    anchor: Blob | None = knob(
        None,
        help=N_(
            "Earlier positions of images in the principal plane, so that its signs stay the same from step to step."
        ),
    )

    def axes_of(self, latent_dim: int, can_encode: bool = True) -> Literal["latent", "principal"]:
        """Axes of the plane in a model of ``latent_dim`` dimensions, where ``auto`` leaves them open.

        Two dimensions that the user named are a choice like any other.
        """
        if self.axes != "auto":
            return self.axes
        by_itself = (self.across, self.up) == (1, 2)
        return "principal" if latent_dim > 2 and can_encode and by_itself else "latent"

    def decided(self, context: ViewContext) -> ManifoldState:
        principal = context.data is not None and requested_axes(context, self) == "principal"
        return replace(self, axes="principal" if principal else "latent")

    @property
    def needs_images(self) -> bool:
        return self.axes != "latent" or bool(self.overlay)

    @property
    def side(self) -> int:
        """Cells along each side; 20 where neither the user nor the pane's size decides."""
        return self.cells or MOST_BY_ITSELF

    @property
    def half(self) -> float:
        """Half the width of the window, in standard deviations."""
        return self.reach / self.zoom

    @property
    def window(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """((low, high) across, (low, high) up)."""
        half = self.half
        return (self.centre_u - half, self.centre_u + half), (self.centre_v - half, self.centre_v + half)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """(u, v) at a place on the sheet: x from its left edge (0) to its right (1), y from its top to its bottom."""
        across, up = self._offset(x), self._offset(1 - y)
        return self.centre_u + self.half * across, self.centre_v + self.half * up

    def across_at(self, fraction: float) -> float:
        """u at a fraction of the way from the first cell to the last."""
        return window.position(*self.window[0], fraction, self.spacing, self.reach)

    def up_at(self, fraction: float) -> float:
        """v at a fraction of the way from the lowest cell to the highest."""
        return window.position(*self.window[1], fraction, self.spacing, self.reach)

    def cell_places(self) -> tuple[list[float], list[float]]:
        """u of the columns from left to right, v of the rows from the bottom to the top."""
        across, up = self.window
        return (
            window.positions(*across, self.side, self.spacing, self.reach),
            window.positions(*up, self.side, self.spacing, self.reach),
        )

    def zoomed(self, x: float, y: float, factor: float) -> ManifoldState:
        """Closer by ``factor``; what lies under (x, y) of the sheet stays there."""
        zoom = min(200.0, max(0.25, self.zoom * factor))
        return replace(self, zoom=zoom)._with_under(x, y, *self.place(x, y))

    def moved(self, x0: float, y0: float, x: float, y: float) -> ManifoldState:
        """The plane dragged by hand: what lay under (x0, y0) of the sheet lies under (x, y)."""
        return self._with_under(x, y, *self.place(x0, y0))

    def _with_under(self, x: float, y: float, u: float, v: float) -> ManifoldState:
        across, up = self._offset(x), self._offset(1 - y)
        return replace(self, centre_u=_clipped(u - self.half * across), centre_v=_clipped(v - self.half * up))

    def _offset(self, x: float) -> float:
        return window.offset(window.sheet_fraction(x, self.side), self.spacing, self.reach)


def _clipped(centre: float) -> float:
    return min(FARTHEST_CENTRE, max(-FARTHEST_CENTRE, centre))


def requested_axes(context: ViewContext, state: ManifoldState) -> Literal["latent", "principal"]:
    """Axes that the plane should lie along, whether or not there are images to find them by."""
    return state.axes_of(context.require(Decodes).latent_dim, has(context.model, Encodes))
