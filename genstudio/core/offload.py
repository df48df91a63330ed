"""Work that can't be split into steps, run on a separate thread while the caller continues."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache
from typing import TypeVar

from genstudio.core.threads import compute_on_one_core

T = TypeVar("T")
PATIENCE = 0.004  # seconds for which one step waits: half of what an explorer's slice may take


def offloaded(work: Callable[[], T]) -> Generator[float, None, T]:
    """Run ``work()`` on another thread; yields 0 every few milliseconds, then returns or raises its outcome.

    One piece of work runs at a time in a process, in order of request, on one core. Closing the generator cancels work
    that has not begun; the result of running work is dropped.
    """
    future: Future[T] = _worker().submit(work)
    try:
        while not wait([future], PATIENCE).done:
            yield 0.0
        return future.result()
    finally:
        future.cancel()


@cache
def _worker() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "offload", initializer=compute_on_one_core)
