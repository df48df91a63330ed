"""Further runs that a pane shows beside the first: their weights opened once, each with a view context of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from genstudio.viewing.context import ViewContext
from genstudio.viewing.pane_state import PaneState

if TYPE_CHECKING:
    from genstudio.training.run.run import Run

MOST = 6  # runs and steps whose models stay loaded, if no state names more
Key = tuple[str, int, int]  # run folder, step, identity of the open data set


class OtherRuns:
    """View contexts of the runs that pane states name in ``other_runs``; used by one thread only.

    ``find`` opens a run by name; by default among the user's runs and those that ship.
    """

    def __init__(self, find: Callable[[str], Run] | None = None) -> None:
        self._find = find
        self._contexts: dict[Key, ViewContext] = {}
        self._found: tuple[ViewContext, ...] = ()

    def load(self, context: ViewContext, state: PaneState) -> Iterator[None]:
        """Load the models of the runs that ``state`` names, with pauses of a few milliseconds. They share the open data
        set of ``context`` if their images have the same spec. Raises :class:`RunError` for a run or a step that is gone.
        """
        from genstudio.training.run.run import Run
        from genstudio.training.snapshot import resumable_load_model

        named: list[Key] = []
        found: list[ViewContext] = []
        for name, at in state.other_runs:
            run = (self._find or Run.open)(name)
            step = int(run.checkpoint(None if at == "latest" else int(at)).name)
            key = (str(run.path), step, id(context.data))
            if key not in self._contexts:
                snapshot = run.snapshot(step)
                model = yield from resumable_load_model(snapshot)
                yield
                same = context.data is not None and context.data.spec == snapshot.spec
                data = context.data if same else None
                self._contexts[key] = ViewContext(model, snapshot.spec, snapshot, data, context.blobs)
            named.append(key)
            found.append(self._contexts[key])  # another view may displace it while the next is loaded
        self._found = tuple(found)
        for key in [key for key in self._contexts if key not in named][: max(0, len(self._contexts) - MOST)]:
            del self._contexts[key]

    def attach(self, context: ViewContext, state: PaneState) -> ViewContext:
        """``context`` with those of the runs that ``state`` names, in its order: right after :meth:`load`."""
        if not state.other_runs:
            return context
        return replace(context, others=self._found)


def attached(context: ViewContext, state: PaneState, find: Callable[[str], Run] | None = None) -> ViewContext:
    """``context`` with those of the runs that ``state`` names, loaded at once; itself if it names none."""
    runs = OtherRuns(find)
    for _ in runs.load(context, state):
        pass
    return runs.attach(context, state)
