"""Qt view of the pane Surprise: images beside their maps, with their nats; a user's own image may be opened or dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from genstudio.core.messages import _
from genstudio.panes.surprise.content import SurpriseState
from genstudio.studio.forms.pane_controls import PaneControls
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.widgets.controls import Button

if TYPE_CHECKING:
    from genstudio.studio.threads.rendering import Rendered
    from genstudio.viewing.blobs import Blob
    from genstudio.viewing.pane import Pane
    from genstudio.viewing.pane_state import PaneState

SHOWN_FOR = {"index": "data", "seed": "samples"}
"""Source for which a field is shown; the others are shown for all."""


@pane_view("surprise")
class SurpriseView(PaneView):
    state: SurpriseState
    has_codes = False
    opens_images = True

    def __init__(self, pane: Pane, state: PaneState, parent: QWidget | None = None) -> None:
        self._has_classes = False
        super().__init__(pane, state, parent)
        self.image_drop.arrived.connect(self._image_arrived)

    def make_controls(self) -> PaneControls:
        controls = PaneControls(SurpriseState)
        self.open = Button(_("Open an image…"), _("PNG, JPEG, ... ; or drop it onto the pane"), icon_name="folder")
        self.open.clicked.connect(self.image_drop.browse)
        controls.column.insertWidget(0, self.open)
        return controls

    # -- what is shown -------------------------------------------------------------------------------------------

    def show_state(self, state: PaneState) -> None:
        assert isinstance(state, SurpriseState)
        super().show_state(state)
        controls = self.inspector.controls
        for name, source in SHOWN_FOR.items():
            controls.rows[name].setVisible(state.source == source)
        controls.rows["n"].setVisible(state.source != "own")
        controls.rows["label"].setVisible(self._has_classes and state.source == "own")

    def sync(self, rendered: Rendered) -> None:
        assert rendered.content is not None
        self._has_classes = bool(rendered.content.values.get("class_names"))
        self.inspector.controls.rows["label"].setVisible(self._has_classes and self.state.source == "own")

    def show_rendered(self, rendered: Rendered) -> None:
        super().show_rendered(rendered)
        if rendered.content is not None:
            self.legend.show_legend(rendered.content.values["legend"])

    def describe_cell(self, row: int, column: int) -> str:
        """An image or its map in words: which one, and what it scores."""
        picture = self.grid.picture
        if picture is None or row >= picture.rows or column >= picture.columns:
            return super().describe_cell(row, column)
        values = {name: picture.values[name][row, column] for name in ("index", "nats", "bits_per_dim", "map")}
        facts = {
            "k": f"{int(values['index']):,}",
            "nats": f"{values['nats']:.2f}",
            "bits": f"{values['bits_per_dim']:.3f}",
        }
        if values["map"]:
            return _("Surprise of image {k}: {nats} nats, {bits} bits/dim", **facts)
        return _("Image {k}: {nats} nats, {bits} bits/dim", **facts)

    @Slot(object)
    def _image_arrived(self, own: Blob) -> None:
        self.propose(_("my image"), source="own", own=own)
