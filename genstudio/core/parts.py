"""Long work in parts: a generator that yields where one may pause, and returns what it has made."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any, TypeVar

T = TypeVar("T")

Parts = Generator[None, None, T]
SLICE = 0.004  # seconds between two pauses; with the part that goes over it, below 8 ms


def whole(parts: Generator[Any, None, T]) -> T:
    """Run it without a pause, and give what it returns."""
    while True:
        try:
            next(parts)
        except StopIteration as end:
            result: T = end.value
            return result


def in_slices(parts: Parts[T]) -> Parts[T]:
    """Run ``parts`` with fewer pauses, one about every ``SLICE`` seconds, and return its result.

    Each slice holds at least one part, however short the slice.
    """
    try:
        while True:
            end = time.perf_counter() + SLICE
            next(parts)
            while time.perf_counter() <= end:
                next(parts)
            yield
    except StopIteration as over:
        result: T = over.value
        return result
    finally:
        parts.close()
