"""An exemplar of a term: its title, and the payload of a drag, with the term that it comes from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pydantic
from PySide6.QtCore import QMimeData

from genstudio.core.messages import _
from genstudio.latent.points import LatentPoint

if TYPE_CHECKING:
    from genstudio.studio.panes.arithmetic.shown_equation import ShownEquation
    from genstudio.studio.panes.arithmetic.term_column import TermColumn

FORMAT = "application/x-genstudio-exemplar"


@dataclass(frozen=True)
class Carried:
    """A dragged exemplar. ``term``, ``exemplar``: where it comes from; ``None`` when that is the browser."""

    frame: LatentPoint
    term: int | None = None
    exemplar: int | None = None


def pack(carried: Carried) -> QMimeData:
    """Payload of a drag."""
    frame = pydantic.TypeAdapter(LatentPoint).dump_python(carried.frame, mode="json")
    data = QMimeData()
    fields = {"frame": frame, "term": carried.term, "exemplar": carried.exemplar}
    data.setData(FORMAT, json.dumps(fields).encode())
    return data


def unpack(data: QMimeData) -> Carried | None:
    """Read the result of :func:`pack`; ``None`` for anything else, such as a drop from another program."""
    if not data.hasFormat(FORMAT):
        return None
    try:
        fields = json.loads(bytes(data.data(FORMAT).data()))
        frame = pydantic.TypeAdapter(LatentPoint).validate_python(fields["frame"])
        return Carried(frame, fields["term"], fields["exemplar"])
    except (ValueError, KeyError, TypeError):
        return None


def exemplar_title(frame: LatentPoint) -> str:
    """Spoken description of an exemplar."""
    if frame.kind == "seed":
        return _("seed {n}", n=frame.number)
    if frame.kind == "image":
        return _("validation image {n}", n=f"{frame.number:,}")
    return _("your image") if frame.kind == "own" else _("a z that was sent")


class TermCells:
    """Titles and drags of the cells of one term's column. A class, since closures would keep the window alive."""

    def __init__(self, equation: ShownEquation, column: TermColumn) -> None:
        self._equation, self._column = equation, column

    def connect(self) -> None:
        """Make the column's grids ask here."""
        self._column.exemplars.describe = self._exemplar_title
        self._column.exemplars.mime = self._drag
        self._column.mean.describe = self._mean_title

    def _exemplar(self, row: int, column: int) -> tuple[int, LatentPoint] | None:
        k, terms = self._column.k, self._equation.terms
        i = self._column.exemplar_at((row, column))
        return (i, terms[k].exemplars[i]) if k < len(terms) and 0 <= i < len(terms[k].exemplars) else None

    def _exemplar_title(self, row: int, column: int) -> str:
        found = self._exemplar(row, column)
        if found is None:
            return ""
        reason, title = self._equation.refused.get((self._column.k, found[0])), exemplar_title(found[1])
        return title if reason is None else _("{exemplar}, left out: {reason}", exemplar=title, reason=str(reason))

    def _drag(self, row: int, column: int) -> QMimeData | None:
        found = self._exemplar(row, column)
        return None if found is None else pack(Carried(found[1], self._column.k, found[0]))

    def _mean_title(self, row: int, column: int) -> str:
        k = self._column.k
        return _("Mean of {name}", name=self._equation.terms[k].name or _("term {k}", k=k + 1))
