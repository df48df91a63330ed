"""Qt view of the pane Codes: the number of dimensions is that of the model."""

from __future__ import annotations

from genstudio.studio.pane_view.bars_view import BarsView
from genstudio.studio.pane_view.registry import pane_view


@pane_view("codes")
class CodesView(BarsView):
    key = "coordinate"
