"""One intra-op thread for whoever looks, and everyone else's number as it was."""

from __future__ import annotations

import threading


def compute_on_one_core() -> None:
    """Let torch use one intra-op thread on the calling thread, from now on. Imports torch.

    ``torch.set_num_threads`` sets the calling thread's own number for good, and the number that threads begin with which
    touch torch *later*. Measured: after it a training thread that sets none would compute on one core. So that second
    number is put back, from a thread that ends at once.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    helper = threading.Thread(target=torch.set_num_threads, args=(before,), name="threads as before")
    helper.start()
    helper.join()
