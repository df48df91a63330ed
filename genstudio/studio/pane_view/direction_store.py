"""Directions found for the open run, for all panes that walk along them: found once, named once, saved in the run."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoCommand, QUndoStack

from genstudio.core.messages import _

if TYPE_CHECKING:
    from pathlib import Path

    from genstudio.latent.directions.direction import Directions
    from genstudio.studio.session.session import Session
    from genstudio.training.run.run import Run
    from genstudio.viewing.blobs import Blob, Blobs

log = logging.getLogger(__name__)
SearchKey = tuple[str, tuple[str, ...]]  # the method, and the requested attributes (none: all)
BY_ITSELF: SearchKey = ("auto", ())


class DirectionStore(QObject):
    """``blob``: the directions that panes show, ``None`` until some are found. Views put it into the state that is rendered
    (``resolved``), and pass on what a content has found with :meth:`take`. ``changed``: there are others, or none.

    When training pauses or ends, those of earlier weights are given up as soon as the newest weights are there, so that
    panes in sight find them again: ``renewed``, before ``changed``."""

    changed = Signal()
    renewed = Signal()

    def __init__(self, session: Session, blobs: Blobs, undo_stack: QUndoStack, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._blobs, self._undo_stack = session, blobs, undo_stack
        self._path: Path | None = None
        self._found: dict[SearchKey, Blob] = {}
        self._before: dict[SearchKey, Blob] = {}  # those that are being found again: what was named keeps its name
        self._search = BY_ITSELF
        self._state = session.state
        self._awaits_weights = False  # training rests, and its newest weights are awaited
        session.snapshot_arrived.connect(self._renew_if_weights_arrived)
        session.changed.connect(self._session_changed)
        self._session_changed()

    @property
    def blob(self) -> Blob | None:
        return self._found.get(self._search)

    def of(self, search: SearchKey) -> Blob | None:
        """Directions found by this method."""
        return self._found.get(search)

    def stale(self, search: SearchKey) -> Blob | None:
        """Directions of earlier weights, in place of which new ones are being found by this method."""
        return None if search in self._found else self._before.get(search)

    @property
    def directions(self) -> Directions | None:
        """Directions stored in ``blob``."""
        from genstudio.latent.directions.direction import Directions

        return None if self.blob is None else Directions.from_bytes(self._blobs.get(self.blob))

    def choose(self, search: SearchKey) -> None:
        """Show those found in this way from now on."""
        before, self._search = self.blob, search
        if self.blob != before:
            self.changed.emit()

    def take(self, data: bytes, search: SearchKey, run: str) -> None:
        """A content of the run named ``run`` has found these (``Directions.to_bytes()``): they are shown from now on, and
        kept in the run. Those of a run that was left meanwhile are not taken."""
        from genstudio.latent.directions.direction import Directions

        if self._session.run is None or self._session.run.name != run or search in self._found:
            return
        before = self._before.get(search)
        if before is not None:
            earlier = Directions.from_bytes(self._blobs.get(before))
            data = Directions.from_bytes(data).with_names_of(earlier).to_bytes()
        self.put(self._path, search, self._blobs.put(data))

    def find_again(self) -> None:
        """Search again, with the weights that are shown. Undo restores the directions of before."""
        if self.blob is not None:
            self._undo_stack.push(
                _Exchange(self, _("find directions again"), self._path, self._search, self.blob, None)
            )

    def name(self, old: str, new: str) -> None:
        """Give a principal component a name. Undo takes it back. Nothing happens where the name is taken or empty."""
        from dataclasses import replace

        found, new = self.directions, new.strip()
        if found is None or self.blob is None or old not in found or new in found or not new:
            return
        named = tuple(replace(one, name=new) if one.name == old else one for one in found)
        blob = self._blobs.put(replace(found, found=named).to_bytes())
        text = _("name a direction {name}", name=new)
        self._undo_stack.push(_Exchange(self, text, self._path, self._search, self.blob, blob))

    def put(self, path: Path | None, search: SearchKey, blob: Blob | None) -> None:
        """Replace the directions found by ``search`` in the run at ``path``, if it is still open; ``None``: find some."""
        if path is None or path != self._path:
            return
        if blob is None and search in self._found:
            self._before[search] = self._found.pop(search)
        elif blob is not None:
            self._found[search] = blob
            self._save(blob)
        self.changed.emit()

    # -- plumbing ------------------------------------------------------------------------------------------------

    def _save(self, blob: Blob) -> None:
        run, data = self._session.run, self._blobs.get(blob)
        if run is not None:
            self._session.background.submit(_Saving(run, data), None, self._not_saved)

    @Slot()
    def _session_changed(self) -> None:
        run = self._session.run
        path = None if run is None else run.path
        training = self._session.state == "training"
        if path == self._path:
            # A single step renews nothing, since each would begin a search. The end of training does.
            ended = self._session.state == "idle" and self._state != "idle"
            self._awaits_weights = not training and (self._awaits_weights or self._state == "training" or ended)
            self._state = self._session.state
            self._renew_if_weights_arrived()
            return
        self._state, self._awaits_weights = self._session.state, False
        self._path = path
        self._found.clear()
        self._before.clear()
        self._session.background.drop("directions")
        if run is not None:
            self._session.background.submit(_Loading(run), self._loaded, self._not_saved, key="directions")
        self.changed.emit()

    def _step_of(self, blob: Blob) -> int:
        from genstudio.latent.directions.direction import Directions

        return Directions.from_bytes(self._blobs.get(blob)).space.step

    @Slot()
    def _renew_if_weights_arrived(self) -> None:
        """Give up those of earlier weights, once the weights at which training came to rest are there."""
        latest = self._session.latest_snapshot()
        resting = self._session.state in ("paused", "idle")
        if not (self._awaits_weights and resting) or latest is None or latest.step != self._session.step:
            return
        self._awaits_weights = False
        for search in [search for search, blob in self._found.items() if self._step_of(blob) != latest.step]:
            self._before[search] = self._found.pop(search)
        self.renewed.emit()
        self.changed.emit()

    @Slot(object)
    def _loaded(self, found: tuple[Path, bytes | None]) -> None:
        path, data = found
        if data is not None and path == self._path and BY_ITSELF not in self._found:
            self._found[BY_ITSELF] = self._blobs.put(data)
            self.changed.emit()
            self._awaits_weights = self._session.state == "idle"  # of a run that was trained on since
            self._renew_if_weights_arrived()

    @Slot(object)
    def _not_saved(self, error: Exception) -> None:
        log.info("directions are not kept in the run: %s", error)  # they are still shown: nothing is lost


class _Exchange(QUndoCommand):
    """Other directions in place of those that are shown, or none."""

    def __init__(
        self,
        found: DirectionStore,
        text: str,
        path: Path | None,
        search: SearchKey,
        before: Blob | None,
        after: Blob | None,
    ) -> None:
        super().__init__(text)
        self._found, self._path, self._search, self._before, self._after = found, path, search, before, after

    def redo(self) -> None:
        self._found.put(self._path, self._search, self._after)

    def undo(self) -> None:
        self._found.put(self._path, self._search, self._before)


class _Saving:
    """For the background: a class, since a closure would keep the window alive."""

    def __init__(self, run: Run, data: bytes) -> None:
        self._run, self._data = run, data

    def __call__(self) -> None:
        from genstudio.latent import storage
        from genstudio.latent.directions.direction import Directions

        if os.access(self._run.path, os.W_OK):  # runs that come with the program may be read-only
            storage.save(self._run, Directions.from_bytes(self._data))


class _Loading:
    def __init__(self, run: Run) -> None:
        self._run = run

    def __call__(self) -> tuple[Path, bytes | None]:
        """The directions of the latest step that the run keeps any of."""
        from genstudio.latent import storage

        found = storage.all_of(self._run)
        return self._run.path, found[0].to_bytes() if found else None
