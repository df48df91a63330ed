"""Views of the panes with a layout of their own. Any other pane gets controls from its fields."""

from __future__ import annotations

from genstudio.explore.base import Pane, PaneState
from genstudio.studio.panes.arithmetic import ArithmeticView
from genstudio.studio.panes.directions import DirectionsView
from genstudio.studio.panes.interpolate import InterpolateView
from genstudio.studio.panes.manifold import ManifoldView
from genstudio.studio.panes.neighbours import NeighboursView
from genstudio.studio.panes.objective import ObjectiveView
from genstudio.studio.panes.pixels import PixelsView
from genstudio.studio.panes.plane import PlaneView
from genstudio.studio.panes.real_or_fake import RealOrFakeView
from genstudio.studio.panes.samples import SamplesView
from genstudio.studio.panes.sliders import SlidersView
from genstudio.studio.panes.surprise import SurpriseView
from genstudio.studio.panes.view import PaneView

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
