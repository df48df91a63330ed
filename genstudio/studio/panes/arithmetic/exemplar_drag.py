"""Payload of a dragged exemplar: its image and the term that it comes from."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pydantic
from PySide6.QtCore import QMimeData

from genstudio.latent.points import LatentPoint

FORMAT = "application/x-genstudio-exemplar"


@dataclass(frozen=True)
class Carried:
    """``term``, ``exemplar``: where it comes from; ``None`` when that is the browser."""

    frame: LatentPoint
    term: int | None = None
    exemplar: int | None = None


def pack(carried: Carried) -> QMimeData:
    """For a drag."""
    frame = pydantic.TypeAdapter(LatentPoint).dump_python(carried.frame, mode="json")
    data = QMimeData()
    told = {"frame": frame, "term": carried.term, "exemplar": carried.exemplar}
    data.setData(FORMAT, json.dumps(told).encode())
    return data


def unpack(data: QMimeData) -> Carried | None:
    """Read the result of :func:`pack`; ``None`` for anything else, such as a drop from another program."""
    if not data.hasFormat(FORMAT):
        return None
    try:
        told = json.loads(bytes(data.data(FORMAT).data()))
        return Carried(pydantic.TypeAdapter(LatentPoint).validate_python(told["frame"]), told["term"], told["exemplar"])
    except (ValueError, KeyError, TypeError):
        return None
