"""Pane views: the Qt class that shows a pane, registered where it is defined.

    @pane_view("sliders")
    class SlidersView(PaneView): ...

A pane without one is shown by :class:`PaneView`, with controls made from the fields of its state. Views in other packages
are found by the entry point group ``genstudio.studio``, which only the window loads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from genstudio.core.messages import N_
from genstudio.core.registry import Registry
from genstudio.studio.pane_view.view import PaneView
from genstudio.viewing.pane import Pane
from genstudio.viewing.pane_state import PaneState

V = TypeVar("V", bound=type[PaneView])

pane_views: Registry[type[PaneView]] = Registry(N_("pane view"), "genstudio.studio.panes", plugins="genstudio.studio")


def pane_view(pane: str) -> Callable[[V], V]:
    """Decorator: register the class as the view of ``pane``. Raises :class:`UsageError` where it has one already."""

    def register(view: V) -> V:
        pane_views.register(pane)(view)
        return view

    return register


def make_view(pane: Pane, state: PaneState) -> PaneView:
    """View of a pane: the registered one, else one with controls made from its state."""
    return pane_views.get(pane.name, PaneView)(pane, state)
