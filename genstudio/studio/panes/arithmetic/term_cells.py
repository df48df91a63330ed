"""Titles of a term's cells, and the payload of a drag from them. Classes, since a closure would keep the window
alive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genstudio.core.messages import _
from genstudio.latent.points import LatentPoint
from genstudio.studio.panes.arithmetic.exemplar_drag import Carried, pack

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData

    from genstudio.studio.panes.arithmetic.view import ArithmeticView


class OfTerm:
    """Something that column ``k`` of ``view`` asks of a cell."""

    def __init__(self, view: ArithmeticView, k: int) -> None:
        self._view, self._k = view, k

    def _exemplar(self, row: int, column: int) -> tuple[int, LatentPoint] | None:
        view, k = self._view, self._k
        i = view.board.columns[k].exemplar_at((row, column)) if k < len(view.board.columns) else -1
        return (i, view.terms[k].exemplars[i]) if 0 <= i < len(view.terms[k].exemplars) else None


class ExemplarWords(OfTerm):
    def __call__(self, row: int, column: int) -> str:
        found = self._exemplar(row, column)
        if found is None:
            return ""
        refused = self._view.shown.refused.get((self._k, found[0]))
        words = exemplar_words(found[1])
        return words if refused is None else _("{exemplar}, left out: {reason}", exemplar=words, reason=str(refused))


class ExemplarCarried(OfTerm):
    def __call__(self, row: int, column: int) -> QMimeData | None:
        found = self._exemplar(row, column)
        return None if found is None else pack(Carried(found[1], self._k, found[0]))


class MeanWords(OfTerm):
    def __call__(self, row: int, column: int) -> str:
        return _("Mean of {name}", name=self._view.terms[self._k].name or _("term {k}", k=self._k + 1))


def exemplar_words(frame: LatentPoint) -> str:
    """Spoken description of an exemplar."""
    if frame.kind == "seed":
        return _("seed {n}", n=frame.number)
    if frame.kind == "image":
        return _("validation image {n}", n=f"{frame.number:,}")
    return _("your image") if frame.kind == "own" else _("a z that was sent")
