"""States of all panes: each edit is a command that can be undone, and one gesture is one command."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from genstudio.core.messages import translate
from genstudio.studio.pane_area.undo import StateCommand, States
from genstudio.studio.pane_view.view import PaneView

if TYPE_CHECKING:
    from PySide6.QtGui import QUndoStack

    from genstudio.training.recipe.recipe import Recipe
    from genstudio.viewing.pane_state import PaneState


@dataclass(frozen=True)
class Subject:
    """Subject of pane states: a run (its folder) and the images that it learns from. Empty where unknown."""

    run: str = ""
    images: str = ""

    @classmethod
    def of(cls, run: str, recipe: Recipe | None) -> Subject:
        """The subject of a run with this recipe."""
        images = "" if recipe is None else json.dumps([recipe.data, recipe.data_knobs], sort_keys=True, default=str)
        return cls(run, images)

    def fitting(self, state: PaneState, now: Subject) -> PaneState:
        """``state``, made for this subject, without what means nothing to the subject ``now``."""
        if not self.run or self.run == now.run:
            return state
        return state.for_another_run(same_images=self.images == now.images)


class PaneStates(QObject):
    """``values`` by pane, about ``subject``. ``changed(states, raise_it)``: these are new, by an edit (``False``) or by undo
    and redo. ``dragging``: the user drags something, or does not any more."""

    changed = Signal(object, bool)
    dragging = Signal(bool)

    def __init__(
        self, values: States, undo_stack: QUndoStack, parent: QObject | None = None, subject: Subject | None = None
    ) -> None:
        super().__init__(parent)
        self.values: dict[str, PaneState] = dict(values)
        self.subject = subject or Subject()
        self._undo_stack = undo_stack
        self._gesture, self._gestures = 0, 0

    def change(self, states: States, text: str) -> None:
        """Change some so that it can be undone. During a gesture all changes are one command."""
        before = {name: self.values[name] for name in states}
        if any(before[name] != state for name, state in states.items()):
            apply = partial(self._apply, self.subject)
            self._undo_stack.push(StateCommand(text, before, states, apply, self._gesture))

    def add_view(self, view: PaneView) -> None:
        """Take the states that this view proposes."""
        view.proposed.connect(self._proposed)
        view.drag_started.connect(self.begin_gesture)
        view.drag_ended.connect(self.end_gesture)

    @Slot()
    def begin_gesture(self) -> None:
        """Begin a command that all further changes belong to."""
        self._gestures += 1
        self._gesture = self._gestures
        self.dragging.emit(True)

    @Slot()
    def end_gesture(self) -> None:
        """End the present command."""
        self._gesture = 0
        self.dragging.emit(False)

    def follow(self, subject: Subject) -> None:
        """Another run is open: its own newest weights, and nothing that names images, classes or codes of the run before.
        There is nothing to undo, so no command."""
        self.end_gesture()
        self.values = {name: self.subject.fitting(state, subject) for name, state in self.values.items()}
        self.subject = subject

    @Slot(object, str)
    def _proposed(self, state: PaneState, text: str) -> None:
        view = self.sender()
        if isinstance(view, PaneView):
            self.change({view.pane.name: state}, f"{translate(view.pane.title)}: {text}")

    def _apply(self, subject: Subject, states: States, raise_it: bool) -> None:
        fitting = {name: subject.fitting(state, self.subject) for name, state in states.items()}
        self.values.update(fitting)
        self.changed.emit(fitting, raise_it)
