"""Saved equations: one JSON file in the user's home folder, written atomically.

The content of a blob (a z, an own image) is written as numbers, so that an equation outlives its session.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from genstudio.core.errors import DataError
from genstudio.core.messages import N_, Message
from genstudio.latent.arithmetic.vector_arithmetic import Term
from genstudio.latent.points import LatentPoint
from genstudio.training.run.files import write_atomically

if TYPE_CHECKING:
    from genstudio.viewing.blobs import Blobs

FILE = "equations.json"
Entry = dict[str, Any]


@dataclass(frozen=True)
class EquationOrigin:
    """Origin of an equation: the model, the length of its codes, and the data set (empty: none)."""

    model: str
    latent_dim: int
    data: str = ""


@dataclass(frozen=True)
class Loaded:
    """``remark``: what could not be loaded, and why."""

    terms: tuple[Term, ...]
    remark: Message | None = None


class SavedSums:
    """Saved equations by name. Every call reads the file again: another window may have written it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        """Names in alphabetical order. Raises :class:`DataError` when the file can't be read."""
        return sorted(self._read(), key=str.casefold)

    def get(self, name: str) -> Entry | None:
        """The equation saved under ``name``."""
        return self._read().get(name)

    def put(self, name: str, entry: Entry | None) -> None:
        """Save ``entry`` under ``name``; ``None`` deletes it. Raises :class:`DataError` on failure, without
        changing the file."""
        entries = self._read()
        if entry is None:
            entries.pop(name, None)
        else:
            entries[name] = entry
        fields = json.dumps({"version": 1, "equations": entries}, indent=1, sort_keys=True, allow_nan=False)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self.path, fields.encode())
        except OSError as error:
            raise DataError(
                N_("Equations can't be written to {path}: {reason}.", path=str(self.path), reason=error.strerror),
                N_("Free some space there, or make the folder writable."),
            ) from error

    def _read(self) -> dict[str, Entry]:
        try:
            fields = json.loads(self.path.read_text(encoding="utf-8"))
            entries = {str(name): dict(entry) for name, entry in dict(fields["equations"]).items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise DataError(
                N_("The saved equations in {path} can't be read.", path=str(self.path)),
                N_("Move that file away to start a new one; it was not changed."),
            ) from error
        return entries


def entry_of(terms: tuple[Term, ...], place: EquationOrigin, blobs: Blobs) -> Entry:
    """``terms`` for the file. Raises :class:`DataError` where a z or an image is no longer stored."""
    return {
        "model": place.model, "latent_dim": place.latent_dim, "data": place.data,
        "terms": [
            {"sign": term.sign, "name": term.name, "exemplars": [_exemplar_entry(one, blobs) for one in term.exemplars]}
            for term in terms
        ],
    }  # fmt: skip


def terms_in(entry: Entry, place: EquationOrigin, blobs: Blobs) -> Loaded:
    """The terms of ``entry`` for a model at ``place``: codes of another space are left out. Raises
    :class:`DataError` for an invalid equation."""
    try:
        made = EquationOrigin(str(entry["model"]), int(entry["latent_dim"]), str(entry.get("data", "")))
        same = (made.model, made.latent_dim) == (place.model, place.latent_dim)
        terms, refused = [], 0
        for term in entry["terms"]:
            frames = [one for one in term["exemplars"] if same or one["kind"] != "z"]
            refused += len(term["exemplars"]) - len(frames)
            terms.append(Term(term["sign"], tuple(_frame(one, blobs) for one in frames), str(term["name"])))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(N_("The file is not a saved equation."), N_("Delete it, and save it again.")) from error
    return Loaded(tuple(terms), _remark(made, place, refused))


def _remark(made: EquationOrigin, here: EquationOrigin, refused: int) -> Message | None:
    if refused:
        return N_(
            "{n} exemplars are left out: they are codes of {dim} numbers from another model ({model}), but this "
            "is a {here} with codes of {here_dim}. Replace them.",
            n=refused, dim=made.latent_dim, model=made.model, here=here.model, here_dim=here.latent_dim,
        )  # fmt: skip
    if made.data and made.data != here.data:
        return N_(
            "This equation was made with the images of {data}: the same image numbers mean other images here.",
            data=made.data,
        )
    return None


def _exemplar_entry(frame: LatentPoint, blobs: Blobs) -> Entry:
    fields: Entry = {"kind": frame.kind, "number": frame.number, "label": frame.label}
    if frame.blob is None:
        return fields
    array = blobs.get_array(frame.blob)
    if frame.kind == "z":
        # A float32 is a float64 too: JSON gives back the same number.
        return fields | {"z": [float(value) for value in array.astype(np.float32).ravel()]}
    packed = base64.b64encode(np.ascontiguousarray(array, np.uint8).tobytes()).decode()
    return fields | {"shape": list(array.shape), "pixels": packed}


def _frame(fields: Entry, blobs: Blobs) -> LatentPoint:
    blob = None
    if "z" in fields:
        blob = blobs.put_array(np.array(fields["z"], np.float32))
    elif "pixels" in fields:
        flat = np.frombuffer(base64.b64decode(fields["pixels"]), np.uint8)
        blob = blobs.put_array(flat.reshape(tuple(fields["shape"])))
    return LatentPoint(fields["kind"], int(fields["number"]), blob, int(fields["label"]))
