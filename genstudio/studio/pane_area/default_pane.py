"""Default pane of a run without a chosen one: made for its images and served by its model."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from genstudio.core.spec import ImageSpec
from genstudio.viewing.pane import Pane

ORDINARY = ImageSpec(3, 64, 64, 256)  # what is expected until a run says what its images are


def first_pane(panes: Mapping[str, Pane], can_serve: Callable[[str], bool], spec: ImageSpec = ORDINARY) -> str:
    """Name of the first pane, in the order of the list, that the model serves and that is made for such images
    (``@pane(..., preferred_for=...)``); where there is none, of one that it serves; else of one for such images."""

    def rank(name: str) -> tuple[bool, bool, int]:
        return not can_serve(name), not panes[name].preferred_for(spec), panes[name].group.order

    return min(panes, key=rank)
