"""Share of the processor that other programs take, measured once a second.

From the system's own counters: what all cores have done, less what this process has. Cheap enough for the GUI thread
(a tenth of a millisecond), and available wherever psutil is.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

MEMORY = 0.6  # of the last figure in a new one: a second of another program's is no news
MANY, FEW = 0.35, 0.15  # cores that are wanted beyond those that there are: told from the first on, until the second


@dataclass(frozen=True)
class Used:
    """Counters in seconds of one core: ``all`` of what the cores did, ``own`` of it by this process; ``cores``; ``at``."""

    at: float
    all: float
    own: float
    cores: int


class Processor:
    """``others``: cores that other programs have kept busy of late. ``crowded``: whether they are missed. ``free``: how
    many threads would have a core each; 0: none, and fewer threads would only get less."""

    def __init__(self, read: Callable[[], Used] | None = None) -> None:
        self._read = read or read_counters
        self._last: Used | None = None
        self.cores = 0
        self.others = 0.0
        self.crowded = False

    @property
    def free(self) -> int:
        return max(0, int(self.cores - self.others + MANY))

    def update(self, threads: int) -> None:
        """Look again, at best a second after the last time. ``threads``: cores on which this process would compute now;
        0: it rests, and nothing is missed."""
        now, last = self._read(), self._last
        self._last, self.cores = now, now.cores
        if last is None or now.at <= last.at:
            return
        taken = (now.all - last.all) - (now.own - last.own)
        share = min(max(taken / (now.at - last.at), 0.0), float(now.cores))
        self.others = MEMORY * self.others + (1 - MEMORY) * share
        beyond = threads + self.others - now.cores
        # Two limits, so that it does not come and go with every breath of the other program.
        self.crowded = threads > 0 and beyond > (FEW if self.crowded else MANY)


def read_counters() -> Used:
    """The counters now, of the cores that this process may use."""
    import psutil

    each = psutil.cpu_times(percpu=True)
    if hasattr(os, "sched_getaffinity"):
        mine = os.sched_getaffinity(0)
        each = [times for number, times in enumerate(each) if number in mine] or each
    # A guest's time is in the user's already; what a hypervisor gave to others (steal) is not ours either.
    idle = ("idle", "iowait", "guest", "guest_nice")
    busy = sum(value for times in each for name, value in times._asdict().items() if name not in idle)
    own = psutil.Process().cpu_times()
    return Used(time.monotonic(), busy, own.user + own.system, len(each))
