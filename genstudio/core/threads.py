"""One intra-op torch thread on the calling thread, without changing the number of others.

``torch.set_num_threads`` sets the calling thread's own number for good, and the number with which threads begin that touch
torch *later*. Measured: after it, a training thread that sets none computes its elementwise work on one core.
"""

from __future__ import annotations

import threading

_lock = threading.Lock()
_default: int | None = None


def compute_on_one_core() -> None:
    """Let torch use one intra-op thread on the calling thread, from now on. Imports torch.

    The number for later threads is put back at once, by a thread that ends with that. It is remembered from the first call,
    so that threads which do this at the same time do not take each other's 1 for the default.
    """
    global _default
    import torch

    with _lock:
        if _default is None:
            _default = torch.get_num_threads()
        helper = threading.Thread(target=torch.set_num_threads, args=(_default,), name="threads as before")
        torch.set_num_threads(1)
        helper.start()
        helper.join()
