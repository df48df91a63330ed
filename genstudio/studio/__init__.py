"""Everything Qt: the window, its workers, widgets and panes. Nothing below this floor knows that there is a screen."""

from __future__ import annotations

import sys


def _keep_none_alive() -> None:
    """Make ``None``, ``True`` and ``False`` immortal on Python 3.11, as later Pythons do themselves.

    PySide6 6.12.0 gives back one reference too many to them at nearly every call there (measured: -1 for each ``update()``,
    ``processEvents()``, ``emit()``), until the interpreter aborts with "deallocating None" after some minutes of window.
    """
    if sys.version_info >= (3, 12) or sys.implementation.name != "cpython":
        return
    import ctypes

    for thing in (None, True, False):
        ctypes.c_ssize_t.from_address(id(thing)).value += 1 << (40 if sys.maxsize > 2**32 else 28)


_keep_none_alive()
