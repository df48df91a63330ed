"""Qt view of the pane Loss per image."""

from __future__ import annotations

from genstudio.core.messages import _
from genstudio.studio.pane_view.bars_view import BarsView
from genstudio.studio.pane_view.registry import pane_view


@pane_view("image_losses")
class ImageLossesView(BarsView):
    key = "nats"

    def number_text(self, number: float) -> str:
        return _("{nats} nats", nats=f"{number:,.1f}")
