"""Parts of the pane Directions: how far the finding is with a way to stop it, and which attributes are looked for."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QMenu, QProgressBar, QWidget

from genstudio.core.messages import _
from genstudio.studio.widgets.controls import Button
from genstudio.studio.widgets.titles import literal


class FindingLine(QWidget):
    """A bar, and a button that stops. Shown while directions are looked for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 100)
        self.bar.setAccessibleName(_("Progress of the search"))
        self.stop = Button(_("Stop"), _("Stop the search for directions (Escape)"), self, icon_name="close")
        line.addWidget(self.bar, 1)
        line.addWidget(self.stop)
        self.hide()


class WantedAttributes(Button):
    """A button with a menu of attributes to tick. ``chosen(names)``: these are wanted; none: all of them."""

    chosen = Signal(object)

    def __init__(self, tip: str) -> None:
        super().__init__(_("All attributes  ▸"), tip)
        self.setMenu(QMenu(self))
        self._names: tuple[str, ...] = ()
        self._wanted: tuple[str, ...] = ()

    def offer(self, names: tuple[str, ...]) -> None:
        """These there are."""
        if names != self._names:
            self._names = names
            menu = self.menu()
            menu.clear()
            menu.addAction(_("All attributes")).triggered.connect(self._want_all)
            menu.addSeparator()
            for name in names:
                action = menu.addAction(literal(name.replace("_", " ")))
                action.setCheckable(True)
                action.setData(name)
                action.triggered.connect(self._want)
        self.setVisible(bool(names))
        self.show_requested(self._wanted)

    def show_requested(self, wanted: tuple[str, ...]) -> None:
        self._wanted, n, m = wanted, len(wanted), len(self._names)
        self.setText(_("{n} of {m} attributes  ▸", n=n, m=m or n) if n else _("All attributes  ▸"))
        for action in self.menu().actions():
            if action.isCheckable():
                action.setChecked(action.data() in wanted)

    @Slot()
    def _want_all(self) -> None:
        self.chosen.emit(())

    @Slot()
    def _want(self) -> None:
        action: Any = self.sender()
        ticked = action.data()
        self.chosen.emit(tuple(name for name in self._names if (name in self._wanted) != (name == ticked)))
