"""Surprise: images beside their maps; each tells its nats, and an image of one's own may be opened or dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from genstudio.core.messages import _
from genstudio.panes.surprise.content import SurpriseState
from genstudio.studio.forms.pane_controls import ChoiceControl, PaneControls, SliderControl
from genstudio.studio.pane_view.own_image import OwnImage
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.widgets.controls import Button

if TYPE_CHECKING:
    import numpy as np

    from genstudio.studio.threads.render_thread import Rendered
    from genstudio.viewing.blobs import Blob
    from genstudio.viewing.pane import Pane
    from genstudio.viewing.pane_state import PaneState

SHOWN_FOR = {"index": "data", "seed": "samples", "label": "own"}
"""Which source a field belongs to; the others belong to all."""


@pane_view("surprise")
class SurpriseView(PaneView):
    state: SurpriseState
    has_codes = False

    def __init__(self, pane: Pane, state: PaneState, parent: QWidget | None = None) -> None:
        self._classes: tuple[str, ...] = ()
        super().__init__(pane, state, parent)
        self.setAcceptDrops(True)
        self.own_image = OwnImage(self)
        self.own_image.arrived.connect(self._own_arrived)

    def make_controls(self) -> PaneControls:
        infos = {info.name: info for info in SurpriseState.controls()}
        sources = [("data", _("test images")), ("samples", _("its own images")), ("own", _("my image"))]
        made = {
            "n": SliderControl(infos["n"], lambda value: f"{value:.0f}"),
            "source": ChoiceControl(infos["source"], sources, _("score")),
            "label": ChoiceControl(infos["label"], [(-1, _("most likely"))], _("class")),
            "top": SliderControl(infos["top"], lambda value: f"{value:.1f}" if value else _("automatic")),
        }
        controls = PaneControls(SurpriseState, made)
        self.open = Button(_("Open an image…"), _("PNG, JPEG, ... ; or drop it onto the pane"), icon_name="folder")
        self.open.clicked.connect(self._open)
        controls.rows.insertWidget(0, self.open)
        return controls

    # -- what is shown -------------------------------------------------------------------------------------------

    def show_state(self, state: PaneState) -> None:
        assert isinstance(state, SurpriseState)
        super().show_state(state)
        for name, source in SHOWN_FOR.items():
            self.inspector.controls.controls[name].widget.setVisible(state.source == source)
        self.inspector.controls.controls["n"].widget.setVisible(state.source != "own")
        self._show_classes()

    def sync(self, rendered: Rendered) -> None:
        assert rendered.content is not None
        self._classes = rendered.content.values.get("class_names", ())
        self._show_classes()

    def show_rendered(self, rendered: Rendered) -> None:
        super().show_rendered(rendered)
        if rendered.content is not None:
            self.legend.show_legend(rendered.content.values["legend"])

    def describe_cell(self, row: int, column: int) -> str:
        """An image or its map in words: which one, and what it scores."""
        picture = self.grid.picture
        if picture is None or row >= picture.rows or column >= picture.columns:
            return super().describe_cell(row, column)
        told = {name: picture.values[name][row, column] for name in ("index", "nats", "bits_per_dim", "map")}
        facts = {"k": f"{int(told['index']):,}", "nats": f"{told['nats']:.2f}", "bits": f"{told['bits_per_dim']:.3f}"}
        if told["map"]:
            return _("Surprise of image {k}: {nats} nats, {bits} bits/dim", **facts)
        return _("Image {k}: {nats} nats, {bits} bits/dim", **facts)

    def _show_classes(self) -> None:
        label = self.inspector.controls.controls["label"]
        assert isinstance(label, ChoiceControl)
        label.set_choices([(-1, _("most likely")), *enumerate(self._classes)])
        label.show(self.state.label)
        label.widget.setVisible(bool(self._classes) and self.state.source == "own")

    # -- an image of one's own -------------------------------------------------------------------------------------

    @Slot()
    def _open(self) -> None:
        self.own_image.choose(self.background)

    @Slot(object)
    def _own_arrived(self, pixels: np.ndarray) -> None:
        if self.blobs is not None:
            own: Blob = self.blobs.put_array(pixels)
            self.propose(_("my image"), source="own", own=own)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.own_image.enter(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.own_image.drop(event, self.background)
