"""Delivery of a picked z to the panes and other receivers that accept one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from genstudio.core.errors import UsageError
from genstudio.core.messages import _, translate
from genstudio.studio.pane_view.view import PaneView
from genstudio.viewing.pane import Pane

if TYPE_CHECKING:
    import numpy as np

    from genstudio.studio.pane_area.pane_layout import PaneLayout
    from genstudio.studio.pane_area.pane_states import PaneStates
    from genstudio.viewing.blobs import Blobs


class CodeSender(QObject):
    """Sends z (float32 latent_dim) that was picked in a view, or sent by its menu *Send z to*, to where it is accepted."""

    sent = Signal(object)  # z
    refused = Signal(str)  # why a pane doesn't accept it, in words

    def __init__(
        self,
        panes: Mapping[str, Pane],
        states: PaneStates,
        pane_layout: PaneLayout,
        blobs: Blobs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panes, self._states, self._layout, self._blobs = panes, states, pane_layout, blobs
        self._receivers: dict[str, tuple[str, Callable[[np.ndarray], None]]] = {}
        self._views: dict[str, PaneView] = {}  # by pane

    def register(self, name: str, title: str, take: Callable[[np.ndarray], None]) -> None:
        """Add a receiver that is no pane to *Send z to*. ``take`` gets float32 latent_dim."""
        self._receivers[name] = (title, take)
        for view in self._views.values():
            self._fill_menu(view)

    def send(self, z: np.ndarray, to: str | None = None, but: str = "") -> None:
        """Send a code to the pane or receiver ``to``, else to every pane in sight that accepts one, ``but`` this one."""
        self.sent.emit(z)
        if to in self._receivers:
            self._receivers[to][1](z)
            return
        names = [to] if to else self._takers(self._layout.in_sight())
        blob = self._blobs.put_array(z)
        changed = {}
        for name in names:
            try:
                if name != but and (state := self._states.values[name].with_z(blob)) is not None:
                    changed[name] = state
            except UsageError as error:
                self.refused.emit(f"{translate(error.what)} {translate(error.remedy)}")
        if changed:
            self._states.change(changed, _("send z"))
            if to:
                self._layout.show_pane(to)

    def add_view(self, view: PaneView) -> None:
        """Send what is picked in this view, and fill its menu *Send z to*."""
        self._views[view.pane.name] = view
        view.picked_z.connect(self._picked)
        self._fill_menu(view)

    def _takers(self, names: list[str]) -> list[str]:
        return [name for name in names if self._panes[name].state.takes_z()]

    def _fill_menu(self, view: PaneView) -> None:
        menu = view.inspector.send.menu()
        menu.clear()
        own = view.pane.name
        titles = {name: translate(self._panes[name].title) for name in self._takers(list(self._panes)) if name != own}
        titles |= {name: title for name, (title, _take) in self._receivers.items()}
        for name, title in titles.items():
            action = menu.addAction(title)
            action.setData((own, name))
            action.triggered.connect(self._chosen)
        view.inspector.send.setVisible(bool(titles) and view.has_codes)

    @Slot(object)
    def _picked(self, z: np.ndarray) -> None:
        view = self.sender()
        keeps_it = isinstance(view, PaneView) and not view.takes_own_z
        self.send(z, but=view.pane.name if isinstance(view, PaneView) and keeps_it else "")

    @Slot()
    def _chosen(self) -> None:
        action: Any = self.sender()
        own, to = action.data()
        z = self._views[own].current_z
        if z is not None:
            self.send(z.copy(), str(to))
