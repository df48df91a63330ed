"""Views of the panes with a layout of their own. Any other pane gets controls from its fields."""

from __future__ import annotations

from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.panes.arithmetic.view import ArithmeticView
from genstudio.studio.panes.directions.view import DirectionsView
from genstudio.studio.panes.interpolate.view import InterpolateView
from genstudio.studio.panes.manifold.view import ManifoldView
from genstudio.studio.panes.neighbours.view import NeighboursView
from genstudio.studio.panes.objective.view import ObjectiveView
from genstudio.studio.panes.pixels.view import PixelsView
from genstudio.studio.panes.plane.view import PlaneView
from genstudio.studio.panes.real_or_fake.view import RealOrFakeView
from genstudio.studio.panes.samples.view import SamplesView
from genstudio.studio.panes.sliders.view import SlidersView
from genstudio.studio.panes.surprise.view import SurpriseView
from genstudio.viewing.base import Pane, PaneState

DRESSES: dict[str, type[PaneView]] = {
    "directions": DirectionsView,
    "arithmetic": ArithmeticView,
    "interpolate": InterpolateView,
    "manifold": ManifoldView,
    "neighbours": NeighboursView,
    "objective": ObjectiveView,
    "pixels": PixelsView,
    "plane": PlaneView,
    "real_or_fake": RealOrFakeView,
    "samples": SamplesView,
    "sliders": SlidersView,
    "surprise": SurpriseView,
}


def make_view(pane: Pane, state: PaneState) -> PaneView:
    """The view of a pane."""
    return DRESSES.get(pane.name, PaneView)(pane, state)
