"""Samples: resample with R, and the neighbours of a z that was sent here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from genstudio.core.messages import _
from genstudio.panes.samples.content import SamplesState
from genstudio.studio.forms.pane_controls import ChoiceControl, PaneControls, SliderControl
from genstudio.studio.pane_view.registry import pane_view
from genstudio.studio.pane_view.view import PaneView
from genstudio.studio.widgets.controls import Button

if TYPE_CHECKING:
    from genstudio.studio.threads.render_thread import Rendered
    from genstudio.viewing.pane import Pane
    from genstudio.viewing.pane_state import PaneState


@pane_view("samples")
class SamplesView(PaneView):
    state: SamplesState

    def __init__(self, pane: Pane, state: PaneState, parent: QWidget | None = None) -> None:
        super().__init__(pane, state, parent)
        shortcut = QShortcut(QKeySequence(Qt.Key.Key_R), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.resample)

    def make_controls(self) -> PaneControls:
        infos = {info.name: info for info in SamplesState.controls()}
        shown = [("mean", _("mean")), ("draw", _("draw"))]
        made = {
            "shown": ChoiceControl(infos["shown"], shown),
            "label": ChoiceControl(infos["label"], [(-1, _("each in turn"))]),
            "columns": SliderControl(infos["columns"], lambda value: f"{value:.0f}" if value else _("automatic")),
        }
        controls = PaneControls(SamplesState, made)
        self._resample = Button(_("Resample"), _("Draw from another seed (R)"), icon_name="reset")
        self._forget = Button(_("Discard this z"), _("Draw from the whole prior again"))
        self._resample.clicked.connect(self.resample)
        self._forget.clicked.connect(self.forget_z)
        controls.rows.insertWidget(0, self._resample)
        controls.rows.insertWidget(1, self._forget)
        return controls

    def show_state(self, state: PaneState) -> None:
        assert isinstance(state, SamplesState)
        super().show_state(state)
        near = state.around is not None
        self._forget.setVisible(near)
        self.inspector.controls.controls["spread"].widget.setVisible(near)

    def sync(self, rendered: Rendered) -> None:
        controls, has_code = self.inspector.controls.controls, rendered.latent_dim is not None
        told = rendered.content.values if rendered.content is not None else {}
        controls["shown"].widget.setVisible(has_code and bool(told.get("has_mean", True)))
        controls["temperature"].widget.setVisible(has_code or bool(told.get("pixelwise")))
        names = told.get("class_names", ())
        classes = controls["label"]
        assert isinstance(classes, ChoiceControl)
        classes.set_choices([(-1, _("each in turn")), *enumerate(names)])
        classes.show(self.state.label)
        classes.widget.setVisible(bool(names))

    @Slot()
    def resample(self) -> None:
        """Another seed."""
        self.proposed.emit(self.state.resampled(), _("resample"))

    @Slot()
    def forget_z(self) -> None:
        """The whole prior instead of a z's neighbours."""
        self.propose(_("discard this z"), around=None)
