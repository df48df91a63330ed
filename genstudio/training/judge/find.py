"""Judges: found among those that come with the program, else in the cache, else trained once by the ordinary loop.

    checkpoints/judges/mnist/  recipe.toml  judge.json  checkpoints/003000/{model.safetensors, state.json}
    CACHE/judges/KEY/          the same, for data sets that have none there

Shipped judges serve their data set by its name, at any size and however binarised, so that figures compare; what they
take is in :mod:`genstudio.evaluate.judge.judge`. Any other set of images gets a judge of its own, known by the images'
fingerprint.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genstudio.core.errors import Cancelled as CancelledError
from genstudio.core.errors import GenstudioError, RunError, UsageError
from genstudio.core.messages import N_, Message
from genstudio.core.paths import cache_dir, checkpoints
from genstudio.training.events import Finished, Stepped
from genstudio.training.judge.recipe import recipe_for
from genstudio.training.run.files import remove_folder, write_and_sync
from genstudio.training.run.run import Run

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.evaluate.judge.judge import Judge
    from genstudio.training.recipe.recipe import Recipe

Progress = Callable[[float, Message], None]
Cancelled = Callable[[], bool]
ABOUT = "judge.json"


def judge_for(data: DataSet, *, progress: Progress | None = None, cancelled: Cancelled | None = None) -> Judge:
    """The judge of ``data``, trained now (a minute or two) where there is none yet.

    Training takes torch's default generator and gives it back as it was, so call this on the thread that trains, before
    it begins, or where nothing trains; :func:`find_judge` is for everyone else. Raises
    :class:`genstudio.core.errors.Cancelled`, which leaves nothing behind, :class:`RunError` when a judge can't be
    trained, and :class:`UsageError` for points of the plane.
    """
    refuse_points(data)
    found = find_judge(data)
    if found is not None:
        return found
    folder = cache_folder(data)
    train_judge(data, recipe_for(data), folder, progress or (lambda share, words: None), cancelled or (lambda: False))
    return load_judge(folder)


def refuse_points(data: DataSet) -> None:
    """Raises :class:`UsageError` where ``data`` are points of the plane, which no judge looks at."""
    if data.spec.is_point:
        raise UsageError(
            N_("Points of the plane have no judge: a classifier of points would not help."),
            N_("Leave plan.judge_every at 0; the measure modes and the pane Plane show how well modes are covered."),
        )


def find_judge(data: DataSet) -> Judge | None:
    """The judge of ``data`` if it is shipped or cached: quick, trains nothing, safe on any thread. Points have none."""
    if data.spec.is_point:
        return None
    for folder in (shipped_folder(data), cache_folder(data)):
        if folder is not None and (judge := _sound(folder)) is not None:
            return judge
    return None


def _sound(folder: Path) -> Judge | None:
    """The judge in ``folder`` if it is complete: a damaged one must not stand in the way of a new one."""
    try:
        return load_judge(folder) if (folder / ABOUT).is_file() else None
    except GenstudioError:
        return None


def load_judge(folder: Path) -> Judge:
    """The judge in ``folder``. Raises :class:`RunError` when it is damaged or not there."""
    from genstudio.evaluate.judge.judge import Judge
    from genstudio.training.snapshot import load_model

    snapshot = Run.open(folder).snapshot()
    return Judge(load_model(snapshot), folder.name, snapshot.digest, snapshot.spec)


def shipped_folder(data: DataSet) -> Path | None:
    """Where the shipped judge of ``data`` lies, if there is one. A person's own folder is known by its content
    alone."""
    folder = checkpoints() / "judges" / data.name
    return folder if data.name != "folder" and (folder / ABOUT).is_file() else None


def cache_folder(data: DataSet) -> Path:
    """Where the judge of ``data`` lies, or will: other images, or another way of training, have another."""
    recipe = recipe_for(data)
    # Only what the recipe says: a setting that plans have from now on makes no judge another one.
    facts = {"model": recipe.model, "knobs": recipe.model_knobs, "plan": recipe.plan.changed()}
    how = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    return cache_dir() / "judges" / f"{data.name}-{data.fingerprint[:16]}-{how[:8]}"


def train_judge(data: DataSet, recipe: Recipe, folder: Path, progress: Progress, cancelled: Cancelled) -> None:
    """Train ``recipe`` on the images of ``data`` as they are, and put the run into ``folder`` once it is complete.

    Two processes that do so at once don't meet: the second throws its own away.
    """
    hidden = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    shutil.rmtree(hidden, ignore_errors=True)
    hidden.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _leaving_no_trace():
            about = _train(data.unchanged(), recipe, hidden, progress, cancelled)
        _keep_what_looks(hidden)
        write_and_sync(hidden / ABOUT, json.dumps(about, indent=1).encode())
        if folder.exists() and _sound(folder) is None:
            remove_folder(folder)
        with contextlib.suppress(OSError):  # another process was quicker
            os.replace(hidden, folder)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def _train(data: DataSet, recipe: Recipe, folder: Path, progress: Progress, cancelled: Cancelled) -> dict[str, Any]:
    from genstudio.core.seeding import derive, seed_everything
    from genstudio.evaluate.judge.quality import held_out
    from genstudio.models.base import build
    from genstudio.training.loop import train
    from genstudio.training.snapshot import load_model

    run = Run.create(recipe, folder)
    seed_everything(derive(recipe.plan.seed, "model"))
    model = build(recipe.model, data.spec, recipe.model_knobs)
    words = N_("Training a judge of {data}, once", data=data.name)
    events = train(model, data, recipe.plan, run=run, cancelled=cancelled)
    with contextlib.closing(events):
        for event in events:
            if cancelled():
                raise CancelledError(N_("The training of a judge was stopped."), N_("Nothing was saved."))
            if isinstance(event, Stepped) and event.step % 10 == 0:
                progress(event.step / recipe.plan.steps, words)
            elif isinstance(event, Finished) and event.reason != "done":
                raise RunError(
                    N_("The training of a judge of {data} did not succeed.", data=data.name),
                    N_("Check the images: they may be too similar to each other."),
                )
    snapshot = run.snapshot()
    return {
        "data": data.name,
        "data_fingerprint": data.fingerprint,
        "hash": snapshot.digest,
        "held_out": held_out(load_model(snapshot), data),
    }


def _keep_what_looks(folder: Path) -> None:
    """Of a finished run only the weights that are looked through: the averaged ones, of the last step."""
    from genstudio.training.run import checkpoint as files

    run = Run.open(folder)
    path = run.checkpoint()
    for step in run.checkpoints()[:-1]:
        shutil.rmtree(run.checkpoint(step))
    if (path / files.AVERAGED).is_file():
        os.replace(path / files.AVERAGED, path / files.MODEL)
    (path / files.TRAINER).unlink(missing_ok=True)
    state = files.read_state(path)
    state["files"] = {files.MODEL: (path / files.MODEL).stat().st_size}
    write_and_sync(path / files.STATE, json.dumps(state, indent=1).encode())
    for name in (".lock", "metrics.jsonl", "events.jsonl"):
        (folder / name).unlink(missing_ok=True)


@contextlib.contextmanager
def _leaving_no_trace() -> Iterator[None]:
    """Every generator and the number of threads are afterwards as they were: a training that needs a judge is the same,
    to the bit, whether its judge was there already or not."""
    import torch

    from genstudio.core.seeding import global_state, restore_global_state

    state, threads = global_state(), torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        restore_global_state(state)
