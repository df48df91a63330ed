"""A run is a folder, and the folder is the protocol.

    RUN/  recipe.toml  metrics.jsonl  events.jsonl  samples/000500.png  checkpoints/000500/...

Reading one needs no lock and disturbs nobody: a run that another process is writing can be watched.
"""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from genstudio.core import paths
from genstudio.core.errors import GenstudioError, RunError
from genstudio.core.messages import N_
from genstudio.core.spec import ImageSpec
from genstudio.training import checkpoint as checkpoints
from genstudio.training.files import remove_folder, remove_leftovers
from genstudio.training.lock import WriterLock, is_held
from genstudio.training.recipe import Recipe, load_recipe, parse_plan
from genstudio.training.telemetry import Row

if TYPE_CHECKING:
    from genstudio.training.snapshot import Snapshot

Status = Literal["training", "finished", "stopped", "empty"]


class Run:
    """A run folder. ``path`` is absolute; ``name`` is the folder's."""

    def __init__(self, path: Path, recipe: Recipe) -> None:
        self.path = path
        self.recipe = recipe

    @classmethod
    def create(cls, recipe: Recipe, path: str | os.PathLike[str] | None = None) -> Run:
        """A new folder with the recipe in it: ``path``, or the recipe's name and the next free number among the runs.

        Raises :class:`RunError` when ``path`` holds something already or can't be written.
        """
        try:
            folder = _numbered(recipe.name) if path is None else _given(Path(path))
            recipe.save(folder / "recipe.toml")
        except OSError as error:
            raise RunError(
                N_(
                    "No run can be made in {path}: {reason}.", path=str(path or paths.runs_dir()), reason=error.strerror
                ),
                N_("Name another folder."),
            ) from error
        return cls(folder, recipe.with_values(name=folder.name))

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Run:
        """The run in folder ``path``, or the one of that name among the person's runs and those that ship.

        Raises :class:`RunError` when there is none.
        """
        places = [Path(path)]
        if len(Path(path).parts) == 1:
            places += [paths.runs_dir() / path, paths.checkpoints() / path]
        for place in places:
            if (place / "recipe.toml").is_file():
                return cls(place.resolve(), load_recipe(place))
        raise RunError(
            N_("There is no run in {path}.", path=str(path)), N_("'genstudio runs' lists the runs there are.")
        )

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def status(self) -> Status:
        """``training`` while a living process writes it; ``finished`` when the plan's steps are made; ``stopped``; ``empty``
        before the first checkpoint."""
        if is_held(self.path):
            return "training"
        step = self.step
        if step is None:
            return "empty"
        return "finished" if step >= self.state(step).get("plan", {}).get("steps", 0) else "stopped"

    @property
    def step(self) -> int | None:
        """The newest checkpoint's step."""
        steps = self.checkpoints()
        return steps[-1] if steps else None

    # -- what was kept -------------------------------------------------------------------------------------------------

    @property
    def checkpoints_folder(self) -> Path:
        return self.path / "checkpoints"

    def checkpoints(self) -> list[int]:
        """Steps of the complete checkpoints, ascending."""
        return checkpoints.checkpoint_steps(self.checkpoints_folder)

    def checkpoint(self, step: int | None = None) -> Path:
        """The folder of one checkpoint, the newest by default. Raises :class:`RunError` when it is not there."""
        steps = self.checkpoints()
        if not steps:
            raise RunError(
                N_("The run {name} has no checkpoint yet.", name=self.name), N_("Train it for a while first.")
            )
        if step is not None and step not in steps:
            raise RunError(
                N_("The run {name} keeps no weights of step {step}.", name=self.name, step=step),
                N_("There are: {steps}.", steps=", ".join(map(str, steps))),
            )
        return checkpoints.checkpoint_path(self.checkpoints_folder, steps[-1] if step is None else step)

    def state(self, step: int | None = None) -> dict[str, Any]:
        """What ``state.json`` of a checkpoint says: model with knobs, plan, data, spec, versions, device, threads."""
        return checkpoints.read_state(self.checkpoint(step))

    def snapshot(self, step: int | None = None, *, averaged: bool = True) -> Snapshot:
        """The weights at ``step`` (the newest by default), averaged ones where they are kept. Reads the disk, imports
        torch. Raises :class:`RunError` when they are missing or damaged."""
        from genstudio.training.snapshot import Snapshot

        path = self.checkpoint(step)
        state = checkpoints.read_state(path)
        weights, is_averaged = checkpoints.read_weights(path, averaged=averaged)
        return Snapshot(
            run=self.name,
            step=int(state["step"]),
            model=state["model"],
            model_knobs=state["model_knobs"],
            spec=ImageSpec.from_json(state["spec"]),
            weights=weights,
            averaged=is_averaged,
        )

    def resumable(self) -> Path | None:
        """The newest checkpoint that is whole, trainer's state and all; ``None`` when training has to begin anew."""
        for step in reversed(self.checkpoints()):
            path = checkpoints.checkpoint_path(self.checkpoints_folder, step)
            if checkpoints.can_resume(path):
                return path
        if self.checkpoints():
            raise RunError(
                N_(
                    "The run {name} can't be continued: the optimiser's state is not kept, or its files are damaged.",
                    name=self.name,
                ),
                N_("Train its recipe anew."),
            )
        return None

    def recipe_at(self, checkpoint: Path) -> Recipe:
        """The recipe with the settings in force at a checkpoint: live changes are in its state."""
        state = checkpoints.read_state(checkpoint)
        return self.recipe.with_values(model_knobs=state["model_knobs"], plan=parse_plan(state["plan"]))

    # -- what was measured ---------------------------------------------------------------------------------------------

    def metrics_since(self, offset: int = 0) -> tuple[list[Row], int]:
        """Rows of ``metrics.jsonl`` from byte ``offset`` on, and the offset for next time. A torn last line waits; a
        file that became shorter (the run was resumed from an earlier checkpoint) is read from its beginning."""
        rows: list[Row] = []
        try:
            with open(self.path / "metrics.jsonl", "rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(offset if offset <= size else 0)
                start = file.tell()
                content = file.read()
        except FileNotFoundError:
            return [], 0
        whole = content[: content.rfind(b"\n") + 1]
        for line in whole.splitlines():
            try:
                rows.append(Row.from_json(line))
            except ValueError:
                continue
        return rows, start + len(whole)

    def happenings(self) -> list[dict[str, Any]]:
        """The rows of ``events.jsonl`` (``event``, ``step`` and what belongs to it), oldest first; torn lines left out."""
        try:
            lines = (self.path / "events.jsonl").read_bytes().splitlines()
        except FileNotFoundError:
            return []
        rows = []
        for line in lines:
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if isinstance(row, dict) and "event" in row and isinstance(row.get("step"), int):
                rows.append(row)
        return rows

    def measures(self) -> dict[str, float]:
        """The last value of each held-out measure, by ``split/name``."""
        rows, _ = self.metrics_since()
        return {k: v for row in rows for k, v in row.values.items() if not k.startswith(("train/", "samples/"))}

    def samples(self) -> list[tuple[int, Path]]:
        """Sheets of samples by step, ascending."""
        found = [(int(p.stem), p) for p in (self.path / "samples").glob("*.png") if p.stem.isdigit()]
        return sorted(found)

    # -- the folder itself ---------------------------------------------------------------------------------------------

    def rename(self, name: str) -> None:
        """Give the folder another name. Raises :class:`RunError` when that is taken, no name, or the run is training."""
        if not name.strip() or name.startswith(".") or set(name) & set('/\\:*?"<>|'):
            raise RunError(
                N_("'{name}' is no name for a run.", name=name), N_("Choose one of letters, digits and spaces.")
            )
        target = self.path.with_name(name)
        if target.exists():
            raise RunError(N_("There is '{name}' already.", name=name), N_("Choose another name."))
        self.must_be_idle()
        os.replace(self.path, target)
        self.path, self.recipe = target, self.recipe.with_values(name=name)

    def delete(self) -> None:
        """Remove the folder with everything in it. Raises :class:`RunError` while it is training."""
        self.must_be_idle()
        remove_folder(self.path)

    def must_be_idle(self) -> None:
        """Raises :class:`RunError` while a living process trains it."""
        if is_held(self.path):
            raise RunError(N_("The run {name} is being trained.", name=self.name), N_("Stop that training first."))

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"


class RunWriter:
    """The one writer of a run: lock, rows in batches, lengths. Used by the loop alone."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._lock = WriterLock(run.path)
        self._files: dict[str, Any] = {}

    def __enter__(self) -> RunWriter:
        self._lock.take()
        for folder in (self.run.path, self.run.path / "checkpoints", self.run.path / "samples"):
            if folder.is_dir():
                remove_leftovers(folder)
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()
        self._files = {}
        self._lock.release()

    def truncate(self, lengths: dict[str, int], step: int) -> None:
        """Forget what was written after the checkpoint of ``step``: rows beyond ``lengths``, later samples, and later
        checkpoints (damaged ones, or they would have been resumed)."""
        self.forget(lengths, step, ("metrics", "events"))

    def forget(self, lengths: dict[str, int], step: int, names: Iterable[Literal["metrics", "events"]]) -> None:
        """The same, of the rows in ``names`` alone: what happened stays written when training itself goes back."""
        self.flush()
        for name in names:
            path = self.run.path / f"{name}.jsonl"
            if path.exists():
                os.truncate(path, min(int(lengths.get(name, 0)), path.stat().st_size))
        for at, path in self.run.samples():
            if at > step:
                path.unlink(missing_ok=True)
        for at in self.run.checkpoints():
            if at > step:
                remove_folder(checkpoints.checkpoint_path(self.run.checkpoints_folder, at))

    def append(self, name: Literal["metrics", "events"], line: str) -> None:
        """Add a line; it reaches the file with the next flush."""
        if name not in self._files:
            self._files[name] = open(self.run.path / f"{name}.jsonl", "ab")  # noqa: SIM115 - closed on exit
        self._files[name].write(line.encode() + b"\n")

    def flush(self, *, to_disk: bool = False) -> None:
        """Let readers see the rows; ``to_disk`` waits until they outlive a loss of power."""
        for file in self._files.values():
            file.flush()
            if to_disk:
                os.fsync(file.fileno())

    def lengths(self) -> dict[str, int]:
        """Bytes in each file, after a flush to disk: what a checkpoint records."""
        self.flush(to_disk=True)
        found = {name: self.run.path / f"{name}.jsonl" for name in ("metrics", "events")}
        return {name: path.stat().st_size if path.exists() else 0 for name, path in found.items()}


def list_runs(folder: str | os.PathLike[str] | None = None) -> list[Run]:
    """The person's runs, newest first, then those that come with the program; or the runs in ``folder``. Folders that are
    no runs are passed over."""
    if folder is not None:
        return _runs_in(Path(folder))
    return _runs_in(paths.runs_dir()) + _runs_in(paths.checkpoints())


def _runs_in(folder: Path) -> list[Run]:
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name.startswith(".") or not (path / "recipe.toml").is_file():
            continue
        try:
            found.append((_age(path), path.name, Run.open(path)))
        except (GenstudioError, OSError):  # a broken folder must not hide the others
            continue
    return [run for _, _, run in sorted(found, key=lambda entry: (-entry[0], entry[1]))]


def _age(path: Path) -> float:
    """When something was last written: the rows while training, else the recipe."""
    metrics = path / "metrics.jsonl"
    return (metrics if metrics.exists() else path / "recipe.toml").stat().st_mtime


def _numbered(name: str) -> Path:
    stem = re.sub(r"[^\w.-]+", "-", name).strip(".-") or "run"
    paths.runs_dir().mkdir(parents=True, exist_ok=True)
    for number in itertools.count(1):
        folder = paths.runs_dir() / f"{stem}-{number}"
        try:
            folder.mkdir()  # fails when taken: two processes never share one
        except FileExistsError:
            continue
        return folder.resolve()
    raise AssertionError


def _given(path: Path) -> Path:
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise RunError(
            N_("{path} is there already and not empty.", path=str(path)),
            N_("Resume it with 'genstudio resume', or name another folder."),
        )
    path.mkdir(parents=True, exist_ok=True)
    return path.resolve()
