"""Checkpoints: one folder a step, complete or not there.

    checkpoints/000500/  model.safetensors  averaged.safetensors (where the plan averages)  trainer.pt  state.json

Written into a hidden folder, each file flushed to the disk, ``state.json`` last, then renamed. Tensors are read from
bytes with safetensors, ``trainer.pt`` with ``weights_only=True``: opening a stranger's run can never execute code.

Of many checkpoints the first, the newest and some thirty between are kept, denser early on, where training changes
most; ``trainer.pt`` (optimisers and generators, twice the size of the weights) only in the newest two, and in the one
to which training would go back.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genstudio.core import aliases
from genstudio.core.errors import NotSavedError, RunError
from genstudio.core.messages import N_
from genstudio.training.run.files import new_folder, read_limited, remove_folder, sync_folder, write_and_sync
from genstudio.training.run.states import State, Trainer, check, read_json

if TYPE_CHECKING:
    from torch import Tensor

KEEP, KEEP_TRAINERS = 32, 2
STATE, MODEL, AVERAGED, TRAINER = "state.json", "model.safetensors", "averaged.safetensors", "trainer.pt"
WEIGHTS_BYTES, TRAINER_BYTES = 4 * 2**30, 12 * 2**30


def save_checkpoint(
    folder: Path,
    step: int,
    *,
    weights: Mapping[str, Tensor],
    averaged: Mapping[str, Tensor] | None,
    trainer: Mapping[str, Any],
    state: Mapping[str, Any],
    spare: int | None = None,
) -> Path:
    """Write the checkpoint of ``step`` into ``folder`` and thin out old ones, but that of step ``spare``. One that is
    there already is replaced.

    Raises :class:`NotSavedError` when the disk is full or can't be written, or the run's folder is gone; what was there
    before is then as it was.
    """
    target, hidden = folder / f"{step:06d}", folder / f".{step:06d}.{os.getpid()}.tmp"
    contents = {MODEL: tensors_to_bytes(weights), TRAINER: _torch_bytes(trainer)}
    if averaged is not None:
        contents[AVERAGED] = tensors_to_bytes(averaged)
    sizes = {name: len(content) for name, content in contents.items()}
    try:
        folder.mkdir(exist_ok=True)  # not its parent: a run that was deleted must not come back as a stump
        new_folder(hidden)
        for name, content in contents.items():
            write_and_sync(hidden / name, content)
        text = json.dumps({**state, "step": step, "files": sizes}, indent=1, allow_nan=False)
        write_and_sync(hidden / STATE, text.encode())
        sync_folder(hidden)
        if target.exists():
            remove_folder(target)
        os.replace(hidden, target)
        sync_folder(folder)
    except OSError as error:
        shutil.rmtree(hidden, ignore_errors=True)
        gone = not folder.parent.is_dir()
        raise NotSavedError(
            N_("The folder of the run is gone: {path}.", path=str(folder.parent))
            if gone
            else N_("The checkpoint of step {step} could not be written: {reason}.", step=step, reason=error.strerror),
            N_("Free some space on the disk that holds {folder}, then resume the run.", folder=str(folder)),
        ) from error
    thin_out(folder, spare)
    return target


def checkpoint_steps(folder: Path) -> list[int]:
    """Steps of the complete checkpoints in ``folder``, ascending."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return sorted(int(n) for n in names if is_step(n) and (folder / n / STATE).is_file())


def is_step(name: str) -> bool:
    """True if the name is that of a step: digits, filled up with zeros to six."""
    return name.isascii() and name.isdigit() and len(name) <= 15 and name == f"{int(name):06d}"


def checkpoint_path(folder: Path, step: int) -> Path:
    """Folder of the checkpoint of ``step``."""
    return folder / f"{step:06d}"


def can_resume(path: Path) -> bool:
    """True if the checkpoint at ``path`` has all files that its state names, the trainer's state included."""
    try:
        sizes = read_state(path)["files"]
        return TRAINER in sizes and all((path / name).stat().st_size == size for name, size in sizes.items())
    except (RunError, OSError):
        return False


def read_state(path: Path) -> dict[str, Any]:
    """``state.json``, checked as :class:`genstudio.training.run.states.State` says. Raises :class:`RunError` when it is
    missing or broken."""
    try:
        state = read_json(path / STATE, State)
        if is_step(path.name) and int(path.name) != state["step"]:
            raise ValueError(f"it says that it is of step {state['step']}")
    except (OSError, ValueError) as error:
        raise damaged(path, error) from error
    return state


def read_weights(path: Path, *, averaged: bool = True) -> tuple[dict[str, Tensor], bool]:
    """The checkpoint's weights on the CPU, the averaged ones where they are wanted and kept; and whether they are.

    Raises :class:`RunError` for a damaged file.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    averaged = averaged and (path / AVERAGED).is_file()
    try:
        weights = load(read_limited(path / (AVERAGED if averaged else MODEL), WEIGHTS_BYTES))
        return aliases.current("weights", weights), averaged
    except (OSError, SafetensorError, ValueError, KeyError) as error:  # KeyError: a type that torch does not have
        raise damaged(path, error) from error


def read_trainer(path: Path) -> dict[str, Any]:
    """Optimisers, generators and places, checked as :class:`genstudio.training.run.states.Trainer` says. Raises
    :class:`RunError` for a damaged file, or one that holds anything but tensors and plain values."""
    import torch

    try:
        content = io.BytesIO(read_limited(path / TRAINER, TRAINER_BYTES))
        with zipfile.ZipFile(content) as packed:  # torch packs nothing: what is packed unfolds to any size
            if any(part.compress_type != zipfile.ZIP_STORED for part in packed.infolist()):
                raise ValueError(f"{TRAINER} is not one of ours")
        content.seek(0)
        return check(torch.load(content, weights_only=True, map_location="cpu"), Trainer)
    except Exception as error:  # a stranger's file can break torch's reader in many ways, none of which is ours
        raise damaged(path, error) from error


def tensors_to_bytes(tensors: Mapping[str, Tensor]) -> bytes:
    """Tensors as safetensors, without metadata: the same tensors give the same bytes."""
    from safetensors.torch import save

    seen: set[int] = set()
    ready = {}
    for name, tensor in tensors.items():
        tensor = tensor.detach().cpu().contiguous()
        if tensor.data_ptr() in seen:  # tied weights: safetensors wants each on its own
            tensor = tensor.clone()
        seen.add(tensor.data_ptr())
        ready[name] = tensor
    return bytes(save(ready))


def thin_out(folder: Path, spare: int | None = None) -> None:
    """Drop old checkpoints as this module's docstring says. Never the newest, nor that of step ``spare``."""
    steps = checkpoint_steps(folder)
    keep = steps_to_keep(steps) | {step for step in steps if step == spare}
    for step in steps:
        if step not in keep:
            remove_folder(checkpoint_path(folder, step))
    for step in sorted(keep)[:-KEEP_TRAINERS]:
        if step != spare:
            (checkpoint_path(folder, step) / TRAINER).unlink(missing_ok=True)


def steps_to_keep(steps: list[int], limit: int = KEEP) -> set[int]:
    """The first, the last, and at most ``limit`` in all; the gaps between them grow like the square root of the
    step."""
    kept = sorted(steps)
    while len(kept) > limit:
        gaps = [(kept[i + 1] - kept[i - 1]) / max(kept[i], 1) ** 0.5 for i in range(1, len(kept) - 1)]
        del kept[1 + gaps.index(min(gaps))]
    return set(kept)


def _torch_bytes(value: Mapping[str, Any]) -> bytes:
    import torch

    buffer = io.BytesIO()
    torch.save(dict(value), buffer)
    return buffer.getvalue()


def damaged(path: Path, error: Exception) -> RunError:
    """The words for a checkpoint at ``path`` that can't be used because of ``error``."""
    reason = (str(error).splitlines() or [type(error).__name__])[0][:200].rstrip(".")
    return RunError(
        N_("The checkpoint {path} can't be read: {reason}.", path=str(path), reason=reason),
        N_("Delete that folder; the run resumes from the checkpoint before it."),
    )
