"""Driver of the real window from inside its own process: the program's ``run`` opens it, a timer acts on it.

    drive(lambda window: ..., recipe="mnist-vae-2d")

calls the function as a generator on the GUI thread: each ``yield seconds`` gives the event loop that long, and
``yield condition`` waits until a function returns true. When it ends, the window is closed as a person would.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import as_started  # noqa: F401 - before torch

Hand = Generator[float | Callable[[], bool], None, None]
PATIENCE = 600.0  # seconds for a condition: decoding images may take minutes the first time


def drive(hand: Callable[[Any], Hand], *, home: Path | None = None, **options: Any) -> int:
    """Open the window by :func:`genstudio.studio.app.run` with ``options``, let ``hand`` act, close it; the exit code.

    ``home``: where runs and settings go, a temporary folder by default, so that the person's own are left alone.
    """
    with tempfile.TemporaryDirectory(prefix="genstudio-") as scratch:
        os.environ["GENSTUDIO_HOME"] = str(home or scratch)
        return _drive(hand, options)


def _drive(hand: Callable[[Any], Hand], options: dict[str, Any]) -> int:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from genstudio.studio import app as program

    application = QApplication.instance() or QApplication(["genstudio"])
    acting: list[Hand] = []
    waiting: list[Callable[[], bool]] = [lambda: _window() is not None]
    broken: list[BaseException] = []
    timer = QTimer()

    def act() -> None:
        try:
            if not waiting[0]():
                return
            if not acting:
                acting.append(hand(_window()))
            waiting[0] = _until(next(acting[0]))
        except BaseException as error:  # StopIteration too: the hand is done
            timer.stop()
            if not isinstance(error, StopIteration):
                broken.append(error)
            window = _window()
            if window is not None:
                window.close()
            application.quit()

    timer.timeout.connect(act)
    timer.start(25)
    code = program.run(**options)
    if broken:
        raise broken[0]
    return code


def _window() -> Any:
    from PySide6.QtWidgets import QApplication

    from genstudio.studio.main_window import MainWindow

    return next((w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow)), None)


def _until(what: float | Callable[[], bool]) -> Callable[[], bool]:
    if callable(what):
        given_up = time.monotonic() + PATIENCE

        def met() -> bool:
            if time.monotonic() > given_up:
                raise TimeoutError("the window did not get there")
            return bool(what())

        return met
    over = time.monotonic() + what
    return lambda: time.monotonic() >= over
