"""Ctrl-C without loss: the first one requests a stop between two steps, the second exits at once."""

from __future__ import annotations

import contextlib
import signal
import threading
from types import FrameType, TracebackType
from typing import Any

from genstudio.cli.output import complain
from genstudio.core.messages import _


class Interrupt:
    """While entered, Ctrl-C (and SIGTERM, which a shutdown or a batch system sends, and SIGHUP, which a closed
    terminal sends) sets a flag instead of raising.

    A KeyboardInterrupt during an update would leave inconsistent weights; with a flag that is read between two steps,
    the run resumes to the bit.
    """

    def __init__(self) -> None:
        self._requested = False
        self._announced = False
        self._before: dict[int, Any] = {}

    def __call__(self) -> bool:
        """True once the user asked to stop; passed as ``cancelled`` argument."""
        if self._requested and not self._announced:
            self._announce()
        return self._requested

    def __enter__(self) -> Interrupt:
        # Python allows signal handlers in the main thread alone; anywhere else Ctrl-C is another's
        # business.
        if threading.current_thread() is threading.main_thread():
            for name in ("SIGINT", "SIGTERM", "SIGHUP"):
                number = getattr(signal, name, None)  # Windows has no SIGHUP
                # With nohup a hang-up is to be ignored: it stays so.
                if number is not None and not (name == "SIGHUP" and signal.getsignal(number) == signal.SIG_IGN):
                    self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        # Only a person insists: a closing terminal and a system that shuts down send several by themselves.
        if self._requested and number == signal.SIGINT:
            raise KeyboardInterrupt
        if self._requested:
            return
        self._requested = True
        # In the middle of a line of progress, stderr refuses to write another: it follows between two steps.
        with contextlib.suppress(RuntimeError):
            self._announce()

    def _announce(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # the terminal may be gone, and training must not end by that
            complain(_("Stopping after this step; Ctrl-C again exits at once and loses what is not saved."))
        self._announced = True
