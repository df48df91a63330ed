"""State of the pane *Plane*, with zoom and pan."""

from __future__ import annotations

from dataclasses import replace

from genstudio.core.knobs import knob
from genstudio.core.messages import N_
from genstudio.viewing.pane_state import PaneState, state

MOST_ZOOM = 40.0


@state
class PlaneState(PaneState):
    """The picture shows the square of side 1 / ``zoom`` about (``centre_x``, ``centre_y``)."""

    OF_IMAGES = ("label", "attributes")

    n: int = knob(1000, help=N_("Number of samples, and of points of the data."), label=N_("points"), ge=1, le=5000)
    seed: int = knob(
        0,
        help=N_("The seed of the noise: the same seed gives the same z at every step."),
        label=N_("seed"),
        ge=0,
        le=2**31 - 1,
    )
    data: bool = knob(True, help=N_("Show points of the data."), label=N_("data"))
    samples: bool = knob(True, help=N_("Show points drawn by the model."), label=N_("samples"))
    field: bool = knob(True, help=N_("Colour each position by the discriminator's output."), label=N_("discriminator"))
    arrows: bool = knob(
        False, help=N_("Show the direction in which samples become more real."), label=N_("gradient arrows")
    )
    label: int = knob(
        -1,
        help=N_("The class for the discriminator, if it is conditioned on classes; -1 takes the mean over all."),
        label=N_("class"),
        ge=-1,
        condition="class",
        titles={-1: N_("all")},
    )
    attributes: tuple[tuple[str, float], ...] = knob(
        (),
        help=N_("Attributes for the discriminator, if it is conditioned on attributes; the others are left open."),
        label=N_("attributes"),
        condition="attributes",
    )
    centre_x: float = knob(0.5, help=N_("The middle of what is shown, across."), ge=0.0, le=1.0, control=False)
    centre_y: float = knob(0.5, help=N_("The middle of what is shown, upwards."), ge=0.0, le=1.0, control=False)
    zoom: float = knob(
        1.0,
        help=N_("Zoom factor."),
        label=N_("zoom"),
        ge=1.0,
        le=MOST_ZOOM,
        log=True,
        shown_as="× {value:.1f}",
    )
    side: int = knob(
        0, help=N_("Pixels along each side; 0: as many as fit into the pane, else 640."), ge=0, le=1600, control=False
    )

    @property
    def needs_images(self) -> bool:
        return True

    @property
    def corner(self) -> tuple[float, float]:
        """(x, y) of the upper left corner of what is shown, which never reaches beyond the square."""
        half = 0.5 / self.zoom
        x, y = (min(max(c, half), 1 - half) for c in (self.centre_x, self.centre_y))
        return x - half, y + half

    def place(self, across: float, down: float) -> tuple[float, float]:
        """(x, y) at a place on the picture: shares of its width from the left, of its height from the top."""
        left, top = self.corner
        return left + across / self.zoom, top - down / self.zoom

    def zoomed(self, across: float, down: float, factor: float) -> PlaneState:
        """Closer by ``factor``; what lies under a place of the picture stays there."""
        zoom = min(MOST_ZOOM, max(1.0, self.zoom * factor))
        return replace(self, zoom=zoom)._with_under(across, down, *self.place(across, down))

    def moved(self, across0: float, down0: float, across: float, down: float) -> PlaneState:
        """The plane dragged by hand: what lay under the first place lies under the second."""
        return self._with_under(across, down, *self.place(across0, down0))

    def _with_under(self, across: float, down: float, x: float, y: float) -> PlaneState:
        half = 0.5 / self.zoom
        centre_x, centre_y = x + (0.5 - across) / self.zoom, y - (0.5 - down) / self.zoom
        inside = [min(max(centre, half), 1 - half) for centre in (centre_x, centre_y)]
        return replace(self, centre_x=inside[0], centre_y=inside[1])
