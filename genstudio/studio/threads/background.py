"""A thread for everything that would hold the window up: importing torch, opening data, counting weights, reading runs."""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, Slot

log = logging.getLogger(__name__)
NICENESS = 5
STACK_BYTES = 16 * 2**20  # macOS gives secondary threads 512 KB, too little for torch


def lower_priority() -> None:
    """Lower the priority of the calling worker, so that the window is served first on busy cores. Threads that this
    one starts (OpenMP's) inherit it. Linux alone has a niceness per thread."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


@dataclass
class Task:
    """One piece of work: ``work()`` on the worker, then ``done(result)`` or ``failed(error)`` on the GUI thread."""

    number: int
    key: str
    work: Callable[[], Any]
    done: Callable[[Any], None] | None
    failed: Callable[[Exception], None] | None
    result: Any = None
    error: Exception | None = None
    dropped: threading.Event = field(default_factory=threading.Event)


class Background(QThread):
    """Does tasks one after another. Of those waiting under one key only the newest is done, and of one that was
    overtaken while it ran the result is thrown away. ``stop()`` ends the thread: one owner, one way to go."""

    _finished_one = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None, *, low_priority: bool = True) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setStackSize(STACK_BYTES)
        self._low_priority = (
            low_priority  # not where work is short: who is set aside while holding Python's lock holds the window up
        )
        self._numbers = itertools.count()
        self._waiting: deque[Task] = deque()
        self._running: Task | None = None
        self._stopped = False
        self._wake = threading.Condition()
        self._finished_one.connect(self._deliver)

    def submit(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        *,
        key: str = "",
    ) -> Task:
        """Queue ``work``. With a ``key``, whatever waits or runs under the same key is dropped.

        ``done`` and ``failed`` are called on the GUI thread. ``task.dropped`` is set when the task is overtaken:
        long work looks at it to stop early.
        """
        task = Task(next(self._numbers), key, work, done, failed)
        with self._wake:
            if self._stopped:  # a late signal must not wake a thread whose owner is going
                task.dropped.set()
                return task
            if key:
                self._drop(key)
            self._waiting.append(task)
            self._wake.notify()
        if not self.isRunning():
            self.start()
        return task

    def drop(self, key: str) -> None:
        """Forget what waits or runs under ``key``: neither ``done`` nor ``failed`` will be called."""
        with self._wake:
            self._drop(key)

    def busy(self) -> bool:
        """True while anything waits or runs."""
        with self._wake:
            return bool(self._waiting) or self._running is not None

    def stop(self) -> None:
        """End the thread: what waits is dropped, what runs is asked to stop, and waited for."""
        self.requestInterruption()
        with self._wake:
            self._stopped = True
            for task in self._waiting:
                task.dropped.set()
            self._waiting.clear()
            if self._running:
                self._running.dropped.set()
            self._wake.notify()
        self.wait()

    def run(self) -> None:
        if self._low_priority:
            lower_priority()
        while True:
            with self._wake:
                self._running = None
                while not self._waiting and not self.isInterruptionRequested():
                    self._wake.wait()
                if self.isInterruptionRequested():
                    return
                task = self._running = self._waiting.popleft()
            try:
                task.result = task.work()
            except Exception as error:
                task.error = error
            if not task.dropped.is_set():
                self._finished_one.emit(task)

    def _drop(self, key: str) -> None:
        for task in self._waiting:
            if task.key == key:
                task.dropped.set()
        self._waiting = deque(task for task in self._waiting if not task.dropped.is_set())
        if self._running and self._running.key == key:
            self._running.dropped.set()

    @Slot(object)
    def _deliver(self, task: Task) -> None:
        if task.dropped.is_set():
            return
        if task.error is None:
            if task.done:
                task.done(task.result)
        elif task.failed:
            task.failed(task.error)
        else:
            log.error("background work failed", exc_info=task.error)
