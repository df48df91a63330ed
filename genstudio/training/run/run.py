"""A run is a folder, and the folder is the protocol.

    RUN/  recipe.toml  metrics.jsonl  events.jsonl  samples/000500.png  checkpoints/000500/...

Reading one needs no lock and disturbs no other process: a run that another process is writing can be watched.
"""

from __future__ import annotations

import itertools
import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from genstudio.core import paths
from genstudio.core.errors import GenstudioError, RunError
from genstudio.core.messages import N_
from genstudio.core.spec import ImageSpec
from genstudio.training.curve_annotations import run_event
from genstudio.training.recipe.plan import parse_plan
from genstudio.training.recipe.recipe import Recipe, load_recipe
from genstudio.training.run import checkpoint as checkpoints
from genstudio.training.run.files import odd_one, open_to_read, remove_folder, write_atomically
from genstudio.training.run.lock import NAME as LOCK
from genstudio.training.run.lock import is_locked
from genstudio.training.telemetry import Row

if TYPE_CHECKING:
    from genstudio.training.snapshot import Snapshot

Status = Literal["training", "finished", "stopped", "empty"]
FILES = ("recipe.toml", "metrics.jsonl", "events.jsonl", "sampling.json", LOCK)
FOLDERS = ("samples", "checkpoints", "pinned", "directions")
MOST_BYTES = 256 * 2**20  # of rows that are read at once; of a longer file the end
MOST_LINE = 2**20
_STUMP = re.compile(r"\.recipe\.toml\.\d+\.tmp")


class Run:
    """A run folder. ``path`` is absolute; ``name`` is the folder's."""

    def __init__(self, path: Path, recipe: Recipe) -> None:
        self.path = path
        self.recipe = recipe
        self._made = False  # the folder itself, by create()

    @classmethod
    def create(cls, recipe: Recipe, path: str | os.PathLike[str] | None = None) -> Run:
        """A new folder with the recipe in it: ``path``, or the recipe's name and the next free number among the runs.

        Raises :class:`RunError` when ``path`` holds something already or can't be written, :class:`UsageError` when the
        recipe can't be written down. Neither leaves anything behind.
        """
        content = recipe.to_bytes()
        made: Path | None = None
        try:
            was_there = path is not None and Path(path).is_dir()
            folder = _numbered(recipe.name) if path is None else _given(Path(path))
            made = None if was_there else folder
            write_atomically(folder / "recipe.toml", content)
        except OSError as error:
            if made is not None:
                remove_folder(made)
            raise RunError(
                N_(
                    "No run can be made in {path}: {reason}.", path=str(path or paths.runs_dir()), reason=error.strerror
                ),
                N_("Free some space there, or name another folder."),
            ) from error
        run = cls(folder, recipe.with_values(name=folder.name))
        run._made = not was_there
        return run

    def undo_create(self) -> None:
        """Take away what :meth:`create` and a writer that did not get far left; a folder that was there before stays."""
        if self._made:
            remove_folder(self.path)
            return
        for name in FILES:
            (self.path / name).unlink(missing_ok=True)
        for name in FOLDERS:
            remove_folder(self.path / name)

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
        if self.is_training:
            return "training"
        step = self.step
        if step is None:
            return "empty"
        return "finished" if step >= parse_plan(self.state(step)["plan"]).steps else "stopped"

    @property
    def is_training(self) -> bool:
        """True while a living process writes the run. Reads none of its files, so it works for a damaged run too."""
        return is_locked(self.path)

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
                N_("The run {name} has no saved weights of step {step}.", name=self.name, step=step),
                N_("There are: {steps}.", steps=", ".join(map(str, steps))),
            )
        return checkpoints.checkpoint_path(self.checkpoints_folder, steps[-1] if step is None else step)

    def state(self, step: int | None = None) -> dict[str, Any]:
        """Content of a checkpoint's ``state.json``: model with knobs, plan, data, spec, versions, device, threads."""
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
        """The newest complete checkpoint with the trainer's state; ``None`` when training has to start over."""
        for step in reversed(self.checkpoints()):
            path = checkpoints.checkpoint_path(self.checkpoints_folder, step)
            if checkpoints.can_resume(path):
                return path
        if self.checkpoints():
            raise RunError(
                N_(
                    "The run {name} can't be continued: the optimiser's state is missing, or its files are damaged.",
                    name=self.name,
                ),
                N_("Train its recipe again."),
            )
        return None

    def recipe_at(self, checkpoint: Path) -> Recipe:
        """The recipe with the settings in force at a checkpoint: live changes are in its state, and so is each setting that
        the recipe does not name."""
        state = checkpoints.read_state(checkpoint)
        data_knobs = self.recipe.data_knobs
        if state["data"] == self.recipe.data:  # the recipe's word first: images may have been moved
            data_knobs = {**state["data_knobs"], **data_knobs}
        return self.recipe.with_values(
            model_knobs=state["model_knobs"], data_knobs=data_knobs, plan=parse_plan(state["plan"])
        )

    def last_sound(self) -> Path | None:
        """The newest checkpoint whose state can be read; ``None`` without one."""
        for step in reversed(self.checkpoints()):
            path = checkpoints.checkpoint_path(self.checkpoints_folder, step)
            try:
                checkpoints.read_state(path)
            except RunError:
                continue
            return path
        return None

    # -- what was measured ---------------------------------------------------------------------------------------------

    def metrics_since(self, offset: int = 0) -> tuple[list[Row], int]:
        """Rows of ``metrics.jsonl`` from byte ``offset`` on, and the offset for next time. A torn last line waits; a
        file that became shorter (the run was resumed from an earlier checkpoint) is read from its beginning."""
        content, start = self._lines("metrics.jsonl", offset)
        complete_lines = content[: content.rfind(b"\n") + 1]
        rows: list[Row] = []
        for line in complete_lines.splitlines():
            try:
                rows.append(Row.from_json(line[: MOST_LINE + 1]))
            except ValueError:
                continue
        return rows, start + len(complete_lines)

    def run_events(self) -> list[dict[str, Any]]:
        """The rows of ``events.jsonl`` (``event``, ``step`` and what belongs to it), oldest first; torn lines left out."""
        found = (run_event(line[: MOST_LINE + 1]) for line in self.event_lines())
        return [row for row in found if row is not None]

    def event_lines(self) -> list[bytes]:
        """Lines of ``events.jsonl``, oldest first, as they were written."""
        return self._lines("events.jsonl")[0].splitlines()

    def _lines(self, name: str, offset: int = 0) -> tuple[bytes, int]:
        """Whole lines of a file from byte ``offset`` on, and where they begin; nothing of a file that is not there."""
        try:
            with open_to_read(self.path / name) as file:
                size = os.fstat(file.fileno()).st_size
                start = file.seek(offset if offset <= size else 0)
                if size - start > MOST_BYTES:
                    file.seek(size - MOST_BYTES)
                    file.readline(MOST_BYTES)
                    start = file.tell()
                return file.read(MOST_BYTES), start
        except FileNotFoundError:
            return b"", 0
        except OSError as error:
            raise RunError(
                N_("{path} can't be read: {reason}.", path=str(self.path / name), reason=error.strerror or str(error)),
                N_("Delete that file; the run continues without its contents."),
            ) from error

    def measures(self) -> dict[str, float]:
        """The last value of each held-out measure, by ``split/name``."""
        rows, _ = self.metrics_since()
        return {k: v for row in rows for k, v in row.values.items() if not k.startswith(("train/", "samples/"))}

    def samples(self) -> list[tuple[int, Path]]:
        """Sheets of samples by step, ascending."""
        found = [(int(p.stem), p) for p in (self.path / "samples").glob("*.png") if checkpoints.is_step(p.stem)]
        return sorted(found)

    # -- the folder itself ---------------------------------------------------------------------------------------------

    def rename(self, name: str) -> None:
        """Give the folder another name. Raises :class:`RunError` when that is taken, no name, or the run is training."""
        if not name.strip() or name.startswith(".") or set(name) & set('/\\:*?"<>|'):
            raise RunError(
                N_("'{name}' can't be the name of a run.", name=name), N_("Choose one of letters, digits and spaces.")
            )
        target = self.path.with_name(name)
        if target.exists():
            raise RunError(N_("'{name}' exists already.", name=name), N_("Choose another name."))
        self.must_be_idle()
        os.replace(self.path, target)
        self.path, self.recipe = target, self.recipe.with_values(name=name)

    def delete(self) -> None:
        """Remove the folder with everything in it. Raises :class:`RunError` while it is training."""
        self.must_be_idle()
        remove_folder(self.path)

    def for_writing(self, *names: str) -> Path:
        """The run's folder, or the place ``names`` in it, once it is sure that no link leads from there elsewhere: a
        stranger's run must not write to files that are not in it. A folder that is itself reached by a link is fine.

        Raises :class:`RunError` that names the link (or the pipe, or the device). Used before anything is written.
        """
        try:
            odd = odd_one(self.path, FILES, FOLDERS)
        except OSError as error:
            raise RunError(
                N_("The run {path} can't be read: {reason}.", path=str(self.path), reason=error.strerror),
                N_("Copy it to a folder that you own."),
            ) from error
        if odd is not None:
            raise RunError(
                N_("In the run {name}, {path} leads out of its folder, so nothing is written there.", name=self.name,
                   path=str(odd.relative_to(self.path))),
                N_("Put an ordinary file or folder in its place, or train its recipe again."),
            )  # fmt: skip
        return self.path.joinpath(*names)

    def must_be_idle(self) -> None:
        """Raises :class:`RunError` while a living process trains it."""
        if is_locked(self.path):
            raise RunError(N_("The run {name} is being trained.", name=self.name), N_("Stop that training first."))

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"


def list_runs(folder: str | os.PathLike[str] | None = None) -> list[Run]:
    """The person's runs, newest first, then those that come with the program; or the runs in ``folder``. Folders that are
    no runs, and runs whose recipe can't be read, are passed over."""
    found = []
    for path in run_folders(folder):
        try:
            found.append(Run.open(path))
        except (GenstudioError, OSError):  # a broken folder must not hide the others
            continue
    return found


def run_folders(folder: str | os.PathLike[str] | None = None) -> list[Path]:
    """Folders of runs, broken ones too, in the order of :func:`list_runs`. Never raises."""
    if folder is not None:
        return _folders_in(Path(folder))
    return _folders_in(paths.runs_dir()) + _folders_in(paths.checkpoints())


def _folders_in(folder: Path) -> list[Path]:
    try:
        found = [path for path in folder.iterdir() if not path.name.startswith(".") and _may_be_run(path)]
    except OSError:
        return []
    return sorted(found, key=lambda path: (-_age(path), path.name))


def _may_be_run(path: Path) -> bool:
    try:
        return path.is_dir() and stat.S_ISREG((path / "recipe.toml").stat().st_mode)
    except PermissionError:  # it is told why when it is read
        return True
    except OSError:
        return False


def _age(path: Path) -> float:
    """When something was last written: the rows while training, else the recipe; 0 when that can't be known."""
    for name in ("metrics.jsonl", "recipe.toml"):
        try:
            return (path / name).stat().st_mtime
        except OSError:
            continue
    return 0.0


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
    if path.exists() and (not path.is_dir() or not all(_STUMP.fullmatch(name) for name in os.listdir(path))):
        raise RunError(
            N_("{path} exists already and is not empty.", path=str(path)),
            N_("Resume it with 'genstudio resume', or name another folder."),
        )
    path.mkdir(parents=True, exist_ok=True)
    for name in os.listdir(path):  # left by a killed process before there was a run
        (path / name).unlink(missing_ok=True)
    return path.resolve()
