"""Delivery of a picked z to the panes and other receivers that accept one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from genstudio.core.messages import translate
from genstudio.studio.pane_view.view import PaneView
from genstudio.viewing.base import Pane

if TYPE_CHECKING:
    import numpy as np


class Codes(QObject):
    """``chosen(z, to)``: *Send z to* was used on a view; z is float32 latent_dim, ``to`` a pane or a receiver."""

    chosen = Signal(object, str)

    def __init__(self, panes: Mapping[str, Pane], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._panes = panes
        self._receivers: dict[str, tuple[str, Callable[[np.ndarray], None]]] = {}
        self._views: dict[str, PaneView] = {}  # by pane

    def register(self, name: str, title: str, take: Callable[[np.ndarray], None]) -> None:
        """Something that is no pane and takes codes."""
        self._receivers[name] = (title, take)
        for view in self._views.values():
            self._fill_menu(view)

    def hand_over(self, z: np.ndarray, to: str | None) -> bool:
        """Give z to the receiver of that name; whether there is one."""
        if to not in self._receivers:
            return False
        self._receivers[to][1](z)
        return True

    def takers(self, names: list[str]) -> list[str]:
        """The panes among these that accept a code."""
        return [name for name in names if self._panes[name].state.takes_z()]

    def add_view(self, view: PaneView) -> None:
        """Give a view its menu *Send z to*."""
        self._views[view.pane.name] = view
        self._fill_menu(view)

    def _fill_menu(self, view: PaneView) -> None:
        menu = view.inspector.send.menu()
        menu.clear()
        own = view.pane.name
        titles = {name: translate(self._panes[name].title) for name in self.takers(list(self._panes)) if name != own}
        titles |= {name: title for name, (title, _take) in self._receivers.items()}
        for name, title in titles.items():
            action = menu.addAction(title)
            action.setData((own, name))
            action.triggered.connect(self._sent)
        view.inspector.send.setVisible(bool(titles) and view.has_codes)

    @Slot()
    def _sent(self) -> None:
        action: Any = self.sender()
        own, to = action.data()
        z = self._views[own].current_z
        if z is not None:
            self.chosen.emit(z.copy(), str(to))
