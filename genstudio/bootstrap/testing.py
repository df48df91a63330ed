"""``main.py test``: what the tests need beyond an installation."""

from __future__ import annotations

import os
import sys

from genstudio.bootstrap import setup, stamp
from genstudio.bootstrap.console import print_message
from genstudio.core import qt_libraries


def make_ready(here: str) -> int:
    """Stand in the project's folder with a Qt that can draw: 0 when the tests can run, else the exit code to end with.

    The libraries are looked at on every run, unlike at a start: a few hundredths of a second, against a suite that
    fails in a hundred places without saying why.
    """
    os.chdir(here)
    # Tests start about a hundred Pythons. Without files of bytecode, each would compile the program again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if sys.platform != "linux":
        return 0
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    lacking = qt_libraries.missing(setup.installed_pyside(stamp.venv_python(here)), qt_libraries.OFFSCREEN)
    if lacking:
        print_message(str(qt_libraries.error(lacking)))
        return 1
    return 0
