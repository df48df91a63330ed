"""Places of images in the principal plane that was shown before, so that the next one has the same signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from genstudio.viewing.blobs import Blob, Blobs

CLOSE = 0.85
"""Correlation of both axes with the anchor down to which it serves on. Below, the newest plane takes its place: so it
changes seldom, and with it the state that is rendered."""


class PrincipalAnchor:
    """Keeps one anchor (see :func:`genstudio.viewing.decode.plane_anchor`) of one run."""

    def __init__(self) -> None:
        self._run, self._blob = "", None  # type: str, Blob | None
        self._places: np.ndarray | None = None

    def of(self, run: str) -> Blob | None:
        """The anchor of this run; ``None`` before a principal plane of it was shown."""
        return self._blob if run == self._run else None

    def take(self, run: str, places: np.ndarray | None, blobs: Blobs) -> bool:
        """A plane of ``run`` is shown, in which images lie at ``places`` (float32 2×k); ``None``: no principal plane.

        Returns whether it becomes the anchor.
        """
        from genstudio.viewing.decode import agreement

        if places is None:
            return False
        had = self._places if run == self._run else None
        same = had is not None and had.shape == places.shape
        if same and had is not None and abs(agreement(places, had).diagonal()).min() >= CLOSE:
            return False
        self._run, self._places, self._blob = run, places, blobs.put_array(places)
        return True
