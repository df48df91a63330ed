"""Long work in parts: a generator that yields where one may pause, and returns what it has made."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any, TypeVar

T = TypeVar("T")
Y = TypeVar("Y")

Resumable = Generator[None, None, T]
SLICE = 0.004  # seconds between two pauses; with the part that goes over it, below 8 ms


def whole(parts: Generator[Any, None, T]) -> T:
    """Run it without a pause, and give what it returns."""
    while True:
        try:
            next(parts)
        except StopIteration as end:
            result: T = end.value
            return result


def telling(share: float, parts: Generator[Any, None, T]) -> Generator[float, None, T]:
    """``parts`` as a part of longer work: each pause tells ``share``, how much of that is done."""
    try:
        while True:
            next(parts)
            yield share
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        parts.close()


def in_slices(parts: Generator[Y, None, T]) -> Generator[Y, None, T]:
    """Run ``parts`` with fewer pauses, one about every ``SLICE`` seconds, and return its result.

    Each slice holds at least one part, however short the slice.
    """
    try:
        while True:
            end = time.perf_counter() + SLICE
            told = next(parts)
            while time.perf_counter() <= end:
                told = next(parts)
            yield told
    except StopIteration as over:
        result: T = over.value
        return result
    finally:
        parts.close()
