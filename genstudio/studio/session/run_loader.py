"""Reading an earlier run in the background: its recipe, newest weights, checkpoints and images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

if TYPE_CHECKING:
    from genstudio.data.dataset import DataSet
    from genstudio.studio.threads.background import Background
    from genstudio.training.recipe.recipe import Recipe
    from genstudio.training.run.run import Run
    from genstudio.training.snapshot import Snapshot
    from genstudio.training.telemetry import Telemetry


@dataclass(frozen=True, eq=False)
class OpenRun:
    """Contents of a window as one value: a recipe, and as far as there are any a run, its images, curves and newest weights.

    ``steps``: of the checkpoints that can be read, ascending. ``damaged``: the step of a newer one that can't, or ``None``.
    """

    recipe: Recipe | None = None
    run: Run | None = None
    data: DataSet | None = None
    telemetry: Telemetry | None = None
    snapshot: Snapshot | None = None
    steps: tuple[int, ...] = ()
    damaged: int | None = None


class RunLoader(QObject):
    """Reads runs and emits what was read, on the GUI thread. Short work is done on ``background``, images on ``loader``."""

    opened = Signal(object)  # OpenRun, without its images
    not_opened = Signal(object)  # the exception
    data_opened = Signal(object)  # DataSet
    data_not_opened = Signal(object)
    checkpoints_listed = Signal(object, object)  # the Run, the steps of its checkpoints as a tuple
    snapshot_read = Signal(object)
    failed = Signal(object)  # the exception of one of the last two

    def __init__(self, background: Background, loader: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._loader = background, loader
        self.opening_data = False  # images are being opened

    def open(self, path: Path) -> None:
        """Read the run in ``path``, instead of any that is being read: ``opened`` or ``not_opened`` follows."""
        self._background.submit(lambda: open_with_weights(path), self.opened.emit, self.not_opened.emit, key="open run")

    def cancel_opening(self) -> None:
        """Read no run any more."""
        self._background.drop("open run")

    def open_data(self, run: Run) -> None:
        """Open the images that ``run`` learns from: ``data_opened`` or ``data_not_opened`` follows."""
        self.opening_data = True
        self._loader.submit(
            lambda: data_of(run, self._loader.isInterruptionRequested),
            self._data_opened,
            self._data_not_opened,
            key="run's data",
        )

    def list_checkpoints(self, run: Run) -> None:
        """List the checkpoints of ``run`` again: ``checkpoints_listed`` or ``failed`` follows."""
        self._background.submit(
            lambda: (run, tuple(run.checkpoints())), self._listed, self.failed.emit, key="checkpoints"
        )

    def read_snapshot(self, run: Run, step: int) -> None:
        """Read the weights of ``run`` at ``step``: ``snapshot_read`` or ``failed`` follows."""
        self._background.submit(lambda: run.snapshot(step), self.snapshot_read.emit, self.failed.emit, key="snapshot")

    def cancel(self) -> None:
        """The run is left: nothing more is read of it."""
        self.cancel_opening()
        self._background.drop("snapshot")
        self.data_is_known()

    def data_is_known(self) -> None:
        """Open no images any more: they are there, or not needed."""
        self._loader.drop("run's data")
        self.opening_data = False

    @Slot(object)
    def _data_opened(self, data: DataSet) -> None:
        self.opening_data = False
        self.data_opened.emit(data)

    @Slot(object)
    def _data_not_opened(self, error: Exception) -> None:
        self.opening_data = False
        self.data_not_opened.emit(error)

    @Slot(object)
    def _listed(self, found: tuple[Run, tuple[int, ...]]) -> None:
        self.checkpoints_listed.emit(*found)


def open_with_weights(path: Path) -> OpenRun:
    """The run in ``path``, its recipe as live changes left it, and its newest weights that can be read, from which it would
    continue. Raises :class:`RunError` when there are weights and none can be read."""
    from genstudio.training.run.run import Run

    run = Run.open(path)
    steps = run.checkpoints()
    if not steps:
        return OpenRun(run.recipe, run)
    newest = run.last_sound() or run.checkpoint()  # where none is sound, reading the newest says why
    snapshot = run.snapshot(int(newest.name))
    return OpenRun(
        run.recipe_at(newest),
        run,
        snapshot=snapshot,
        steps=tuple(step for step in steps if step <= snapshot.step),
        damaged=steps[-1] if steps[-1] > snapshot.step else None,
    )


def data_of(run: Run, cancelled: Callable[[], bool]) -> DataSet:
    """The images that ``run`` learned from. Raises what :func:`genstudio.training.run.images.open_images` raises."""
    from genstudio.training.run.images import open_images

    return open_images(run, cancelled=cancelled)
