"""``genstudio`` alone: the window where there is a display, the demo where there is none."""

from __future__ import annotations

import os
import sys

import typer

from genstudio.cli.output import complain
from genstudio.core.errors import GenstudioError
from genstudio.core.messages import N_, _

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def has_display() -> bool:
    """Whether a window could be shown. On Linux the environment says so; elsewhere there always is a screen."""
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in DISPLAYS)


def start() -> None:
    """What ``genstudio`` does without a command."""
    if has_display():
        window()
        return
    complain(
        _("There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set): running `genstudio demo` instead.")
    )
    from genstudio.cli.demo import demo

    demo()


def window() -> None:
    """Open the window."""
    if not has_display():
        raise GenstudioError(
            N_("There is no display to open a window on."),
            N_("Start it on a desktop, or see `genstudio demo` and `genstudio train --help`."),
        )
    try:
        from genstudio.studio.app import run
    except ImportError as error:
        raise GenstudioError(
            N_("The window can't be opened: {reason}.", reason=str(error)),
            N_("Install what is missing, or use the commands: `genstudio --help`."),
        ) from error
    code = run()
    if code:
        raise typer.Exit(code)
