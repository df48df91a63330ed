"""Training of judges: once per data set, by the ordinary loop, into the cache."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genstudio.core.capabilities import Samples, has
from genstudio.core.errors import Cancelled as CancelledError
from genstudio.core.errors import RunError
from genstudio.core.messages import N_, Message
from genstudio.training.events import Finished, Stepped
from genstudio.training.judge.find import ABOUT, cache_folder, find_judge, load_judge, refuse_points, sound_judge
from genstudio.training.judge.recipe import recipe_for
from genstudio.training.run.files import remove_folder, write_and_sync
from genstudio.training.run.run import Run

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.evaluate.judge.judge import Judge
    from genstudio.models.base import Model
    from genstudio.training.recipe.plan import Plan
    from genstudio.training.recipe.recipe import Recipe

Progress = Callable[[float, Message], None]
Cancelled = Callable[[], bool]


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
    train_judge(data, recipe_for(data), folder, progress or (lambda share, text: None), cancelled or (lambda: False))
    return load_judge(folder)


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
        _keep_only_the_model(hidden)
        write_and_sync(hidden / ABOUT, json.dumps(about, indent=1).encode())
        if folder.exists() and sound_judge(folder) is None:
            remove_folder(folder)
        with contextlib.suppress(OSError):  # another process was quicker
            os.replace(hidden, folder)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def _train(data: DataSet, recipe: Recipe, folder: Path, progress: Progress, cancelled: Cancelled) -> dict[str, Any]:
    from genstudio.core.seeding import derive, seed_everything
    from genstudio.evaluate.judge.quality import held_out
    from genstudio.training.loop import train
    from genstudio.training.snapshot import load_model

    run = Run.create(recipe, folder)
    seed_everything(derive(recipe.plan.seed, "model"))
    model = recipe.resolve_model().build(data.spec)
    text = N_("Training a judge of {data}, once", data=data.name)
    events = train(model, data, recipe.plan, run=run, cancelled=cancelled)
    with contextlib.closing(events):
        for event in events:
            if cancelled():
                raise CancelledError(N_("The training of a judge was stopped."), N_("Nothing was saved."))
            if isinstance(event, Stepped) and event.step % 10 == 0:
                progress(event.step / recipe.plan.steps, text)
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


def _keep_only_the_model(folder: Path) -> None:
    """Delete all of a finished run but the weights that are used: the averaged ones of the last step."""
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


def judge_of(
    plan: Plan,
    model: Model,
    data: DataSet,
    progress: Callable[[float, Message], None] | None,
    cancelled: Callable[[], bool] | None,
) -> Judge | None:
    """The judge that ``plan`` asks for, made now where it must be, with progress; ``None`` where it wants none, or the
    model has no samples to look at. Before training begins: in the middle of it, a judge could only be waited for."""
    if not plan.judge_every or not has(model, Samples):
        return None
    return judge_for(data, progress=progress, cancelled=cancelled)
