"""Directions and coordinates that the sliders move along: those found for the run in front, shown until newer ones are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from genstudio.studio.pane_view.direction_store import BY_ITSELF, DirectionStore

if TYPE_CHECKING:
    from genstudio.panes.sliders.state import SlidersState
    from genstudio.studio.threads.rendering import Rendered
    from genstudio.viewing.blobs import Blob, Blobs

Basis = tuple[str, "Blob"]  # of which run


class FoundSliders(QObject):
    """Fills in what a state leaves open. ``changed``: another state is to be rendered now.

    Named directions are in the run's :class:`DirectionStore`; the basis (components and coordinates) is kept here.
    """

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._blobs: Blobs | None = None
        self._store: DirectionStore | None = None
        self._basis: Basis | None = None
        self._stale_basis: Basis | None = None  # shown until another one is found

    def set_services(self, blobs: Blobs, store: DirectionStore | None) -> None:
        """Set the store of arrays and that of directions."""
        self._blobs, self._store = blobs, store
        if store is not None:
            store.changed.connect(self.changed)
            store.renewed.connect(self.discard_basis)

    def resolved(self, state: SlidersState, run: str) -> SlidersState:
        """``state`` with what was found for ``run``: newer weights search again only when training rests, or on
        request."""
        if state.directions is None and self._store is not None:
            # While another method finds its own, those that came by themselves.
            found = self._store.blob or self._store.of(BY_ITSELF)
            stale = None if found is not None else self._store.stale(BY_ITSELF)
            state = replace(state, directions=found, stale_directions=stale)
        if state.basis is None:
            found, stale = _of(run, self._basis), _of(run, self._stale_basis)
            state = replace(state, basis=found, stale_basis=None if found is not None else stale)
        return state

    def take(self, rendered: Rendered, state: SlidersState, values: dict[str, Any]) -> None:
        """Store what was found while ``state`` was rendered."""
        snapshot = rendered.snapshot
        if snapshot is None or self._blobs is None:
            return
        if state.basis is None and "basis" in values:
            self._basis = (snapshot.run, self._blobs.put(values["basis"]))
        if state.directions is None and "directions" in values and self._store is not None:
            self._store.take(values["directions"], BY_ITSELF, snapshot.run)

    def find_again(self) -> None:
        """Find directions for the weights that are shown, in place of those found before."""
        if self._store is not None and self._store.blob is not None:
            self._store.find_again()
        else:
            self.changed.emit()

    @Slot()
    def discard_basis(self) -> None:
        """Components and coordinates are found again with the directions."""
        self._stale_basis, self._basis = self._basis or self._stale_basis, None


def stale_step(rendered: Rendered, values: dict[str, Any]) -> int | None:
    """The step of the weights for which the sliders were found, where it is not the step that is shown."""
    at = (values.get("found_at"), values.get("basis_at"))
    return next((step for step in at if step is not None and step != rendered.step), None)


def _of(run: str, basis: Basis | None) -> Blob | None:
    return basis[1] if basis is not None and basis[0] == run else None
