"""The controls that the fields of a pane state make by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from genstudio.core.conditions.base import Choices
from genstudio.core.knobs import KnobInfo
from genstudio.core.messages import _
from genstudio.studio.forms.conditions.base import make_condition_control
from genstudio.studio.forms.control import CheckControl, ChoiceControl, Control, FieldControl, SliderControl
from genstudio.studio.widgets.card import Caption
from genstudio.studio.widgets.controls import Button
from genstudio.viewing.pane_state import PaneState

if TYPE_CHECKING:
    from genstudio.studio.threads.background import Background
    from genstudio.viewing.blobs import Blobs


def control_for(info: KnobInfo) -> Control | None:
    """The control that fits a field's type and range; ``None`` for what is set elsewhere."""
    if not info.control:
        return None
    if info.condition:
        return make_condition_control(info)
    if info.choices is not None:
        return ChoiceControl(info)
    if info.annotation is bool:
        return CheckControl(info)
    if info.annotation in (int, float) and info.minimum is not None and info.maximum is not None:
        span = info.maximum - info.minimum
        if info.annotation is float or span <= 1000:
            return SliderControl(info)
    if info.annotation in (int, float, str):
        return FieldControl(info)
    return None


class PaneControls(QWidget):
    """Controls of a state's fields, one below the other, as the knobs declare them. ``made`` replaces the control of a
    field; a subclass may move widgets within ``rows``."""

    edited = Signal(str, object)
    drag_started = Signal()
    drag_ended = Signal()

    def __init__(
        self,
        state: type[PaneState],
        made: Mapping[str, Control] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.controls: dict[str, Control] = {}
        self._conditions: dict[str, str] = {}  # kind of condition, by field
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(8)
        for info in state.controls():
            control = (made or {}).get(info.name) or control_for(info)
            if control is not None:
                self._add(control)
                if info.condition:
                    self._conditions[info.name] = info.condition
        self.show_conditions({})

    def _add(self, control: Control) -> None:
        self.controls[control.name] = control
        control.edited.connect(self.edited)
        control.drag_started.connect(self.drag_started)
        control.drag_ended.connect(self.drag_ended)
        self.rows.addWidget(control.widget)

    def widget(self, name: str) -> QWidget:
        """Widget of a field."""
        return self.controls[name].widget

    def show_conditions(self, choices: Mapping[str, Choices]) -> None:
        """Show the fields of these kinds of condition, which the model takes, with their choices; hide the others."""
        for name, kind in self._conditions.items():
            self.controls[name].offer(choices.get(kind))

    def set_services(self, blobs: Blobs, background: Background) -> None:
        """Set the store of images, and the worker that reads files."""
        for control in self.controls.values():
            control.set_services(blobs, background)

    def add_caption(self, text: str, above: QWidget | None = None) -> None:
        """Put a caption above a widget, or at the end."""
        caption = Caption(text)
        caption.setContentsMargins(0, 8, 0, 0)
        self.rows.insertWidget(self.rows.count() if above is None else self.rows.indexOf(above), caption)

    def add_resample(self, tip: str, row: int = 0) -> Button:
        """Put a button *Resample* into a row."""
        button = Button(_("Resample"), tip, self, icon_name="reset")
        self.rows.insertWidget(row, button)
        return button

    def show_state(self, state: PaneState) -> None:
        """Put the values of ``state`` into the controls."""
        for name, control in self.controls.items():
            control.show(getattr(state, name))
