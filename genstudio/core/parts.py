"""Long work in parts: a generator that yields where one may pause, and returns what it has made."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

T = TypeVar("T")

Parts = Generator[None, None, T]


def whole(parts: Generator[Any, None, T]) -> T:
    """Run it without a pause, and give what it returns."""
    while True:
        try:
            next(parts)
        except StopIteration as end:
            result: T = end.value
            return result
