"""Controls of the pane Sliders: what is shown, where it starts, and which two directions the pad takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from genstudio.core.messages import _
from genstudio.panes.sliders.state import SlidersState, Start
from genstudio.studio.forms.control import ChoiceControl
from genstudio.studio.forms.pane_controls import PaneControls
from genstudio.studio.widgets.controls import Button

SHOWN_FOR = {"index": "data", "seed": "seed"}
"""Start for which a field is shown."""
SHEETS = ("figure", "row")


class SlidersControls(PaneControls):
    """``open``: the button for the user's own image; ``another``: the next image, or seed."""

    def __init__(self) -> None:
        infos = {info.name: info for info in SlidersState.controls()}
        self.start = ChoiceControl(infos["start"], self._starts(encodes=True))
        self.across = ChoiceControl(infos["across"], [("", "-")])
        self.up = ChoiceControl(infos["up"], [("", "-")])
        super().__init__(SlidersState, {"start": self.start, "across": self.across, "up": self.up})
        self.another = Button(_("Another"), _("The next image, or another seed (N)"), icon_name="reset")
        self.open = Button(_("Open an image…"), _("PNG, JPEG, ... ; or drop it onto the pane"), icon_name="folder")
        self._under("seed", self.another, self.open)
        self.add_caption(_("Pad and figure"), above=self.rows["across"])

    def fit(self, values: dict[str, Any], encodes: bool) -> None:
        """Offer the directions that the model has."""
        self.start.set_choices(self._starts(encodes))
        names = [(row.name, row.title) for row in values.get("sliders", ())]
        pair = values.get("pair", ("", ""))
        for control in (self.across, self.up):
            control.set_choices(names or [("", "-")])
            control.field.setEnabled(bool(names))
        self.rows["across"].show_value(pair[0])
        self.rows["up"].show_value(pair[1])
        self.open.setVisible(encodes)

    def show_sliders(self, state: SlidersState, start: Start, pair: tuple[str, str]) -> None:
        """The values of ``state``; ``start`` and ``pair`` are what it leaves open."""
        self.show_state(replace(state, start=start, across=pair[0], up=pair[1]))
        for name, its_start in SHOWN_FOR.items():
            self.rows[name].setVisible(its_start == start)
        self.another.setVisible(start in SHOWN_FOR.values())
        self.rows["cells"].setVisible(state.show in SHEETS)

    @staticmethod
    def _starts(encodes: bool) -> list[tuple[str, str]]:
        data = [("data", _("an image"))] if encodes else []
        own = [("own", _("my image"))] if encodes else []
        return [*data, ("seed", _("drawn")), *own, ("sent", _("z sent here"))]

    def _under(self, name: str, *buttons: Button) -> None:
        for k, button in enumerate(buttons):
            self.column.insertWidget(self.column.indexOf(self.rows[name]) + 1 + k, button)
