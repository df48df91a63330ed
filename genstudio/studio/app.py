"""Starting the window, and its last words.

The window is painted before torch is imported; everything slow comes after, on a worker. On Windows torch must be
imported before Qt, or its libraries fail to load: that one case is handled here and nowhere else.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genstudio.studio.main_window import MainWindow

log = logging.getLogger(__name__)


def run(
    *, recipe: str | None = None, run: str | None = None, data: str | None = None, report: str | Path | None = None
) -> int:
    """Open the window and run it until it is closed; its exit code.

    ``recipe``: begin with this one; ``run``: open this run; ``data``: look for data sets here first. ``report``: write
    figures of the start (seconds to the first paint, torch's import, the longest freeze) as JSON to this file, then leave;
    raises :class:`GenstudioError` when it can't be written.
    """
    if sys.platform == "win32":
        import torch  # noqa: F401 - before Qt, see above
    if data:
        os.environ["GENSTUDIO_DATA"] = os.pathsep.join(filter(None, [data, os.environ.get("GENSTUDIO_DATA", "")]))

    from PySide6.QtWidgets import QApplication

    from genstudio.studio.main_window import MainWindow
    from genstudio.studio.settings import Settings
    from genstudio.studio.start_report import StartReport
    from genstudio.studio.theme import theme
    from genstudio.studio.threads.gc_policy import GcPolicy

    app = QApplication.instance() or QApplication(["genstudio"])
    assert isinstance(app, QApplication)
    app.setApplicationName("genstudio")
    app.setDesktopFileName("genstudio")
    settings = Settings()
    theme().apply(app, settings.get("theme", "system"))
    policy = GcPolicy(app)
    window = MainWindow(settings, open_run=run or "", recipe=recipe or "")
    policy.watch(window.session)
    window.ready.connect(policy.imports_are_done)
    _catch_everything(window)
    _heed_interrupts(window)
    code, reporting = 0, None
    try:
        reporting = StartReport(window, Path(report)) if report else None
        window.show()
        code = int(app.exec())
    finally:
        window.shutdown()
        policy.stop()
        _drag_ended()
    if reporting is not None and reporting.error is not None:
        raise reporting.error
    return code


def _catch_everything(window: MainWindow) -> None:
    """Show uncaught errors as a line of text, with a traceback in the log, instead of closing the window."""

    def caught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            window.close()
            return
        with contextlib.suppress(OSError, ValueError, AttributeError):  # the terminal may be closed
            sys.stderr.write("".join(traceback.format_exception(kind, error, trace)))
        window.session.failed.emit(_described(error))

    def caught_in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            caught(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook = caught
    threading.excepthook = caught_in_thread


def _described(error: BaseException) -> object:
    from genstudio.studio.threads.error_text import error_message

    return error_message(error)


def _heed_interrupts(window: MainWindow) -> None:
    """Ctrl+C, a polite kill and a closed terminal close the window, which saves. Python sees signals between byte codes:
    the lateness timer gives it the chance."""

    def leave(number: int, frame: object) -> None:
        window.close()

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and not (name == "SIGHUP" and signal.getsignal(number) == signal.SIG_IGN):  # nohup
            signal.signal(number, leave)


def _drag_ended() -> None:
    sys.excepthook = sys.__excepthook__
    threading.excepthook = threading.__excepthook__
