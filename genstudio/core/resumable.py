"""Resumable computations: generators that yield the share done, or ``None`` where they may pause, and return a result.

    def decoded(z: Tensor) -> Resumable[Tensor]:
        for k, part in enumerate(parts): ...; yield (k + 1) / len(parts)
        return torch.cat(made)

    images = run(decoded(z))                                       # at once
    images = yield from rescaled(decoded(z), 0.5, 1.0)             # joined: the second half of longer work
    images = yield from cache.resume("images", lambda: decoded(z)) # kept, half done too: the next caller continues it

Only this module catches ``StopIteration``: everything that drives a generator by hand does so with a :class:`Stepper`.
"""

from __future__ import annotations

import contextlib
import copy
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from genstudio.core.errors import UsageError

T = TypeVar("T")
Y = TypeVar("Y")
S = TypeVar("S")
Z = TypeVar("Z")

Resumable = Generator[float | None, None, T]
"""Yields the share done (0 to 1), or ``None`` for a pause of which no share is known; returns its result."""
Pausing = Generator[None, None, T]
"""A :data:`Resumable` that knows no share."""

SLICE = 0.004  # seconds between two pauses; with the part that runs over it, below 8 ms


class Stepper(Generic[Y, S, T]):
    """Drives a generator one step at a time: ``while steps.advance(): ... steps.value``, then ``steps.result``."""

    value: Y
    result: T

    def __init__(self, work: Generator[Y, S, T]) -> None:
        self._work, self.done = work, False

    def advance(self, sent: S | None = None) -> bool:
        """Run to the next yield and set ``value``; at the end set ``result`` and return ``False``, then and ever after.

        ``sent`` is what the yield inside the generator returns: ``None`` for the first step. Raises what the generator
        raises.
        """
        if not self.done:
            try:
                self.value = self._work.send(sent)  # type: ignore[arg-type]
            except StopIteration as end:
                self.result, self.done = end.value, True
        return not self.done

    def close(self) -> None:
        """End the generator where it pauses."""
        self._work.close()


def run(work: Generator[float | None, None, T], between: Callable[[float], None] | None = None) -> T:
    """Run ``work`` to its end and return its result.

    ``between`` is called with the share done at each pause. What it raises closes the work and is passed on.
    """
    steps, share = Stepper(work), 0.0
    try:
        while steps.advance():
            if between is not None:
                share = share if steps.value is None else steps.value
                between(share)
        return steps.result
    finally:
        steps.close()


def mapped(
    work: Generator[Y, None, T],
    change: Callable[[Y], Z],
    within: Callable[[], contextlib.AbstractContextManager[Any]] = contextlib.nullcontext,
) -> Generator[Z, None, T]:
    """``work`` with ``change`` applied to all that it yields. Each step, but no pause, runs inside ``within()``."""
    steps = Stepper(work)
    try:
        while True:
            with within():
                paused = steps.advance()
            if not paused:
                return steps.result
            yield change(steps.value)
    finally:
        steps.close()


def rescaled(work: Generator[float | None, None, T], low: float, high: float) -> Generator[float, None, T]:
    """``work`` as a part of longer work: its shares 0 to 1 become ``low`` to ``high``, a pause the share before it."""
    share = low

    def scale(done: float | None) -> float:
        nonlocal share
        share = share if done is None else low + (high - low) * done
        return share

    return mapped(work, scale)


def in_slices(work: Generator[Y, None, T]) -> Generator[Y, None, T]:
    """``work`` with fewer pauses, one about every ``SLICE`` seconds; each slice holds at least one step."""
    steps = Stepper(work)
    try:
        while True:
            end = time.perf_counter() + SLICE
            paused = steps.advance()
            while paused and time.perf_counter() <= end:
                paused = steps.advance()
            if not paused:
                return steps.result
            yield steps.value
    finally:
        steps.close()


@dataclass(eq=False)
class Cache:
    """Results by key. Not for several threads at once: a computation that is under way belongs to all callers."""

    _results: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)
    _newest: dict[Any, tuple[Any, Any]] = field(default_factory=dict, init=False, repr=False)
    _in_progress: dict[Any, Stepper[Any, None, Any]] = field(default_factory=dict, init=False, repr=False)
    _refused: dict[Any, UsageError] = field(default_factory=dict, init=False, repr=False)

    def once(self, key: Any, make: Callable[[], T]) -> T:
        """Result of the first ``make()`` under ``key``."""
        if key not in self._results:
            self._results[key] = make()
        result: T = self._results[key]
        return result

    def latest(self, name: Any, key: Any, make: Callable[[], T]) -> T:
        """Result of ``make()``, kept until ``name`` is asked for with another ``key``."""
        if name not in self._newest or self._newest[name][0] != key:
            self._newest.pop(name, None)  # before the next one needs memory
            self._newest[name] = key, make()
        result: T = self._newest[name][1]
        return result

    def resume(self, key: Any, make: Callable[[], Generator[Y, None, T]]) -> Generator[Y, None, T]:
        """Result of ``make()`` under ``key``, begun by the first caller and continued by the next where it was left.

        It shares its results with :meth:`once`. A :class:`UsageError` stays, and is raised again; after any other error the
        next caller begins again.
        """
        while key not in self._results:
            if key in self._refused:
                raise copy.copy(self._refused[key])
            if key not in self._in_progress:
                self._in_progress[key] = Stepper(make())
            work = self._in_progress[key]
            try:
                paused = work.advance()
            except BaseException as error:
                del self._in_progress[key]
                if isinstance(error, UsageError):
                    self._refused[key] = copy.copy(error)  # without its traceback, which holds on to tensors
                raise
            if paused:
                yield work.value
            else:
                self._results[key] = work.result
                del self._in_progress[key]
        result: T = self._results[key]
        return result

    def discard(self, key: Any) -> None:
        """Begin again at the next call with ``key``."""
        for found in (self._results, self._in_progress, self._refused):
            found.pop(key, None)

    def begun(self, key: Any) -> bool:
        """True if :meth:`once` or :meth:`resume` was called with ``key``."""
        return key in self._results or key in self._in_progress or key in self._refused
