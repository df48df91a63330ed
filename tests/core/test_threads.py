"""Number of intra-op threads of a single thread, without effect on others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
import torch

from genstudio.core.threads import compute_on_one_core, compute_with


@pytest.fixture(autouse=True)
def _three_by_default() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


def number_after(*set_it: Callable[[], None]) -> int:
    """The number of intra-op threads on a new thread that has called ``set_it``."""
    found: list[int] = []

    def work() -> None:
        for call in set_it:
            call()
        found.append(torch.get_num_threads())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return found[0]


def test_thread_count_applies_only_to_threads_that_set_it() -> None:
    """The picture on screen, then its export: both on one core, or their bits would differ."""
    assert [number_after(compute_on_one_core) for _ in range(3)] == [1, 1, 1]
    assert number_after() == 3
    assert torch.get_num_threads() == 3


def test_another_number_takes_its_place() -> None:
    assert number_after(compute_on_one_core, lambda: compute_with(2)) == 2
    assert number_after() == 3
