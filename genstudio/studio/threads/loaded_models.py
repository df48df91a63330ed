"""Models of recently shown weights, each loaded once; used by one thread only."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

from genstudio.viewing.context import ViewContext

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.training.snapshot import Snapshot
    from genstudio.viewing.blobs import Blobs

MOST = 6  # models loaded at once: one for each recently shown step


class Weights(Protocol):
    """Interface of a session for the render thread, called from that thread."""

    @property
    def data(self) -> DataSet | None: ...

    def latest_snapshot(self) -> Snapshot | None: ...

    def snapshot_at(self, step: int) -> Snapshot: ...


class LoadedModels:
    """View contexts by weights and images, and weights by run and step."""

    def __init__(self, session: Weights, blobs: Blobs) -> None:
        self._session, self._blobs = session, blobs
        # By identity: a context keeps its snapshot and data alive.
        self._contexts: OrderedDict[tuple[int, int], ViewContext] = OrderedDict()
        self._snapshots: OrderedDict[tuple[str, int], Snapshot] = OrderedDict()

    @property
    def contexts(self) -> tuple[ViewContext, ...]:
        """Contexts of the models that are loaded."""
        return tuple(self._contexts.values())

    def snapshot(self, run: str, step: int) -> Snapshot | None:
        """Weights of ``run`` (its folder) at ``step``; ``None`` where another run was opened meanwhile."""
        key = (run, step)
        if key not in self._snapshots:
            found = self._session.snapshot_at(step)
            if run_in_front(self._session) != run:
                return None
            _add(self._snapshots, key, found)
        self._snapshots.move_to_end(key)
        return self._snapshots[key]

    def context(self, snapshot: Snapshot, data: DataSet | None) -> ViewContext | None:
        """The context of a model that is loaded; ``None`` where it has to be loaded first."""
        key = (id(snapshot), id(data))
        if key in self._contexts:
            self._contexts.move_to_end(key)
        return self._contexts.get(key)

    def load(self, snapshot: Snapshot, data: DataSet | None) -> Iterator[None]:
        """Load the model with these weights, in steps of a few milliseconds."""
        from genstudio.training.snapshot import resumable_load_model

        model = yield from resumable_load_model(snapshot)
        yield
        if self.context(snapshot, data) is None:  # another view may have loaded it meanwhile
            made = ViewContext(model, snapshot.spec, snapshot, data, self._blobs)
            _add(self._contexts, (id(snapshot), id(data)), made)

    def keep_only(self, snapshots: Iterable[Snapshot]) -> None:
        """Forget the models of other weights."""
        stored = {id(snapshot) for snapshot in snapshots}
        for key in [key for key in self._contexts if key[0] not in stored]:
            self._contexts.pop(key)

    def clear(self) -> None:
        """Forget all of them."""
        self._contexts.clear()
        self._snapshots.clear()


def run_in_front(session: Any) -> str:
    """The folder of the run that ``session`` has open; empty for none."""
    return str(getattr(getattr(session, "run", None), "path", ""))


def _add(table: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    table[key] = value
    while len(table) > MOST:
        table.popitem(last=False)
