"""Helpers that several tests of training use."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from genstudio.training.events import Event, Stepped
from genstudio.training.job import Job
from genstudio.training.run import checkpoint as checkpoints
from genstudio.training.run.run import Run


@contextmanager
def torch_unchanged() -> Iterator[None]:
    """Restore torch's number of threads and its random numbers at exit; a training sets both."""
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    yield
    torch.set_num_threads(threads)
    torch.set_rng_state(state)


def finish(job: Job) -> list[Event]:
    """Train to the end: every event but the steps."""
    return [event for event in job.events() if not isinstance(event, Stepped)]


def train_until(job: Job, step: int, changes: dict[int, dict[str, Any]] | None = None) -> None:
    """Train to ``step``, then close, which saves. ``changes`` by the step after which they are requested."""
    events = job.events()
    for event in events:
        if isinstance(event, Stepped):
            job.live((changes or {}).get(event.step, {}))
            if event.step == step:
                break
    events.close()


def contents(run: Run | Path, step: int) -> dict[str, Any]:
    """Everything of a checkpoint that a resumed run must equal to the bit, and the rows without times."""
    run = run if isinstance(run, Run) else Run.open(run)
    path = run.checkpoint(step)
    state = checkpoints.read_state(path)
    rows = [json.loads(line) for line in (run.path / "metrics.jsonl").read_bytes().splitlines()]
    for row in rows:
        row.pop("seconds")
        row.pop("images_per_second", None)
    return {
        "weights": checkpoints.read_weights(path, averaged=False)[0],
        "averaged": checkpoints.read_weights(path)[0],
        "trainer": checkpoints.read_trainer(path),
        "knobs": state["model_knobs"],
        "plan": state["plan"],
        "rows": rows,
        "samples": {at: sheet.read_bytes() for at, sheet in run.samples()},
    }


def same(a: Any, b: Any, where: str = "") -> None:
    """Assert equality to the bit, tensors included; name the first difference."""
    if isinstance(a, torch.Tensor):
        assert isinstance(b, torch.Tensor), where
        assert a.dtype == b.dtype, where
        assert torch.equal(a, b), where
    elif isinstance(a, dict):
        assert a.keys() == b.keys(), f"{where}: {a.keys() ^ b.keys()}"
        for key in a:
            same(a[key], b[key], f"{where}/{key}")
    elif isinstance(a, list | tuple):
        assert len(a) == len(b), f"{where}: {a} {b}"
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            same(x, y, f"{where}/{i}")
    else:
        assert a == b, where


class Hooked:
    """Counts the calls through which bytes and names reach the disk; may kill this process at one of them, as ``kill -9``
    does: before it, or, of a flush, with half of the file's bytes on the disk."""

    def __init__(self, kill_at: int = -1, torn: bool = False) -> None:
        self.calls: list[str] = []
        self.kill_at, self.torn = kill_at, torn
        self.real = {name: getattr(os, name) for name in ("fsync", "replace")}

    def __enter__(self) -> Hooked:
        for name, real in self.real.items():
            setattr(os, name, self._hook(name, real))
        return self

    def __exit__(self, *_: object) -> None:
        for name, real in self.real.items():
            setattr(os, name, real)

    def _hook(self, name: str, real: Callable[..., None]) -> Callable[..., None]:
        def hooked(*args: Any) -> None:
            if len(self.calls) == self.kill_at:
                if self.torn and name == "fsync":
                    os.ftruncate(args[0], os.fstat(args[0]).st_size // 2)
                os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
            is_folder = name == "fsync" and stat.S_ISDIR(os.fstat(args[0]).st_mode)
            self.calls.append("folder" if is_folder else name)
            real(*args)

        return hooked


def train_killed(recipe: Path, out: Path, kill_at: int, torn: bool) -> None:
    """Train in a separate process that is killed at one call. It is forked if possible, because torch is already
    imported."""
    if hasattr(os, "fork"):
        child = os.fork()
        if child == 0:
            try:
                _train_hooked(recipe, out, kill_at, torn)
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), "the process ended before it was killed"
    else:
        arguments = [str(recipe), str(out), str(kill_at), str(int(torn))]
        assert subprocess.run([sys.executable, __file__, *arguments], check=False).returncode != 0


def _train_hooked(recipe: Path, out: Path, kill_at: int, torn: bool) -> None:
    from genstudio.training.job import new_job
    from genstudio.training.recipe.recipe import load_recipe

    job = new_job(load_recipe(recipe), out=out)
    with Hooked(kill_at, torn):
        finish(job)


if __name__ == "__main__":
    _train_hooked(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "1")
