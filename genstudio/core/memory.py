"""Memory of this process that is free, given back to the system."""

from __future__ import annotations

import contextlib
import sys


def give_memory_back() -> None:
    """Return what was freed to the system, where the C library keeps it (glibc does, for each thread). Takes up to some
    tens of milliseconds; other threads may wait for it where they allocate."""
    if sys.platform != "linux":
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):  # another C library has no such function
        ctypes.CDLL(None).malloc_trim(0)
