"""Layout of the panes: one or two side by side, any in a window of its own, one active."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSplitter, QStackedWidget, QWidget

from genstudio.core.messages import _
from genstudio.studio.pane_area.default_pane import first_pane
from genstudio.studio.pane_area.detached_window import PaneWindow
from genstudio.studio.pane_view.inspector import WIDTH
from genstudio.studio.pane_view.view import PaneView
from genstudio.viewing.pane import Pane

if TYPE_CHECKING:
    from genstudio.core.spec import ImageSpec
    from genstudio.studio.pane_area.undo import States


class PaneLayout(QWidget):
    """``slots``: panes side by side, by name. ``windows``: those with a window. ``active``: the one that is used, whose
    inspector is shown. ``chosen``: whether the user decided what is in sight, now or in an earlier session. ``arranged``:
    other panes are in sight; ``activated``: another one is used.

    ``make_view`` makes a view when its pane is first in sight, ``can_serve`` tells whether the open model serves a pane.
    """

    arranged = Signal()
    activated = Signal()
    edited = Signal()  # the user has changed a state, by an edit or by undo; playing is no edit

    def __init__(
        self,
        panes: Mapping[str, Pane],
        slots: list[str],
        make_view: Callable[[str], PaneView],
        can_serve: Callable[[str], bool],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._panes, self._make_view, self._can_serve = panes, make_view, can_serve
        self.chosen = bool(slots)
        self._suggested_for = ""  # the run
        self.slots = slots or [first_pane(panes, lambda name: True)]
        self.active = self.slots[0]
        self.views: dict[str, PaneView] = {}
        self.windows: dict[str, PaneWindow] = {}
        self.splitter = QSplitter(self)
        self.splitter.setHandleWidth(12)
        self.splitter.setChildrenCollapsible(False)
        self.inspectors = QStackedWidget(self)
        self.inspectors.setFixedWidth(WIDTH)
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(12)
        across.addWidget(self.splitter, 1)
        across.addWidget(self.inspectors)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_moved)

    # -- queries ------------------------------------------------------------------------------------------------

    def in_sight(self) -> list[str]:
        """Names of the visible panes."""
        return [name for name in [*self.slots, *self.windows] if name in self.views]

    def in_slots(self) -> list[PaneView]:
        """The views side by side, from left to right."""
        return [self.views[name] for name in self.slots]

    def view(self, name: str) -> PaneView:
        """The view of a pane, made when it is first needed."""
        if name not in self.views:
            view = self.views[name] = self._make_view(name)
            view.setParent(self)
            self.inspectors.addWidget(view.inspector)
            view.beside_requested.connect(self._wants_beside)
            view.window_requested.connect(self._wants_window)
        return self.views[name]

    def renew(self, name: str) -> None:
        """Replace the view of a pane by a new one: nothing that the old one showed or knew stays.

        The new one takes the place of the old one: in its slot, in its window, or out of sight until it is needed.
        """
        old = self.views.pop(name)
        old.blockSignals(True)  # what still plays there says nothing more
        window = self.windows.get(name)
        where, focus = self.splitter.indexOf(old), QApplication.focusWidget()
        focused = focus is not None and (old.isAncestorOf(focus) or old.inspector.isAncestorOf(focus))
        new = self.view(name) if window is not None or where >= 0 else None
        for part in (old, old.inspector):
            part.hide()
        if new is not None and window is not None:
            window.show_view(new)
        elif new is not None:
            sizes = self.splitter.sizes()
            self.splitter.replaceWidget(where, new)
            self.splitter.setSizes(sizes)
            self._show_in_slot(new, len(self.slots))
        self.inspectors.removeWidget(old.inspector)
        for part in (old, old.inspector):
            part.setParent(None)
            part.deleteLater()
        if name == self.active and new is not None and window is None:
            self.inspectors.setCurrentWidget(new.inspector)
        if focused and new is not None:
            new.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- what can be done ----------------------------------------------------------------------------------------

    def show_pane(self, name: str) -> None:
        """Bring a pane into the slot of the active one, or raise the window that it is in."""
        self.chosen = True
        if name in self.windows:
            self.windows[name].raise_()
            self.windows[name].activateWindow()
            self.activate(name)
            return
        if name not in self.slots:
            self.slots[self.slots.index(self.active) if self.active in self.slots else 0] = name
        self.activate(name)
        self.arrange()

    def show_beside(self, name: str) -> None:
        """Show a second pane beside the first."""
        self.chosen = True
        if name not in self.slots and name not in self.windows:
            self.slots = [self.slots[0], name]
        self.activate(name)
        self.arrange()

    def show_alone(self, name: str) -> None:
        """Show one pane where two were."""
        self.chosen = True
        self.slots = [name]
        self.activate(name)
        self.arrange()

    def move_to_window(self, name: str) -> None:
        """Give a pane a window of its own; its slot takes another pane."""
        if name in self.windows:
            return
        self.chosen = True
        view = self.view(name)
        self.slots = [slot for slot in self.slots if slot != name] or self._others(name)[:1]
        if self.active == name and self.slots:
            self.active = self.slots[0]
        self.arrange()
        window = self.windows[name] = PaneWindow(view, self)
        window.closed.connect(self._window_closed)
        window.show()
        self.arranged.emit()

    def suggest(self, run: str, spec: ImageSpec | None) -> None:
        """Show the pane that suits the images of ``run``, once they are known, unless the user has chosen another."""
        if not run or run == self._suggested_for or spec is None:
            return
        self._suggested_for = run
        first = first_pane(self._panes, self._can_serve, spec)
        if not self.chosen and self.slots != [first]:
            self.slots = [first]
            self.activate(first)
            self.arrange()

    @Slot(object, bool)
    def show_states(self, states: States, raise_it: bool) -> None:
        """Show changed states in the controls of their views; ``raise_it``: bring one of them into sight too."""
        for name in [name for name in states if name in self.views]:
            view = self.views[name]
            if not view.plays_on:
                view.trouble.clear()
                self.edited.emit()
            view.show_state(states[name])
        if not raise_it:
            return
        changed = [name for name in self.in_sight() if name in states]
        if not changed:
            self.show_pane(next(iter(states)))
        elif self.active not in states:
            self.activate(changed[0])

    def add_view(self, view: PaneView) -> None:
        """Activate the pane of this view when it proposes a state. Before others hear of either: what plays elsewhere is to
        end its own command first."""
        view.proposed.connect(self._used)
        view.drag_started.connect(self.rest_others)

    @Slot()
    def rest_others(self) -> None:
        """Pause what plays in views other than the one that is dragged in."""
        for view in self.views.values():
            if view is not self.sender():
                view.pause()

    def activate(self, name: str) -> None:
        """Make ``name`` the pane that is used."""
        if name == self.active:
            return
        self.active = name
        view = self.views.get(name)
        if view is not None and name not in self.windows:
            self.inspectors.setCurrentWidget(view.inspector)
        self.activated.emit()

    def arrange(self) -> None:
        """Put the views of the slots into the splitter, and the inspector of the active one beside them."""
        in_slots = [self.view(name) for name in self.slots]
        for name, view in self.views.items():
            if name not in self.slots and name not in self.windows:
                view.hide()
                view.setParent(self)
        for place, view in enumerate(in_slots):
            self.splitter.insertWidget(place, view)
            self._show_in_slot(view, len(in_slots))
            if self.inspectors.indexOf(view.inspector) < 0:
                self.inspectors.addWidget(view.inspector)
        if len(in_slots) > 1:
            self.splitter.setSizes([1000, 1000])
        if self.active not in self.slots and self.slots:
            self.active = self.slots[0]
        self.inspectors.setVisible(bool(in_slots))
        if self.slots:
            self.inspectors.setCurrentWidget(self.views[self.active].inspector)
        self.arranged.emit()

    def close_windows(self) -> None:
        """Close all windows for good."""
        for window in list(self.windows.values()):
            window.blockSignals(True)
            window.close()

    @staticmethod
    def _show_in_slot(view: PaneView, side_by_side: int) -> None:
        """Show a view of a slot, with ``side_by_side`` views in all."""
        view.show()
        view.beside_button.setChecked(side_by_side > 1)
        view.beside_button.setToolTip(
            _("Show this pane alone") if side_by_side > 1 else _("Show another pane beside this one")
        )

    # -- what the user does --------------------------------------------------------------------------------------

    @Slot()
    def _used(self) -> None:
        view = self.sender()
        if isinstance(view, PaneView):
            self.activate(view.pane.name)

    def _others(self, *taken: str) -> list[str]:
        """Panes for a free place: those that the model serves first, in the order of the rail."""
        free = [name for name in self._panes if name not in taken and name not in self.windows]
        return sorted(free, key=lambda name: (not self._can_serve(name), self._panes[name].group.order))

    @Slot()
    def _wants_beside(self) -> None:
        view = self.sender()
        if not isinstance(view, PaneView):
            return
        if len(self.slots) > 1:
            self.show_alone(view.pane.name)
        elif others := self._others(*self.slots):
            self.show_beside(others[0])

    @Slot()
    def _wants_window(self) -> None:
        view = self.sender()
        if isinstance(view, PaneView):
            self.move_to_window(view.pane.name)

    @Slot(str)
    def _window_closed(self, name: str) -> None:
        window = self.windows.pop(name)
        view = window.view
        view.setParent(self)
        view.inspector.setParent(self)
        view.hide()
        view.inspector.hide()
        view.window_button.setVisible(True)
        view.beside_button.setVisible(True)
        window.deleteLater()
        self.arrange()

    @Slot(QWidget, QWidget)
    def _focus_moved(self, old: QWidget | None, new: QWidget | None) -> None:
        for name in self.in_sight():
            view = self.views[name]
            if new is not None and (view.isAncestorOf(new) or view.inspector.isAncestorOf(new)):
                self.activate(name)
