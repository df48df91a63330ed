"""Directions kept in their run, by the hash of the weights that they were found for: RUN/directions/HASH.json."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from genstudio.core.errors import GenstudioError
from genstudio.explore.latent.direction import COMPONENTS, Directions
from genstudio.training.files import write_atomically

if TYPE_CHECKING:
    from genstudio.training.run import Run


def keep(run: Run, directions: Directions) -> Path:
    """Write them into ``run``; those of the same weights that are already there and not among them stay.

    Principal components go together: one that was named since would be there twice.
    """
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
    """Those found for the weights of hash ``digest``; ``None`` where there are none that can be read."""
    try:
        return Directions.from_bytes(_path(run, digest).read_bytes())
    except (OSError, GenstudioError):
        return None


def all_of(run: Run) -> list[Directions]:
    """All that the run keeps, of the latest step first."""
    return sorted(_all(run), key=lambda kept: -kept.space.step)


def _all(run: Run) -> Iterator[Directions]:
    for path in (run.path / "directions").glob("*.json"):
        if (found := load(run, path.stem)) is not None:
            yield found


def _path(run: Run, digest: str) -> Path:
    return run.path / "directions" / f"{digest}.json"
