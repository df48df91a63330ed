"""Figures of the start, for a benchmark: written once everything is there, and then the window leaves."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from genstudio.core.errors import GenstudioError
from genstudio.core.messages import N_

if TYPE_CHECKING:
    from genstudio.studio.main_window import MainWindow


class StartReport(QObject):
    """Waits for ``window`` to be ready, writes JSON to ``path`` and closes it; ``error`` says what was in the way.

    Raises :class:`GenstudioError` at once when nothing can be written there: not after a window has come and gone.
    """

    def __init__(self, window: MainWindow, path: Path) -> None:
        super().__init__(window)
        self._window, self._path = window, path
        self.error: GenstudioError | None = None
        try:
            path.open("a").close()
        except OSError as error:
            raise _unwritable(path, error) from None
        window.ready.connect(self._write)

    @Slot()
    def _write(self) -> None:
        QTimer.singleShot(0, self._window, self._window.close)  # whatever becomes of the file
        try:
            self._path.write_text(json.dumps(figures(self._window)), encoding="utf-8")
        except OSError as error:
            self.error = _unwritable(self._path, error)


def figures(window: MainWindow) -> dict[str, float]:
    """Seconds from the interpreter's start to the first paint and to readiness, torch's import, and the longest freeze of
    the event loop until then, ms."""
    import psutil

    since_start = time.time() - psutil.Process().create_time()
    return {
        "painted_seconds": round(since_start - (time.perf_counter() - window.painted_at), 3),
        "ready_seconds": round(since_start, 3),
        "torch_import_seconds": round(window.library.torch_seconds, 3),
        "longest_freeze_ms": round(window.torch_freeze_ms, 1),
    }


def _unwritable(path: Path, error: OSError) -> GenstudioError:
    return GenstudioError(
        N_("The report can't be written to {path}: {reason}.", path=str(path), reason=error.strerror or str(error)),
        N_("Name a file in a folder that exists and can be written to."),
    )
