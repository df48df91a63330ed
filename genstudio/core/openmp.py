"""Environment variables that let torch's threads sleep while they wait for each other.

torch cuts an operation into as many parts as it has threads, and they meet at a barrier. The OpenMP runtimes that torch
ships with let a thread which arrives early spin there for 3 ms (libgomp) to 200 ms (libomp, Intel's) before it sleeps. As
soon as another program wants a core, the spinning thread holds the core that the late one needs, at each of thousands
of barriers a second. ``benchmarks/busy_machine.py`` has the figures.

A runtime reads its variables once, when it is loaded, which ``import torch`` does. They change when threads sleep and
nothing that they compute: results stay the same to the bit.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping

SLEEP_EARLY = {
    # Every runtime: libgomp (Linux), libomp (macOS), Intel's and Microsoft's (Windows). Takes KMP_BLOCKTIME to 0.
    "OMP_WAIT_POLICY": "PASSIVE",
    # libgomp alone, where it counts more than the policy: about 10 µs of spinning. docs/adr/0018 has the figures.
    "GOMP_SPINCOUNT": "1000",
}
# A choice for one runtime stands against ours for all: of KMP_LIBRARY and OMP_WAIT_POLICY together libomp warns.
CHOICES = (*SLEEP_EARLY, "KMP_BLOCKTIME", "KMP_LIBRARY")


def sleep_while_waiting(environment: MutableMapping[str, str] = os.environ) -> None:
    """Set :data:`SLEEP_EARLY` in ``environment``, or nothing where one of :data:`CHOICES` is set already.

    Has an effect only before torch is imported. Programs that are started from here inherit it.
    """
    if not any(environment.get(name) for name in CHOICES):
        environment.update(SLEEP_EARLY)
