"""The form of a pane's state: compact rows that its fields declare by their knobs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from genstudio.core.conditions.base import Choices
from genstudio.core.knobs import KnobInfo
from genstudio.core.messages import _
from genstudio.studio.forms.control import Control
from genstudio.studio.forms.knob_row import KnobRow
from genstudio.studio.forms.knob_rows import KnobRows
from genstudio.studio.forms.knob_text import KnobCheck
from genstudio.studio.forms.make_control import make_control
from genstudio.studio.widgets.card import Caption
from genstudio.studio.widgets.controls import Button
from genstudio.viewing.pane_state import PaneState

if TYPE_CHECKING:
    from genstudio.studio.threads.background import Background
    from genstudio.viewing.blobs import Blobs


class PaneControls(KnobRows):
    """Rows of a state's fields. ``made`` replaces the control of a field, ``bare`` names fields whose title is
    elsewhere; a subclass may move widgets within ``column``."""

    def __init__(
        self,
        state: type[PaneState],
        made: Mapping[str, Control] | None = None,
        parent: QWidget | None = None,
        *,
        bare: Collection[str] = (),
    ) -> None:
        super().__init__(parent, spacing=8)
        for info in state.controls():
            control = (made or {}).get(info.name) or (make_control(info, sliders=True) if is_set_here(info) else None)
            if control is not None:
                check = KnobCheck(state.form(), info.name, plain=False)
                self.add_row(KnobRow(control, check, "bare" if info.name in bare else "compact", self))
        self.show_conditions({})

    def show_conditions(self, choices: Mapping[str, Choices]) -> None:
        """Show the fields of these kinds of condition, which the model takes, with their choices; hide the others."""
        for row in self.rows.values():
            if row.info.condition:
                offered = choices.get(row.info.condition)
                if offered is not None:
                    row.control.offer(offered)
                row.setVisible(offered is not None)

    def set_services(self, blobs: Blobs, background: Background) -> None:
        """Set the store of images, and the worker that reads files."""
        for row in self.rows.values():
            row.control.set_services(blobs, background)

    def add_caption(self, text: str, above: QWidget | None = None) -> None:
        """Put a caption above a widget, or at the end."""
        caption = Caption(text)
        caption.setContentsMargins(0, 8, 0, 0)
        self.column.insertWidget(self.column.count() if above is None else self.column.indexOf(above), caption)

    def add_resample(self, tip: str, place: int = 0) -> Button:
        """Put a button *Resample* at a place of the column."""
        button = Button(_("Resample"), tip, self, icon_name="reset")
        self.column.insertWidget(place, button)
        return button

    def show_state(self, state: PaneState) -> None:
        """Put the values of ``state`` into the controls; what is half typed there stays."""
        for name, row in self.rows.items():
            row.show_value(getattr(state, name), keep_typing=True)


def is_set_here(info: KnobInfo) -> bool:
    """True if a field of a state has a control in the form; others, such as codes, are set in the pane itself."""
    plain = info.choices is not None or info.annotation in (bool, int, float, str)
    return info.control and (plain or bool(info.condition))
