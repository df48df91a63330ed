"""Controls of the pane Directions: the search, its attributes, and the name of a component."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QMenu

from genstudio.core.messages import _
from genstudio.panes.directions.state import DirectionsState
from genstudio.studio.forms.pane_controls import PaneControls
from genstudio.studio.forms.typed_field import TypedField
from genstudio.studio.widgets.controls import Button
from genstudio.studio.widgets.titles import literal


class DirectionsControls(PaneControls):
    """``again``: the search; ``back``: from a code sent here; ``attributes``: the attributes; ``name``: of the component
    in focus."""

    def __init__(self) -> None:
        super().__init__(DirectionsState)
        self.name = TypedField(_("Name of the component in focus"))
        self.name.setPlaceholderText(_("a name for this component"))
        self.name.setToolTip(_("Describe what changes along it; the name is saved with the run"))
        self.name.hide()
        self.again = Button(_("Find again"), _("Find the directions of the weights that are shown"), icon_name="reset")
        self.back = Button(
            _("Discard the code sent here"), _("Start again from an image or a drawn code"), icon_name="reset"
        )
        self.attribute_choice = AttributeChoice(_("The attributes to search for; none: all that vary."))
        for row, part in enumerate((self.name, self.again, self.back)):
            self.column.insertWidget(row, part)
        self.column.insertWidget(self.column.indexOf(self.rows["how"]) + 1, self.attribute_choice)


class AttributeChoice(Button):
    """Button with a menu of attributes to tick. ``chosen(names)``: search for these; none: for all."""

    chosen = Signal(object)

    def __init__(self, tip: str) -> None:
        super().__init__(_("All attributes  ▸"), tip)
        self.setMenu(QMenu(self))
        self._names: tuple[str, ...] = ()
        self._attributes: tuple[str, ...] = ()

    def offer(self, names: tuple[str, ...]) -> None:
        """Offer these attributes."""
        if names != self._names:
            self._names = names
            menu = self.menu()
            menu.clear()
            menu.addAction(_("All attributes")).triggered.connect(self._choose_all)
            menu.addSeparator()
            for name in names:
                action = menu.addAction(literal(name.replace("_", " ")))
                action.setCheckable(True)
                action.setData(name)
                action.triggered.connect(self._toggle)
        self.setVisible(bool(names))
        self.show_requested(self._attributes)

    def show_requested(self, attributes: tuple[str, ...]) -> None:
        self._attributes, n, m = attributes, len(attributes), len(self._names)
        self.setText(_("{n} of {m} attributes  ▸", n=n, m=m or n) if n else _("All attributes  ▸"))
        for action in self.menu().actions():
            if action.isCheckable():
                action.setChecked(action.data() in attributes)

    @Slot()
    def _choose_all(self) -> None:
        self.chosen.emit(())

    @Slot()
    def _toggle(self) -> None:
        action: Any = self.sender()
        ticked = action.data()
        self.chosen.emit(tuple(name for name in self._names if (name in self._attributes) != (name == ticked)))
