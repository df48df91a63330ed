"""Ctrl-C that loses nothing: the first one asks the work to stop at its next good moment, the second insists."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

from genstudio.cli.output import complain
from genstudio.core.messages import _


class Interrupt:
    """While entered, Ctrl-C (and SIGTERM, which a shutdown or a batch system sends) sets a flag instead of
    raising.

    A KeyboardInterrupt in the middle of an update would leave weights that no checkpoint may hold; a flag
    read between two steps leaves a run that goes on to the bit.
    """

    def __init__(self) -> None:
        self._asked = False
        self._before: dict[int, Any] = {}

    def __call__(self) -> bool:
        """Whether the person asked to stop: what ``cancelled`` arguments expect."""
        return self._asked

    def __enter__(self) -> Interrupt:
        # Python allows signal handlers in the main thread alone; anywhere else Ctrl-C is somebody else's
        # business.
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
        complain(_("Stopping after this step; Ctrl-C again leaves at once and loses what is not saved."))
