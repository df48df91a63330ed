"""Opening of the window. It imports nothing slow itself, because the window must be painted within a second of the
start."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from genstudio.core.errors import GenstudioError
from genstudio.core.messages import N_

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def has_display() -> bool:
    """True if a window could be shown: on Linux by the environment, elsewhere always."""
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in DISPLAYS)


def open_window(
    *, run: str | None = None, recipe: str | None = None, data: str | None = None, report: Path | None = None
) -> int:
    """Open the window and run it until it is closed; its exit code. Imports Qt.

    Raises :class:`GenstudioError` without a display, or when Qt or one of its libraries is missing.
    """
    if not has_display():
        raise GenstudioError(
            N_("There is no display to open a window on."),
            N_("Start it on a desktop, or see `genstudio demo` and `genstudio train --help`."),
        )
    try:
        from genstudio.studio import app
    except ImportError as error:
        raise GenstudioError(
            N_("The window can't be opened: {reason}.", reason=str(error)),
            N_("Install what is missing, or use the commands: `genstudio --help`."),
        ) from error
    return app.run(run=run, recipe=recipe, data=data, report=report)
