"""Directions kept in their run, by the hash of the weights that they were found for: RUN/directions/HASH.json."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from genstudio.core.errors import GenstudioError, RunError
from genstudio.core.messages import N_
from genstudio.latent.directions.direction import COMPONENTS, Directions
from genstudio.training.run.files import read_limited, write_atomically

if TYPE_CHECKING:
    from genstudio.training.run.run import Run

MOST_BYTES = 64 * 2**20


def save(run: Run, directions: Directions) -> Path:
    """Write them into ``run``; those of the same weights that are already there and not among them stay.

    Principal components go together: one that was named since would be there twice. Raises :class:`RunError` when a link
    leads out of the run's folder, ``OSError`` when it can't be written.
    """
    run.for_writing()
    path = _path(run, directions.space.digest)
    before = load(run, directions.space.digest)
    if before is not None:
        nameless = {one.method for one in directions} & {COMPONENTS}
        left = tuple(one for one in before if one.name not in directions and one.method not in nameless)
        directions = Directions(directions.space, directions.found + left, directions.origin)
    path.parent.mkdir(exist_ok=True)
    write_atomically(path, directions.to_bytes())
    return path


def load(run: Run, digest: str) -> Directions | None:
    """Load the directions found for the weights of hash ``digest``; ``None`` where there are none that can be read."""
    try:
        return Directions.from_bytes(read_limited(_path(run, digest), MOST_BYTES))
    except (OSError, GenstudioError, RecursionError):
        return None


def all_of(run: Run) -> list[Directions]:
    """All that the run keeps, of the latest step first."""
    return sorted(_all(run), key=lambda kept: -kept.space.step)


def _all(run: Run) -> Iterator[Directions]:
    for path in (run.path / "directions").glob("*.json"):
        if (found := load(run, path.stem)) is not None:
            yield found


def _path(run: Run, digest: str) -> Path:
    if not re.fullmatch(r"\w+", digest):  # it may come from a stranger's file, and must not name another folder
        raise RunError(N_("'{digest}' is not a hash of weights.", digest=digest), N_("Find the directions again."))
    return run.path / "directions" / f"{digest}.json"
