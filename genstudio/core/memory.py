"""Return of free memory to the system."""

from __future__ import annotations

import contextlib
import sys


def give_memory_back() -> None:
    """Return freed memory to the system, if the C library keeps it (glibc does, per thread). Takes up to some tens
    of milliseconds; other threads that allocate may wait."""
    if sys.platform != "linux":
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):  # another C library has no such function
        ctypes.CDLL(None).malloc_trim(0)
