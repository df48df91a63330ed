"""Modules imported after the first paint, one at a time between events.

Not in the background, though it would be smoother: PySide looks classes up in a table without a lock, for which the GUI
thread does not hold Python's lock either. A class made meanwhile on another thread crashed one start in twenty (PySide
6.11). So every module that makes Qt classes is imported here; what they import of lower layers (numpy, the panes' contents)
beforehand, in the background.
"""

from __future__ import annotations

import importlib
import pkgutil

from PySide6.QtCore import QObject, QTimer, Signal, Slot

import genstudio.studio

FIRST = ("genstudio.studio.widgets", "genstudio.studio.threads")  # the others import these: smaller pieces


class DeferredImports(QObject):
    """Imports everything under ``studio/``, on the thread that it lives on. ``failed`` with the exception of a module that
    can't be imported; then nothing more arrives."""

    arrived = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: list[str] = []
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._next)

    def start(self) -> None:
        """Begin to import; ``arrived`` when all is there."""
        self._waiting = late_modules()
        self._timer.start(0)

    def stop(self) -> None:
        """Import no more."""
        self._timer.stop()

    @Slot()
    def _next(self) -> None:
        if not self._waiting:
            self._timer.stop()
            self.arrived.emit()
            return
        try:
            importlib.import_module(self._waiting.pop(0))
        except Exception as error:
            self._timer.stop()
            self.failed.emit(error)


def late_modules() -> list[str]:
    """The names of all modules under ``studio/``, those that others import first."""
    found = [module.name for module in pkgutil.walk_packages(genstudio.studio.__path__, "genstudio.studio.")]
    return sorted(found, key=lambda name: (not name.startswith(FIRST), name))


def import_lower_layers() -> None:
    """Import, on the background thread, what the late modules need and makes no Qt classes."""
    import numpy.ma  # noqa: F401 - numpy imports it with the first percentile, 80 ms in the middle of a drawing

    from genstudio.viewing.pane import panes

    dict(panes.items())
