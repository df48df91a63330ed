from __future__ import annotations

import pytest
import torch

from genstudio.core.device import autocast, choose_device, describe_device
from genstudio.core.errors import UsageError


def test_best_device_by_default() -> None:
    best = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    assert choose_device().type == best
    assert choose_device("cpu") == torch.device("cpu")
    assert choose_device("cpu:0").type == "cpu"


@pytest.mark.parametrize("name", ["", "gpu", "cpu:x", "cuda:99", "cuda:x", "tpu:0", "cpu:-1"])
def test_missing_device_lists_the_available_ones(name: str) -> None:
    with pytest.raises(UsageError, match=r"Choose one of: auto, .*cpu"):
        choose_device(name)


def test_precision_is_what_was_asked_for() -> None:
    x = torch.ones(2, 2)
    cpu = torch.device("cpu")
    with autocast(cpu, "bf16"):
        assert (x @ x).dtype == torch.bfloat16
    for precision in ("auto", "float32"):
        with autocast(cpu, precision):
            assert (x @ x).dtype == torch.float32
    assert describe_device(cpu).english.startswith("CPU, ")
