"""The number of intra-op torch threads of the calling thread, without changing that of others.

``torch.set_num_threads`` sets the calling thread's own number for good, and also the number with which threads begin that
touch torch *later*. Measured: after it, a training thread that sets none computes its elementwise work on one core.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

_lock = threading.Lock()


def compute_with(count: int) -> None:
    """Set the number of intra-op threads of the calling thread. Imports torch.

    The number for later threads is read and put back by threads that do nothing else: only a new one knows it. A thread
    that asks torch for its number for the first time takes the one for new threads, even where it was set on it before:
    so it asks first.
    """
    import torch

    for_later: list[int] = []
    with _lock:
        _in_a_new_thread(lambda: for_later.append(torch.get_num_threads()))
        torch.get_num_threads()
        torch.set_num_threads(count)
        _in_a_new_thread(lambda: torch.set_num_threads(for_later[0]))


def compute_on_one_core() -> None:
    """Set one intra-op thread for the calling thread. Imports torch."""
    compute_with(1)


def _in_a_new_thread(work: Callable[[], None]) -> None:
    helper = threading.Thread(target=work, name="threads as before")
    helper.start()
    helper.join()
