"""Pinned weights: an export keeps its weights, so that it can be reproduced.

    RUN/pinned/HASH/  model.safetensors  blobs/SHA256  state.json

Checkpoints are thinned out and most snapshots are never saved; an exported picture must outlive both.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genstudio.core import aliases
from genstudio.core.errors import GenstudioError, RunError
from genstudio.core.messages import N_
from genstudio.core.spec import ImageSpec

if TYPE_CHECKING:
    from genstudio.training.run.run import Run
    from genstudio.training.snapshot import Snapshot
    from genstudio.viewing.blobs import Blob, Blobs
    from genstudio.viewing.pane_state import PaneState


def pin(run: Run, snapshot: Snapshot, state: PaneState | None = None, blobs: Blobs | None = None) -> Path:
    """Save ``snapshot`` in ``run``, and the blobs that ``state`` names; returns RUN/pinned/HASH. Equal weights are
    saved once.

    Raises :class:`GenstudioError` when the run's folder can't be written, or a link leads out of it.
    """
    from genstudio.training.run.checkpoint import tensors_to_bytes
    from genstudio.training.run.files import new_folder, sync_folder, write_and_sync, write_atomically

    run.for_writing()
    folder = pinned_path(run, snapshot.digest)
    try:
        if not (folder / "state.json").is_file():
            folder.parent.mkdir(exist_ok=True)
            hidden = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
            new_folder(hidden)
            write_and_sync(hidden / "model.safetensors", tensors_to_bytes(snapshot.weights))
            write_and_sync(hidden / "state.json", json.dumps(_describe(snapshot), indent=1).encode())
            sync_folder(hidden)
            shutil.rmtree(folder, ignore_errors=True)
            os.replace(hidden, folder)
            sync_folder(folder.parent)
        for name, content in _blobs_in(state, blobs):
            (folder / "blobs").mkdir(exist_ok=True)
            write_atomically(folder / "blobs" / name, content)
    except OSError as error:
        raise GenstudioError(
            N_("The weights could not be saved in {path}: {reason}.", path=str(run.path), reason=error.strerror),
            N_("Without them the picture can't be reproduced later; free some space there."),
        ) from error
    return folder


def pinned_path(run: Run, digest: str) -> Path:
    """Folder of the pinned weights with that digest."""
    return run.path / "pinned" / digest[:16]


def pinned_snapshot(run: Run, digest: str) -> Snapshot:
    """The pinned snapshot. Raises :class:`RunError` if it is missing or was changed."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    from genstudio.training.run.checkpoint import WEIGHTS_BYTES
    from genstudio.training.run.files import read_limited
    from genstudio.training.run.states import Pinned, read_json
    from genstudio.training.snapshot import Snapshot

    folder = pinned_path(run, digest)
    try:
        described = read_json(folder / "state.json", Pinned)
        # From bytes: Windows can't replace a mapped file, and a stranger's file can't run code.
        weights = aliases.current("weights", load(read_limited(folder / "model.safetensors", WEIGHTS_BYTES)))
        snapshot = Snapshot(**{**described, "spec": ImageSpec.from_json(described["spec"])}, weights=weights)
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise RunError(
            N_("The run {name} does not have the weights {hash}.", name=run.name, hash=digest[:16]),
            N_("Copy the folder 'pinned' of the run from the computer on which the picture was made."),
        ) from error
    if snapshot.digest != digest:
        raise RunError(
            N_("The weights pinned in {path} are not those of the picture.", path=str(folder)),
            N_("They were changed after the picture was saved, so it can't be reproduced."),
        )
    return snapshot


def pinned_blobs(run: Run, digest: str) -> Blobs:
    """Blobs that the pinned states name, read on access."""
    from genstudio.viewing.blobs import Blobs

    return Blobs(pinned_path(run, digest) / "blobs")


def _describe(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "run": snapshot.run,
        "step": snapshot.step,
        "model": snapshot.model,
        "model_knobs": snapshot.model_knobs,
        "spec": snapshot.spec.to_json(),
        "averaged": snapshot.averaged,
    }


def _blobs_in(state: PaneState | None, blobs: Blobs | None) -> Iterator[tuple[str, bytes]]:
    if state is None or blobs is None:
        return
    for blob in _named(state):
        yield blob.sha256, blobs.get(blob)


def _named(value: Any) -> Iterator[Blob]:
    """The blobs in a state, however deep: in tuples, and in the values that a state is made of."""
    from genstudio.viewing.blobs import Blob

    if isinstance(value, Blob):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _named(one)
    elif is_dataclass(value):
        for one in fields(value):
            yield from _named(getattr(value, one.name))
