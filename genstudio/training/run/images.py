"""The images of a run, found again: where its recipe says, where they lay when it was trained, or by their name."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genstudio.core.errors import DataError, RunError
from genstudio.core.messages import N_, Message
from genstudio.core.paths import cache_dir, data_dirs
from genstudio.training.run import checkpoint as checkpoints

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.training.run.run import Run


def open_images(
    run: Run,
    *,
    search: Sequence[Path] | None = None,
    progress: Callable[[float, Message], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> DataSet:
    """The images that ``run`` learned from. ``search`` (``--data``, where a person names a place) is looked at first, then
    the places of the run's training, then those of today.

    Raises :class:`DataError` when they are nowhere; and :class:`RunError` when what is found, in another place than then and
    without ``search``, are other images of the same name.
    """
    from genstudio.data.base import data_sets
    from genstudio.data.dataset import open_data

    checkpoint = run.last_sound()
    state = checkpoints.read_state(checkpoint) if checkpoint is not None else {}
    recipe = run.recipe if checkpoint is None else run.recipe_at(checkpoint)
    recorded = state.get("images", {"place": None, "search": []})
    places = [*(search or ()), *map(Path, recorded["search"]), *(() if search else data_dirs())]
    values, by_name = recipe.data_knobs, data_sets[recipe.data].elsewhere(recipe.data_knobs)
    try:
        data = open_data(recipe.data, values, search=places, progress=progress, cancelled=cancelled)
    except DataError as error:
        if by_name is None or Path(values["path"]).exists():
            raise
        try:
            data = open_data(recipe.data, by_name, search=places, progress=progress, cancelled=cancelled)
        except DataError:
            raise error from None
    if search is None:
        _must_be_those(run, data, state, recorded["place"])
    return data


def where_found(data: DataSet) -> dict[str, Any]:
    """For ``state.json``: where the images lie, and which places besides the cache were searched."""
    own = Path(os.path.abspath(cache_dir() / "data"))
    return {
        "place": _path_text(data.place),
        "search": [text for one in data.search if one != own and (text := _path_text(one))],
    }


def _must_be_those(run: Run, data: DataSet, state: dict[str, Any], place: str | None) -> None:
    moved = place is not None and data.place is not None and str(data.place) != place
    if moved and data.fingerprint != state["data_fingerprint"]:
        raise RunError(
            N_(
                "The images in {path} are not those that the run {name} was trained on: those were in {place}.",
                path=str(data.place),
                name=run.name,
                place=place,
            ),
            N_("Put them back there, or name the folder that contains them with --data."),
        )


def _path_text(path: Path | None) -> str | None:
    """A path as text; ``None`` for one that is no UTF-8."""
    try:
        return None if path is None else os.fspath(path).encode().decode()
    except UnicodeEncodeError:
        return None
